"""What a tool has got, in the words of the table of faults."""

import json
import re
import zlib
from typing import Any

from tests.support.gatewaybed import Got
from tests.support.strict_readers import messages_answer, responses_answer
from tests.support.voices import CHAT, MESSAGES, PING, RESPONSES, Voice

_MARK = re.compile(rb"(CLOUD|LOCAL)-(\d+)")


def seen(got: Got, sent: Got | None, voice: Voice, *, streams: bool) -> str:
    """What the tool has got, in the words of the table. `sent`: what the provider said last."""
    raw = _unpacked(got)
    sources = set(_MARK.findall(raw))
    assert len(sources) <= 1, f"of several sources: {sources}"
    route = got.headers.get("x-llm-ampel-route", "")
    if sent is not None and got.status == sent.status and route.startswith("cloud;"):
        if not got.whole and sent.body.startswith(got.body):
            return "broken"
        if got.body == sent.body:
            return str(got.status) if got.status >= 300 else _answer_of_provider(raw, voice, got)
    if got.status >= 400 and got.whole and _is_error(raw, voice):
        assert not any(who == b"CLOUD" for who, _ in sources)
        return f"refused {got.status}"
    if got.status == 200 and got.whole and not any(who == b"CLOUD" for who, _ in sources):
        assert route.startswith("local;"), route
        return _answer_of_target(raw, voice, streams=streams)
    return f"{got.status} {'whole' if got.whole else 'broken'} {raw[-300:]!r}"


def _answer_of_provider(raw: bytes, voice: Voice, got: Got) -> str:
    if not got.headers.get("content-type", "").startswith("text/event-stream"):
        fields = _fields(raw)
        return "as-it-came" if fields is None or not _is_answer(fields) else "cloud"
    if b'"error": {' in raw:
        return "event"
    ends = {"chat": b'"finish_reason": "', "responses": b"event: response.", "messages": b"event: message_stop"}
    last = raw.removesuffix(b"data: [DONE]\n\n").rstrip().rpartition(b"\n\n")[2]
    finals = (b"response.completed", b"response.incomplete")
    whole = ends[voice.name] in last and (voice is not RESPONSES or any(final in last for final in finals))
    return "cloud" if whole else "as-it-came"


def _answer_of_target(raw: bytes, voice: Voice, *, streams: bool) -> str:
    if not streams:
        fields = _fields(raw)
        assert fields is not None
        assert _is_answer(fields)
        return "local"
    last = raw.rstrip().rpartition(b"\n\n")[2]
    if b'"error":{' in last.replace(b'"error": {', b'"error":{'):
        return "local+event"
    if voice is CHAT:
        assert last == b"data: [DONE]"
        assert b'"finish_reason": "stop"' in raw
    else:
        answer = messages_answer(raw.replace(PING, b"")) if voice is MESSAGES else responses_answer(raw)
        assert answer.get("type") != "error"
        assert answer.get("status") != "failed"
    return "local"


def _is_answer(fields: dict[str, Any]) -> bool:
    return not fields.get("error") and any(name in fields for name in ("choices", "output", "content"))


def _is_error(raw: bytes, voice: Voice) -> bool:
    fields = _fields(raw)
    error = (fields or {}).get("error")
    if fields is None or not isinstance(error, dict) or not isinstance(error.get("message"), str):
        return False
    return fields.get("type") == "error" if voice is MESSAGES else {"type", "code", "param"} <= set(error)


def _fields(raw: bytes) -> dict[str, Any] | None:
    try:
        fields = json.loads(raw)
    except ValueError:
        return None
    return fields if isinstance(fields, dict) else None


def _unpacked(got: Got) -> bytes:
    """As much as can be read."""
    if got.headers.get("content-encoding") != "gzip":
        return got.body
    try:
        return zlib.decompressobj(wbits=31).decompress(got.body)
    except zlib.error:
        return b""
