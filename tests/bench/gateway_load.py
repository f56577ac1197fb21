"""The load that `tests.bench.gateway` puts on what it measures, each in a process of its own."""

import asyncio
import json
import re
import statistics
import sys
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.gateway_programs import EVENT_GAP_S, LOCAL_MODEL

_WORD = re.compile(rb'"(?:content|text|delta)":\s*"(\d+)@([\d.]+) "')
"""One of `provide_streams`, in whatever dialect it comes; what is told once more at the end holds many."""
_MANY_CONNECTIONS = 16


class Asks(NamedTuple):
    """What is asked, and whom."""

    port: int
    headers: dict[str, str]
    path: str
    body: dict[str, Any]

    def request(self, **more: Any) -> bytes:
        """As OpenAI's library sends it."""
        body = json.dumps(self.body | more).encode()
        lines = [
            f"POST {self.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            "Accept-Encoding: gzip, deflate",
            "Connection: keep-alive",
            "Accept: application/json",
            "Content-Type: application/json",
            "User-Agent: OpenAI/Python 2.1.0",
            "X-Stainless-Lang: python",
            "X-Stainless-Retry-Count: 0",
            *(f"{name}: {value}" for name, value in self.headers.items()),
            f"Content-Length: {len(body)}",
        ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Connection:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    @classmethod
    async def open(cls, port: int) -> "Connection":
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    async def ask(self, raw: bytes) -> bytes:
        """The body of an answer; anything but a good one ends the benchmark."""
        return b"".join([piece async for piece in self.pieces(raw)])

    async def pieces(self, raw: bytes) -> AsyncIterator[bytes]:
        """The same as it comes."""
        self.writer.write(raw)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        if b"content-length:" in head:
            yield await self.reader.readexactly(int(head.partition(b"content-length:")[2].partition(b"\r\n")[0]))
            return
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            yield (await self.reader.readexactly(size + 2))[:-2]
        await self.reader.readexactly(2)

    async def stream(self, raw: bytes) -> tuple[list[int], list[float]]:
        """The numbers of the words in the order in which they came, and each one's age on arrival."""
        numbers, ages, rest = [], [], b""
        async for piece in self.pieces(raw):
            *events, rest = (rest + piece).split(b"\n\n")
            now = time.monotonic()
            for event in events:
                if word := _WORD.search(event):
                    numbers.append(int(word[1]))
                    ages.append(now - float(word[2]))
        return numbers, ages

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


class Control:
    """The gateway's, as `gateway_programs.gateway` has it."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection

    @classmethod
    async def open(cls, port: int) -> "Control":
        return cls(await Connection.open(port))

    async def tell(self, line: str) -> None:
        self._connection.writer.write(line.encode() + b"\n")
        assert await self._connection.reader.readline() == b"done\n", line

    async def close(self) -> None:
        await self._connection.close()


async def latency(asks: Asks, count: int) -> dict[str, Any]:
    """Seconds of one request after the other on one connection."""
    connection = await Connection.open(asks.port)
    raw = asks.request()
    took = []
    for _ in range(count):
        begin = time.perf_counter()
        await connection.ask(raw)
        took.append(time.perf_counter() - begin)
    await connection.close()
    return {"median_s": statistics.median(took)}


async def throughput(asks: Asks, connections: int, seconds: float) -> dict[str, Any]:
    """Requests a second on so many connections."""
    raw = asks.request()
    end = time.perf_counter() + seconds

    async def work() -> int:
        connection = await Connection.open(asks.port)
        done = 0
        while time.perf_counter() < end:
            await connection.ask(raw)
            done += 1
        await connection.close()
        return done

    begin = time.perf_counter()
    done = await asyncio.gather(*(work() for _ in range(connections)))
    return {"per_s": sum(done) / (time.perf_counter() - begin)}


async def many(asks: Asks, count: int) -> dict[str, Any]:
    """So many different requests on some connections."""
    numbers = iter(range(count))

    async def work() -> None:
        connection = await Connection.open(asks.port)
        for number in numbers:
            await connection.ask(asks.request(seed=number))
        await connection.close()

    await asyncio.gather(*(work() for _ in range(_MANY_CONNECTIONS)))
    return {}


async def streams(asks: Asks, count: int, words: int) -> dict[str, Any]:
    """Streams of so many words at once: how many came whole and in order, and how late a word arrived."""
    raw = asks.request(stream=True)

    async def one(number: int) -> tuple[list[int], list[float]]:
        # Words of streams that began at once would wait for one another, here as well as at what is measured.
        await asyncio.sleep(number * EVENT_GAP_S / count)
        connection = await Connection.open(asks.port)
        got = await connection.stream(raw)
        await connection.close()
        return got

    all_got = await asyncio.gather(*(one(number) for number in range(count)))
    return {
        "whole": sum(numbers == list(range(words)) for numbers, _ in all_got),
        "delay_s": statistics.median(age for _, ages in all_got for age in ages),
    }


async def clicks(asks: Asks, control_port: int, count: int) -> dict[str, Any]:
    """Flips while 16 connections ask all the time: seconds from the click to the next local answer, and failures."""
    raw = asks.request()
    stop = asyncio.Event()
    failed = answered = 0

    async def work() -> None:
        nonlocal failed, answered
        connection = await Connection.open(asks.port)
        while not stop.is_set():
            try:
                json.loads(await connection.ask(raw))
                answered += 1
            except (AssertionError, asyncio.IncompleteReadError, ConnectionError, ValueError):
                failed += 1
                connection = await Connection.open(asks.port)
        await connection.close()

    control = await Control.open(control_port)
    took = []
    async with asyncio.TaskGroup() as group:
        for _ in range(_MANY_CONNECTIONS):
            group.create_task(work())
        connection = await Connection.open(asks.port)
        for _ in range(count):
            await connection.ask(raw)
            begin = time.perf_counter()
            await control.tell("route local")
            body = await connection.ask(raw)
            took.append(time.perf_counter() - begin)
            failed += json.loads(body)["model"] != LOCAL_MODEL
            await control.tell("route cloud")
        stop.set()
    await connection.close()
    await control.close()
    return {"median_s": statistics.median(took), "worst_s": max(took), "failed": failed, "answered": answered}


async def failover(asks: Asks, count: int, control_port: int | None = None) -> dict[str, Any]:
    """Seconds until the first byte of what answers in a failing provider's place.

    `control_port`: of the gateway, to have it forget after each request what it knows of the provider.
    """
    control = await Control.open(control_port) if control_port is not None else None
    connection = await Connection.open(asks.port)
    took = []
    for number in range(count):
        # Another request each time: the same one once more is its retry.
        raw = asks.request(seed=number)
        begin, first = time.perf_counter(), None
        async for _ in connection.pieces(raw):
            first = first or time.perf_counter() - begin
        assert first is not None
        took.append(first)
        if control is not None:
            await control.tell("mode auto")
    await connection.close()
    if control is not None:
        await control.close()
    return {"median_s": statistics.median(took), "worst_s": max(took)}


LOADS: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {
    one.__name__: one for one in (latency, throughput, many, streams, clicks, failover)
}

if __name__ == "__main__":
    name, raw_asks, *raw_arguments = sys.argv[1:]
    result = asyncio.run(LOADS[name](Asks(*json.loads(raw_asks)), *map(json.loads, raw_arguments)))
    Path("/dev/stdout").write_text(json.dumps(result))
