"""The running instance's socket, which is not HTTP: one instance at a time, a Unix socket in a folder of the user's
alone, the peer's user checked, lines of one version. What goes over it are types of its own: requests of commands go
in, schema 1 (the stable JSON of `check` and `status`), rendered lines and problems come out, so that no type of core is
needed at the other end. It asks the engine and decides nothing itself; it knows neither ui nor app, so that it works
without a tray.
"""
