"""The settings dialog: pages and forms made from the declaration in trayapp.settings, titles, hints and bounds
included. The settings as they stand go in, changes by their place in the file come out, checked by the same rules
and in the same words as the file. Keys are handed to a command at once and never shown again; nothing here reads or
writes a file.
"""
