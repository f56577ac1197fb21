"""A token per tool: who may use the gateway, and as whom.

The tokens are kept readable because a tool is pointed at the gateway again with the one it has. The file is for the
user alone; the command line and the running gateway share it.
"""

import contextlib
import hmac
import logging
import os
import re
import secrets
import sys
from collections.abc import Iterator

import msgspec

from trayapp import logs
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.settings.atomic import write_atomic, write_problem
from trayapp.settings.reading import read_whole
from trayapp.settings.schema import TOOL_NAME

log = logging.getLogger(__name__)

PREFIX = "ampel-"
"""Tells a token from a provider's key at sight, so that one never travels in place of the other."""
TOKEN = re.compile(PREFIX + r"[A-Za-z0-9_-]{40,}")
"""A token anywhere in a text."""
_TOKEN_BYTES = 32  # 256 bits: beyond guessing


class _TokensFile(msgspec.Struct, frozen=True):
    version: int = 1
    tokens: dict[str, str] = {}


class Tokens:
    """The tokens of one installation. Another process' changes are seen at the next look."""

    def __init__(self, home: Home) -> None:
        self._path = home.tokens_file
        self._seen: tuple[int, int, int] | None = None
        self._by_tool: dict[str, str] = {}
        self._broken = False

    def add(self, tool: str) -> str:
        """The token of `tool`, made if there is none yet.

        Raises Problem `bad_tool_name`, `tokens_broken`, `disk_full` or `not_writable`.
        """
        if not re.search(TOOL_NAME, tool):
            raise Problem("bad_tool_name", name=tool[:60])
        with self._changing() as tokens:
            return tokens.setdefault(tool, PREFIX + secrets.token_urlsafe(_TOKEN_BYTES))

    def forget(self, tool: str) -> None:
        """From now on the token of `tool` opens nothing. Raises what `add` raises."""
        with self._changing() as tokens:
            tokens.pop(tool, None)

    def names(self) -> tuple[str, ...]:
        """The tools that have a token, in the order in which they got it."""
        self._look()
        return tuple(self._by_tool)

    def find(self, token: str) -> str | None:
        """Whose token this is. Takes the same time whatever is wrong with it."""
        self._look()
        presented = token.encode(errors="surrogateescape")
        owner = None
        for tool, known in self._by_tool.items():
            if hmac.compare_digest(presented, known.encode()):
                owner = tool
        return owner

    def _look(self) -> None:
        try:
            state = self._path.stat()
            seen = (state.st_ino, state.st_mtime_ns, state.st_size)
            if seen == self._seen:
                return
            if state.st_mode & 0o077 and os.name == "posix":
                self._path.chmod(0o600)
            self._by_tool = dict(msgspec.json.decode(read_whole(self._path), type=_TokensFile).tokens)
            self._broken = False
        except FileNotFoundError:
            seen, self._by_tool, self._broken = None, {}, False
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
            if not self._broken:
                log.warning("no tool is let in, %s cannot be read: %s", self._path, type(error).__name__)
            self._by_tool, self._broken = {}, True
            return
        self._seen = seen
        for token in self._by_tool.values():
            logs.register_secret(token)

    @contextlib.contextmanager
    def _changing(self) -> Iterator[dict[str, str]]:
        with self._locked():
            self._seen = None
            self._look()
            if self._broken:
                raise Problem("tokens_broken", path=str(self._path))
            tokens = dict(self._by_tool)
            yield tokens
            if tokens != self._by_tool:
                write_atomic(self._path, msgspec.json.encode(_TokensFile(tokens=tokens)), mode=0o600)
                self._look()

    @contextlib.contextmanager
    def _locked(self) -> Iterator[None]:
        """Two processes that add a token at once would otherwise lose one."""
        lock = self._path.with_suffix(".lock")
        try:
            lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            handle = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise write_problem(error, lock) from error
        try:
            if sys.platform != "win32":
                import fcntl

                fcntl.flock(handle, fcntl.LOCK_EX)
            yield
        finally:
            os.close(handle)
