"""Memory, in two SQLite files: the named pieces that have to survive a restart, and the journal of what happened, kept
for good. Values go in and come out; which there are is the engine's business. Reading what has to survive never waits;
what cannot be written goes on in memory and is said by `problems`, never by an exception; a damaged file is kept beside
the new one, into which goes all of the journal that can be read, and a newer one is not touched. The only room that
knows SQL, in threads of its own.
"""
