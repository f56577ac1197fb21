"""`setup openai-env`: points every tool that knows OPENAI_BASE_URL at the gateway, and back.

The address holds the tool's token, so it stands in a file for the user alone; the shells' start-up files, which
others may often read, only get a marked block that reads it. systemd's `environment.d` does the same for programs
that the desktop starts.
"""

import base64
import hashlib
import os
import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import NamedTuple

import msgspec

from trayapp.errors import Problem
from trayapp.net.loopback_proxy import LOOPBACK
from trayapp.paths import APP, Home
from trayapp.secrets.tokens import Tokens
from trayapp.settings.atomic import write_atomic, write_problem

TOOL = "openai-env"
VARIABLE = "OPENAI_BASE_URL"
# ~/.profile is made when it is missing: login shells and most display managers read it.
_ALWAYS = (".profile",)
_IF_THERE = (".bashrc", ".zshrc")


class FileOutcome(StrEnum):
    """What became of a file. `restored`: byte for byte as it was; `stripped`: only our block was taken out."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    RESTORED = "restored"
    STRIPPED = "stripped"
    DELETED = "deleted"


class Change(NamedTuple):
    path: Path
    outcome: FileOutcome


class Done(NamedTuple):
    """`url`: the base URL that tools now see, None after undo. `backups`: the folder of what was there before."""

    url: str | None
    changes: tuple[Change, ...]
    backups: Path


class _Before(msgspec.Struct, frozen=True):
    """A file before the first change: its bytes in base64, None when there was none; and the hash of what we wrote."""

    content: str | None
    written: str


class _Record(msgspec.Struct, frozen=True):
    version: int = 1
    files: dict[str, _Before] = {}


# Pure text


def with_block(text: str, block: str, name: str) -> str:
    """`text` with `block` as its last lines, between marks, in place of any earlier one."""
    rest = without_block(text, name)
    begin, end = _marks(name)
    return f"{rest}{'' if rest.endswith(chr(10)) or not rest else chr(10)}{begin}\n{block}{end}\n"


def without_block(text: str, name: str) -> str:
    """`text` without what stands between our marks, which are whole lines; a mark without its partner stays."""
    begin, end = _marks(name)
    kept: list[str] = []
    held: list[str] | None = None
    for line in text.splitlines(keepends=True):
        mark = line.rstrip("\r\n")
        if mark == begin:
            kept += held or []
            held = [line]
        elif held is not None and mark == end:
            held = None
        elif held is not None:
            held.append(line)
        else:
            kept.append(line)
    return "".join(kept + (held or []))


def shell_block(script: Path) -> str:
    """What goes between the marks of a shell's start-up file."""
    quoted = shlex.quote(str(script))
    return (
        f"# Points tools at LLM Ampel's gateway; `{APP} setup {TOOL} --undo` takes these lines out.\n"
        f"if [ -r {quoted} ]; then . {quoted}; fi\n"
    )


def shell_script(url: str) -> str:
    """What the shells read: the address, and that no proxy is asked for it, whatever else is excepted already."""
    return (
        f"export {VARIABLE}={shlex.quote(url)}\n"
        f"# No proxy can reach this machine's own address.\n"
        'ampel_exceptions="${no_proxy:-${NO_PROXY:-}}"\n'
        f'case ",$ampel_exceptions," in *,{LOOPBACK[0]},*) ;;\n'
        f'*) ampel_exceptions="{",".join(LOOPBACK)}${{ampel_exceptions:+,$ampel_exceptions}}" ;;\n'
        "esac\n"
        'export NO_PROXY="$ampel_exceptions" no_proxy="$ampel_exceptions"\n'
        "unset ampel_exceptions\n"
    )


def environment_conf(url: str) -> str:
    """A file for systemd's environment.d(5)."""
    exceptions = (f"{name}={','.join(LOOPBACK)}${{{name}:+,${name}}}\n" for name in ("NO_PROXY", "no_proxy"))
    return "".join((f"{VARIABLE}={url}\n", *exceptions))


def _marks(name: str) -> tuple[str, str]:
    return f"# >>> {name} >>>", f"# <<< {name} <<<"


# Files


