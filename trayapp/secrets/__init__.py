"""Keys and tokens. A key is in the keyring or in an environment variable, bound to the host that it was stored for, and
given for that host only; every call to the keyring runs in a short-lived child process, because it can block for
ever. A token says which tool asks the gateway. Names and hosts go in, secrets come out to those who send them, and
nothing of them goes into a log, a message or a file that others may read.
"""
