"""What of it is the user's own: whom an outage concerns, what they have set aside, and what "it fails for me" amounts
to beside what others see. It reads judgements and incidents and makes no light, except that what is set aside is left
out of the overall one.
"""
