"""An exchange that is given up at whatever moment: nothing stays open, and nothing is used up."""

import asyncio
import gc

import httpcore
import pytest

from tests.support.httpserver import Authority, Server, answer
from tests.support.leftovers import nothing_left_open
from trayapp.net.trust import Trust
from trayapp.tasks import Tasks
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, Limit

LIMIT = Limit(deadline_s=20.0, body_bytes=100_000)


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority()


@pytest.fixture(params=["plain", "tls"])
def secure(request: pytest.FixtureRequest) -> bool:
    return bool(request.param == "tls")


class TestAtEveryTurnOfTheLoop:
    """As one test for all the turns: how many there are is the libraries' affair."""

    @pytest.mark.parametrize("kept", [False, True])
    async def test_a_cancelled_exchange_leaves_nothing_open(
        self, authority: Authority, secure: bool, kept: bool
    ) -> None:
        trust = Trust(authority.trust, authority.trust)
        with nothing_left_open():
            for count in range(1000):
                async with Server(tls=authority.server() if secure else None) as server, Tasks("test") as tasks:
                    http, asking = await _under_way(tasks, trust, server, kept)
                    await turns(count)
                    ended = asking.done()
                    asking.cancel()
                    await asyncio.wait({asking})
                    await http.close()
                if ended:
                    break
        assert count > 5

    @pytest.mark.parametrize("kept", [False, True])
    async def test_a_drop_cuts_what_is_under_way(self, authority: Authority, secure: bool, kept: bool) -> None:
        outcomes = []
        trust = Trust(authority.trust, authority.trust)
        with nothing_left_open():
            for count in range(1, 1000):
                async with Server(tls=authority.server() if secure else None) as server, Tasks("test") as tasks:
                    http, asking = await _under_way(tasks, trust, server, kept)
                    await turns(count)
                    ended = asking.done()
                    await http.drop()
                    outcomes.append(await asking)
                    assert (await http.ask(server.url, LIMIT)).status == 200
                    await http.close()
                if ended:
                    break
        # At its last turns it has its answer before the cut comes through.
        assert outcomes == ["cut"] * outcomes.count("cut") + [200] * outcomes.count(200)
        assert outcomes.count("cut") > 5


async def _under_way(tasks: Tasks, trust: Trust, server: Server, kept: bool) -> tuple[Http, asyncio.Task[int | str]]:
    """An exchange that is about to begin, over a kept connection or a new one."""
    server.on("/first", answer(200, {}, {} if kept else {"connection": "close"}))
    server.always(answer(200, {}))
    http = Http(trust=trust)
    # The trust is made in a thread, which takes as many turns as it likes.
    await http.ask(server.url + "/first", LIMIT)
    return http, tasks.spawn(_outcome(http, server.url), "asking")


async def _outcome(http: Http, url: str, limit: Limit = LIMIT) -> int | str:
    try:
        return (await http.ask(url, limit)).status
    except Failure as failure:
        return failure.code


class TestBehindAProxy:
    """It lets everybody through to a host that takes no handshake."""

    @pytest.mark.parametrize(("refuses", "outcome"), [(False, "timeout"), (True, "tls")])
    async def test_a_handshake_that_fails_is_let_go_of(
        self, monkeypatch: pytest.MonkeyPatch, refuses: bool, outcome: str
    ) -> None:
        left = asyncio.Event()

        async def tunnel(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readuntil(b"\r\n\r\n")
            writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
            await reader.read(1)
            if refuses:
                writer.write(b"no handshake")
            await reader.read()
            writer.close()
            left.set()

        async with await asyncio.start_server(tunnel, "127.0.0.1") as proxy:
            monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{proxy.sockets[0].getsockname()[1]}")
            http = Http()
            assert await _outcome(http, "https://far.invalid/x", Limit(0.5, 1000)) == outcome
            try:
                async with asyncio.timeout(5.0):
                    await left.wait()
                # What is closed can still fill the pool.
                gc.collect()
                assert not [one for one in gc.get_objects() if isinstance(one, httpcore.AsyncConnectionInterface)]
            finally:
                await http.close()
                await left.wait()
