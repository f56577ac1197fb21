"""A tray that is started beside another instance: it shows that one, or takes its place when it has no tray."""

import asyncio
import time

import pytest

from tests.support.commands import running
from tests.support.scene import write_files
from tests.support.until import until
from trayapp.app import main as app
from trayapp.control.instance import Lock
from trayapp.control.messages import AskShow
from trayapp.control.server import ControlServer
from trayapp.errors import Problem
from trayapp.paths import home


async def test_one_without_a_tray_gives_its_place() -> None:
    write_files(home(), (), "[catalogue]\nbuiltin = true\n")
    async with running("watch") as watch:
        await until(lambda: home().socket.exists() or None, "the socket")
        lock = Lock(home())
        assert not lock.acquire()
        assert await asyncio.to_thread(app.take_over, home(), lock)
        assert await watch.process.wait() == 0
        assert watch.errors == []
    assert not Lock(home()).acquire()
    lock.release()


async def test_one_with_a_tray_is_shown_also_when_it_is_still_on_its_way() -> None:
    shown: list[float] = []

    async def show(request: object) -> bool:
        shown.append(time.monotonic())
        return True

    held, mine = Lock(home()), Lock(home())
    assert held.acquire()
    asking = asyncio.get_running_loop().run_in_executor(None, app.take_over, home(), mine)
    await asyncio.sleep(0.3)
    server = ControlServer(home(), {AskShow: show}, {})
    await server.start()
    assert not await asking
    await server.close()
    held.release()
    assert len(shown) == 1


async def test_one_of_another_version_is_told_at_once() -> None:
    async def first_version(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b'{"v": 1, "problem": {"code": "control_version", "params": {"theirs": "2", "ours": 1}}}\n')
        writer.close()

    held, mine = Lock(home()), Lock(home())
    assert held.acquire()
    server = await asyncio.start_unix_server(first_version, home().socket)
    begun = time.monotonic()
    with pytest.raises(Problem, match="control_version") as told:
        await asyncio.to_thread(app.take_over, home(), mine)
    assert dict(told.value.params) == {"theirs": "1", "ours": 2}
    assert time.monotonic() - begun < app.TAKE_OVER_S / 2
    server.close()
    held.release()


async def test_one_that_hangs_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(app, "TAKE_OVER_S", 0.5)
    held, mine = Lock(home()), Lock(home())
    assert held.acquire()
    with pytest.raises(Problem, match="already_running"):
        await asyncio.to_thread(app.take_over, home(), mine)
    held.release()
