"""No task that goes on for ever dies of one bad round: it is said once, and the next round comes."""

from typing import Any

import pytest

from tests.loopback.engine.test_switch import local_model, settings
from tests.support.httpserver import answer
from tests.support.scene import OVERLOADED, Acme, Scene
from tests.support.until import until
from trayapp.core.light.severity import Light
from trayapp.core.switching.target import TargetState


class Breaking:
    """Takes the place of a method, and raises `times` before it does what that does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, owner: str, times: int = 3) -> None:
        self.left = times
        self.rounds = 0
        name, _, method = owner.rpartition(".")
        module, _, kind = name.rpartition(".")
        whole = getattr(getattr(__import__(module, fromlist=[kind]), kind), method)

        def broken(*given: Any, **named: Any) -> Any:
            self.rounds += 1
            if self.left > 0:
                self.left -= 1
                raise RuntimeError("a mistake of ours")
            return whole(*given, **named)

        monkeypatch.setattr(owner, broken)


def complaints(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage() for record in caplog.records if record.levelname == "ERROR"]


@pytest.mark.expects_log("the switch")
async def test_the_look_after_the_target(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    breaking = Breaking(monkeypatch, "trayapp.engine.switch.Switch.check_target")
    async with local_model() as target, Scene(Acme("acme"), settings=settings(target.url)) as scene:
        await scene.until(lambda s: s.target.state is TargetState.READY, "a look after the bad ones", 10.0)
        assert breaking.left == 0
        await target.close()
        await scene.until(lambda s: s.target.state is TargetState.DOWN, "the looks to go on")
    assert len(complaints(caplog)) == 1, "three bad rounds of one kind are told once"


@pytest.mark.expects_log("the tick")
async def test_the_tick(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async with Scene(Acme("acme")) as scene:
        # So that nothing but time brings an evaluation about.
        await scene.engine.stop_watching()
        breaking = Breaking(monkeypatch, "trayapp.engine.state.State.advance")
        await until(lambda: breaking.rounds > 5, "ticks after the bad ones", 10.0)
    assert len(complaints(caplog)) == 1


@pytest.mark.expects_log("remembering")
async def test_the_delivery(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    async with Scene(Acme("acme")) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        await scene.engine.settle()
        breaking = Breaking(monkeypatch, "trayapp.engine.memory.Keeper.save", times=1)
        scene.engine.remember()
        await until(lambda: breaking.left == 0, "the bad save")
        scene["acme"].api(OVERLOADED)
        scene["acme"].page(chat_completions="major_outage")
        await until(lambda: scene.announcements, "the banner after it", 10.0)
    assert len(complaints(caplog)) == 1


@pytest.mark.expects_log("asking", "reading the page of acme")
async def test_reading_pages_and_asking_hosts(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reading = Breaking(monkeypatch, "trayapp.watch.pages.reader.PageReader.read")
    asking = Breaking(monkeypatch, "trayapp.watch.probes.runner.Probes.run")
    async with Scene(Acme("acme")) as scene:
        scene["acme"].api(answer(401, {"error": {"type": "invalid_request_error", "message": "no key"}}))
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green after the bad rounds")
        await until(lambda: reading.left == asking.left == 0, "all the bad rounds")
    assert len(complaints(caplog)) == 2
