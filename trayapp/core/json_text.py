"""Reading JSON that others wrote."""

import json
from typing import Any

import msgspec


def read_json(text: bytes) -> Any:
    """What `text` says. Raises ValueError, whatever is wrong with it.

    JSON may spell half of a pair of surrogates, `\\ud83d`, and whoever cuts a text in two does; msgspec takes the
    whole for damaged then. Such a text holds characters that no file and no terminal takes as they are.
    """
    try:
        return msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        if b"\\u" not in text:
            raise ValueError("not JSON") from error
    try:
        return json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _no_number(name: str) -> None:
    raise ValueError(f"{name} is no number")
