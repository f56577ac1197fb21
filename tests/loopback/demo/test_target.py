"""The stand-in for a local model: it passes the whole ladder, and says what it is."""

import contextlib

from tests.support.fakeclock import FakeClock
from trayapp.core.switching.target import TargetState
from trayapp.demo.target import SimulatedTarget
from trayapp.local.chat import stream
from trayapp.local.target import LocalTarget
from trayapp.paths import home
from trayapp.settings.schema import Local


async def test_it_becomes_ready_and_chats() -> None:
    simulated = SimulatedTarget()
    await simulated.start()
    settings = Local(server="openai-compatible", url=simulated.url, model=simulated.model)
    target = LocalTarget(settings, FakeClock(), home(), lambda status: None)
    try:
        assert (await target.check()).state is TargetState.READY
        status = await target.prepare()
        assert (status.state, status.model) == (TargetState.READY, simulated.model)
        assert status.first_token_s is not None
        async with contextlib.aclosing(stream(status, [{"role": "user", "content": "Who are you?"}])) as pieces:
            said = "".join([piece async for piece in pieces])
        assert "simulated local model" in said
    finally:
        await target.close()
        await simulated.close()
    assert (await LocalTarget(settings, FakeClock(), home(), lambda status: None).check()).state is TargetState.DOWN
