""" "It is not you" is a claim: said where the provider itself or its page shows it, and nowhere else."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

import pytest

from tests.support import pagefiles
from tests.support.httpserver import BAD_GATEWAY, Behaviour, answer, silent
from tests.support.scene import EDGE_PATH, EPOCH, NO_KEY, OVERLOADED, Acme, Scene
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Banner
from trayapp.text import banners, sentences

NOT_YOU = "It is not you."
GARBAGE = answer(200, "<html><h1>Welcome</h1></html>", {"cf-ray": "8f0-FRA"})
EDGE_FAILS = "Acme API's edge answers 502 here."
NO_ANSWER = "Acme API does not answer from here; your connection reaches other hosts."
ERRORS = "Acme API answers with errors here."
DOWN = f"Acme API is down. {NOT_YOU}"


async def everything_said(scene: Scene) -> dict[str, str]:
    """What every face says of the whole: banner, command line, menu and panel, tooltip."""
    await scene.until(lambda s: any(isinstance(one, Banner) for one in scene.announcements), "a banner")
    status = await client.ask(scene.home, AskStatus())
    assert status is not None
    snapshot = scene.engine.snapshot()
    told = next(one for one in scene.announcements if isinstance(one, Banner))
    words = banners.words(told, wall=lambda at: datetime.fromtimestamp(at + snapshot.wall_offset_s, UTC))
    return {
        "banner": f"{words.title} {words.body}",
        "command": status.lines[0],
        "panel": sentences.headline(snapshot),
        "tooltip": sentences.tooltip(snapshot),
    }


@asynccontextmanager
async def red(behaviour: Behaviour, *, edge: bool = False) -> AsyncIterator[Scene]:
    """Acme fails like that while its page is calm and Bolt answers."""
    async with Scene(Acme(edge=edge, api=not edge), Acme("bolt", page=False)) as scene, scene.listening():
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        scene["acme"].api_server.on(EDGE_PATH, behaviour)
        scene["acme"].api(behaviour)
        await scene.until(lambda s: scene.verdict().light is Light.RED, "red")
        yield scene


@pytest.mark.parametrize(
    ("behaviour", "edge", "says"),
    [
        pytest.param(OVERLOADED, False, DOWN, id="own-5xx"),
        pytest.param(
            BAD_GATEWAY, True, EDGE_FAILS, id="edge-502"),
        pytest.param(
            BAD_GATEWAY, False, EDGE_FAILS, id="bad-gateway-page"),
        pytest.param(
            silent, False, NO_ANSWER, id="silence"),
        pytest.param(
            GARBAGE, False, ERRORS, id="garbage"),
    ],
)  # fmt: skip
async def test_every_face_claims_what_is_shown_and_no_more(behaviour: Behaviour, edge: bool, says: str) -> None:
    async with red(behaviour, edge=edge) as scene:
        said = await everything_said(scene)
        assert said["command"] == said["panel"] == says
        assert said["banner"].startswith(says)
        blameless = {face for face, words in said.items() if "not you" in words}
        assert blameless == (set(said) if says == DOWN else set())
        # Its page confirms: now it is known.
        scene["acme"].page(chat_completions="partial_outage")
        await scene.until(lambda s: NOT_YOU in sentences.headline(s), "the claim")


@pytest.mark.parametrize("behaviour", [None, OVERLOADED], ids=["page-alone", "own-5xx"])
async def test_a_page_that_shows_it_is_not_said_to_keep_silent(behaviour: Behaviour | None) -> None:
    async with Scene(Acme(), Acme("bolt", page=False)) as scene, scene.listening():
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        scene["acme"].changed_at = scene.clock.now()
        scene["acme"].page(chat_completions="major_outage" if behaviour is None else "degraded_performance")
        await scene.until(lambda s: scene.verdict().light in (Light.RED, Light.YELLOW), "the page's word")
        scene["acme"].api(behaviour or NO_KEY)
        snapshot = await scene.until(lambda s: scene.verdict().light is Light.RED, "red")
        said = await everything_said(scene)
        for words in (said["banner"], sentences.subline(snapshot)):
            assert "Acme AI's page shows it, without a comment." in words
            assert "has not commented" not in words


async def test_of_two_that_are_down_for_different_reasons_nothing_is_claimed() -> None:
    async with red(silent) as scene:
        scene["bolt"].api(OVERLOADED)
        snapshot = await scene.until(lambda s: all(v.light is Light.RED for v in s.judgement.services), "both")
        assert sentences.headline(snapshot) == "Acme API and Bolt API are down."


async def test_slow_claims_nothing_about_you() -> None:
    from tests.support.states import slow

    assert "not you" not in sentences.headline(slow())


def fallen(at: float) -> dict[str, object]:
    """A page that has read red since then."""
    part = pagefiles.component("page-chat-completions", "chat", "major_outage", at)
    return pagefiles.summary([part])


@pytest.mark.parametrize(
    ("ages_s", "shared"),
    [
        pytest.param((90_000.0, 40_000.0, 4_000.0), False, id="long-before"),
        pytest.param((4_060.0, 4_030.0, 4_000.0), True, id="together"),
    ],
)  # fmt: skip
async def test_what_fell_together_is_known_by_the_pages_own_times(ages_s: tuple[float, ...], shared: bool) -> None:
    providers = [Acme(name, api=False) for name in ("acme", "bolt", "core")]
    async with Scene(*providers) as scene:
        for one, age_s in zip(providers, ages_s, strict=True):
            for file in ("summary", "components"):
                one.page_server.on(f"/api/v2/{file}.json", answer(200, fallen(EPOCH.timestamp() - age_s)))
        await scene.until(lambda s: all(v.light is Light.RED for v in s.judgement.services), "three red")
        await scene.engine.settle()
        findings = {v.finding for v in scene.engine.judgement.services}
        assert findings == {Finding.SHARED if shared else Finding.DOWN}


async def test_three_that_fall_silent_together_share_nothing_that_is_shown() -> None:
    names = ("acme", "bolt", "core", "dusk")
    async with Scene(*(Acme(name, page=False) for name in names)) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        for name in names[:3]:
            scene[name].api(silent)
        await scene.until(lambda s: sum(v.light is Light.RED for v in s.judgement.services) == 3, "three red")
        assert {v.finding for v in scene.engine.judgement.services} == {Finding.DOWN, Finding.OK}
