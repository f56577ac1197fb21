"""llama.cpp's own server, in a process of its own: it logs to the standard streams and holds the interpreter.

Called as `embedded_child.py FILE CONTEXT_TOKENS`. Standard output says `loading`, then `ready URL`; everything that
llama.cpp has to say goes to standard error. Run as a script, so it imports nothing of ours.
"""

import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

# The default is 8 GiB of other people's prompts; a desktop has better uses for its memory.
PROMPT_CACHE_MIB = 512
PR_SET_PDEATHSIG = 1
"""From <sys/prctl.h>."""


def main(file: Path, context_tokens: int) -> None:
    """Serve `file` on a free loopback port until the process is ended."""
    if sys.platform == "linux":
        # The guard ends us; should it be killed itself, the kernel does, even while llama.cpp holds the interpreter.
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)
    voice = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    voice.write("loading\n")
    import xllamacpp

    # llama.cpp calls a model without an alias by the path it was given, and the binding's setter for an alias
    # takes the letters apart: from here the path is the file's name.
    os.chdir(file.parent)
    params = xllamacpp.CommonParams()
    params.model.path = file.name
    params.n_ctx = context_tokens
    params.port = 0
    # By default it reflects any Origin, and so lets every web page in the user's browser read its answers.
    params.cors_origins = ""
    params.ui = False
    # Shows the prompts that are being worked on to everybody on this machine.
    params.endpoint_slots = False
    params.cache_ram_mib = PROMPT_CACHE_MIB
    params.offline = True
    server = xllamacpp.Server(params)
    voice.write(f"ready {server.listening_address}\n")
    threading.Event().wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
