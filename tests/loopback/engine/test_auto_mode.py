"""Auto mode of a whole engine: who turns it on, and what survives a restart."""

from tests.support.scene import OVERLOADED, Acme, Scene
from trayapp.core.light.severity import Light
from trayapp.core.switching.route import Mode
from trayapp.settings.file import change


async def test_the_setting_turns_it_on_and_off_while_it_runs() -> None:
    async with Scene(Acme("acme")) as scene:
        assert scene.engine.snapshot().mode is Mode.MANUAL
        change(scene.home, {("gateway", "mode"): "auto"})
        await scene.engine.reload()
        assert scene.engine.snapshot().mode is Mode.AUTO
        change(scene.home, {("gateway", "mode"): None})
        await scene.engine.reload()
        assert scene.engine.snapshot().mode is Mode.MANUAL


async def test_mode_and_who_is_held_survive_a_restart() -> None:
    async with Scene(Acme("acme"), settings="[gateway]\nmode = 'auto'\n") as scene:
        scene["acme"].api(OVERLOADED)
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        assert scene.engine.auto.acts("acme")
        await scene.engine.switch.to_cloud(("acme",))
        assert not scene.engine.auto.acts("acme")
        await scene.stop()
        await scene.start()
        assert scene.engine.snapshot().mode is Mode.AUTO
        assert not scene.engine.auto.acts("acme")
