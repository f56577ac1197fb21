"""Network namespaces: tests that change a network change their own."""

import os
from pathlib import Path


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


def _root_is_a_mount_point() -> bool:
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    return any(line.split()[4] == "/" for line in mounts)
