"""A chat stream, told to strict readers of Messages and Responses."""

import contextlib
import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.chat_stream import DONE, answered, calls, chunk, stream, usage
from tests.support.strict_readers import events_of, messages_answer, responses_answer
from trayapp.gateway.events import MAX_EVENT_BYTES
from trayapp.gateway.refusal import Refused
from trayapp.gateway.translation.asked import Minted
from trayapp.gateway.translation.translation import MESSAGES, RESPONSES, Translation

STEM = "0123456789abcdef01234567"
TOOLS = ("f", "g")
M_BODY: dict[str, Any] = {
    "messages": [{"role": "user", "content": "Hello?"}],
    "tools": [{"name": name, "input_schema": {"type": "object"}} for name in TOOLS],
}
R_BODY: dict[str, Any] = {
    "input": "Hello?",
    "tools": [
        *({"type": "function", "name": name, "parameters": {"type": "object"}} for name in TOOLS),
        {"type": "custom", "name": "patch"},
        {"type": "namespace", "name": "agents", "tools": [{"type": "function", "name": "spawn"}]},
        {"type": "web_search"},
    ],
}
Reader = Callable[[bytes], dict[str, Any]]
BOTH = pytest.mark.parametrize(
    ("translation", "body", "reader"),
    [(MESSAGES, M_BODY, messages_answer), (RESPONSES, R_BODY, responses_answer)],
    ids=["messages", "responses"],
)


def told(translation: Translation, body: dict[str, Any], *pieces: bytes, end: bool = True) -> bytes:
    asked = translation.request(body, model="small:1b")
    answer = translation.stream(asked, Minted(STEM, 1000.5))
    out = b"".join(answer.feed(piece) for piece in pieces)
    return out + (answer.end() if end else b"")


def blocks(answer: dict[str, Any]) -> list[tuple[str, Any]]:
    """What either dialect's answer holds, in order: kind, and text or name and arguments."""
    found: list[tuple[str, Any]] = []
    for one in answer.get("content", answer.get("output", [])):
        match one["type"]:
            case "text":
                found.append(("text", one["text"]))
            case "message":
                found.append(("text", one["content"][0]["text"]))
            case "thinking":
                found.append(("thought", one["thinking"]))
            case "reasoning":
                found.append(("thought", one["summary"][0]["text"]))
            case "tool_use":
                found.append((one["name"], one["input"]))
            case "function_call":
                found.append((one["name"], json.loads(one["arguments"])))
            case _:
                found.append((one["name"], one["input"]))
    return found


