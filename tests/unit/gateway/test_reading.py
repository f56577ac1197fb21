"""What an answer that goes by is taken for."""

import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.evidence.observation import Badge, Depth, Outcome
from trayapp.core.switching.failure import Fault, Said
from trayapp.gateway.dialects import chat, messages, responses
from trayapp.gateway.dialects.dialect import ToolDialect
from trayapp.gateway.reading import AnswerReading

SSE = {"Content-Type": "text/event-stream; charset=utf-8"}
JSON = {"Content-Type": "application/json", "Transfer-Encoding": "chunked"}
MEASURED = {"Content-Type": "application/json", "Content-Length": "20"}
ROLE = b'data: {"choices":[{"delta":{"role":"assistant","content":""},"finish_reason":null}]}\n\n'
TOKEN = b'data: {"choices":[{"delta":{"content":"Hi \xe2\x82\xac"},"finish_reason":null}]}\n\n'
STOP = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\n'
DONE = b"data: [DONE]\n\n"


def read(
    status: int, headers: dict[str, str], *pieces: bytes
) -> tuple[Outcome, str, Depth, Badge | None, float | None]:
    reading = AnswerReading(chat, status, headers, Depth.COMPLETION)
    for at, piece in enumerate(pieces):
        reading.feed(piece, float(at))
    result = reading.result()
    return result.outcome, result.code, result.depth, result.badge, reading.first_token_at


def error_event(error: object) -> bytes:
    return b"data: " + json.dumps({"error": error}).encode() + b"\n\n"


GOOD = (Outcome.GOOD, "http_200", Depth.COMPLETION, None)
CUT = (Outcome.FAIL, "cut", Depth.COMPLETION, None)
EMPTY = (Outcome.NEUTRAL, "empty", Depth.COMPLETION, None)


def event(told: object) -> bytes:
    return b"data: " + json.dumps(told).encode() + b"\n\n"


DOWN = (Outcome.FAIL, "http_503", Depth.COMPLETION, None)
INTERNAL = (Outcome.FAIL, "http_500", Depth.COMPLETION, None)
LIMITED = (Outcome.NEUTRAL, "http_429", Depth.COMPLETION, Badge.RATE_LIMIT)
KEY = (Outcome.GOOD, "http_401", Depth.API, Badge.KEY)
OWN = (Outcome.GOOD, "http_400", Depth.API, None)
QUOTA = (Outcome.GOOD, "http_402", Depth.API, Badge.QUOTA)
MUTTERED = [
    # An error that bears no name of its dialect's, and what it says.
    ({"message": "Service unavailable", "code": 503}, DOWN),
    ({"detail": "Internal Server Error"}, CUT),
    ([{"error": {"code": 503, "message": "overloaded", "status": "UNAVAILABLE"}}], DOWN),
    ({"success": False, "code": 500, "msg": "Internal error"}, INTERNAL),
    ({"base_resp": {"status_code": 1000, "status_msg": "unknown"}}, INTERNAL),
    ({"choices": None, "base_resp": {"status_code": 1002, "status_msg": "limit"}}, LIMITED),
    ({"base_resp": {"status_code": 1008, "status_msg": "balance"}}, QUOTA),
    ({"base_resp": {"status_code": 1026, "status_msg": "input new_sensitive"}}, OWN),
]


