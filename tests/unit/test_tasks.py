"""Owned tasks: a crash is told at once, and nothing outlives its owner."""

import asyncio

import pytest

from tests.support.until import until
from trayapp.tasks import Rounds, Tasks


async def test_leaving_ends_what_still_runs() -> None:
    ended = asyncio.Event()

    async def forever() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with Tasks("owner") as tasks:
        task = tasks.spawn(forever(), "forever")
        await asyncio.sleep(0)
        assert task.get_name() == "owner/forever"
    assert ended.is_set()
    assert task.cancelled()


@pytest.mark.expects_log("owner/broken failed")
async def test_a_crash_is_logged_and_takes_nobody_down(caplog: pytest.LogCaptureFixture) -> None:
    async def broken() -> None:
        raise ValueError("wrong")

    async def fine() -> int:
        return 7

    async with Tasks("owner") as tasks:
        tasks.spawn(broken(), "broken")
        other = tasks.spawn(fine(), "fine")
        await until(lambda: "owner/broken failed" in caplog.text, "the crash in the log")
        assert await other == 7
    assert "ValueError: wrong" in caplog.text


async def test_closing_twice_and_a_task_that_refuses_to_die_quietly() -> None:
    async def clean_up_slowly() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            await asyncio.sleep(0.01)

    tasks = Tasks("owner")
    task = tasks.spawn(clean_up_slowly(), "slow")
    await asyncio.sleep(0)
    await tasks.close()
    assert task.done()
    await tasks.close()


@pytest.mark.expects_log("the round failed")
async def test_a_mistake_in_a_round_is_told_once_and_ends_nothing(caplog: pytest.LogCaptureFixture) -> None:
    rounds, failed = Rounds("the round"), []
    for number in range(6):
        with rounds.round():
            if number in (0, 1, 4):
                raise ValueError("one mistake")
            if number in (2, 5):
                raise ValueError("another")
        failed.append(rounds.failed)
    assert failed == [True, True, True, False, True, True]
    assert [record.levelname for record in caplog.records].count("ERROR") == 2
    assert "ValueError: one mistake" in caplog.text


async def test_a_round_can_be_cancelled() -> None:
    rounds = Rounds("the round")
    with pytest.raises(asyncio.CancelledError), rounds.round():
        raise asyncio.CancelledError
    assert not rounds.failed
