"""One token from a model: the request for it, and the moment at which it is there. Pure."""

from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import msgspec

from trayapp.watch.schedule.probe_jobs import ProbeJob

_GREETING = [{"role": "user", "content": "Hi"}]


class Seen(StrEnum):
    """What a stream has shown so far. `end`: it ended well without a visible token, as reasoning models may."""

    NOTHING = "nothing"
    TOKEN = "token"
    END = "end"
    ERROR = "error"


def request_body(job: ProbeJob) -> bytes:
    """The shortest question in the dialect that the address implies, or the catalogue's own body with the model."""
    probe = job.probe
    if probe.body is not None:
        body = msgspec.json.decode(probe.body, type=dict[str, Any])
    elif probe.url.partition("?")[0].endswith("/messages"):
        body = {"messages": _GREETING, "max_tokens": 1, "stream": True}
    else:
        body = {"messages": _GREETING, "max_completion_tokens": 1, "stream": True}
    return msgspec.json.encode(body | {"model": job.model})


def seen(stream: bytes) -> Seen:
    """Reads server-sent events as far as they have come: OpenAI's chunks or Anthropic's events."""
    return next((shown for event in _events(stream) if (shown := _event(event)) is not Seen.NOTHING), Seen.NOTHING)


def error_in(stream: bytes) -> object:
    """What the first error in a stream says of itself; None where there is none."""
    event = next((event for event in _events(stream) if _event(event) is Seen.ERROR), {})
    return event.get("error")


def _events(stream: bytes) -> Iterator[dict[str, Any]]:
    for line in stream.split(b"\n"):
        if not line.startswith(b"data:"):
            continue
        data = line[5:].strip()
        if data == b"[DONE]":
            yield {"type": "message_stop"}
            continue
        try:
            event = msgspec.json.decode(data)
        except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
            # The last line may be half there.
            continue
        if isinstance(event, dict):
            yield event


def _event(event: dict[str, Any]) -> Seen:
    if event.get("type") == "error" or isinstance(event.get("error"), dict):
        return Seen.ERROR
    if event.get("type") == "content_block_delta":
        return Seen.TOKEN
    if event.get("type") == "message_stop":
        return Seen.END
    choices = event.get("choices")
    if not isinstance(choices, list) or not choices or not isinstance(choices[0], dict):
        return Seen.NOTHING
    delta = choices[0].get("delta")
    if isinstance(delta, dict) and any(delta.get(name) for name in ("content", "reasoning", "reasoning_content")):
        return Seen.TOKEN
    return Seen.END if choices[0].get("finish_reason") else Seen.NOTHING
