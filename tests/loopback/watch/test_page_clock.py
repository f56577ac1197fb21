"""A machine whose clock is wrong reads the same as every other: pages date what they tell by their own."""

from datetime import timedelta
from email.utils import formatdate

import pytest

from tests.support.pagefiles import impact, incident, native_incident
from tests.support.pagescene import MINUTE_S, PageScene

DEGRADED, GREEN = "yellow degraded", "green ok"
OFF = pytest.mark.parametrize("ahead", [timedelta(hours=h) for h in (-24 * 400, -24, -1, 0, 1, 24, 24 * 400)], ids=str)


@pytest.mark.parametrize("kind", ["statuspage", "incidentio"])
@OFF
async def test_what_began_five_minutes_ago_did_so_by_whatever_clock(kind: str, ahead: timedelta) -> None:
    async with PageScene(kind) as scene:
        scene.clock.ahead = ahead
        scene.head = {"date": formatdate(scene.now, usegmt=True)}
        began = scene.now - 5 * MINUTE_S
        told = incident("i1", "Errors", "investigating", began, impact="minor")
        impacts = [impact("id-chat", "degraded_performance", began, "i1")]
        ongoing = native_incident("i1", "Errors", "investigating", began, impacts=impacts)
        scene.show({"id-chat": "degraded_performance"}, [told], changed_at=began, ongoing=[ongoing])
        verdict = await scene.read()
        assert scene.light() == DEGRADED
        assert verdict.since == pytest.approx(began, abs=1)
        # Somebody sets the clock meanwhile.
        scene.move(MINUTE_S)
        scene.clock.ahead = timedelta()
        assert (await scene.read()).since == pytest.approx(began, abs=1)
        assert scene.light() == DEGRADED


async def test_what_a_cache_has_kept_is_as_old_as_it_says() -> None:
    async with PageScene() as scene:
        scene.head = {"date": formatdate(scene.now - 10 * MINUTE_S, usegmt=True), "age": "600"}
        began = scene.now - 20 * MINUTE_S
        scene.show({"id-chat": "degraded_performance"}, changed_at=began)
        assert (await scene.read()).since == pytest.approx(began, abs=1)


@pytest.mark.parametrize(
    ("date", "age"),
    [
        ("Fri, 31 Dec 9999 23:59:59 GMT", "0"),
        ("Wed, 07 Oct 2026 12:00:00 GMT", "1e300"),
        ("Wed, 07 Oct 2026 12:00:00 GMT", "inf"),
        ("Wed, 07 Oct 2026 12:00:00 GMT", "nan"),
    ],
)
async def test_a_time_that_nobody_can_mean_changes_nothing(date: str, age: str) -> None:
    async with PageScene() as scene:
        scene.head = {"date": date, "age": age}
        began = scene.now - 20 * MINUTE_S
        scene.show({"id-chat": "degraded_performance"}, changed_at=began)
        assert (await scene.read()).since == pytest.approx(began, abs=1)


@pytest.mark.parametrize("date", ["", "yesterday", "Wed, 07 Oct 2026 12:00:00 -0000", "Wed, 99 Oct 2026 12:00:00 GMT"])
async def test_a_date_that_is_none_changes_nothing(date: str) -> None:
    async with PageScene() as scene:
        scene.head = {"date": date, "age": "soon"}
        scene.show()
        await scene.read()
        assert scene.light() == GREEN
