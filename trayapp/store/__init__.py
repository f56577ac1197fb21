"""Memory: what survives a restart, in one SQLite file. Whoever keeps something here hears of a bad disk by `problems`,
never by an exception; a damaged or newer file is kept as it is, and everything goes on in memory.
"""
