"""What a single answer says about what is there."""

from typing import Any
from urllib.parse import urlsplit

from trayapp.core.catalogue import Up
from trayapp.core.evidence.answers import is_html, redirected, same_site
from trayapp.core.json_text import read_json
from trayapp.core.remote_text import plain
from trayapp.watch.http import HttpAnswer

MAX_MODELS = 2000
MAX_NAME = 200
_WHERE_ERRORS_STAND = ("error.type", "error.message", "error.code", "error", "detail", "message", "code")
_NOT_THERE = frozenset({404, 405, 501})


def json_of(answer: HttpAnswer) -> Any:
    try:
        return read_json(answer.body)
    except ValueError:
        return None


def models_of(answer: HttpAnswer) -> tuple[str, ...] | None:
    """The models that this answer lists; None where it is no list of models."""
    if answer.status != 200:
        return None
    said = json_of(answer)
    rows = said.get("data", said.get("models")) if isinstance(said, dict) else said
    if rows is None and isinstance(said, dict) and said.get("object") == "list":
        # Programs in Go write an empty list so: Ollama without any model.
        rows = []
    if not isinstance(rows, list) or (rows is said and not rows):
        return None
    # Together lists them bare, some gateways by name alone.
    named = [row.get("id", row.get("name")) if isinstance(row, dict) else row for row in rows[:MAX_MODELS]]
    names = [name for name in named if isinstance(name, str) and name]
    if rows and not names:
        return None
    return tuple(dict.fromkeys(name for name in names if len(name) <= MAX_NAME and name.isprintable()))


def speaks_json(answer: HttpAnswer) -> bool:
    return isinstance(json_of(answer), (dict, list))


def is_error(answer: HttpAnswer) -> bool:
    """Is this an API's way of saying no?"""
    said = json_of(answer)
    return isinstance(said, dict) and any(_has(said, place) for place in _WHERE_ERRORS_STAND)


def is_anthropics(answer: HttpAnswer) -> bool:
    """Whether an error or a list of models has the shape of Anthropic's dialect."""
    said = json_of(answer)
    if not isinstance(said, dict):
        return False
    if said.get("type") == "error" and isinstance(said.get("error"), dict):
        return True
    return "has_more" in said and "first_id" in said and said.get("object") != "list"


def is_azures(answer: HttpAnswer) -> bool:
    """Whether this is how Azure asks for a key: the same at every path, and in words of its own."""
    return answer.status == 401 and is_error(answer) and b"subscription key" in answer.body


def exists(answer: HttpAnswer, control: HttpAnswer | None) -> bool:
    """Whether a path is there: `control` is the answer of one that cannot be."""
    if answer.status in _NOT_THERE or answer.status >= 500 or not speaks_json(answer):
        return False
    return control is None or answer.status != control.status or control.status in _NOT_THERE


def is_ready(answer: HttpAnswer) -> bool:
    """Whether it answers as it always does to whoever asks so, and is not merely busy, limited or broken."""
    return answer.status < 500 and answer.status not in (408, 429)


def counts_as_up(answer: HttpAnswer) -> tuple[Up, ...]:
    """An answer like this one, as a service file has it; a plain 200 needs no word, and trouble is never up."""
    if answer.status < 300 or not is_ready(answer):
        return ()
    said = json_of(answer)
    place = next((place for place in _WHERE_ERRORS_STAND if isinstance(said, dict) and _has(said, place)), None)
    return (Up(answer.status, place),)


def is_for_people(answer: HttpAnswer) -> bool:
    return is_html(answer.headers, answer.body)


def leads_to(answer: HttpAnswer) -> str | None:
    """The other host to which an answer sends whoever asks."""
    if not 300 <= answer.status < 400 or "location" not in answer.headers:
        return None
    target = redirected(answer.url, answer.headers)
    host = urlsplit(target).hostname
    return None if host is None or same_site(answer.url, target) else plain(host, 100)


def _has(said: dict[str, Any], dotted: str) -> bool:
    value: Any = said
    for name in dotted.split("."):
        if not isinstance(value, dict) or value.get(name) is None:
            return False
        value = value[name]
    return True
