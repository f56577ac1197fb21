"""The page's own past feeds the forecast: read once through real HTTP, kept over a restart, kept up by what ends."""

import random
import sqlite3
import zlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from typing import Any

import msgspec
import pytest

from tests.support.httpserver import Behaviour, answer
from tests.support.pagefiles import PAGE_ID, affected, incident, incidents_file, moment, update
from tests.support.scene import EPOCH, OVERLOADED, Acme, Scene
from trayapp.core.incident.forecast import Basis, Forecast
from trayapp.core.incident.known_pasts import KnownPast, KnownPasts, PastsMemory
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.watch.pages.reader import PAST_WITHIN_S

HISTORY, SUMMARY = "/api/v2/incidents.json", "/api/v2/summary.json"
RATE = 600.0
DAY_S = 86_400.0


def ended(name: str, days_ago: float, minutes: float, part: str = "page-chat-completions") -> dict[str, Any]:
    """An incident of the page's history."""
    at = EPOCH.timestamp() - days_ago * DAY_S
    over = at + 60.0 * minutes
    updates = [
        update("resolved", over, affected_components=[affected(part, "operational", "major_outage")]),
        update("investigating", at, affected_components=[affected(part, "major_outage")]),
    ]
    return incident(name, "Errors", "resolved", at, updates=updates, resolved_at=moment(over))


def past(count: int) -> list[dict[str, Any]]:
    """Three days apart, half of them over within an hour."""
    dice = random.Random(1)
    return [ended(f"old-{number}", 3.0 * number + 2.0, dice.lognormvariate(4.1, 0.7)) for number in range(count)]


@asynccontextmanager
async def scene(told: Behaviour) -> AsyncIterator[Scene]:
    """An engine on a page with that history."""
    stage = Scene(Acme("acme"), rate=RATE)
    async with stage:
        stage["acme"].page_server.on(HISTORY, told)
        yield stage


def history(count: int) -> Behaviour:
    return answer(200, incidents_file(past(count)))


def asked(stage: Scene) -> int:
    return stage["acme"].page_server.asked(HISTORY)


async def forecast(stage: Scene) -> Forecast:
    """What is said once it is down."""
    stage["acme"].api(OVERLOADED)

    def foretold(s: Snapshot) -> bool:
        return s.judgement.light is Light.RED and "acme-api" in s.forecasts

    return (await stage.until(foretold, "a forecast")).forecasts["acme-api"]


async def learned(stage: Scene) -> None:
    """The page was asked for its past, which is kept."""
    await stage["acme"].page_server.wait_asked(HISTORY, 1)

    def read(s: Snapshot) -> bool:
        with closing(sqlite3.connect(stage.home.store_file)) as database:
            row = database.execute("SELECT value FROM piece WHERE name = 'pasts/acme'").fetchone()
        kept = {"acme": msgspec.json.decode(zlib.decompress(row[0]), type=KnownPast)} if row is not None else {}
        pasts = KnownPasts(PastsMemory(kept))
        return not pasts.wanted("acme", stage["acme"].page_server.url, stage.clock.now())

    await stage.until(read, "the past of the page")
    await stage.engine.settle()


async def test_a_forecast_rests_on_the_past_that_the_page_tells_and_says_how_many() -> None:
    async with scene(history(45)) as stage:
        begun_at = stage.clock.now()
        await stage.until(lambda s: s.judgement.light is Light.GREEN, "green")
        await learned(stage)
        assert stage.clock.now() - begun_at < PAST_WITHIN_S + 600.0
        told = await forecast(stage)
        assert (told.basis, told.outages) == (Basis.COMPONENT, 45)
        assert told.low_s < told.median_s < told.high_s
        assert told.again == 0.0
        assert asked(stage) == 1


async def test_it_survives_a_restart_without_another_request() -> None:
    async with scene(history(30)) as stage:
        await learned(stage)
        await stage.stop()
        await stage.start()
        begun_at = stage.clock.now()
        await stage.until(lambda s: stage.clock.now() - begun_at > PAST_WITHIN_S + 300.0, "time to ask again")
        told = await forecast(stage)
        assert (told.basis, told.outages) == (Basis.PROVIDER, 30)
        assert asked(stage) == 1


async def test_what_ends_while_it_watches_belongs_to_the_past() -> None:
    async with scene(history(19)) as stage:
        await learned(stage)
        page = stage["acme"].page_server
        stage["acme"].incidents = [ended("new", 1.0, 50.0)]
        stage["acme"].publish()
        await page.wait_asked(SUMMARY, page.asked(SUMMARY) + 2)
        told = await forecast(stage)
        assert (told.basis, told.outages) == (Basis.PROVIDER, 20)


@pytest.mark.parametrize(
    "said",
    [
        answer(404, "nothing here"),
        answer(500, "no"),
        answer(200, b"<html><title>Sign in</title></html>"),
        answer(200, b'{"page": {"id": "PAGE"}, "incidents": [{"id": 7}, null, []]}'.replace(b"PAGE", PAGE_ID.encode())),
        answer(200, {"page": {"id": "another-page"}, "incidents": past(45)}),
        answer(200, incidents_file([])),
    ],
    ids=["not there", "broken", "a door", "damaged records", "another page's", "none"],
)
async def test_without_a_past_what_is_published_speaks(said: Behaviour) -> None:
    async with scene(said) as stage:
        await learned(stage)
        told = await forecast(stage)
        assert told.basis is Basis.PUBLISHED
        assert asked(stage) == 1


async def test_nobody_is_asked_for_a_past_in_an_outage() -> None:
    async with scene(history(45)) as stage:
        stage["acme"].api(OVERLOADED)
        await stage.until(lambda s: s.judgement.light is Light.RED, "red")
        begun_at = stage.clock.now()
        await stage.until(lambda s: stage.clock.now() - begun_at > PAST_WITHIN_S + 300.0, "time to ask")
        assert asked(stage) == 0