TEXT = [chunk({"content": "Hel"}), chunk({"content": "lo \u2028\x85Grüße 🚦"})]
LATE = [
    chunk({"content": "Now "}),
    chunk({"content": "then"}),
    chunk({"content": "\n\n"}),
    chunk({"reasoning_content": "hm"}),
    chunk({"reasoning_content": "m"}),
    calls((0, "x", "f", "")),
    calls((0, None, None, '{"a"')),
    calls((0, None, None, ":1}")),
]
F1G2 = [("f", {"a": 1}), ("g", {"b": 2})]
CASES: dict[str, tuple[list[dict[str, Any]], list[tuple[str, Any]]]] = {
    "text": (TEXT, [("text", "Hello \u2028\x85Grüße 🚦")]),
    "text, late reasoning, then a tool": (LATE, [("text", "Now then\n\n"), ("thought", "hmm"), ("f", {"a": 1})]),
    "reasoning by its other name": (
        [chunk({"reasoning": "hm", "reasoning_content": None}), chunk({"content": "\n\nYes"})],
        [("thought", "hm"), ("text", "\n\nYes")],
    ),
    "the same reasoning by both names": (
        [chunk({"reasoning": "hm", "reasoning_content": "hm"}), chunk({"content": "Yes"})],
        [("thought", "hm"), ("text", "Yes")],
    ),
    "nothing but space before a call": ([chunk({"content": " \n"}), calls((0, "x", "f", "{}"))], [("f", {})]),
    "space that belongs to what follows": (
        [chunk({"reasoning": "\n"}), chunk({"reasoning": "hm"}), chunk({"content": "\n"}), chunk({"content": "Yes"})],
        [("thought", "\nhm"), ("text", "\nYes")],
    ),
    "space that belongs to nothing": (
        [chunk({"reasoning": "\n"}), chunk({"content": "Yes"}), chunk({"reasoning": "\n"}), chunk({"content": "."})],
        [("text", "Yes.")],
    ),
    "two calls, one after the other": (
        [calls((0, "x", "f", '{"a"')), calls((0, None, None, ":1}")), calls((1, "y", "g", '{"b":2}'))],
        F1G2,
    ),
    "two calls at once": (
        [
            calls((0, "x", "f", ""), (1, "y", "g", "")),
            calls((1, None, None, '{"b":'), (0, None, None, '{"a":')),
            calls((0, None, None, "1}"), (1, None, None, "2}")),
        ],
        F1G2,
    ),
    "two calls without an index": ([calls((None, "x", "f", '{"a":1}'), (None, "y", "g", '{"b":2}'))], F1G2),
    "two calls without an index in pieces": (
        [
            calls((None, "x", "f", '{"a"')),
            calls((None, None, None, ":1}")),
            calls((None, "y", "g", '{"b"')),
            calls((None, "y", None, ":2}")),
        ],
        F1G2,
    ),
    "two calls, all with index 0": ([calls((0, "x", "f", '{"a":1}'), (0, "y", "g", '{"b":2}'))], F1G2),
    "two calls without ids": ([calls((0, None, "f", '{"a":1}'), (1, None, "g", '{"b":2}'))], F1G2),
    "one id for two calls": ([calls((0, "x", "f", '{"a":1}'), (1, "x", "g", '{"b":2}'))], F1G2),
    "id and name in every piece": ([calls((0, "x", "f", '{"a":')), calls((0, "x", "f", "1}"))], [("f", {"a": 1})]),
    "arguments before the name": ([calls((0, "x", None, '{"a":')), calls((0, None, "f", "1}"))], [("f", {"a": 1})]),
    "a word behind an open call": (
        [calls((0, "x", "f", '{"a":')), chunk({"content": "wait"}), calls((0, None, None, "1}"))],
        [("f", {"a": 1}), ("text", "wait")],
    ),
    "space behind a whole call": (
        [calls((0, "x", "f", '{"a":1}')), calls((1, "y", "g", '{"b":2}')), calls((0, None, None, "\n"))],
        F1G2,
    ),
    "arguments as an object": (
        [chunk({"tool_calls": [{"id": "x", "function": {"name": "f", "arguments": {"a": 1}}}]})],
        [("f", {"a": 1})],
    ),
    "the old way to call": ([chunk({"function_call": {"name": "f", "arguments": '{"a":1}'}})], [("f", {"a": 1})]),
    "no arguments": ([calls((0, "x", "f", ""))], [("f", {})]),
    "content in parts": ([chunk({"content": [{"type": "text", "text": "Yes"}]})], [("text", "Yes")]),
    "a plain answer in one piece": (
        [{"choices": [{"message": {"role": "assistant", "content": "Yes"}, "finish_reason": "stop"}]}],
        [("text", "Yes")],
    ),
    "all of it once more at the end": (
        [chunk({"content": "Yes"}), {"choices": [{"message": {"content": "Yes"}, "finish_reason": "stop"}]}],
        [("text", "Yes")],
    ),
    "nothing at all": ([], []),
    "several choices": (
        [
            {
                **chunk({}),
                "choices": [{"index": n, "delta": {"content": str(n)}, "finish_reason": "stop"} for n in (0, 1)],
            }
        ],
        [("text", "0")],
    ),
}


@BOTH
@pytest.mark.parametrize("name", CASES)
def test_what_a_model_writes_comes_in_order(
    translation: Translation, body: dict[str, Any], reader: Reader, name: str
) -> None:
    chunks, expected = CASES[name]
    answer = reader(told(translation, body, answered(*chunks)))
    assert blocks(answer) == expected
    assert answer["model"] == "small:1b"


@BOTH
@given(name=st.sampled_from(sorted(CASES)), sizes=st.lists(st.integers(1, 40), max_size=60))
@settings(max_examples=400)
def test_however_the_stream_is_cut(
    translation: Translation, body: dict[str, Any], reader: Reader, name: str, sizes: list[int]
) -> None:
    left = answered(*CASES[name][0])
    expected = told(translation, body, left)
    pieces = []
    for size in sizes:
        pieces.append(left[:size])
        left = left[size:]
    assert told(translation, body, *pieces, left) == expected


