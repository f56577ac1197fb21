"""What is wrong with edited settings, before anything is written: the same rules and words as for the file."""

from collections.abc import Iterable, Mapping
from typing import Any

from trayapp.errors import Problem
from trayapp.settings.document import shown
from trayapp.settings.mistakes import dotted, find_mistakes, look_up
from trayapp.settings.own_gateway import is_own_gateway
from trayapp.settings.schema import DEFAULT_PORT, Key, Settings
from trayapp.text.problems import words


def mistakes(values: Mapping[Key, object]) -> dict[Key, list[str]]:
    """Each mistake in words, by the key of the setting."""
    data = nested(values)
    messages: dict[Key, list[str]] = {}
    for mistake in find_mistakes(data, Settings):
        value = shown(look_up(data, mistake.place), mistake.place)
        # The one text that stands in a list's place is a command that could not be taken apart.
        code = "setting_open_quote" if mistake.code == "setting_not_list" else mistake.code
        _title, message = words((code, {"found": value} | mistake.params))
        messages.setdefault(_owner(tuple(map(str, mistake.place)), values), []).append(message)
    url, port = values.get(("local", "url")), values.get(("gateway", "port"))
    if isinstance(url, str) and is_own_gateway(url, port if isinstance(port, int) else DEFAULT_PORT):
        messages.setdefault(("local", "url"), []).append(words(("local_is_gateway", {"url": url}))[1])
    return messages


def nested(values: Mapping[Key, object]) -> dict[str, Any]:
    """Keys as the tables of the file; what is not set is left out."""
    data: dict[str, Any] = {}
    for key, value in values.items():
        if value is None:
            continue
        table = data
        for part in key[:-1]:
            table = table.setdefault(part, {})
        table[key[-1]] = value
    return data


def by_key(problems: Iterable[Problem], keys: Iterable[Key]) -> tuple[dict[Key, list[str]], list[Problem]]:
    """Problems of the file: messages for those that name one of `keys`, and the rest."""
    known = {dotted(key): key for key in keys}
    placed: dict[Key, list[str]] = {}
    rest: list[Problem] = []
    for problem in problems:
        # A list's entry belongs to the list.
        key = known.get(str(problem.params.get("key") or "").partition("[")[0])
        if key is not None:
            placed.setdefault(key, []).append(words(problem)[1])
        else:
            rest.append(problem)
    return placed, rest


def _owner(place: Key, known: Iterable[Key]) -> Key:
    """The setting that a place lies in: a list's entry belongs to the list."""
    return next((key for key in known if place[: len(key)] == key), place)
