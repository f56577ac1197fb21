"""What differs from desktop to desktop, without Qt: notifications, sleep and resume, the way out and its changes. Notes
to show and take away go in; who took them, which button was pressed, disturbances and how this machine is connected
come out. Ways of doing something are lists
in order of which the last one always works, and quirks of other people's software are rows in a table. It speaks to
D-Bus and the kernel, in trouble to router and resolvers, and knows neither the engine nor any words.
"""
