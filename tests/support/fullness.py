"""Disks that refuse: the kernel's own refusals, for whoever runs the tests, root included."""

import contextlib
import ctypes
import os
import resource
from collections.abc import Iterator
from pathlib import Path

_CAPABILITY_VERSION_3 = 0x20080522
# Root writes into read-only folders by these two.
_OVERRIDES = (1 << 1) | (1 << 2)


@contextlib.contextmanager
def full_disk(room_bytes: int = 0) -> Iterator[None]:
    """No file of this process may grow beyond `room_bytes`; the kernel refuses with EFBIG."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room_bytes, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


@contextlib.contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """Nothing can be created in or under `folder` by this thread and those it starts."""
    folders = [folder, *(one for one in folder.rglob("*") if one.is_dir())]
    modes = [one.stat().st_mode for one in folders]
    for one in folders:
        one.chmod(0o500)
    try:
        with _without_overrides():
            yield
    finally:
        for one, mode in zip(folders, modes, strict=True):
            one.chmod(mode)


class _Header(ctypes.Structure):
    _fields_ = [("version", ctypes.c_uint32), ("pid", ctypes.c_int)]


class _Sets(ctypes.Structure):
    _fields_ = [(name, ctypes.c_uint32) for name in ("effective", "permitted", "inheritable")]


@contextlib.contextmanager
def _without_overrides() -> Iterator[None]:
    libc = ctypes.CDLL(None, use_errno=True)
    header = _Header(_CAPABILITY_VERSION_3, 0)
    sets = (_Sets * 2)()

    def call(name: str) -> None:
        if getattr(libc, name)(ctypes.byref(header), sets) != 0:
            raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))

    call("capget")
    before = sets[0].effective
    sets[0].effective = before & ~_OVERRIDES
    call("capset")
    try:
        yield
    finally:
        sets[0].effective = before
        call("capset")
