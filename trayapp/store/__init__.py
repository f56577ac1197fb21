"""Memory: one SQLite file with the named pieces that have to survive a restart and the log of transitions. Values go in
and come out; which there are is the engine's business. Reading never waits; a store that cannot write goes on in
memory and says so by `problems`, never by an exception; a damaged file is kept beside the new one, and a newer one is
not touched. The only room that knows SQL, in one thread of its own.
"""
