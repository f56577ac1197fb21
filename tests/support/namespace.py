"""Network namespaces: tests that change a network change their own."""

import asyncio
import os
import sys
import tempfile
from asyncio.subprocess import PIPE
from pathlib import Path
from typing import NamedTuple


def own_namespace(*, mounts: bool = False) -> list[str]:
    """The start of a command that runs in a network namespace of its own, as root there; with own mounts if asked."""
    # Root needs no user namespace, and in a chroot cannot have one.
    command = ["unshare", "--net"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--net"]
    if mounts:
        command.append("--mount")
        if not _root_is_a_mount_point():
            # In a chroot there is no mount at / whose propagation could be changed.
            command += ["--propagation", "unchanged"]
    return command


class Played(NamedTuple):
    """How a program ended, and what it said."""

    code: int | None
    out: str
    err: str


async def play(program: str, *arguments: str, mounts: bool = False) -> Played:
    """`tests.support.PROGRAM` until it ends, in a namespace and with a home of its own: several are played at once."""
    with tempfile.TemporaryDirectory() as home:
        process = await asyncio.create_subprocess_exec(
            *own_namespace(mounts=mounts),
            *(sys.executable, "-m", f"tests.support.{program}", *arguments),
            stdout=PIPE,
            stderr=PIPE,
            env=os.environ | {"LLM_AMPEL_HOME": home},
            # Linux shares the processor between sessions first: in one of its own it keeps up on a busy machine.
            start_new_session=True,
        )
        try:
            out, err = await process.communicate()
        finally:
            if process.returncode is None:
                process.terminate()
                await process.wait()
    return Played(process.returncode, out.decode(), err.decode())


def _root_is_a_mount_point() -> bool:
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return any(line.split()[4] == "/" for line in mounts)
