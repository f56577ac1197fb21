"""The load that `tests.bench.gateway` puts on what it measures, each in a process of its own."""

import asyncio
import json
import statistics
import sys
import time
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from tests.bench.gateway_programs import EVENTS, LOCAL_MODEL, STREAMS

QUESTION = json.dumps({"model": "big-1", "messages": [{"role": "user", "content": "hello " * 40}]}).encode()


def request(port: int, token: str, body: bytes = QUESTION, host_port: int | None = None) -> bytes:
    """A request as OpenAI's library sends it."""
    lines = [
        "POST /v1/chat/completions HTTP/1.1",
        f"Host: 127.0.0.1:{host_port or port}",
        "Accept-Encoding: gzip, deflate",
        "Connection: keep-alive",
        "Accept: application/json",
        "Content-Type: application/json",
        "User-Agent: OpenAI/Python 2.1.0",
        "X-Stainless-Lang: python",
        "X-Stainless-Retry-Count: 0",
        f"Authorization: Bearer {token}",
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
        """The body of a plain answer; anything but a good one ends the benchmark."""
        self.writer.write(raw)
        head = (await self.reader.readuntil(b"\r\n\r\n")).lower()
        assert head.startswith(b"http/1.1 200"), head
        length = int(head.partition(b"content-length:")[2].partition(b"\r\n")[0])
        return await self.reader.readexactly(length)

    async def stream(self, raw: bytes) -> tuple[list[int], list[float]]:
        """The numbers of the events in the order in which they came, and each one's age on arrival."""
        self.writer.write(raw)
        head = await self.reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        numbers, ages, rest = [], [], b""
        while size := int(await self.reader.readuntil(b"\r\n"), 16):
            rest += (await self.reader.readexactly(size + 2))[:-2]
            *events, rest = rest.split(b"\n\n")
            now = time.monotonic()
            for event in events:
                if event.startswith(b'data: {"n"'):
                    told = json.loads(event.removeprefix(b"data: "))
                    numbers.append(told["n"])
                    ages.append(now - told["at"])
        return numbers, ages

    async def close(self) -> None:
        self.writer.close()
        await self.writer.wait_closed()


async def latency(port: int, token: str, count: int) -> dict[str, Any]:
    """Seconds of one request after the other on one connection."""
    connection = await Connection.open(port)
    raw = request(port, token)
    took = []
    for _ in range(count):
        begin = time.perf_counter()
        await connection.ask(raw)
        took.append(time.perf_counter() - begin)
    await connection.close()
    return {"median_s": statistics.median(took), "p99_s": statistics.quantiles(took, n=100)[-1]}


async def throughput(port: int, token: str, connections: int, seconds: float) -> dict[str, Any]:
    """Requests a second on so many connections."""
    raw = request(port, token)
    end = time.perf_counter() + seconds

    async def work() -> int:
        connection = await Connection.open(port)
        done = 0
        while time.perf_counter() < end:
            await connection.ask(raw)
            done += 1
        await connection.close()
        return done

    begin = time.perf_counter()
    done = await asyncio.gather(*(work() for _ in range(connections)))
    return {"per_s": sum(done) / (time.perf_counter() - begin)}


async def streams(port: int, token: str) -> dict[str, Any]:
    """Streams at once: how many came whole and in order, and how late an event arrived."""
    raw = request(port, token)

    async def one() -> tuple[list[int], list[float]]:
        connection = await Connection.open(port)
        got = await connection.stream(raw)
        await connection.close()
        return got

    begin = time.perf_counter()
    all_got = await asyncio.gather(*(one() for _ in range(STREAMS)))
    ages = [age for _, ages in all_got for age in ages]
    return {
        "whole": sum(numbers == list(range(EVENTS)) for numbers, _ in all_got),
        "seconds": time.perf_counter() - begin,
        "delay_median_s": statistics.median(ages),
        "delay_p99_s": statistics.quantiles(ages, n=100)[-1],
    }


async def clicks(port: int, token: str, control: int, count: int) -> dict[str, Any]:
    """Flips while 16 connections ask all the time: seconds from the click to the next local answer, and failures."""
    raw = request(port, token)
    stop = asyncio.Event()
    failed = answered = 0

    async def work() -> None:
        nonlocal failed, answered
        connection = await Connection.open(port)
        while not stop.is_set():
            try:
                json.loads(await connection.ask(raw))
                answered += 1
            except (AssertionError, asyncio.IncompleteReadError, ConnectionError, ValueError):
                failed += 1
                connection = await Connection.open(port)
        await connection.close()

    async def click(to: str) -> None:
        writer.write(to.encode() + b"\n")
        await reader.readline()

    reader, writer = await asyncio.open_connection("127.0.0.1", control)
    took = []
    async with asyncio.TaskGroup() as group:
        for _ in range(16):
            group.create_task(work())
        connection = await Connection.open(port)
        for _ in range(count):
            await connection.ask(raw)
            begin = time.perf_counter()
            await click("local")
            body = await connection.ask(raw)
            took.append(time.perf_counter() - begin)
            failed += json.loads(body)["model"] != LOCAL_MODEL
            await click("cloud")
        stop.set()
    await connection.close()
    writer.close()
    return {"median_s": statistics.median(took), "worst_s": max(took), "failed": failed, "answered": answered}


LOADS: dict[str, Callable[..., Coroutine[Any, Any, dict[str, Any]]]] = {
    one.__name__: one for one in (latency, throughput, streams, clicks)
}

if __name__ == "__main__":
    name, *raw_arguments = sys.argv[1:]
    result = asyncio.run(LOADS[name](*map(json.loads, raw_arguments)))
    Path("/dev/stdout").write_text(json.dumps(result))
