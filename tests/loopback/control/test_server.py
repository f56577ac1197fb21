"""The control socket for real: who may talk, what is answered, and what happens to those who misbehave."""

import asyncio
import contextlib
import json
import stat
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support.until import until
from trayapp.control import client, protocol, server
from trayapp.control.instance import Lock, private_folder
from trayapp.control.messages import Request
from trayapp.control.server import ControlServer
from trayapp.errors import Problem
from trayapp.paths import Home, home
from trayapp.text.language import language, speaking
from trayapp.text.problems import words

BEAT_S = 0.05
"""Real seconds between signs of life in these tests."""


class AskEcho(Request[Any], tag="echo"):
    value: Any = None


class AskFailure(Request[Any], tag="fail"):
    code: str = "port_in_use"


class AskSlowly(Request[str], tag="slow"):
    for_s: float


class AskNumbers(Request[int], tag="count"):
    to: int


class AskForever(Request[str], tag="endless"):
    pass


class AskNever(Request[str], tag="dance"):
    """What this server does not know."""


class Instance:
    """What stands behind the socket. `left`: the client of an endless stream has gone."""

    def __init__(self) -> None:
        self.left = asyncio.Event()
        self.finished: list[float] = []
        self.broken_off = False
        self.step = ""

    async def echo(self, ask: AskEcho) -> Any:
        return ask.value

    async def fail(self, ask: AskFailure) -> Any:
        if ask.code == "bug":
            raise LookupError("secret")
        raise Problem(ask.code, port=1)

    async def slow(self, ask: AskSlowly) -> str:
        try:
            for self.step in ("starting", "loading"):
                await asyncio.sleep(ask.for_s / 2)
        except asyncio.CancelledError:
            self.broken_off = True
            raise
        self.finished.append(ask.for_s)
        return "ready"

    async def count(self, ask: AskNumbers) -> AsyncIterator[int]:
        for number in range(ask.to):
            yield number
        if ask.to < 0:
            raise Problem("not_watched", name="x")

    async def endless(self, ask: AskForever) -> AsyncIterator[str]:
        try:
            while True:
                yield "x"
                await asyncio.sleep(0.01)
        finally:
            self.left.set()


@pytest.fixture
def here() -> Home:
    return home()


@pytest.fixture
async def instance(here: Home, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Instance]:
    monkeypatch.setattr(server, "BEAT_S", BEAT_S)
    behind = Instance()
    one = ControlServer(
        here,
        {AskEcho: behind.echo, AskFailure: behind.fail, AskSlowly: behind.slow},
        {AskNumbers: behind.count, AskForever: behind.endless},
        lambda: f"{behind.step} ({language()})",
    )
    await one.start()
    yield behind
    await one.close()


async def say(here: Home, *parts: bytes, hang_up: bool = False) -> list[bytes]:
    """Write to the socket as a stranger would; every line that comes back."""
    reader, writer = await asyncio.open_unix_connection(str(here.socket))
    try:
        for part in parts:
            writer.write(part)
            await writer.drain()
        if hang_up:
            writer.write_eof()
        async with asyncio.timeout(20):
            return (await reader.read()).splitlines()
    finally:
        writer.close()


def code_of(lines: list[bytes]) -> str:
    (line,) = lines
    return str(json.loads(line)["problem"]["code"])


async def test_a_question_is_answered(instance: Instance, here: Home) -> None:
    assert await client.ask(here, AskEcho(value={"deep": [1, 2]})) == {"deep": [1, 2]}


async def test_a_problem_travels_with_its_words_in_the_language_of_who_asked(instance: Instance, here: Home) -> None:
    for code in ("en", "de"):
        with speaking(code), pytest.raises(client.InstanceProblem, match="port_in_use") as caught:
            await client.ask(here, AskFailure())
        with speaking(code):
            assert (caught.value.notice.title, caught.value.notice.message) == words(Problem("port_in_use", port=1))


@pytest.mark.expects_log("a request to the socket failed")
async def test_a_mistake_of_ours_is_told_by_its_kind_alone(instance: Instance, here: Home) -> None:
    with pytest.raises(client.InstanceProblem, match="internal") as caught:
        await client.ask(here, AskFailure(code="bug"))
    assert caught.value.params == {"kind": "LookupError"}


async def test_a_stream_is_complete_and_in_order(instance: Instance, here: Home) -> None:
    assert [one async for one in client.stream(here, AskNumbers(to=100))] == list(range(100))


async def test_a_stream_can_fail_as_an_answer_can(instance: Instance, here: Home) -> None:
    with pytest.raises(Problem, match="not_watched"):
        await client.ask(here, AskNumbers(to=-1))


