"""The icon in the system tray and its menu, in which everything is, because some desktops show nothing else. A snapshot
goes in; clicks and wishes come out as signals. It registers by StatusNotifierItem or XEmbed, whichever the desktop
has, also when the desktop comes late; which light the icon shows is decided before it comes here.
"""