@pytest.mark.parametrize(
    ("pieces", "expected", "first"),
    [
        ((ROLE, TOKEN, STOP, DONE), GOOD, 1.0),
        ((ROLE, TOKEN, DONE), CUT, 1.0),
        ((ROLE, TOKEN, STOP), GOOD, 1.0),
        ((ROLE, DONE), CUT, None),
        ((DONE,), (Outcome.NEUTRAL, "empty", Depth.COMPLETION, None), None),
        ((ROLE, TOKEN), CUT, 1.0),
        ((), CUT, None),
        ((b'data: {"choices":[{"delta":{"tool_calls":[{"function":{"arguments":"{"}}]}}]}\n\n', STOP), GOOD, 0.0),
        ((b'data: {"choices":[{"delta":{"reasoning_content":"Hm"}}]}\n\n', STOP), GOOD, 0.0),
        ((error_event({"code": 502, "message": "bad"}),), (Outcome.FAIL, "http_502", Depth.COMPLETION, None), None),
        ((ROLE, error_event({"type": "server_error", "message": "oh"}), DONE), CUT, None),
        ((ROLE, error_event("overloaded")), CUT, None),
        ((b'data: {"error": {"type": "x',), CUT, None),
        (
            (ROLE, TOKEN, b'data: {"choices":[{"error":{"code":502},"finish_reason":"error"}]}\n\n', DONE),
            (Outcome.FAIL, "http_502", Depth.COMPLETION, None),
            1.0,
        ),
        (
            (error_event({"type": "invalid_request_error", "message": "x"}),),
            (Outcome.NEUTRAL, "refused", Depth.COMPLETION, None),
            None,
        ),
        (
            (error_event({"code": 429, "type": "insufficient_quota"}),),
            (Outcome.GOOD, "http_429", Depth.API, Badge.QUOTA),
            None,
        ),
        ((b'data: {"error":null,"choices":[{"delta":{"content":"x"}}]}\n\n', STOP), GOOD, 0.0),
        ((b'data: {"choices":[{"delta":{"content":"\\ndata: {\\"error\\": {}}"}}]}\n\n', STOP), GOOD, 0.0),
        ((ROLE, TOKEN, b"data: " + b"x" * 2_000_000), CUT, 1.0),
        ((ROLE, TOKEN, b"data: " + b"x" * 2_000_000, b"\n\n"), GOOD, 1.0),
        ((b'data: {"choices":[{"delta":{"content":"\\"finish_reason\\":\\"stop\\""}}]}\n\n',), CUT, 0.0),
    ],
)
def test_streams(
    pieces: tuple[bytes, ...], expected: tuple[Outcome, str, Depth, Badge | None], first: float | None
) -> None:
    assert read(200, SSE, *pieces) == (*expected, first)


PAGE = {"Content-Type": "text/html", "Content-Length": "20"}
LONG = error_event({"type": "invalid_request_error", "message": "prompt is too long: 9 tokens > 8 maximum"})
ONE = b'{"choices":[{"message":{"content":"Hi"},"finish_reason":"stop"}]}'


@pytest.mark.parametrize(
    ("status", "headers", "piece", "said"),
    [
        (200, SSE, ROLE + TOKEN + STOP, None),
        (200, SSE, ROLE + TOKEN, None),
        (200, SSE, ROLE + LONG, Said(Fault.OVERFLOW, "refused", 9)),
        (200, SSE, error_event("boom"), Said(Fault.SERVER, "cut")),
        (200, JSON, ONE, None),
        (200, JSON, ONE[:20], None),
        (200, MEASURED, ONE[:20], Said(Fault.SERVER, "malformed")),
        (200, {"Content-Type": "application/json"}, ONE[:20], None),
        (200, JSON, b"", Said(Fault.SERVER, "malformed")),
        (200, MEASURED, b"oh", Said(Fault.SERVER, "malformed")),
        (200, JSON, b'{"error":"boom"}', Said(Fault.SERVER, "malformed")),
        (200, JSON, b'{"error":{"code":503,"message":"boom"}}', Said(Fault.SERVER, "http_503")),
        (200, JSON, b'{"choices":[{"finish_reason":"error"}]}', Said(Fault.SERVER, "malformed")),
        (200, JSON, b'{"choices":[{"error":{"code":502},"finish_reason":"error"}]}', Said(Fault.SERVER, "http_502")),
        (200, JSON, b'{"error":{"type":"invalid_request_error"}}', Said(Fault.REQUEST, "refused")),
        (200, JSON | {"Content-Encoding": "gzip"}, ONE, Said(Fault.SERVER, "malformed")),
        (200, PAGE, b"<html>Log in here</html>", Said(Fault.STRANGER, "foreign_page")),
        (403, PAGE, b"<html>Blocked</html>", Said(Fault.STRANGER, "foreign_page")),
        (403, PAGE | {"CF-Ray": "1"}, b"<html>Sorry</html>", None),
        (407, PAGE, b"", Said(Fault.STRANGER, "proxy_login")),
        (400, JSON, b'{"error":{"type":"invalid_request_error"}}', Said(Fault.REQUEST, "http_400")),
        (400, JSON, b'{"message":"prompt is too long: 9 tokens > 8 maximum"}', Said(Fault.OVERFLOW, "http_400", 9)),
        (429, JSON, b'{"error":{"code":"insufficient_quota"}}', Said(Fault.QUOTA, "http_429")),
        (503, JSON, b'{"error":{"message":"boom"}}', Said(Fault.SERVER, "http_503")),
        (503, PAGE, b"<html>Oh</html>", Said(Fault.SERVER, "http_503")),
    ],
)
def test_what_it_says_went_wrong(status: int, headers: dict[str, str], piece: bytes, said: Said | None) -> None:
    assert AnswerReading(chat, status, headers, Depth.COMPLETION).feed(piece, 0.0).said == said


