"""A server that we started: it runs under the guard, writes into a log of ours, and ends with us."""

import asyncio
import contextlib
import logging
import os
import shutil
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Self

from trayapp.core.remote_text import plain
from trayapp.errors import Problem
from trayapp.local.client import REASON_LIMIT_CHARS
from trayapp.local.guard import GRACE_S

log = logging.getLogger(__name__)

GUARD = str(Path(__file__).with_name("guard.py"))
# The guard needs a moment of its own after it has killed the server.
STOP_LIMIT_S = GRACE_S + 3.0
TAIL_BYTES = 16 << 10
# llama.cpp marks its lines: seconds since the start, then the severity.
_ERROR_MARK = " E "


def _open_log(file: Path) -> int:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if file.exists():
            file.replace(file.with_name(file.name + ".1"))
        return os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    except OSError as error:
        raise Problem("local_log_failed", path=str(file), reason=error.strerror or "") from error


class Child:
    """One started server. Make it with `start`; `stop` or our own death ends it, and it is always reaped.

    `announcement` reads its standard output where `start` was asked for that by `announces`.
    """

    def __init__(self, process: asyncio.subprocess.Process, name: str, log_file: Path) -> None:
        self._process = process
        self._log_file = log_file
        self.name = name

    @classmethod
    async def start(
        cls,
        command: Sequence[str],
        log_file: Path,
        *,
        environment: Mapping[str, str] | None = None,
        name: str | None = None,
        announces: bool = False,
    ) -> Self:
        """Run `command` with its output in `log_file`, the log before it kept as `.1`; `name` is for people.

        Raises `Problem`: `local_start_not_found` (command), `local_log_failed` (path, reason).
        """
        program = shutil.which(command[0])
        if program is None:
            raise Problem("local_start_not_found", command=command[0])

        async def make() -> Self:
            sink = await asyncio.to_thread(_open_log, log_file)
            try:
                process = await asyncio.create_subprocess_exec(
                    sys.executable,
                    # Neither the user's environment nor site packages: the guard is small and starts in milliseconds.
                    *("-I", "-S", GUARD, program),
                    *command[1:],
                    stdin=asyncio.subprocess.PIPE,
                    stdout=asyncio.subprocess.PIPE if announces else sink,
                    stderr=sink,
                    env={**os.environ, **(environment or {})},
                    # Ctrl+C in our terminal is for us; we end the server in our own time.
                    start_new_session=True,
                )
            finally:
                os.close(sink)
            return cls(process, name or command[0], log_file)

        # Cancelled halfway, asyncio may wait for ever, and would kill the guard in front of the server
        # (https://github.com/python/cpython/issues/103847). It is a matter of milliseconds, so let it be made first.
        making: asyncio.Task[Self] = asyncio.get_running_loop().create_task(make(), name="local/start")
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            with contextlib.suppress(Problem):
                await (await making).stop()
            raise

    @property
    def exit_code(self) -> int | None:
        """None while it runs."""
        return self._process.returncode

    async def wait(self) -> int:
        return await self._process.wait()

    async def announcement(self) -> str | None:
        """The next line of standard output; None at its end."""
        assert self._process.stdout is not None
        return (await self._process.stdout.readline()).decode("utf-8", "replace").strip() or None

    def exited(self) -> Problem:
        """Why it ended, once it has: `local_exited` (command, exit_code, reason), or `local_exited_silently`."""
        reason = self._last_words()
        if not reason:
            return Problem("local_exited_silently", command=self.name, exit_code=self.exit_code)
        return Problem("local_exited", command=self.name, exit_code=self.exit_code, reason=reason)

    def _last_words(self) -> str:
        try:
            with self._log_file.open("rb") as file:
                file.seek(max(0, self._log_file.stat().st_size - TAIL_BYTES))
                lines = [line for line in file.read().decode("utf-8", "replace").splitlines() if line.strip()]
        except OSError:
            return ""
        errors = [line.partition(_ERROR_MARK)[2] for line in lines if _ERROR_MARK in line[:32]]
        return plain(errors[0] if errors else lines[-1] if lines else "", REASON_LIMIT_CHARS)

    async def stop(self) -> None:
        """End it: asked first, killed after `GRACE_S`. Returns when it is gone."""
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(STOP_LIMIT_S):
                await self._process.wait()
        except TimeoutError:
            log.warning("%s did not end within %s s and is killed", self.name, STOP_LIMIT_S)
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
