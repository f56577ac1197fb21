"""What a person is told by a command, in both languages, and what must never happen meanwhile."""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Iterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

from tests.support.commands import DEADLINE_S, PROGRAM, Ended, environment
from tests.support.desktop import Desktop
from tests.support.scene import Acme
from trayapp.control import client
from trayapp.control.messages import AskQuit
from trayapp.paths import Home, home

LANGUAGES = ("en", "de")
FULL_DISK = ("prlimit", "--fsize=0")
"""No file can grow: the kernel's own refusal, for the program that follows."""
YELLOW_RGB = (255, 200, 61)
"""The mark beside everything that needs attention."""
# Root overrules permissions by these two, and an exec gives them back unless they leave the bounding set.
_OVERRIDES = "-dac_override,-dac_read_search"


async def once(
    *arguments: str, prefix: Sequence[str] = (), stdin: str = "", base: Mapping[str, str] | None = None, **more: str
) -> Ended:
    """`llm-ampel` with these arguments to its end; `prefix` starts it, `base` is its environment in place of ours."""
    begun = time.monotonic()
    process = await asyncio.create_subprocess_exec(
        *prefix,
        PROGRAM,
        *arguments,
        env=environment(more) if base is None else {**base, "LANGUAGE": "en", **more},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        async with asyncio.timeout(DEADLINE_S):
            out, err = await process.communicate(stdin.encode())
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    assert process.returncode is not None
    return Ended(process.returncode, out.decode(), err.decode(), time.monotonic() - begun)


class Both(NamedTuple):
    """The same command in English and in German."""

    en: Ended
    de: Ended

    @property
    def codes(self) -> set[int]:
        return {self.en.code, self.de.code}

    def says(self, en: Sequence[str], de: Sequence[str]) -> None:
        """Fails unless each has all its words, on stdout or stderr, and none shows how the program is made."""
        for ended, words in ((self.en, en), (self.de, de)):
            said = ended.out + ended.err
            missing = [one for one in words if one not in said]
            assert not missing, f"{missing} not in {said!r}"
            assert "Traceback" not in said
            assert "Problem(" not in said


async def in_both(
    *arguments: str,
    prefix: Sequence[str] = (),
    stdin: str = "",
    base: Mapping[str, str] | None = None,
    in_turn: bool = False,
    **more: str,
) -> Both:
    """`once`, in each language at the same time, or one after the other: an instance switches once at a time."""
    one_at_a_time = asyncio.Semaphore(1 if in_turn else len(LANGUAGES))

    async def told(language: str) -> Ended:
        async with one_at_a_time:
            return await once(*arguments, prefix=prefix, stdin=stdin, base=base, **{**more, "LANGUAGE": language})

    return Both(*await asyncio.gather(*map(told, LANGUAGES)))


def as_mortal() -> tuple[str, ...]:
    """Makes permissions count for the program that follows, also when the tests run as root."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return ()
    return ("setpriv", f"--bounding-set={_OVERRIDES}", f"--inh-caps={_OVERRIDES}")


@contextmanager
def untouched(*folders: Path) -> Iterator[None]:
    """These files, and every file in these folders, are the same afterwards; none was added or lost."""
    before = [_files(one) for one in folders]
    yield
    assert [_files(one) for one in folders] == before


def _files(folder: Path) -> dict[Path, bytes]:
    return {one: one.read_bytes() for one in sorted((folder, *folder.rglob("*"))) if one.is_file()}


@contextmanager
def frozen(folder: Path) -> Iterator[None]:
    """Nothing can be created, changed or deleted in `folder` by whoever is bound by permissions."""
    parts = [folder, *folder.rglob("*")]
    modes = [one.stat().st_mode for one in parts]
    for one in parts:
        one.chmod(0o500 if one.is_dir() else 0o400)
    try:
        yield
    finally:
        for one, mode in zip(parts, modes, strict=True):
            one.chmod(mode)


def quiet_log(here: Home) -> None:
    """Fails when the log tells of a mistake of ours."""
    text = here.log_file.read_text() if here.log_file.exists() else ""
    marks = (" ERROR", " CRITICAL", "Traceback")
    bad = [line for line in text.splitlines() if any(mark in line for mark in marks)]
    assert not bad, bad


def peak_rss_mb(pid: int) -> float:
    """The most memory that a living process ever had at once."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) / 1024
    raise AssertionError(f"no VmHWM of {pid}")


def put(text: str | bytes, name: str = "settings.toml") -> Home:
    """Write one of the user's files."""
    here = home()
    file = here.config / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    return here


@asynccontextmanager
async def providers(*several: Acme) -> AsyncIterator[None]:
    """Their servers, as long as the block lasts."""
    async with AsyncExitStack() as stack:
        for one in several:
            await one.open(stack)
        yield


def on(desktop: Desktop) -> Home:
    """This test's home as programs on the desktop have it."""
    here = home()
    return replace(here, runtime=Path(desktop.env["XDG_RUNTIME_DIR"]) / here.runtime.name)


async def quit_instance(here: Home, process: subprocess.Popen[bytes], deadline_s: float = 8.0) -> float:
    """Ask the running instance to end, as its own menu would; the real seconds that it took."""
    begun = time.monotonic()
    await client.ask(here, AskQuit())
    assert await asyncio.to_thread(process.wait, deadline_s) == 0
    return time.monotonic() - begun