def test_a_stream_that_cannot_be_read_is_believed() -> None:
    assert read(200, SSE | {"Content-Encoding": "dcb"}, b"\x0b") == (*GOOD, None)


@given(st.lists(st.integers(1, 40), max_size=30))
def test_however_it_is_cut_into_pieces(sizes: list[int]) -> None:
    whole = ROLE + TOKEN + STOP + DONE
    pieces = []
    for size in sizes:
        pieces.append(whole[:size])
        whole = whole[size:]
    outcome, code, *_, first = read(200, SSE, *pieces, whole)
    assert (outcome, code) == (Outcome.GOOD, "http_200")
    assert first is not None


@given(st.lists(st.integers(1, 20), max_size=20))
def test_an_error_is_found_however_it_is_cut(sizes: list[int]) -> None:
    whole = TOKEN + error_event({"code": 503, "message": "no"})
    pieces = []
    for size in sizes:
        pieces.append(whole[:size])
        whole = whole[size:]
    assert read(200, SSE, *pieces, whole)[:2] == (Outcome.FAIL, "http_503")


@pytest.mark.parametrize(
    ("status", "headers", "body", "expected"),
    [
        (200, JSON, b'{"choices": []}', GOOD),
        (200, JSON, b'{"choices": "' + b"x" * 100_000 + b'"}', GOOD),
        (200, JSON, b'{"choices": ', (Outcome.FAIL, "cut", Depth.COMPLETION, None)),
        (200, {"Content-Type": "text/html"}, b"<html>", (Outcome.FOREIGN, "foreign_page", Depth.COMPLETION, None)),
        (401, JSON, b'{"error": {"code": "invalid_api_key"}}', (Outcome.GOOD, "http_401", Depth.API, Badge.KEY)),
        (400, JSON, b'{"error": {"message": "no such field"}}', (Outcome.GOOD, "http_400", Depth.API, None)),
        (
            429,
            JSON,
            b'{"error": {"code": "insufficient_quota"}}',
            (Outcome.GOOD, "http_429", Depth.API, Badge.QUOTA),
        ),
        (
            429,
            JSON,
            b'{"error": {"code": "rate_limit_exceeded"}}',
            (Outcome.NEUTRAL, "http_429", Depth.COMPLETION, Badge.RATE_LIMIT),
        ),
        (502, {"Content-Type": "text/html"}, b"<html>", (Outcome.FAIL, "http_502", Depth.COMPLETION, None)),
        (529, JSON, b'{"error": {}}', (Outcome.FAIL, "http_529", Depth.COMPLETION, None)),
        (403, {"cf-mitigated": "challenge"}, b"", (Outcome.GOOD, "challenge", Depth.EDGE, None)),
        (
            401,
            JSON | {"Content-Encoding": "gzip"},
            gzip.compress(b'{"error": {"code": "invalid_api_key"}}', mtime=0),
            (Outcome.GOOD, "http_401", Depth.API, Badge.KEY),
        ),
        (200, JSON | {"Content-Encoding": "gzip"}, gzip.compress(b'{"choices": []}', mtime=0), GOOD),
        (
            200,
            JSON | {"Content-Encoding": "gzip"},
            b"not gzip",
            (Outcome.FAIL, "malformed", Depth.COMPLETION, None),
        ),
        (200, JSON | {"Content-Encoding": "dcb"}, b"\x0b\x02\x80", GOOD),
        (401, JSON | {"Content-Encoding": "dcb"}, b"\x0b\x02\x80", (Outcome.GOOD, "http_401", Depth.API, Badge.KEY)),
    ],
)
def test_plain_answers(
    status: int, headers: dict[str, str], body: bytes, expected: tuple[Outcome, str, Depth, Badge | None]
) -> None:
    half = len(body) // 2
    assert read(status, headers, body[:half], body[half:]) == (*expected, None)