def apply(home: Home, port: int, *, provider: str = "openai", user: Path | None = None) -> Done:
    """Point tools at the gateway on `port`. All or nothing; doing it again changes nothing.

    Raises Problem `setup_not_here`, `setup_file_unreadable`, `disk_full`, `not_writable` and what tokens raise.
    """
    if sys.platform == "win32":
        raise Problem("setup_not_here", variable=VARIABLE)
    token = Tokens(home).add(TOOL)
    url = f"http://127.0.0.1:{port}/t/{token}/{provider}/v1"
    places = _Places(home, user or Path.home())
    texts = {
        path: text for path, text in ((places.script, shell_script(url)), (places.conf, environment_conf(url))) if path
    }
    for path in places.shells():
        texts[path] = with_block(_read(path) or "", shell_block(places.script), places.name)
    before = {path: _read(path) for path in texts}
    changing = [path for path, text in texts.items() if before[path] != text]
    record = dict(places.record().files)
    for path in changing:
        if path.parent == places.user:
            record[str(path)] = _remembered(record.get(str(path)), before[path], texts[path], places.name)
            places.back_up(path, before[path])
    # First, so that whatever happens next can be undone; a hash of what was never written does no harm.
    write_atomic(places.record_file, msgspec.json.encode(_Record(files=record)))
    written: list[Path] = []
    try:
        for path in changing:
            _write(path, texts[path])
            written.append(path)
    except Problem:
        for path in written:
            _put_back(path, before[path])
        raise
    changes = (Change(path, FileOutcome.WRITTEN if path in changing else FileOutcome.UNCHANGED) for path in texts)
    return Done(url, tuple(changes), places.backups)


def undo(home: Home, *, user: Path | None = None) -> Done:
    """Take everything out again: byte for byte where nobody else wrote meanwhile, else only our own block.

    The token opens nothing from now on. Raises the same Problems as `apply`.
    """
    places = _Places(home, user or Path.home())
    record = places.record().files
    changes = []
    for path in sorted({*places.shells(), *map(Path, record)}):
        text = _read(path)
        if text is None:
            continue
        known = record.get(str(path))
        if known is not None and known.written == _hash(text):
            _put_back(path, None if known.content is None else _decode(base64.b64decode(known.content)))
            changes.append(Change(path, FileOutcome.DELETED if known.content is None else FileOutcome.RESTORED))
        elif (rest := without_block(text, places.name)) != text:
            _write(path, rest)
            changes.append(Change(path, FileOutcome.STRIPPED))
    for own in (places.script, places.conf):
        if own is not None and own.exists():
            _put_back(own, None)
            changes.append(Change(own, FileOutcome.DELETED))
    places.record_file.unlink(missing_ok=True)
    Tokens(home).forget(TOOL)
    return Done(None, tuple(changes), places.backups)


class _Places:
    """Where things stand. A trial's blocks and files are named apart from the user's own."""

    def __init__(self, home: Home, user: Path) -> None:
        self.name = f"{APP}-{home.namespace}" if home.namespace else APP
        self.user = user
        self.script = home.config / f"{TOOL}.sh"
        self.backups = home.data / "setup"
        self.record_file = self.backups / f"{TOOL}.json"
        config = Path(os.environ.get("XDG_CONFIG_HOME") or user / ".config")
        self.conf = config / "environment.d" / f"60-{self.name}.conf" if sys.platform == "linux" else None

    def shells(self) -> list[Path]:
        return [self.user / name for name in _ALWAYS] + [
            path for name in _IF_THERE if (path := self.user / name).exists()
        ]

    def record(self) -> _Record:
        try:
            return msgspec.json.decode(self.record_file.read_bytes(), type=_Record)
        except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
            # Without it the blocks are still found by their marks.
            return _Record()

    def back_up(self, path: Path, before: str | None) -> None:
        """A readable copy, for whoever wants it; the newest stays."""
        if before is not None:
            write_atomic(self.backups / f"{path.name.removeprefix('.')}.before", _encode(before))


def _remembered(known: _Before | None, before: str | None, text: str, name: str) -> _Before:
    """What to put back one day: from before our first change, as long as nobody else wrote since."""
    rest = None if before is None else without_block(before, name)
    if known is not None and before is not None and known.written == _hash(before):
        return _Before(known.content, _hash(text))
    if rest != before:
        # Our block is there and somebody wrote beside it: from now on it can only be taken out.
        return _Before(None, "")
    return _Before(None if rest is None else base64.b64encode(_encode(rest)).decode(), _hash(text))


def _hash(text: str) -> str:
    return hashlib.sha256(_encode(text)).hexdigest()


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")


def _decode(content: bytes) -> str:
    return content.decode("utf-8", "surrogateescape")


def _read(path: Path) -> str | None:
    try:
        return _decode(path.read_bytes())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Problem("setup_file_unreadable", path=str(path), reason=error.strerror) from error


def _write(path: Path, text: str) -> None:
    # Start-up files that did not exist hold no secret and get the usual mode; the others are the user's alone.
    write_atomic(path, _encode(text), mode=0o644 if path.name in _ALWAYS else 0o600)


def _put_back(path: Path, before: str | None) -> None:
    if before is not None:
        _write(path, before)
        return
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise write_problem(error, path) from error
