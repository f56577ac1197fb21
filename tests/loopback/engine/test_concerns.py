"""Whom an incident concerns, from a real page to banner, text and JSON."""

from tests.support import pagefiles
from tests.support.scene import Acme, Scene
from trayapp.control import answers
from trayapp.core.incident.concerns import Concerns
from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Banner


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
