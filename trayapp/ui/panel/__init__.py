"""The panel: the verdict in words, what works, the switch, a row for each service, and what needs attention, with the
question before quitting. A snapshot goes in and is drawn over the one before without moving what stays; clicks go
out as wishes. It says what text says and offers what the snapshot offers.
"""
