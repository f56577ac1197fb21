"""Whom an incident concerns, from a real page to banner, text and JSON."""

from functools import partial
from typing import Any

from tests.support import pagefiles
from tests.support.scene import Acme, Scene
from trayapp.control import answers
from trayapp.core.catalogue import Part
from trayapp.core.evidence.families import KNOWN_ANSWERS, KNOWN_S
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try, Witness
from trayapp.core.incident.concerns import Concerns
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Finding, Light
from trayapp.core.notify.banner import Banner
from trayapp.core.snapshot import Snapshot


class Families(Acme):
    """One whose incidents may name model families."""

    def toml(self) -> str:
        return super().toml().replace('name = "Acme API"\n', 'name = "Acme API"\nfamilies = ["Opus", "Sonnet"]\n')


async def test_what_the_page_names_is_said_everywhere() -> None:
    async with Scene(Families()) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        now = scene.clock.wall(scene.clock.now()).timestamp()
        part = pagefiles.component("page-chat-completions", "Chat completions", "major_outage", now)
        update = pagefiles.update("investigating", now, "Requests to Opus in the EU fail.")
        told = pagefiles.incident("inc1", "Elevated errors", "investigating", now, components=[part], updates=[update])
        scene["acme"].incidents = [told]
        scene["acme"].page(chat_completions="major_outage")
        snapshot = await scene.until(lambda s: s.judgement.light is Light.RED and bool(s.concerns), "red")
        (incident,) = snapshot.incidents
        wanted = Concerns(families=("Opus",), regions=("EU",))
        assert snapshot.concerns == {incident.id: wanted}
        answer = answers.status(snapshot)
        assert answer.report["services"][0]["incident"]["concerns"] == {
            "families": ["Opus"], "used": [], "plans": [], "regions": ["EU"],
        }  # fmt: skip
        assert any("Concerns Opus. It names the region EU." in line for line in answer.lines)
        await scene.until(lambda s: any(isinstance(one, Banner) for one in scene.announcements), "the banner")
        assert [one.concerns for one in scene.announcements if isinstance(one, Banner)][:1] == [wanted]


def used(scene: Scene, model: str, at: float) -> None:
    """The user's tools get an answer from this model."""
    parts = (Part("acme-api", "chat-completions"),)
    witness = Witness("", "/v1/chat/completions", model)
    scene.engine.observe(
        Try(
            at,
            at,
            Source.TRAFFIC,
            "acme",
            "api.acme",
            parts,
            Depth.COMPLETION,
            Outcome.GOOD,
            "http_200",
            witness=witness,
        )
    )


def stands(wanted: tuple[Light, Finding], s: Snapshot) -> bool:
    [verdict] = s.judgement.services
    return (verdict.light, verdict.finding) == wanted


async def test_what_the_page_says_of_other_models_is_read_as_it_is_meant() -> None:
    """From "other than Opus" over "limited to Opus" to "all models", for somebody who uses Sonnet."""
    async with Scene(Families()) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        for _ in range(KNOWN_ANSWERS):
            used(scene, "claude-sonnet-5", scene.clock.now() - KNOWN_S)
        used(scene, "claude-sonnet-5", scene.clock.now())
        now = scene.clock.wall(scene.clock.now()).timestamp()
        part = pagefiles.component("page-chat-completions", "Chat completions", "degraded_performance", now)
        said: list[Any] = []
        for text, light, finding in (
            ("The issue affects requests to models other than Opus 4.6.", Light.YELLOW, Finding.DEGRADED),
            ("The issue is limited to Opus 4.5.", Light.GREEN, Finding.OK),
            ("A deployment of Opus 4.5 now affects all models.", Light.YELLOW, Finding.DEGRADED),
        ):
            said.insert(0, pagefiles.update("investigating", now + len(said), text))
            told = pagefiles.incident("inc1", "Elevated errors", "investigating", now, components=[part], updates=said)
            scene["acme"].incidents = [told]
            scene["acme"].page(chat_completions="degraded_performance")
            wanted = (light, finding)
            await scene.until(partial(stands, wanted), f"{light} after: {text}")
            listed = [one.params["used"] for one in scene.verdict().reasons if one.code == Code.PAGE_ELSEWHERE]
            assert listed == (["Sonnet"] if light is Light.GREEN else [])
        assert Finding.RECOVERING not in [one.finding for one in scene.transitions]
