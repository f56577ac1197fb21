"""Reading a request's fields, which may hold anything."""

from collections.abc import Mapping
from typing import Any

from trayapp.gateway.translation.refusals import malformed


def objects(fields: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """A list of objects; none where the field is absent. Raises Refused (400)."""
    value = fields.get(name)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise malformed(name)
    return value


def text(fields: Mapping[str, Any], name: str) -> str:
    """A text; empty where the field is absent. Raises Refused (400)."""
    value = fields.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise malformed(name)
    return value


def obj(fields: Mapping[str, Any], name: str) -> dict[str, Any]:
    """An object; empty where the field is absent. Raises Refused (400)."""
    value = fields.get(name)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise malformed(name)
    return value


def blocks(fields: Mapping[str, Any], name: str, kind: str) -> list[dict[str, Any]]:
    """A list of typed objects, or a text in its place as one of `kind`. Raises Refused (400)."""
    value = fields.get(name)
    return [{"type": kind, "text": value}] if isinstance(value, str) else objects(fields, name)


def copied(fields: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """What is set of the fields of these `names`, by the names that they have elsewhere."""
    return {to: value for name, to in names.items() if (value := fields.get(name)) is not None}
