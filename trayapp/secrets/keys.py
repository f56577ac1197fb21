"""The user's keys: in the keyring, each bound to its host, and nowhere else.

Every keyring call runs in a short-lived child process (`keyring_child`), because it can block for ever on a prompt;
nothing here blocks. A key is stored together with the host it is for and given for that host only. A refused or
ignored prompt is not repeated in this session unless `reconsider` says that the user wants it.
"""

import asyncio
import json
import os
import re
import sys
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from trayapp.core.hosts import host_of, same_host
from trayapp.errors import Problem
from trayapp.logs import register_secret
from trayapp.paths import APP, Home
from trayapp.secrets import keyring_child
from trayapp.secrets.env_keys import EnvKey
from trayapp.secrets.key_index import KeyIndex, index_file, read_index, write_index
from trayapp.tasks import Tasks

# Long enough to come back to the desk and type a password into the prompt.
KEYRING_TIMEOUT_S = 120.0
# How long a request waits for its key; while a prompt is open, requests go on without.
PATIENCE_S = 3.0
# Looking again costs a process and shows nothing; it only notices that the user unlocked the keyring meanwhile.
LOOK_AGAIN_S = 300.0
# Windows keeps 2,560 bytes an entry, and keyring writes UTF-16 (jaraco/keyring#355).
MAX_ENTRY_CHARACTERS_WINDOWS = 1_280

_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,40}")
_SENDABLE = re.compile(r"[\x21-\x7e]+")
_EXCEPTION_NAME = re.compile(r"^([A-Za-z_][\w.]*)(?::|$)")


class KeyringState(StrEnum):
    AVAILABLE = "available"
    LOCKED = "locked"
    ABSENT = "absent"
    TIMEOUT = "timeout"
    FAILED = "failed"


class KeySource(Protocol):
    """Where watchers and the gateway get keys from."""

    async def get(self, name: str, host: str) -> str | None:
        """The key for requests to `host[:port]`; None when none is stored.

        Raises Problem: `keyring_locked`, `keyring_absent`, `keyring_timeout`, `keyring_failed`, `key_other_host`,
        `key_malformed`, `key_index_broken`.
        """


class _Held:
    """A key in memory that does not show itself in tracebacks and logs."""

    __slots__ = ("host", "value")

    def __init__(self, host: str, value: str) -> None:
        self.host = host
        self.value = value

    def __repr__(self) -> str:
        return f"<key for {self.host}>"