async def test_a_client_that_leaves_ends_its_stream(instance: Instance, here: Home) -> None:
    async with contextlib.aclosing(client.stream(here, AskForever())) as stream:
        assert await anext(stream) == "x"
    async with asyncio.timeout(5):
        await instance.left.wait()


async def test_work_may_take_longer_than_silence_is_borne(instance: Instance, here: Home) -> None:
    """The instance says that it is alive and what it is busy with, in the language of who asked; each step once."""
    heard: list[str] = []
    with speaking("de"):
        answer = await client.ask(here, AskSlowly(for_s=1.2), silence_s=0.5, doing=heard.append)
    assert answer == "ready"
    assert heard == ["starting (de)", "loading (de)"]


async def test_silence_is_not_borne_for_ever(here: Home) -> None:
    """An instance whose loop stands still gives no sign of life either."""
    private_folder(here.runtime)
    lock = Lock(here)
    assert lock.acquire()
    never = asyncio.Event()

    async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(protocol.life("loading"))
        await never.wait()
        writer.close()

    hanging = await asyncio.start_unix_server(hang, here.socket)
    heard: list[str] = []
    with pytest.raises(Problem, match="control_silent") as caught:
        await client.ask(here, AskEcho(), silence_s=0.3, doing=heard.append)
    assert caught.value.params["process"] == here.lock.read_text().strip()
    assert heard == ["loading"]
    never.set()
    hanging.close()
    lock.release()


async def test_signs_of_life_do_not_hold_a_command_for_ever(instance: Instance, here: Home) -> None:
    async with asyncio.timeout(20):
        with pytest.raises(Problem, match="control_slow"):
            await client.ask(here, AskSlowly(for_s=60.0), limit_s=1.0)
    await until(lambda: instance.broken_off, "the end of the work")


async def test_who_leaves_breaks_off_what_was_begun(instance: Instance, here: Home) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(client.ask(here, AskSlowly(for_s=60.0)), 0.2)
    await until(lambda: instance.broken_off, "the end of the work")
    assert not instance.finished


async def test_an_unknown_word_is_a_problem(instance: Instance, here: Home) -> None:
    with pytest.raises(Problem, match="control_unknown"):
        await client.ask(here, AskNever())


@pytest.mark.parametrize(
    ("line", "code"),
    [
        (b"GET / HTTP/1.1\r\n", "control_garbled"),
        (b"\x00\xff\n", "control_garbled"),
        (b'{"v":99,"do":"echo"}\n', "control_version"),
        (b'{"do":"echo"}\n', "control_version"),
        (b'{"v":2,"do":"slow"}\n', "control_unknown"),
        (b'{"v":2,"do":"slow","for_s":"long"}\n', "control_unknown"),
        (b"[" * 60_000 + b"\n", "control_garbled"),
    ],
)
async def test_a_stranger_gets_a_clear_refusal(instance: Instance, here: Home, line: bytes, code: str) -> None:
    assert code_of(await say(here, line)) == code


async def test_a_message_of_5_mb_is_refused_and_the_next_is_answered(instance: Instance, here: Home) -> None:
    assert code_of(await say(here, b'{"v":2,"do":"echo","value":"', b"x" * 5_000_000, b'"}\n')) == "control_garbled"
    assert await client.ask(here, AskEcho(value=1)) == 1


async def test_half_a_line_is_not_obeyed(instance: Instance, here: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    assert await say(here, b'{"v":2,"do":"slow","for_s":0}', hang_up=True) == []
    monkeypatch.setattr(server, "REQUEST_TIMEOUT_S", 0.2)
    assert await say(here, b'{"v":2,"do":"slow","for_s":0}') == [], "who does not go on is hung up on"
    assert instance.finished == []


async def test_a_line_may_come_in_pieces(instance: Instance, here: Home) -> None:
    (line,) = await say(here, b'{"v":2,', b'"do":"echo",', b'"value":1}\n')
    assert json.loads(line) == {"v": 2, "ok": 1}


async def test_folder_and_socket_are_private(instance: Instance, here: Home) -> None:
    assert stat.S_IMODE(here.runtime.stat().st_mode) == 0o700
    assert stat.S_IMODE(here.socket.stat().st_mode) == 0o600


async def test_nobody_there_is_a_clear_problem(here: Home) -> None:
    with pytest.raises(Problem, match="not_running"):
        await client.ask(here, AskEcho())


async def test_a_socket_left_over_is_nobody(here: Home) -> None:
    private_folder(here.runtime)
    here.socket.touch()
    with pytest.raises(Problem, match="not_running"):
        await client.ask(here, AskEcho())


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
