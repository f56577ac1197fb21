"""What says that it is still loading: yellow while it may be, on this machine and in the own network."""

from typing import Any

import msgspec
import pytest

from tests.unit.core.evidence.test_strikes import answering, tried
from trayapp.core.evidence.answers import LOADING, read_answer
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.core.evidence.odds import LOADING_S, Level, level
from trayapp.core.evidence.reach import Reach


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}, LOADING),
        (503, {"status": "starting", "reason": "startup preload in progress"}, LOADING),
        (503, {"error": "Model is still loading"}, LOADING),
        (503, {"error": {"message": "no slot available"}}, "http_503"),
        (503, {"error": {"message": "The server is overloaded while loading your file"}}, "http_503"),
        (500, {"error": {"message": "Loading model"}}, "http_500"),
        (503, [], "http_503"),
    ],
)
def test_only_what_says_so_is_loading(status: int, body: Any, code: str) -> None:
    reading = read_answer(status, {}, msgspec.json.encode(body), depth=Depth.API)
    assert (reading.outcome, reading.code) == (Outcome.FAIL, code)


@pytest.mark.parametrize(
    ("reach", "code", "began_s", "expected"),
    [
        (Reach.LOOPBACK, LOADING, 60.0, Level.CHECKING),
        (Reach.LOOPBACK, LOADING, LOADING_S - 1, Level.CHECKING),
        (Reach.LOOPBACK, LOADING, LOADING_S, Level.DOWN),
        (Reach.LOOPBACK, "http_503", 60.0, Level.DOWN),
        (Reach.LOOPBACK, "connect", 60.0, Level.DOWN),
        # Nobody waits for a provider's server to load.
        (Reach.PUBLIC, LOADING, 60.0, Level.DOWN),
    ],
)
def test_it_is_not_down_before_it_had_time_to_load(reach: Reach, code: str, began_s: float, expected: Level) -> None:
    end = 10_000.0
    times = [end - began_s, end - began_s / 2, end - began_s / 3, end]
    run = [tried(at, code=code, reach=reach, proven=True) for at in times]
    assert level(run, answering(100), end) is expected


def test_a_server_that_was_restarted_has_its_time_from_the_first_failure_on() -> None:
    run = [tried(at, code="connect", reach=Reach.LOOPBACK) for at in (0.0, 15.0, 30.0)]
    run.append(tried(45.0, code=LOADING, reach=Reach.LOOPBACK))
    assert level(run, answering(100), 45.0) is Level.CHECKING
