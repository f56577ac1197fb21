"""The second thread: what is sent before it is ready, while it runs, and when it is over."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager
from typing import Any

import pytest

from trayapp.app.core_thread import CoreThread
from trayapp.errors import Problem

LIMIT_S = 5.0


async def usual(stop: asyncio.Event, ready: Callable[[], None]) -> None:
    ready()
    await stop.wait()


@contextmanager
def running() -> Iterator[CoreThread]:
    core = CoreThread(usual)
    core.start()
    yield core
    assert core.stop()


async def where() -> str:
    return threading.current_thread().name


def failure(answer: Future[Any]) -> BaseException | None:
    return answer.exception(LIMIT_S)


def test_work_runs_in_the_other_thread_and_its_end_comes_back() -> None:
    async def fail() -> None:
        raise Problem("nothing_down")

    with running() as core:
        assert core.submit(where).result(LIMIT_S) == "core"
        assert isinstance(core.submit(fail).exception(LIMIT_S), Problem)


def test_what_is_sent_too_early_waits_until_it_can_be_done() -> None:
    open_up = threading.Event()

    async def slow(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        await asyncio.to_thread(open_up.wait)
        await usual(stop, ready)

    core = CoreThread(slow)
    before, dropped = core.submit(where), core.submit(where)
    core.start()
    core.cancel(dropped)
    assert not before.done()
    assert dropped.cancelled()
    open_up.set()
    assert before.result(LIMIT_S) == "core"
    assert core.stop()


def test_cancelled_work_ends_before_its_answer_comes() -> None:
    begun, ended = threading.Event(), threading.Event()

    async def long() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.05)
            ended.set()

    with running() as core:
        answer = core.submit(long)
        assert begun.wait(LIMIT_S)
        core.cancel(answer)
        assert isinstance(failure(answer), CancelledError)
        assert ended.is_set()
        core.cancel(answer)


def test_everything_sent_is_answered_when_the_thread_ends() -> None:
    async def forever() -> None:
        await asyncio.Event().wait()

    with running() as core:
        core.submit(where).result(LIMIT_S)
        answers = [core.submit(forever) for _ in range(20)]
    for one in answers:
        assert isinstance(failure(one), CancelledError | Problem)
    late = core.submit(forever)
    assert str(failure(late)) == "not_running()"
    core.cancel(late)


def test_a_stream_of_work_is_answered_to_the_last_while_the_thread_ends() -> None:
    with running() as core:
        core.submit(where).result(LIMIT_S)
        stopping = threading.Thread(target=core.stop)
        answers = []
        stopping.start()
        while stopping.is_alive():
            answers.append(core.submit(where))
        stopping.join()
    for one in answers:
        assert one.exception(LIMIT_S) is None or isinstance(one.exception(), CancelledError | Problem)


@pytest.mark.expects_log("the core thread died")
def test_a_death_is_told_and_answers_those_who_wait() -> None:
    told: list[Exception] = []
    dead = threading.Event()

    async def die(stop: asyncio.Event, ready: Callable[[], None]) -> None:
        raise Problem("runtime_folder", path="x", why="y")

    def died(failure: Exception) -> None:
        told.append(failure)
        dead.set()

    core = CoreThread(die, died)
    waiting = core.submit(where)
    core.start()
    assert str(failure(waiting)) == "not_running()"
    assert dead.wait(LIMIT_S)
    assert isinstance(told[0], Problem)
    assert core.stop()


def test_one_that_never_began_ends_at_once() -> None:
    assert CoreThread(usual).stop()
