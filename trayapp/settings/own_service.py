"""A service file of the user's, made from what was found at an address: written whole, and over nothing unasked."""

import json
import tomllib
from collections.abc import Iterator
from typing import Any

import msgspec

from trayapp.core.catalogue import Provider
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.settings import document
from trayapp.settings.atomic import write_atomic, write_new
from trayapp.settings.document import Document
from trayapp.settings.file import change, load
from trayapp.settings.schema import Key

_TABLES = ("page", "api")


def write_service(home: Home, provider: Provider, heading: str, *, replace: bool = False) -> str:
    """Write `services/<id>.toml`, and have it watched where a list in the settings says what is. Returns the path.

    `heading`: comment lines above it, one line each. Raises Problem `service_file_exists` (path) unless `replace`,
    `disk_full`, `not_writable`, and what `settings.file.change` raises; then nothing has changed.
    """
    file = home.services_dir / f"{provider.provider}.toml"
    settings = load(home)
    text = service_text(provider, heading)
    if tomllib.loads(text) != _plain(provider):
        raise Problem("internal", kind="service_file")
    if replace:
        write_atomic(file, text.encode())
    elif not write_new(file, text.encode()):
        raise Problem("service_file_exists", path=str(file))
    watch: Key = ("watch", "services")
    if _is_listed(home):
        ids = [service.id for service in provider.services if service.id not in settings.watch.services]
        if ids:
            try:
                change(home, {watch: [*settings.watch.services, *ids]})
            except Problem:
                if not replace:
                    file.unlink()
                raise
    return str(file)


def service_text(provider: Provider, heading: str = "") -> str:
    """The provider as a service file, as people write them."""
    lines = [f"# {line}" for line in heading.splitlines()]
    table = _plain(provider)
    services = table.pop("service")
    lines += [f"{name} = {_value(value)}" for name, value in table.items() if name not in _TABLES]
    for name in _TABLES:
        if name in table:
            lines += ["", f"[{name}]", *_rows(table[name])]
    for service in services:
        parts = {name: service.pop(name, []) for name in ("component", "probe")}
        lines += ["", "[[service]]", *_rows(service)]
        for name, several in parts.items():
            for one in several:
                lines += ["", f"[[service.{name}]]", *_rows(one)]
    return "\n".join(lines) + "\n"


def _plain(provider: Provider) -> dict[str, Any]:
    """What differs from the defaults, as TOML has it."""
    value = _without_defaults(provider)
    assert isinstance(value, dict)
    return value


def _without_defaults(value: Any) -> Any:
    if isinstance(value, msgspec.Struct):
        return {
            field.encode_name: _without_defaults(got)
            for field in msgspec.structs.fields(type(value))
            if (got := getattr(value, field.name)) != field.default and not _is_empty(got)
        }
    if isinstance(value, dict):
        return {name: _without_defaults(one) for name, one in value.items()}
    if isinstance(value, tuple | list):
        return [_without_defaults(one) for one in value]
    return msgspec.to_builtins(value)


def _is_empty(value: Any) -> bool:
    return value is None or (isinstance(value, tuple | dict) and not value)


def _rows(table: dict[str, Any]) -> Iterator[str]:
    for name, value in table.items():
        yield f"{name} = {_value(value)}"


def _value(value: Any) -> str:
    match value:
        case dict():
            return "{ " + ", ".join(f"{_key(name)} = {_value(one)}" for name, one in value.items()) + " }"
        case list():
            return "[" + ", ".join(map(_value, value)) + "]"
        case str():
            # TOML's basic strings are JSON's, but for DEL, which it wants escaped as well.
            return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
        case _:
            return json.dumps(value)


def _key(name: str) -> str:
    return name if name.replace("-", "").replace("_", "").isalnum() and name.isascii() else json.dumps(name)


def _is_listed(home: Home) -> bool:
    try:
        written = document.read(home.settings_file)
    except FileNotFoundError:
        written = Document(home.settings_file, b"")
    return written.has(("watch", "services"))
