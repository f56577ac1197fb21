"""The control socket for real: who may talk, what is answered, and what happens to those who misbehave."""

import asyncio
import json
import stat
from collections.abc import AsyncIterator
from typing import Any

import pytest

from trayapp.control import client, protocol
from trayapp.control.instance import Lock, private_folder
from trayapp.control.server import ControlServer
from trayapp.errors import Problem
from trayapp.paths import Home, home


@pytest.fixture
def here() -> Home:
    return home()


@pytest.fixture
async def server(here: Home) -> AsyncIterator[ControlServer]:
    async def echo(request: dict[str, Any]) -> Any:
        return request["value"]

    async def fail(request: dict[str, Any]) -> Any:
        raise Problem("port_in_use", port=1)

    async def count(request: dict[str, Any]) -> AsyncIterator[Any]:
        for number in range(request["to"]):
            yield number

    async def endless(request: dict[str, Any]) -> AsyncIterator[Any]:
        try:
            while True:
                yield "x"
                await asyncio.sleep(0.01)
        finally:
            left.set()

    left = asyncio.Event()
    one = ControlServer(here, {"echo": echo, "fail": fail}, {"count": count, "endless": endless})
    one.left = left  # type: ignore[attr-defined]  # how the test sees that a stream was ended
    await one.start()
    yield one
    await one.close()


async def test_a_question_is_answered(server: ControlServer, here: Home) -> None:
    assert await client.ask(here, "echo", value={"deep": [1, 2]}) == {"deep": [1, 2]}


async def test_a_problem_travels(server: ControlServer, here: Home) -> None:
    with pytest.raises(Problem, match="port_in_use"):
        await client.ask(here, "fail")


async def test_a_stream_is_complete_and_in_order(server: ControlServer, here: Home) -> None:
    assert [one async for one in client.stream(here, "count", to=100)] == list(range(100))


async def test_a_client_that_leaves_ends_its_stream(server: ControlServer, here: Home) -> None:
    stream = client.stream(here, "endless")
    assert await anext(stream) == "x"
    await stream.aclose()
    async with asyncio.timeout(5):
        await server.left.wait()  # type: ignore[attr-defined]  # see the fixture


async def test_an_unknown_word_is_a_problem(server: ControlServer, here: Home) -> None:
    with pytest.raises(Problem, match="control_unknown"):
        await client.ask(here, "dance")


@pytest.mark.parametrize(
    ("line", "code"),
    [(b"GET / HTTP/1.1\r\n", "control_garbled"), (b'{"v":99,"do":"echo"}\n', "control_version")],
)
async def test_a_stranger_gets_a_clear_refusal(server: ControlServer, here: Home, line: bytes, code: str) -> None:
    reader, writer = await asyncio.open_unix_connection(str(here.socket))
    writer.write(line if line.endswith(b"\n") else line + b"\n")
    answer = json.loads(await reader.readline())
    writer.close()
    assert answer["problem"]["code"] == code


async def test_a_line_too_long_hangs_up(server: ControlServer, here: Home) -> None:
    reader, writer = await asyncio.open_unix_connection(str(here.socket))
    writer.write(b"x" * (protocol.MAX_LINE_BYTES + 10))
    assert await reader.read() == b""
    writer.close()


async def test_folder_and_socket_are_private(server: ControlServer, here: Home) -> None:
    assert stat.S_IMODE(here.runtime.stat().st_mode) == 0o700
    assert stat.S_IMODE(here.socket.stat().st_mode) == 0o600


async def test_nobody_there_is_a_clear_problem(here: Home) -> None:
    with pytest.raises(Problem, match="not_running"):
        await client.ask(here, "echo")


async def test_a_socket_left_over_is_nobody(server: ControlServer, here: Home) -> None:
    await server.close()
    here.socket.touch()
    with pytest.raises(Problem, match="not_running"):
        await client.ask(here, "echo")


def test_only_one_holds_the_lock_and_death_frees_it(here: Home) -> None:
    first, second = Lock(here), Lock(here)
    assert first.acquire()
    assert not second.acquire()
    first.release()
    assert second.acquire()
    second.release()


def test_a_folder_behind_a_link_is_refused(here: Home, tmp_path: Any) -> None:
    here.runtime.parent.mkdir(parents=True, exist_ok=True)
    here.runtime.symlink_to(tmp_path)
    with pytest.raises(Problem, match="runtime_folder"):
        private_folder(here.runtime)
    here.runtime.unlink()


def test_an_open_folder_is_closed(here: Home) -> None:
    here.runtime.mkdir(parents=True, mode=0o755)
    private_folder(here.runtime)
    assert stat.S_IMODE(here.runtime.stat().st_mode) == 0o700
