"""Anything may say 200: what an answer has to hold, by what was asked."""

from typing import Any

import pytest

from trayapp.core.catalogue import Up
from trayapp.core.evidence.answer_shapes import Holds, holds
from trayapp.core.evidence.answers import read_answer
from trayapp.core.evidence.observation import Depth, Outcome

CHAT, RESPONSES, MESSAGES = "/v1/chat/completions", "/v1/responses", "/v1/messages"
EMBEDDINGS, MODELS, COUNT = "/v1/embeddings", "/v1/models", "/v1/messages/count_tokens"
SAID = {"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}
ACCOUNT = "/v1/account"
ANSWER, EMPTY, NOTHING = Holds.ANSWER, Holds.EMPTY, Holds.NOTHING
ANYTHING, WORDS = Holds.ANYTHING, Holds.WORDS

ROWS: list[tuple[str, Any, Holds]] = [
    (CHAT, {"choices": [SAID]}, ANSWER),
    (CHAT, {"choices": []}, EMPTY),
    (CHAT, {"choices": None, "usage": {}}, EMPTY),
    (CHAT, {"choices": [SAID | {"finish_reason": "error"}]}, NOTHING),
    (CHAT, {"choices": [SAID | {"finish_reason": "error"}, SAID]}, ANSWER),
    (CHAT, {"choices": ["hi"]}, NOTHING),
    (CHAT, {"choices": {"0": SAID}}, NOTHING),
    (CHAT, {"choices": False}, NOTHING),
    (CHAT, {"data": {"choices": [SAID]}}, NOTHING),
    (CHAT, {}, NOTHING),
    (CHAT, [], NOTHING),
    (CHAT, [{"choices": [SAID]}], NOTHING),
    (CHAT, "<html>down</html>", NOTHING),
    (CHAT, {"html": "<html>down</html>"}, NOTHING),
    (CHAT, {"message": "maintenance"}, NOTHING),
    (CHAT, {"status": "ok"}, NOTHING),
    (CHAT, {"output": []}, NOTHING),
    ("/v1/completions", {"choices": [{"text": "hi"}]}, ANSWER),
    ("/v1/completions", {"choices": []}, EMPTY),
    ("/v1/fim/completions", {"choices": [SAID]}, ANSWER),
    ("/v1beta/openai/chat/completions", {"candidates": []}, NOTHING),
    (RESPONSES, {"output": [{"type": "message"}]}, ANSWER),
    (RESPONSES, {"output": [], "status": "queued"}, ANSWER),
    (RESPONSES, {"output": [], "status": "failed", "error": None}, NOTHING),
    (RESPONSES, {"output": None}, EMPTY),
    (MESSAGES, {"content": None}, EMPTY),
    (COUNT, {"input_tokens": None}, EMPTY),
    (RESPONSES, {"choices": [SAID]}, NOTHING),
    ("/v1/responses/resp_1", {"deleted": True}, ANYTHING),
    (MESSAGES, {"content": [{"type": "text", "text": "hi"}]}, ANSWER),
    (MESSAGES, {"content": [], "stop_reason": "end_turn"}, ANSWER),
    (MESSAGES, {"content": "hi"}, NOTHING),
    (MESSAGES, {"type": "message"}, NOTHING),
    (COUNT, {"input_tokens": 3}, ANSWER),
    (COUNT, {"input_tokens": 0}, ANSWER),
    (COUNT, {"input_tokens": True}, NOTHING),
    (COUNT, {"content": []}, NOTHING),
    (EMBEDDINGS, {"data": [{"embedding": [0.1]}]}, ANSWER),
    (EMBEDDINGS, {"data": []}, EMPTY),
    (EMBEDDINGS, {"data": "x"}, NOTHING),
    (EMBEDDINGS, {"message": "maintenance"}, NOTHING),
    (MODELS, {"object": "list", "data": []}, ANSWER),
    (MODELS, {"models": [{"name": "m"}]}, ANSWER),
    (MODELS, [{"id": "m"}], ANSWER),
    (MODELS, {"object": "list", "data": None}, ANSWER),
    (MODELS, {"error": None}, NOTHING),
    (MODELS, {}, NOTHING),
    (MODELS, {"errors": ["down"]}, NOTHING),
    (MODELS, {"message": "maintenance"}, NOTHING),
    ("/v1/models/m", {"id": "m"}, ANYTHING),
    ("/v1/rerank", {"results": []}, ANYTHING),
    ("", {}, WORDS),
    (ACCOUNT, {"username": "x", "type": "user"}, ANYTHING),
    (ACCOUNT, {"message": "welcome", "username": "x"}, ANYTHING),
    (ACCOUNT, {"status": "ok"}, ANYTHING),
    (ACCOUNT, [], WORDS),
    (ACCOUNT, {}, WORDS),
    (ACCOUNT, {"message": "Service temporarily unavailable"}, WORDS),
    (ACCOUNT, {"detail": "maintenance"}, WORDS),
    (ACCOUNT, {"errors": [{"message": "x"}]}, WORDS),
    (ACCOUNT, {"code": 500, "msg": "Internal error"}, WORDS),
]


@pytest.mark.parametrize(("path", "json", "expected"), ROWS, ids=[f"{path} {json}" for path, json, _ in ROWS])
def test_what_it_holds(path: str, json: Any, expected: Holds) -> None:
    assert holds(path, json) is expected


@pytest.mark.parametrize(
    ("body", "proven", "expected"),
    [
        pytest.param(b'{"choices": [{"message": {}}]}', False, (Outcome.GOOD, "http_200", True), id="an answer"),
        pytest.param(b"{}", True, (Outcome.FAIL, "malformed", None), id="nothing in it"),
        pytest.param(b"{}", False, (Outcome.FAIL, "malformed", None), id="nothing in it, from anybody"),
        pytest.param(b'{"message": "maintenance"}', False, (Outcome.FAIL, "malformed", None), id="maintenance"),
        pytest.param(b'{"choices": []}', True, (Outcome.NEUTRAL, "empty", None), id="no choices"),
        pytest.param(b'"<html>"', True, (Outcome.FAIL, "malformed", None), id="a page as text"),
        pytest.param(
            b'{"error": {"what": 1}}', True, (Outcome.FAIL, "malformed", None), id="an error of unknown shape"
        ),
        pytest.param(b'{"error": 500}', True, (Outcome.FAIL, "malformed", None), id="an error by its number"),
        pytest.param(
            b'{"error": null, "choices": [{"message": {}}]}', True, (Outcome.GOOD, "http_200", True), id="no error"
        ),
    ],
)
@pytest.mark.parametrize("by_url", [True, False], ids=["by url", "by path"])
def test_what_that_counts_as(body: bytes, proven: bool, by_url: bool, expected: tuple[Outcome, str, bool]) -> None:
    url, asked = (f"https://api.example{CHAT}", "") if by_url else ("", CHAT)
    reading = read_answer(200, {}, body, depth=Depth.COMPLETION, url=url, keyed=True, proven=proven, asked=asked)
    assert (reading.outcome, reading.code, reading.accepted) == expected


@pytest.mark.parametrize(
    ("path", "body", "accepted"),
    [
        # In order: without a key, with one.
        (ACCOUNT, b'{"username": "x"}', (False, True)),
        (ACCOUNT, b"[]", (False, False)),
        (ACCOUNT, b'{"message": "Service temporarily unavailable"}', (False, False)),
        (MODELS, b'{"object": "list", "data": [{"id": "m"}]}', (True, True)),
    ],
    ids=["an account", "nothing", "words", "models"],
)
def test_what_answers_everybody_with_what_the_catalogue_does_not_know_has_changed(
    path: str, body: bytes, accepted: tuple[bool, bool]
) -> None:
    """A list of models may be open to everybody from now on; whose account would it be that nobody asks for?"""
    url, up = f"https://api.example{path}", (Up(401, "detail"),)
    readings = [
        read_answer(200, {}, body, depth=Depth.API, url=url, up=up, keyed=keyed, proven=True) for keyed in (False, True)
    ]
    assert {(one.outcome, one.depth) for one in readings} == {(Outcome.GOOD, Depth.API)}
    assert tuple(one.accepted for one in readings) == accepted
    assert read_answer(200, {}, body, depth=Depth.API, url=url, proven=True).accepted is accepted[1]


def test_the_start_of_a_long_answer_is_believed() -> None:
    reading = read_answer(200, {}, b'{"id": "x", "choi', depth=Depth.COMPLETION, truncated=True, asked=CHAT)
    assert reading.outcome is Outcome.GOOD


def test_a_catalogue_that_says_up_by_the_status_alone_means_an_answer() -> None:
    up = (Up(200),)
    url = f"https://api.example{MODELS}"
    for body, outcome in ((b'{"data": []}', Outcome.GOOD), (b'{"message": "maintenance"}', Outcome.FAIL)):
        assert read_answer(200, {}, body, depth=Depth.API, url=url, up=up, proven=True).outcome is outcome