@BOTH
@given(at=st.integers(0, len(answered(*LATE)) - len(DONE) - 1))
def test_a_cut_is_always_told(translation: Translation, body: dict[str, Any], reader: Reader, at: int) -> None:
    whole = answered(*LATE)
    cut = told(translation, body, whole[:at])
    answer = reader(cut)
    finished = b'"finish_reason": "tool_calls"' in whole[:at] or b'"finish_reason": "stop"' in whole[:at]
    events = [event["type"] for event in events_of(cut)]
    terminal = ("error", "message_stop") if translation is MESSAGES else ("response.completed", "response.failed")
    assert [kind for kind in events if kind in terminal] == events[-1:]
    if not finished:
        assert answer["type"] == "error" if translation is MESSAGES else answer["status"] == "failed"


HELLO = stream(chunk({"content": "Hel"}))
STOP = stream(chunk({}, "stop"))
FAILURES = {
    "silence": b"",
    "cut": HELLO,
    "done without a finish": HELLO + DONE,
    "nothing but done": DONE,
    "error": HELLO + b'data: {"error":{"message":"boom","code":500}}\n\n',
    "error as text": HELLO + b'data: {"error":"boom"}\n\n',
    "finish error": HELLO + stream(chunk({}, "error")),
    "error behind the finish": HELLO + STOP + b'data: {"error":{"message":"boom"}}\n\n' + DONE,
    "no JSON": HELLO + b"data: <html>\n\n" + STOP + DONE,
    "no object": HELLO + b"data: []\n\n" + STOP + DONE,
    "too large": HELLO + b"data: " + b"x" * (MAX_EVENT_BYTES + 1) + b"\n\n" + STOP + DONE,
    "no end of it": stream(chunk({"content": "x" * 1_000_000})) * 20 + STOP + DONE,
    "no end of blocks": stream(chunk({"content": "x"}), chunk({"reasoning_content": "x"})) * 9_000 + STOP + DONE,
    "no end of calls": stream(calls(*((None, f"c{n}", "f", "") for n in range(17_000)))) + STOP + DONE,
    "nothing but space": stream(chunk({"content": " " * 60_000})) * 2 + HELLO + STOP + DONE,
    "a call without a name": stream(calls((0, "x", None, "{}"))) + STOP + DONE,
    "more of a whole call": stream(calls((0, "x", "f", "{}")), calls((1, "y", "g", "{")), calls((0, None, None, "}")))
    + STOP
    + DONE,
}


@BOTH
@pytest.mark.parametrize("name", FAILURES)
def test_what_is_no_whole_answer_ends_in_an_error(
    translation: Translation, body: dict[str, Any], reader: Reader, name: str
) -> None:
    answer = reader(told(translation, body, FAILURES[name]))
    if translation is MESSAGES:
        assert (answer["type"], answer["error"]["type"]) == ("error", "api_error")
    else:
        assert (answer["status"], answer["error"]["code"]) == ("failed", "server_error")
    assert answer["error"]["message"]
    assert ("boom" in answer["error"]["message"]) == (b"boom" in FAILURES[name])


OVERFLOW = (
    b'data: {"error":{"code":400,"message":"request (18019 tokens) exceeds the available context size (2048 tokens)",'
    b'"type":"exceed_context_size_error","n_prompt_tokens":18019,"n_ctx":2048}}\n\n'
)


@BOTH
def test_an_overflow_is_told_in_the_words_by_which_tools_compact(
    translation: Translation, body: dict[str, Any], reader: Reader
) -> None:
    error = reader(told(translation, body, OVERFLOW))["error"]
    assert error["message"] == "prompt is too long: 18019 tokens > 2048 maximum"
    assert "invalid_request_error" in error.values() or error["code"] == "context_length_exceeded"


@pytest.mark.parametrize(
    ("code", "expected"),
    [(b"400", "invalid_prompt"), (b"429", "rate_limit_exceeded"), (b"503", "server_error"), (b'"x"', "server_error")],
)
def test_a_failure_has_a_code_that_codex_knows(code: bytes, expected: str) -> None:
    failure = HELLO + b'data: {"error":{"message":"boom","code":%s}}\n\n' % code
    assert responses_answer(told(RESPONSES, R_BODY, failure))["error"] == {"code": expected, "message": "boom"}


