"""What to tell: `policy` decides when, whether it pops up, and what is taken back because it is no longer true;
`content` what a banner is made of and how urgent it is. A judgement, routes, the target and what was told before go
in; announcements, which are banners and withdrawals made of codes and names, come out, and a memory that has to be
stored before they are shown. No words and no desktop: text says them and desktop shows them.
"""
