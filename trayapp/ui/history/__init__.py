"""The history's window: what every service was like in the last 90 days, its outages with all that the provider said,
what was switched; to be filtered, saved and forgotten. A history comes in over a command and is shown as it is; nothing
here reads the journal or sums anything up.
"""
