"""Descriptors: open files, of which every socket is one. A process may have a limited number of them."""

import errno
import os
import sys

if sys.platform != "win32":
    import resource

ENOUGH = 65_536
"""More than all bounds of ours need. Some programs that we start walk through all that they may have (and the hard
limit can be a thousand million)."""
_SHORT = frozenset({errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM})


def raise_limit() -> int:
    """Take as many descriptors as the system gives to this user's programs, and return how many that is.

    The usual soft limit of 1,024 is one that programs may raise by themselves, and meant for those that select().
    """
    if sys.platform == "win32":
        return ENOUGH
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = ENOUGH if hard == resource.RLIM_INFINITY else min(hard, ENOUGH)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return ENOUGH if soft == resource.RLIM_INFINITY else min(soft, ENOUGH)


def ran_out(error: BaseException) -> bool:
    """Is `error` our own lack of descriptors or memory, and so no news of anybody else?

    A resolver that lacks them says no more than that it failed; so it is tried whether there is one to be had.
    """
    cause: BaseException | None = error
    while cause is not None:
        if getattr(cause, "errno", None) in _SHORT:
            return True
        cause = cause.__cause__ or cause.__context__
    try:
        os.close(os.open(os.devnull, os.O_RDONLY))
    except OSError as found:
        return found.errno in _SHORT
    return False
