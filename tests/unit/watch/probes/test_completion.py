"""One token: the question, and the moment at which it is answered."""

import json

import pytest

from trayapp.core.catalogue import Part, Probe, ProbeKind
from trayapp.settings.schema import Completion
from trayapp.watch.probes.completion import Seen, error_in, request_body, seen
from trayapp.watch.schedule.probe_jobs import ProbeJob


def _job(path: str, body: str | None = None) -> ProbeJob:
    url = f"https://api.acme.example/v1/{path}"
    probe = Probe(kind=ProbeKind.COMPLETION, components=("chat",), url=url, body=body, model="small")
    return ProbeJob("acme", probe, (Part("a", "chat"),), 900.0, Completion(enabled=True))


def test_openais_dialect() -> None:
    body = json.loads(request_body(_job("chat/completions")))
    assert (body["model"], body["max_completion_tokens"], body["stream"]) == ("small", 1, True)


def test_anthropics_dialect() -> None:
    body = json.loads(request_body(_job("messages?beta=1")))
    assert (body["model"], body["max_tokens"], body["stream"]) == ("small", 1, True)


def test_a_body_of_the_catalogue() -> None:
    body = json.loads(request_body(_job("odd", '{"prompt": "Hi", "n": 1}')))
    assert body == {"prompt": "Hi", "n": 1, "model": "small"}


def _chunk(**choice: object) -> bytes:
    return b"data: " + json.dumps({"choices": [choice]}).encode() + b"\n\n"


@pytest.mark.parametrize(
    ("stream", "found"),
    [
        (b"", Seen.NOTHING),
        (b": comment\n\n", Seen.NOTHING),
        (_chunk(delta={"role": "assistant", "content": ""}), Seen.NOTHING),
        (_chunk(delta={"role": "assistant"}) + _chunk(delta={"content": "Hel"}), Seen.TOKEN),
        (_chunk(delta={"reasoning_content": "Hm"}), Seen.TOKEN),
        (_chunk(delta={"content": "Hello"})[:-20], Seen.NOTHING),
        (_chunk(delta={}, finish_reason="length"), Seen.END),
        (b"data: [DONE]\n\n", Seen.END),
        (b'data: {"choices": []}\n\n', Seen.NOTHING),
        (b'data: {"error": {"message": "overloaded"}}\n\n', Seen.ERROR),
        (b'event: error\ndata: {"type": "error", "error": {"type": "overloaded_error"}}\n\n', Seen.ERROR),
        (b'event: message_start\ndata: {"type": "message_start"}\n\n', Seen.NOTHING),
        (b'event: ping\r\ndata: {"type": "ping"}\r\n\r\n', Seen.NOTHING),
        (b'data: {"type": "content_block_delta", "delta": {"text": "H"}}\n\n', Seen.TOKEN),
        (b'data: {"type": "message_stop"}\n\n', Seen.END),
        (b"data: " + b"[" * 100_000 + b"\n\n", Seen.NOTHING),
        (b"data: 7\n\n", Seen.NOTHING),
    ],
)
def test_streams(stream: bytes, found: Seen) -> None:
    assert seen(stream) is found


def test_the_error_in_a_stream() -> None:
    begun = _chunk(delta={"role": "assistant"})
    assert error_in(begun + b'data: {"error": {"code": 429}}\n\ndata: {"error": {"code": 500}}\n\n') == {"code": 429}
    assert error_in(b'data: {"type": "error"}\n\n') is None
    assert error_in(begun) is None
