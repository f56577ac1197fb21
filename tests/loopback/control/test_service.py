"""What the running instance answers, asked over its socket with a whole engine behind it."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import msgspec
import pytest

from tests.support.scene import Acme, Scene, free_port
from tests.support.snapshots import snapshot
from trayapp.control import client
from trayapp.control.service import Broadcast, ControlService
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import To
from trayapp.demo.target import SimulatedTarget
from trayapp.errors import Problem


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    target = SimulatedTarget()
    await target.start()
    local = f'[local]\nserver = "openai-compatible"\nurl = "{target.url}"\nmodel = "{target.model}"\n'
    async with Scene(Acme("acme"), settings=f"{local}[gateway]\nport = {free_port()}\n") as one:
        server = one.socket()
        await server.start()
        yield one
        await server.close()
    await target.close()


async def ask(scene: Scene, do: str, **more: Any) -> Any:
    return await client.ask(scene.home, do, **more)


async def refusal(scene: Scene, do: str, **more: Any) -> str:
    with pytest.raises(Problem) as refused:
        await ask(scene, do, **more)
    return refused.value.code


async def test_the_picture_survives_the_socket(scene: Scene) -> None:
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
    seen = msgspec.convert(await ask(scene, "snapshot"), Snapshot)
    assert seen.judgement.services == scene.engine.judgement.services
    assert await refusal(scene, "snapshot", services=["nobody"], max_age_s=60) == "not_watched"


async def test_the_switch_goes_there_and_back(scene: Scene) -> None:
    there = await ask(scene, "switch", to="local", providers=["acme"], until="until_changed")
    assert (there["to"], there["providers"], there["model"]) == ("local", ["acme"], "simulated-local-model")
    assert scene.engine.routes.route("acme").to is To.LOCAL
    assert (await ask(scene, "switch", to="cloud"))["providers"] == ["acme"]
    assert await refusal(scene, "switch", to="the moon") == "control_unknown"
    assert await refusal(scene, "switch", to="local", providers=["nobody"]) == "unknown_provider"


async def test_the_local_model_is_looked_at_started_and_stopped(scene: Scene) -> None:
    assert (await ask(scene, "local", what="check"))["state"] == "ready"
    assert (await ask(scene, "local", what="start"))["first_token_s"] is not None
    assert (await ask(scene, "local", what="stop"))["state"] == "ready"
    assert await refusal(scene, "local", what="sing") == "control_unknown"


@pytest.mark.expects_log("a request to the socket failed")
async def test_what_makes_no_sense_is_answered_all_the_same(scene: Scene) -> None:
    assert await refusal(scene, "switch", to="local", providers=["acme"], until="doomsday") == "internal"
    assert await refusal(scene, "round") == "internal"
    assert await refusal(scene, "dance") == "control_unknown"
    assert await ask(scene, "check") is True
    assert await ask(scene, "reload") is True


async def test_showing_says_whether_there_is_anything_to_show(scene: Scene) -> None:
    done: list[str] = []
    assert await ask(scene, "show") is True
    headless = ControlService(scene.engine, scene.broadcast, show=None, end=lambda: done.append("end")).server()
    await headless.start()
    try:
        assert await ask(scene, "show") is False
        assert await ask(scene, "quit") is True
        assert done == ["end"]
    finally:
        await headless.close()


async def test_a_follower_gets_the_picture_at_once_and_then_each_change(scene: Scene) -> None:
    answers = client.stream(scene.home, "watch")
    async with asyncio.timeout(20):
        first = msgspec.convert(await anext(answers), Snapshot)
        assert [one.id for one in first.judgement.services] == ["acme-api"]
        async for raw in answers:
            if msgspec.convert(raw, Snapshot).judgement.light is Light.GREEN:
                break
    await answers.aclose()


async def test_a_slow_follower_skips_and_holds_nobody_up() -> None:
    broadcast = Broadcast()
    pictures = [msgspec.structs.replace(snapshot(), bytes_today=number) for number in range(100)]
    slow, fast = broadcast.follow(), broadcast.follow()
    broadcast.publish(pictures[0])
    assert (await anext(slow)).bytes_today == 0
    for number, one in enumerate(pictures):
        broadcast.publish(one)
        if number:
            assert (await anext(fast)).bytes_today == number
    assert (await anext(slow)).bytes_today == 99


async def test_a_follower_waits_for_the_first_picture_and_for_the_next() -> None:
    broadcast = Broadcast()
    follower = broadcast.follow()
    asyncio.get_running_loop().call_later(0.05, broadcast.publish, snapshot())
    assert await asyncio.wait_for(anext(follower), 5) == snapshot()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(follower), 0.05)
