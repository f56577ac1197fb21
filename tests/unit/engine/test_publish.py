"""Five pictures a second at most, the latest wins, the last one arrives."""

import asyncio

from trayapp.engine.publish import MIN_GAP_S, Coalescer


async def test_a_burst_is_two_pictures_and_the_last_is_the_latest() -> None:
    loop = asyncio.get_running_loop()
    value = 0
    shown: list[tuple[float, int]] = []
    news = asyncio.Event()

    def publish() -> None:
        shown.append((loop.time(), value))
        news.set()

    coalescer = Coalescer(publish)
    async with asyncio.timeout(5):
        coalescer.poke()
        await news.wait()
        news.clear()
        for value in range(1, 101):  # noqa: B007 - `publish` reads it
            coalescer.poke()
        await news.wait()
    await asyncio.sleep(2 * MIN_GAP_S)
    assert [what for _, what in shown] == [0, 100]
    assert shown[1][0] - shown[0][0] >= MIN_GAP_S * 0.99


async def test_flush_publishes_at_once_and_cancels_what_was_due() -> None:
    shown: list[int] = []
    coalescer = Coalescer(lambda: shown.append(1))
    coalescer.poke()
    coalescer.flush()
    await asyncio.sleep(2 * MIN_GAP_S)
    assert shown == [1]


async def test_close_forgets_what_was_due_and_ends_it() -> None:
    shown: list[int] = []
    coalescer = Coalescer(lambda: shown.append(1))
    coalescer.poke()
    coalescer.close()
    coalescer.poke()
    await asyncio.sleep(2 * MIN_GAP_S)
    assert shown == []


async def test_at_once_is_at_once_where_nothing_was_published_lately() -> None:
    shown: list[int] = []
    coalescer = Coalescer(lambda: shown.append(1))
    coalescer.poke(at_once=True)
    coalescer.poke(at_once=True)
    assert shown == [1]
    await asyncio.sleep(2 * MIN_GAP_S)
    assert shown == [1, 1]
