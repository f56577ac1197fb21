"""The running instance's socket, which is not HTTP: one instance at a time, a Unix socket in a folder of the user's
alone, the peer's user checked, versioned JSON lines. Requests of commands go in, reports and problems as codes come
out; schema 1, the stable JSON of `check` and `status`, is made here. It asks the engine and decides nothing itself;
it knows neither ui nor app, so that it works without a tray.
"""