@BOTH
def test_nothing_follows_an_end(translation: Translation, body: dict[str, Any], reader: Reader) -> None:
    asked = translation.request(body, model="small:1b")
    answer = translation.stream(asked, Minted(STEM, 0))
    assert answer.feed(answered(*TEXT))
    assert (answer.over, answer.failed) == (True, False)
    assert answer.feed(answered(*TEXT)) + answer.end() + answer.fail(Refused(503, "local_cut", "Cut.")) == b""


@BOTH
def test_whoever_breaks_it_off_says_why(translation: Translation, body: dict[str, Any], reader: Reader) -> None:
    asked = translation.request(body, model="small:1b")
    answer = translation.stream(asked, Minted(STEM, 0))
    got = answer.feed(HELLO) + answer.fail(Refused(504, "local_timeout", "It did not answer in time."))
    assert reader(got)["error"]["message"] == "It did not answer in time."
    assert (answer.over, answer.failed) == (True, True)


@BOTH
def test_a_server_may_end_without_done_or_know_no_finish(
    translation: Translation, body: dict[str, Any], reader: Reader
) -> None:
    without_done = reader(told(translation, body, stream(*TEXT, chunk({}, "stop"))))
    without_finish = reader(
        told(translation, body, b'data: {"choices":[{"delta":{"content":"Hello"}}]}\n\n' + DONE, end=False)
    )
    assert blocks(without_done) == CASES["text"][1]
    assert blocks(without_finish) == [("text", "Hello")]


@BOTH
def test_usage_is_never_missing(translation: Translation, body: dict[str, Any], reader: Reader) -> None:
    counted = reader(told(translation, body, answered(*TEXT)))["usage"]
    cached = counted.get("cache_read_input_tokens", counted.get("input_tokens_details", {}).get("cached_tokens"))
    own = 10 if translation is MESSAGES else 50
    assert (counted["input_tokens"], cached, counted["output_tokens"]) == (own, 40, 9)
    guessed = reader(told(translation, body, stream(*TEXT, chunk({}, "stop"))))["usage"]
    assert guessed["input_tokens"] > 5
    assert guessed["output_tokens"] > 2


@BOTH
def test_half_of_a_letter_in_two_chunks(translation: Translation, body: dict[str, Any], reader: Reader) -> None:
    halves = rb'data: {"choices":[{"index":0,"delta":{"content":"\ud83d"},"finish_reason":null}]}' + b"\n\n"
    halves += rb'data: {"choices":[{"index":0,"delta":{"content":"\udea6"},"finish_reason":"stop"}]}' + b"\n\n"
    answer = reader(told(translation, body, halves))
    ((_, text),) = blocks(answer)
    assert text.encode("utf-16-le", "surrogatepass").decode("utf-16-le") == "🚦"


@pytest.mark.parametrize(
    ("finish", "stop"),
    [("stop", "end_turn"), ("length", "max_tokens"), ("content_filter", "refusal"), ("tool_calls", "end_turn")],
)
def test_why_it_stopped_in_messages(finish: str, stop: str) -> None:
    assert messages_answer(told(MESSAGES, M_BODY, answered(*TEXT, finish=finish)))["stop_reason"] == stop


@pytest.mark.parametrize("finish", ["stop", "tool_calls", "function_call"])
def test_a_call_is_a_call_whatever_the_server_says_behind_it(finish: str) -> None:
    assert messages_answer(told(MESSAGES, M_BODY, answered(*LATE, finish=finish)))["stop_reason"] == "tool_use"


@pytest.mark.parametrize(
    ("finish", "status", "details"),
    [
        ("stop", "completed", None),
        ("length", "incomplete", {"reason": "max_output_tokens"}),
        ("content_filter", "incomplete", {"reason": "content_filter"}),
    ],
)
def test_why_it_stopped_in_responses(finish: str, status: str, details: dict[str, str] | None) -> None:
    answer = responses_answer(told(RESPONSES, R_BODY, answered(*TEXT, finish=finish)))
    assert (answer["status"], answer["incomplete_details"]) == (status, details)


def test_ids_are_ours_and_none_comes_twice() -> None:
    chunks = [calls((0, "x" * 90, "f", "{}"), (1, "x" * 90, "g", "{}"))]
    used = [one["id"] for one in messages_answer(told(MESSAGES, M_BODY, answered(*chunks)))["content"]]
    assert used == [f"toolu_{STEM}00", f"toolu_{STEM}01"]
    items = responses_answer(told(RESPONSES, R_BODY, answered(*chunks)))["output"]
    assert [(one["id"], one["call_id"]) for one in items] == [
        (f"fc_{STEM}00", f"call_{STEM}00"),
        (f"fc_{STEM}01", f"call_{STEM}01"),
    ]


