"""What is told goes out in order, remembered first."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import pytest

from tests.support.snapshots import snapshot
from trayapp.core.notify.banner import Announcement, Banner, BannerStage
from trayapp.core.snapshot import Snapshot
from trayapp.engine.delivery import Announce, Delivery
from trayapp.tasks import Tasks

S = snapshot()


def banner(key: str) -> Banner:
    return Banner(key, BannerStage.SWITCHED, 0.0)


@asynccontextmanager
async def delivering(diary: list[str], tell: Callable[[str], None] | None = None) -> AsyncIterator[Delivery]:
    async def save() -> None:
        diary.append("saved")

    async def announce(announcement: Announcement, picture: Snapshot) -> None:
        assert picture is S
        if tell is not None:
            tell(announcement.key)
        diary.append(announcement.key)

    async def save_told() -> None:
        diary.append("told")

    wanted: Announce = announce
    delivery = Delivery(save, save_told, wanted, lambda: S)
    async with Tasks("test") as tasks:
        tasks.spawn(delivery.run(), "deliver")
        yield delivery


async def test_saved_before_and_after_what_is_told() -> None:
    diary: list[str] = []
    async with delivering(diary) as delivery:
        delivery.put(banner("a"), banner("b"))
        delivery.put()
        await delivery.settle()
    assert diary == ["saved", "a", "b", "told", "saved"]


@pytest.mark.expects_log("telling a banner")
async def test_one_that_cannot_be_told_keeps_no_other() -> None:
    diary: list[str] = []

    def tell(key: str) -> None:
        if key == "bad":
            raise RuntimeError("no bus")

    async with delivering(diary, tell) as delivery:
        delivery.put(banner("bad"), banner("good"))
        await delivery.settle()
    assert diary == ["saved", "good", "told"]


async def test_last_words_wait_for_what_is_on_its_way() -> None:
    diary: list[str] = []
    async with delivering(diary) as delivery:
        delivery.put(banner("a"))
        await delivery.last_words()
        assert diary == ["saved", "a", "told", "saved"]


async def test_without_anybody_to_tell_it_is_remembered_all_the_same() -> None:
    saved = asyncio.Event()

    async def save() -> None:
        saved.set()

    delivery = Delivery(save, save, None, lambda: S)
    async with Tasks("test") as tasks:
        tasks.spawn(delivery.run(), "deliver")
        delivery.put(banner("a"))
        await delivery.settle()
    assert saved.is_set()
