"""A mistake of ours in what is made of the tools' traffic: it costs no tool its answer, and can be seen."""

import json
import logging
from typing import Any

import pytest

from tests.support.gatewaybed import CHAT, END, ROLE, SAID, TOKEN, Bed, chunks
from tests.support.httpserver import Behaviour, answer, cut
from tests.support.until import until
from trayapp.core.switching.route import To
from trayapp.gateway import evidence, reading
from trayapp.gateway.dialects import chat

STREAM = b"".join((ROLE, TOKEN, END))
READING = [
    (reading.AnswerReading, "__init__"),
    (reading.AnswerReading, "feed"),
    (reading.AnswerReading, "whole"),
]
BOOKING = [
    (reading.AnswerReading, "result"),
    (evidence.Exchange, "__init__"),
    (evidence.Exchange, "head"),
    (evidence.Exchange, "_try"),
    (evidence.RequestNames, "begin"),
    (evidence.RequestNames, "end"),
]
PLAIN, STREAMED = (answer(200, SAID), json.dumps(SAID).encode()), (chunks([ROLE, TOKEN, END]), STREAM)
CASES = [
    *((To.CLOUD, place, told) for place in READING + BOOKING for told in (PLAIN, STREAMED)),
    *((To.LOCAL, place, told) for place in READING for told in (PLAIN, STREAMED)),
    *((route, (chat.Stream, "event"), STREAMED) for route in (To.CLOUD, To.LOCAL)),
]


def broken(*_: Any, **__: Any) -> Any:
    raise RuntimeError("a mistake of ours")


def problem(bed: Bed) -> str:
    return bed.gateway.problem.code if bed.gateway.problem is not None else ""


def errors(caplog: pytest.LogCaptureFixture) -> list[logging.LogRecord]:
    return [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.mark.expects_log("by a mistake of ours")
@pytest.mark.parametrize(
    ("route", "place", "told"), CASES, ids=[f"{route}-{where.__name__}.{name}" for route, (where, name), _ in CASES]
)
async def test_a_mistake_of_ours_costs_no_tool_its_answer(
    route: To,
    place: tuple[type, str],
    told: tuple[Behaviour, bytes],
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    owner, name = place
    behaviour, body = told
    async with Bed() as bed:
        bed.switch(route)
        (bed.cloud if route is To.CLOUD else bed.local).on(CHAT, behaviour)
        assert (await bed.post()).body == body
        assert problem(bed) == ""
        monkeypatch.setattr(owner, name, property(broken) if isinstance(vars(owner)[name], property) else broken)
        for _ in range(3):
            got = await bed.post()
            assert (got.status, got.whole, got.body) == (200, True, body)
        assert problem(bed) == "internal"
    assert len(errors(caplog)) == 1


@pytest.mark.expects_log("by a mistake of ours")
@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_a_mistake_of_whoever_is_told_can_be_seen(route: To, caplog: pytest.LogCaptureFixture) -> None:
    async with Bed() as bed:
        bed.switch(route)
        bed.observe = bed.answered = broken
        (bed.cloud if route is To.CLOUD else bed.local).on(CHAT, answer(200, SAID))
        for _ in range(3):
            assert (await bed.post()).json == SAID
        await until(lambda: problem(bed), "the problem to be seen")
    assert len(errors(caplog)) == 1


@pytest.mark.expects_log("by a mistake of ours")
async def test_what_http_calls_cut_is_cut_whatever_we_make_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading.AnswerReading, "feed", broken)
    async with Bed() as bed:
        bed.cloud.on(CHAT, cut)
        assert not (await bed.post()).whole
        assert (await bed.told()).code == "cut"