def test_custom_and_namespace_tools_are_the_tools_own_again() -> None:
    chunks = [
        calls((0, "x", "patch", '{"input": "*** Be')),
        calls((0, None, None, 'gin"}')),
        calls((1, "y", "agents__spawn", "{}"), (2, "z", "spawn", "{}")),
    ]
    patch, spawn, bare = responses_answer(told(RESPONSES, R_BODY, answered(*chunks)))["output"]
    assert (patch["type"], patch["name"], patch["input"]) == ("custom_tool_call", "patch", "*** Begin")
    for call in (spawn, bare):
        assert (call["type"], call["name"], call["namespace"]) == ("function_call", "spawn", "agents")


@pytest.mark.parametrize("bare", ["*** Begin", '"*** Begin"', '{"patch": "*** Begin"}'])
def test_a_custom_tool_gets_what_the_model_gave(bare: str) -> None:
    (call,) = responses_answer(told(RESPONSES, R_BODY, answered(calls((0, "x", "patch", bare)))))["output"]
    assert call["input"] == bare


def test_a_response_says_what_was_in_force() -> None:
    body = R_BODY | {"instructions": "Be brief.", "temperature": 0.5, "metadata": {"a": "b"}, "store": True}
    answer = responses_answer(told(RESPONSES, body, answered(*TEXT)))
    assert (answer["instructions"], answer["temperature"], answer["metadata"]) == ("Be brief.", 0.5, {"a": "b"})
    assert [tool["type"] for tool in answer["tools"]] == ["function", "function", "custom", "namespace"]
    assert [tool.get("strict") for tool in answer["tools"]] == [False, False, None, None]
    assert (answer["store"], answer["created_at"]) == (False, 1000)


def test_usage_may_come_with_the_finish() -> None:
    last = chunk({}, "stop") | {"usage": usage()["usage"]}
    assert messages_answer(told(MESSAGES, M_BODY, stream(*TEXT, last) + DONE))["usage"]["output_tokens"] == 9


NAMES = st.sampled_from(
    [
        "content",
        "reasoning",
        "tool_calls",
        "function",
        "function_call",
        "name",
        "arguments",
        "id",
        "index",
        "text",
        "type",
    ]
)
ANYTHING = st.recursive(
    st.none() | st.integers(0, 2) | st.text(st.characters() | st.characters(categories=["Cs"]), max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=5),
    max_leaves=8,
)


@BOTH
@given(st.lists(st.dictionaries(NAMES, ANYTHING), max_size=5), st.sampled_from([b"", STOP, STOP + DONE]), ANYTHING)
@settings(max_examples=50)
def test_whatever_comes_has_an_end(
    translation: Translation, body: dict[str, Any], reader: Reader, deltas: list[dict[str, Any]], end: bytes, odd: Any
) -> None:
    chunks = [chunk(delta) for delta in deltas] + [
        {"choices": odd, "usage": odd},
        {"choices": [odd], "usage": {"x": odd}},
    ]
    sent = b"".join(b"data: " + json.dumps(one).encode() + b"\n\n" for one in chunks)
    answer = translation.stream(translation.request(body, model="small:1b"), Minted(STEM, 0))
    events = events_of(answer.feed(sent + end) + answer.end())
    ends = {"message_stop", "error"} if translation is MESSAGES else {"response.completed", "response.failed"}
    assert [event["type"] for event in events if event["type"] in ends] == [events[-1]["type"]]


@BOTH
def test_what_is_nested_too_deeply(translation: Translation, body: dict[str, Any], reader: Reader) -> None:
    deep: dict[str, Any] = {}
    for _ in range(3000):
        deep = {"a": deep}
    call: dict[str, Any] = {"type": "tool_use", "id": "x", "name": "f", "input": deep}
    document: dict[str, Any] = {"type": "text", "text": "x"}
    for _ in range(3000):
        document = {"type": "document", "source": {"type": "content", "content": [document]}}
    for content in (call, document):
        said = [{"role": role, "content": [content]} for role in ("user", "assistant")]
        for one in said:
            with contextlib.suppress(Refused):
                translation.request({"messages": [one], "input": [one], "tools": [deep]}, model="small:1b")
