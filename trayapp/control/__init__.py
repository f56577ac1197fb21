"""The running instance's socket: one instance at a time, asked by the command line and by a second start.

What goes over it are types of its own (`messages`), in lines of one version (`protocol`). The instance decides and
renders (`service`, `answers`); the other end (`client`) prints, and needs no type of core for it.
"""
