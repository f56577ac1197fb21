"""Two hundred clients that mean harm, and good tools in every dialect that notice nothing of it."""

import asyncio
import contextlib
import itertools
from collections.abc import Awaitable, Callable

from tests.support.gatewaybed import Client
from tests.support.messagesbed import MessagesBed
from tests.support.tagged import SPEECH, Sent, Speech, pieces, tagged
from tests.support.until import until
from trayapp.core.switching.route import To
from trayapp.gateway.limits import GatewayLimits
from trayapp.tasks import Tasks

HOSTILE = 200
ROUNDS = 12
"""Answers that each good tool wants, half of them streamed."""
LIMITS = GatewayLimits(strangers=64, stranger_s=0.5, upload_s=0.5)


async def drop_by_drop(bed: MessagesBed, client: Client, path: str) -> None:
    await client.send(f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{bed.port}\r\nX-Drops: ".encode())
    while True:
        await client.send(b"X")
        await asyncio.sleep(0.05)


async def without_token(bed: MessagesBed, client: Client, path: str) -> None:
    await client.send(bed.request(path=path, headers={"Authorization": None}))
    assert (await client.receive()).status == 401


async def wrong_token(bed: MessagesBed, client: Client, path: str) -> None:
    wrong = bed.token[:-1] + ("A" if bed.token[-1] != "A" else "B")
    for bearer, key in ((f"Bearer {wrong}", None), (None, wrong)):
        await client.send(bed.request(path=path, headers={"Authorization": bearer, "X-Api-Key": key}))
        assert (await client.receive()).status == 401


async def half_a_request(bed: MessagesBed, client: Client, path: str) -> None:
    whole = bed.request(path=path)
    await client.send(whole[: len(whole) - 10])
    await client.reader.read()


async def half_a_head(bed: MessagesBed, client: Client, path: str) -> None:
    await client.send(bed.request(path=path)[:60])
    await client.reader.read()


async def nothing(bed: MessagesBed, client: Client, path: str) -> None:
    await client.reader.read()


async def no_http(bed: MessagesBed, client: Client, path: str) -> None:
    await client.send(b"\x16\x03\x01\x02\x00" * 2000)
    await client.reader.read()


async def never_reads(bed: MessagesBed, client: Client, path: str) -> None:
    client.writer.transport.pause_reading()  # type: ignore[attr-defined]  # a socket's transport has it
    while True:
        await client.send(bed.request("GET", "/v1/nothing", headers={"Authorization": None}))
        await asyncio.sleep(0.01)


async def as_a_page(bed: MessagesBed, client: Client, path: str) -> None:
    await client.send(bed.request(path=path, headers={"Origin": "https://evil.example"}))
    assert (await client.receive()).status == 403


WAYS: tuple[Callable[[MessagesBed, Client, str], Awaitable[None]], ...] = (
    drop_by_drop,
    without_token,
    wrong_token,
    half_a_request,
    half_a_head,
    nothing,
    no_http,
    never_reads,
    as_a_page,
)


async def harm(bed: MessagesBed, number: int, count: list[int]) -> None:
    """One client, again as soon as it was thrown out."""
    paths = [speech.path for speech in SPEECH.values()]
    for turn in itertools.count(number):
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            async with bed.client() as client:
                count[0] += 1
                await WAYS[turn % len(WAYS)](bed, client, paths[turn % len(paths)])
        # So many programs of one machine share its processors, too.
        await asyncio.sleep(0.1)


async def work(bed: MessagesBed, speech: Speech, sent: Sent, name: str) -> None:
    """A good tool, on a connection that is kept and on new ones."""
    async with bed.client() as kept:
        for number in range(ROUNDS):
            tag, streams = f"tag-{name}-{number}", bool(number % 2)
            raw = bed.request(path=speech.path, body=speech.ask(tag) | ({"stream": True} if streams else {}))
            if number % 3:
                got = await bed.send(raw)
            else:
                await kept.send(raw)
                got = await kept.receive()
            assert (got.status, got.whole) == (200, True), got
            assert speech.told(got.body, streams) == "".join(pieces(sent.once(tag)[0], tag))


async def test_two_hundred_hostile_clients_cost_no_tool_an_answer() -> None:
    sent, count = Sent(), [0]
    async with MessagesBed(limits=LIMITS) as bed, Tasks("test") as tasks:
        for speech in SPEECH.values():
            for server in (bed.cloud, bed.brain):
                server.on(speech.path, tagged("cloud", speech, sent))
        bed.local.on(SPEECH["chat"].path, tagged("local", SPEECH["chat"], sent))
        bed.local.on(SPEECH["responses"].path, tagged("local", SPEECH["responses"], sent))
        for number in range(HOSTILE):
            tasks.spawn(harm(bed, number, count), f"hostile {number}")
        await until(lambda: count[0] >= HOSTILE, "all of them to be there")
        async with asyncio.timeout(90):
            for at, to in enumerate((To.CLOUD, To.LOCAL)):
                bed.switch(to)
                async with asyncio.TaskGroup() as group:
                    for number, speech in enumerate(SPEECH.values()):
                        group.create_task(work(bed, speech, sent, f"{at}{number}"))
        await tasks.close()
        assert count[0] > HOSTILE
        assert len(sent.tags) == 2 * len(SPEECH) * ROUNDS
        asked = [one for server in (bed.cloud, bed.brain, bed.local) for one in server.requests]
        # Half requests are refused once they do not come; nobody without a token gets anywhere.
        assert len(asked) == len(sent.tags)
        await until(lambda: bed.gateway.running == 0, "nothing to be left under way")
        assert bed.gateway.problem is None
