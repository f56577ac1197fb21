"""What to know when something is odd: settings, catalogue and the state of the machine go in, plain lines in English
come out, to paste into a report. It reads and looks but changes nothing, asks each watched host for its certificate and
who listens where tools on this machine look for the gateway, and never says a secret: keys by name and host alone,
proxies by host alone, tokens not at all.
"""
