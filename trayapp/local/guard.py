"""Keeps a server from outliving us: runs a command, and ends it when our end of the standard input closes.

A process that is killed can no longer stop what it started, so this small one in between does. The kernel closes
the pipe with the last breath of the parent, however it died, on every platform; and llama.cpp could not watch the
pipe itself, because it holds the interpreter while it loads. Run as a script by the bare interpreter, so it
imports the standard library only.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
from types import FrameType

# A server that writes its state on SIGTERM is through by then; who waits for `stop` should not wait much longer.
GRACE_S = 5.0
NOT_FOUND = 127


def _signal_group(child: subprocess.Popen[bytes], number: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, number)


def _end(child: subprocess.Popen[bytes]) -> None:
    if sys.platform == "win32":
        child.terminate()
        return
    _signal_group(child, signal.SIGTERM)
    with contextlib.suppress(subprocess.TimeoutExpired):
        child.wait(GRACE_S)
    # Also for what the child started and left behind.
    _signal_group(child, signal.SIGKILL)
    child.wait()


def main(command: list[str]) -> int:
    """Run `command` until it exits or standard input ends; its exit code, as a shell would give it."""
    try:
        child = subprocess.Popen(command, stdin=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        print(f"{command[0]}: {error.strerror}", file=sys.stderr)  # noqa: T201 - standard error is this script's voice
        return NOT_FOUND
    over = threading.Event()

    def reap() -> None:
        child.wait()
        over.set()

    def watch_parent() -> None:
        while os.read(0, 1):
            pass
        over.set()

    def on_signal(_number: int, _frame: FrameType | None) -> None:
        # The main thread may be inside the event's own lock at this moment.
        threading.Thread(target=over.set).start()

    signal.signal(signal.SIGTERM, on_signal)
    for watch in (reap, watch_parent):
        threading.Thread(target=watch, daemon=True).start()
    over.wait()
    if child.poll() is None:
        _end(child)
        return 0
    return child.returncode if child.returncode >= 0 else 128 - child.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
