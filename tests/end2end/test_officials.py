"""What the officials do not say, and what they say too late: through real HTTP, the real rules and the real words."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support.fakeclock import PatientClock
from tests.support.httpserver import answer
from tests.support.pagefiles import incident, incidents_file, moment, update
from tests.support.scene import EPOCH, NO_KEY, OVERLOADED, Acme, Scene
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.core.incident.silence import NEWS_AFTER_S
from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Banner, BannerStage, Urgency
from trayapp.store.history import read_history
from trayapp.text.banners import words

RATE = 1200.0
HISTORY = "/api/v2/incidents.json"


@asynccontextmanager
async def down() -> AsyncIterator[Scene]:
    """An API that has just gone down, and a page that calls it operational."""
    scene = Scene(Acme(), clock=PatientClock(EPOCH, RATE))
    async with scene, scene.listening():
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        scene["acme"].api(OVERLOADED)
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        yield scene


def now(scene: Scene) -> float:
    return scene.clock.wall(scene.clock.now()).timestamp()


def banners(scene: Scene) -> list[Banner]:
    return [one for one in scene.announcements if isinstance(one, Banner)]


def latest(scene: Scene) -> BannerStage | None:
    found = banners(scene)
    return found[-1].stage if found else None


async def told(scene: Scene) -> str:
    status = await client.ask(scene.home, AskStatus())
    assert status is not None
    return "\n".join(status.lines)


async def test_a_page_that_says_nothing_for_long_is_news_and_so_is_its_first_word() -> None:
    async with down() as scene:
        snapshot = await scene.until(lambda s: s.incidents[0].silent_since is not None, "silence")
        one = snapshot.incidents[0]
        assert one.started_at <= (one.silent_since or 0.0) <= snapshot.at - NEWS_AFTER_S
        await scene.until(lambda s: len(banners(scene)) == 2, "the banner of silence")
        first, silent = banners(scene)
        assert (first.pops_up, silent.pops_up) == (True, False)
        assert "Acme AI has said nothing about it for 1 h 10 min." in words(silent, wall=scene.clock.wall).body
        assert "Acme AI has said nothing about it for" in await told(scene)
        at = now(scene)
        scene["acme"].incidents = [incident("i1", "Elevated errors", "investigating", at)]
        scene["acme"].changed_at = at
        scene["acme"].page(chat_completions="major_outage")
        await scene.until(lambda s: len(banners(scene)) == 3, "the first word")
        word = banners(scene)[2]
        assert (word.stage, word.pops_up) == (BannerStage.CONFIRMED, False)
        assert "Acme AI now says: “We are on it”." in words(word, wall=scene.clock.wall).body
        await scene.stop()
        await scene.start()
        await scene.until(lambda s: s.incidents[0].silent_since is not None, "silence after the word")
        await scene.until(lambda s: len(banners(scene)) == 4, "the next silence")
        assert "No update from Acme AI for 1 h 10 min." in words(banners(scene)[3], wall=scene.clock.wall).body


async def test_who_cannot_be_heard_is_not_called_silent() -> None:
    async with down() as scene:
        scene["acme"].page_server.on("/api/v2/summary.json", answer(503))
        end = scene.clock.now() + 2 * NEWS_AFTER_S
        snapshot = await scene.until(lambda s: s.at >= end, "two hours")
        assert snapshot.incidents[0].silent_since is None
        assert len(banners(scene)) == 1
        scene["acme"].page()
        # Unread it may have said something that is over: from here on its silence counts.
        snapshot = await scene.until(lambda s: s.incidents[0].silent_since is not None, "silence, now that it is heard")
        assert (snapshot.incidents[0].silent_since or 0.0) >= end - 60.0


@pytest.mark.parametrize("restarted", [False, True])
async def test_a_cause_that_is_named_after_the_end_is_told_once_and_kept(restarted: bool) -> None:
    async with down() as scene:
        acme, at = scene["acme"], now(scene)
        acme.incidents = [incident("i1", "Elevated errors", "investigating", at)]
        acme.changed_at = at
        acme.page(chat_completions="major_outage")
        await scene.until(lambda s: s.incidents[0].title is not None, "its page's word")
        acme.api(NO_KEY)
        acme.changed_at = now(scene)
        acme.incidents = []
        # Whoever is over is in the history alone, for now without a cause.
        closed = [update("resolved", now(scene), "It is over."), update("investigating", at)]
        over = incident("i1", "Elevated errors", "resolved", at, updates=closed, resolved_at=moment(now(scene)))
        acme.page(chat_completions="operational")
        acme.page_server.on(HISTORY, answer(200, incidents_file([over])))
        await scene.until(lambda s: latest(scene) is BannerStage.OVER, "the all-clear")
        assert banners(scene)[-1].params.get("cause") is None
        if restarted:
            await scene.stop()
            await scene.start()
        word = update("postmortem", now(scene), "The outage was caused by an expired certificate. We are sorry.")
        over["incident_updates"] = [word, *closed]
        acme.page_server.on(HISTORY, answer(200, incidents_file([over])))
        await scene.until(lambda s: latest(scene) is BannerStage.CAUSE, "the cause")
        cause = banners(scene)[-1]
        assert (cause.urgency, cause.light) == (Urgency.LOW, Light.GREEN)
        assert words(cause, wall=scene.clock.wall).body.startswith(
            "Cause: The outage was caused by an expired certificate."
        )
        await scene.engine.write_journal()
        history = read_history(scene.home.journal_file, None, None, now(scene), lambda at: 0.0, changes=False)
        assert [one.cause for one in history.incidents] == ["The outage was caused by an expired certificate"]
        asked, end = acme.page_server.asked(HISTORY), scene.clock.now() + 3600.0
        await scene.until(lambda s: s.at >= end, "an hour")
        assert acme.page_server.asked(HISTORY) == asked, "all is said, so nobody asks"
        assert [one.stage for one in banners(scene)].count(BannerStage.CAUSE) == 1