class Keys:
    """The keys of one home. `env_keys` tells which names the settings take from the environment instead."""

    def __init__(
        self,
        home: Home,
        env_keys: Callable[[], Mapping[str, EnvKey]] = dict,
        *,
        timeout_s: float = KEYRING_TIMEOUT_S,
        patience_s: float = PATIENCE_S,
    ) -> None:
        self._home = home
        self._env_keys = env_keys
        self._timeout_s = timeout_s
        self._patience_s = patience_s
        # One child at a time, so that there is never more than one prompt.
        self._turn = asyncio.Lock()
        self._tasks = Tasks("keys")
        self._fetching: dict[str, asyncio.Task[_Held | Problem | None]] = {}
        self._held: dict[str, _Held | None] = {}
        self._seen: tuple[tuple[int, int] | None, KeyIndex] | None = None
        self._refused: tuple[Problem, float] | None = None

    async def get(self, name: str, host: str) -> str | None:
        """See `KeySource.get`."""
        env_key = self._env_keys().get(name)
        if env_key is not None:
            _demand_host(name, env_key.host, host)
            value = os.environ.get(env_key.variable, "").strip()
            return sound(name, value) if value else None
        bound = self._index().hosts.get(name)
        if bound is None:
            return None
        _demand_host(name, bound, host)
        held = self._held[name] if name in self._held else await self._fetched(name)
        if held is None:
            return None
        _demand_host(name, held.host, host)
        return held.value

    async def set(self, name: str, host: str, value: str) -> None:
        """Store a key for `host[:port]`, in place of any older one of that name.

        Raises Problem as `get` does, and `key_name`, `key_malformed`, `key_too_long`, `disk_full`, `not_writable`.
        """
        if not _NAME.fullmatch(name):
            raise Problem("key_name", name=name)
        value = sound(name, value.strip())
        entry = json.dumps({"host": host_of(f"https://{host}"), "value": value})
        if len(entry) > _max_entry_characters(sys.platform):
            raise Problem("key_too_long", name=name, limit=_max_entry_characters(sys.platform))
        async with self._turn:
            before = self._index()
            backend = await self._backend(before)
            after = KeyIndex(backend, before.hosts | {name: host_of(f"https://{host}")})
            # The index first: a listed name without a key does no harm, a key that nobody lists is never found again.
            await asyncio.to_thread(write_index, self._home, after)
            try:
                await self._child(after, "set", name, ask=True, value=entry)
            except Problem as problem:
                # After a time-out nobody knows whether it was stored.
                if problem.code != "keyring_timeout":
                    await asyncio.to_thread(write_index, self._home, before)
                raise
            self._refused = None
            self._index()
            self._held[name] = _Held(after.hosts[name], value)

    async def forget(self, name: str) -> None:
        """Delete a key from the keyring and from the index; nothing happens when there is none."""
        async with self._turn:
            index = self._index()
            if name not in index.hosts:
                return
            await self._child(index, "forget", name, ask=True)
            hosts = {other: host for other, host in index.hosts.items() if other != name}
            await asyncio.to_thread(write_index, self._home, KeyIndex(index.backend, hosts))

    def names(self) -> list[str]:
        """The names of the stored keys. Raises Problem `key_index_broken`."""
        return sorted(self.hosts())

    def hosts(self) -> dict[str, str]:
        """The host of each stored key, by name. Raises Problem `key_index_broken`."""
        return dict(read_index(self._home).hosts)

    async def state(self) -> KeyringState:
        """How the keyring is, found out without any prompt. Raises Problem `key_index_broken`."""
        index = self._index()
        async with self._turn:
            try:
                reply = await self._child(index, "state", "")
            except Problem as problem:
                return KeyringState(problem.code.removeprefix("keyring_"))
        return KeyringState.AVAILABLE if reply["state"] == "available" else KeyringState.LOCKED

    def reconsider(self) -> None:
        """The user wants it: the next `get` may show a prompt again."""
        self._refused = None
        self._held.clear()

    async def close(self) -> None:
        """Give up what is still being asked; its process is killed."""
        await self._tasks.close()

    def _index(self) -> KeyIndex:
        # Another process of ours, such as the command line, may have changed keys: it rewrites the index then.
        try:
            status = index_file(self._home).stat()
            seen = status.st_mtime_ns, status.st_ino
        except OSError:
            seen = None
        if self._seen is None or seen != self._seen[0]:
            self._held.clear()
            self._seen = seen, read_index(self._home)
        return self._seen[1]

    async def _backend(self, index: KeyIndex) -> str:
        try:
            reply = await self._child(index, "state", "")
        except Problem as problem:
            if problem.code != "keyring_absent" or index.backend is None:
                raise
            # The keyring that was used so far is gone, and the user is storing a key: this is the moment to move.
            reply = await self._child(KeyIndex(), "state", "")
        return str(reply["backend"])

    async def _fetched(self, name: str) -> _Held | None:
        if self._refused is not None and time.monotonic() - self._refused[1] < LOOK_AGAIN_S:
            raise self._refused[0]
        fetching = self._fetching.get(name)
        if fetching is None:
            fetching = self._fetching[name] = self._tasks.spawn(self._fetch(name), f"get {name}")
        await asyncio.wait({fetching}, timeout=self._patience_s)
        if not fetching.done():
            raise Problem("keyring_locked")
        outcome = fetching.result()
        if isinstance(outcome, Problem):
            raise outcome
        return outcome

    async def _fetch(self, name: str) -> _Held | Problem | None:
        try:
            async with self._turn:
                reply = await self._child(self._index(), "get", name, ask=self._refused is None)
                held = self._held[name] = _unpack(name, reply["value"])
                self._refused = None
                return held
        except Problem as problem:
            if problem.code.startswith("keyring_"):
                self._refused = problem, time.monotonic()
            return problem
        finally:
            del self._fetching[name]

    async def _child(
        self, index: KeyIndex, do: str, name: str, *, ask: bool = False, value: str | None = None
    ) -> dict[str, Any]:
        apart = f"-{self._home.namespace}" if self._home.namespace else ""
        request = {
            "do": do,
            # A service name for each key: Windows shuffles entries that share one.
            "entry": f"{APP}{apart}/{name}",
            "user": name,
            "backend": index.backend,
            "ask": ask,
            "value": value,
        }
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            # Not the working directory, whatever lies there.
            "-P",
            str(Path(keyring_child.__file__)),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.PIPE,
        )
        try:
            async with asyncio.timeout(self._timeout_s):
                out, err = await process.communicate(json.dumps(request).encode())
        except TimeoutError:
            raise Problem("keyring_timeout", seconds=round(self._timeout_s)) from None
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        return _reply(process.returncode, out, err)


def _reply(status: int | None, out: bytes, err: bytes) -> dict[str, Any]:
    if status != 0:
        raise Problem("keyring_failed", reason=_exception_name(err) or f"exit status {status}")
    try:
        reply: dict[str, Any] = json.loads(out)
    except ValueError:
        raise Problem("keyring_failed", reason="unreadable answer") from None
    if (problem := reply.get("problem")) is not None:
        raise Problem(f"keyring_{problem}", reason="")
    return reply


def _unpack(name: str, entry: str | None) -> _Held | None:
    if entry is None:
        return None
    try:
        fields = json.loads(entry)
        host, value = str(fields["host"]), str(fields["value"])
    except (ValueError, TypeError, KeyError):
        # Not raised from the original, whose text quotes the entry.
        raise Problem("key_malformed", name=name) from None
    return _Held(host, sound(name, value))


def _exception_name(traceback: bytes) -> str | None:
    """The exception's name alone: its text may quote what was being stored."""
    lines = traceback.decode(errors="replace").strip().splitlines()
    match = _EXCEPTION_NAME.match(lines[-1]) if lines else None
    return match.group(1) if match else None


def _demand_host(name: str, bound: str, host: str) -> None:
    if not same_host(bound, host):
        raise Problem("key_other_host", name=name, stored_for=bound, host=host)


def sound(name: str, value: str) -> str:
    """The key, if it can be sent in a header. Raises Problem `key_malformed`."""
    register_secret(value)
    if not _SENDABLE.fullmatch(value):
        raise Problem("key_malformed", name=name)
    return value


def _max_entry_characters(platform: str) -> float:
    return MAX_ENTRY_CHARACTERS_WINDOWS if platform == "win32" else float("inf")
