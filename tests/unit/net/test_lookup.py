"""Looking names up without waiting for each other."""

import asyncio
import socket
import threading
from typing import Any

import pytest

from trayapp.net import lookup
from trayapp.net.lookup import NO_SUCH_NAME, QUESTIONS, look_up


async def test_the_addresses_of_a_name_come_once_each() -> None:
    addresses, late = await look_up("localhost")
    assert not late
    assert "127.0.0.1" in addresses
    assert len(addresses) == len(set(addresses))


@pytest.mark.parametrize("name", ["no-such-host.invalid", "a..b", "\N{BULLET}" * 70])
async def test_what_is_no_name_is_not_found(name: str) -> None:
    with pytest.raises(socket.gaierror) as caught:
        await look_up(name)
    assert caught.value.errno in NO_SUCH_NAME


async def test_a_silent_resolver_holds_nobody_else_up(monkeypatch: pytest.MonkeyPatch) -> None:
    says_something = threading.Event()
    asked: list[str] = []

    def resolve(host: str, *_: Any, **__: Any) -> list[Any]:
        asked.append(host)
        if host == "slow.example":
            says_something.wait()
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await look_up("slow.example")
    # More of them than the loop has threads.
    assert [await look_up(f"{n}.example") for n in range(50)] == [(("192.0.2.1",), False)] * 50
    says_something.set()
    assert (await look_up("slow.example")).addresses == ("192.0.2.1",)
    assert asked.count("slow.example") == 2, "every time anew"


@pytest.mark.parametrize(
    ("questions", "says", "asked"),
    [
        pytest.param(["lost", "answers"], "192.0.2.1", 2, id="one-is-lost"),
        pytest.param(["lost", "lost", "answers"], "192.0.2.1", 3, id="two-are-lost"),
        pytest.param(["late", "lost", "lost"], "192.0.2.1", 3, id="the-first-is-late"),
        pytest.param(["late", "fails", "fails"], "192.0.2.1", 3, id="one-that-fails-is-not-the-last-word"),
        pytest.param(["fails"], "the resolver fails", 1, id="a-failure-is-an-answer"),
        pytest.param(["lost", "no such name"], "no such name", 2, id="no-such-name-is-an-answer"),
        pytest.param(["fails late", "lost", "fails"], None, 3, id="nothing-is-heard-while-one-is-out"),
    ],
)
async def test_what_got_lost_is_asked_again(
    questions: list[str], says: str | None, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    over, late, left = threading.Event(), threading.Event(), iter(questions)
    count = 0

    def resolve(*_: Any, **__: Any) -> list[Any]:
        nonlocal count
        count += 1
        what = next(left)
        if count == QUESTIONS:
            late.set()
        if "late" in what:
            late.wait()
        if what == "lost":
            over.wait()
        if what == "no such name":
            raise socket.gaierror(socket.EAI_NONAME, what)
        if what.startswith("fails"):
            raise socket.gaierror(socket.EAI_AGAIN, "the resolver fails")
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("192.0.2.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(lookup, "AGAIN_S", 0.01)
    heard: str | None = None
    try:
        async with asyncio.timeout(0.5 if says is None else 10):
            found = await look_up("lossy.example")
            heard = ",".join(found.addresses)
            assert found.late
    except socket.gaierror as error:
        heard = str(error.strerror)
    except TimeoutError:
        heard = None
    finally:
        over.set()
    assert (heard, count) == (says, asked)
