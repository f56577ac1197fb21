"""The user's `settings.toml`: read strictly, changed without touching anything else in it.

A file that is broken or written by a newer version is refused with every mistake named, and never overwritten.
"""

import tomllib
from collections.abc import Mapping, MutableMapping
from typing import Any

import msgspec

from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.settings.atomic import write_atomic
from trayapp.settings.document import Document, missing, read
from trayapp.settings.mistakes import Mistake, dotted, find_mistakes
from trayapp.settings.schema import VERSION, Key, Settings

# Somebody who edits by hand at the very same moment is rare; a program that writes in a loop is not waited for.
MAX_ATTEMPTS = 5


class SettingsErrors(Problem):
    """Everything that is wrong with the settings file; each of `problems` names its line, key and what is allowed."""

    def __init__(self, file: str, problems: list[Problem]) -> None:
        super().__init__("settings_broken", path=file, count=len(problems))
        self.problems = tuple(problems)

    def __str__(self) -> str:
        return f"{super().__str__()}: " + "; ".join(map(str, self.problems))


def load(home: Home) -> Settings:
    """The user's settings; defaults where there is no file. Raises SettingsErrors."""
    document = _read(home)
    return Settings() if document is None else _decode(document)


def fingerprint(home: Home) -> tuple[int, int, int] | None:
    """Differs after every edit of the file, whoever made it; None while there is none or it cannot be seen."""
    try:
        status = home.settings_file.stat()
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size, status.st_ino


def change(home: Home, changes: Mapping[Key, Any]) -> Settings:
    """Set keys (`{("gateway", "port"): 17503}`); None takes a key out, which brings back its default.

    Everything else in the file stays as it is, comments and layout included. Raises SettingsErrors when the file is
    broken or a value is not allowed, Problem `disk_full` or `not_writable` when it cannot be written; in each case
    the file is left as it was.
    """
    for _ in range(MAX_ATTEMPTS):
        before = fingerprint(home)
        document = _read(home)
        if document is not None:
            _decode(document)
        text, settings = _changed("" if document is None else document.text, changes, home)
        if fingerprint(home) == before:
            write_atomic(home.settings_file, text.encode())
            return settings
    raise Problem("settings_busy", path=str(home.settings_file))


def _read(home: Home) -> Document | None:
    try:
        return read(home.settings_file)
    except FileNotFoundError:
        if home.settings_file.is_symlink():
            # A dotfile manager's, whose folder is not there now: not the same as no settings.
            raise SettingsErrors(str(home.settings_file), [missing(home.settings_file)]) from None
        return None
    except Problem as problem:
        raise SettingsErrors(str(home.settings_file), [problem]) from None


def _decode(document: Document) -> Settings:
    version = document.data.get("version", VERSION)
    if isinstance(version, int) and version > VERSION:
        # What else a newer version changed is not known here, so nothing else is said about the file.
        newer = document.problem(Mistake(("version",), "settings_newer", {"known": VERSION}))
        raise SettingsErrors(str(document.file), [newer])
    mistakes = [*find_mistakes(document.data, Settings), *_repeated(document.data)]
    if mistakes:
        raise SettingsErrors(str(document.file), [document.problem(mistake) for mistake in mistakes])
    return msgspec.convert(document.data, Settings)


def _repeated(data: dict[str, Any]) -> list[Mistake]:
    watch = data.get("watch")
    services = watch.get("services") if isinstance(watch, dict) else None
    if not isinstance(services, list):
        return []
    return [
        Mistake(("watch", "services", index), "setting_twice", {})
        for index, service in enumerate(services)
        if service in services[:index]
    ]


def _changed(text: str, changes: Mapping[Key, Any], home: Home) -> tuple[str, Settings]:
    # Only for writing: 0.7 MB that reading does not need.
    import tomlkit
    from tomlkit.exceptions import TOMLKitError

    expected = tomllib.loads(text)
    edited = tomlkit.parse(text)
    plain = {key: _plain(value) for key, value in changes.items()}
    if not text.strip():
        plain = {("version",): VERSION} | plain
    try:
        for key, value in plain.items():
            _put(expected, key, value)
            _put(edited, key, value)
        new = Document(home.settings_file, tomlkit.dumps(edited).encode())
    except TOMLKitError as error:
        raise Problem("settings_not_changed", path=str(home.settings_file)) from error
    settings = _decode(new)
    if new.data != expected:
        raise Problem("settings_not_changed", path=str(home.settings_file))
    return new.text, settings


def _plain(value: Any) -> Any:
    return msgspec.json.decode(msgspec.json.encode(value))


def _put(table: Any, key: Key, value: Any) -> None:
    import tomlkit

    *parents, name = key
    for depth, parent in enumerate(parents):
        if parent not in table:
            if value is None:
                return
            # A super table has no header of its own, so that a new [a.b] does not drag an empty [a] along.
            table[parent] = tomlkit.table(is_super_table=depth < len(parents) - 1)
        table = table[parent]
        if not isinstance(table, MutableMapping):
            raise Problem("setting_no_place", key=dotted(key), value=dotted(tuple(parents[: depth + 1])))
    if value is None:
        table.pop(name, None)
    else:
        table[name] = value