def test_a_bomb_is_not_unpacked() -> None:
    packed = gzip.compress(b'{"a": "' + b" " * 50_000_000 + b'"}')
    assert read(200, JSON | {"Content-Encoding": "gzip"}, packed)[:2] == (Outcome.GOOD, "http_200")


@pytest.mark.parametrize(("told", "expected"), MUTTERED)
@pytest.mark.parametrize("dialect", [chat, responses, messages], ids=["chat", "responses", "messages"])
@pytest.mark.parametrize("end", [b"", DONE], ids=["no end", "done"])
def test_the_last_words_of_a_stream_say_why_it_has_no_end(
    dialect: ToolDialect, told: object, expected: tuple[Outcome, str, Depth, Badge | None], end: bytes
) -> None:
    """They are in nobody's dialect, so that the libraries hear a cut; what it is worth they say themselves."""
    reading = AnswerReading(dialect, 200, SSE, Depth.COMPLETION).feed(event(told) + end, 0.0)
    got = reading.result()
    assert (got.outcome, got.code, got.depth, got.badge) == expected
    assert reading.has_error is False


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"type": "rate_limit_error", "message": "slow down"}, LIMITED),
        ({"type": "authentication_error", "message": "no"}, KEY),
        ({"type": "server_error", "message": "oh"}, CUT),
    ],
)
def test_an_error_of_openais_in_a_stream_of_anthropics(error: object, expected: tuple[object, ...]) -> None:
    reading = AnswerReading(messages, 200, SSE, Depth.COMPLETION).feed(event({"error": error}), 0.0)
    got = reading.result()
    assert (got.outcome, got.code, got.depth, got.badge) == expected
    assert not reading.whole


@pytest.mark.parametrize("dialect", [chat, responses, messages], ids=["chat", "responses", "messages"])
@pytest.mark.parametrize(
    ("kind", "outcome", "code", "badge", "accepted"),
    [
        ("rate_limit_error", Outcome.NEUTRAL, "http_429", Badge.RATE_LIMIT, None),
        ("authentication_error", Outcome.GOOD, "http_401", Badge.KEY, False),
        ("permission_error", Outcome.GOOD, "http_403", Badge.KEY, False),
        ("unsupported_country_region_territory", Outcome.GOOD, "http_403", Badge.REGION, None),
        ("invalid_request_error", Outcome.NEUTRAL, "refused", None, None),
    ],
)
def test_what_is_told_in_a_stream_is_worth_what_it_is_as_a_status(
    dialect: ToolDialect, kind: str, outcome: Outcome, code: str, badge: Badge | None, accepted: bool | None
) -> None:
    got = dialect.read_error({"type": kind, "message": "no"}, Depth.COMPLETION)
    assert (got.outcome, got.code, got.badge, got.accepted) == (outcome, code, badge, accepted)


def test_what_comes_before_an_answer_that_is_whole_is_no_last_word() -> None:
    got = read(200, SSE, event({"message": "warming up"}), ROLE, TOKEN, STOP, DONE)
    assert got[:4] == GOOD
    assert read(200, SSE, event({"type": "message_start", "message": {"content": []}}))[:4] == CUT
    assert read(200, SSE, DONE)[:4] == EMPTY
