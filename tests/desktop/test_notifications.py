"""The notifier with a real notification server, dunst, on a real screen."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from tests.support.desktop import Dunst
from tests.support.overhear import Overheard
from tests.support.screen import Box
from tests.support.until import until
from trayapp.core.notify.banner import Urgency
from trayapp.desktop.notify import OPEN, CannotNotify, Note
from trayapp.desktop.notify_dbus import DBusNotifier

pytestmark = pytest.mark.desktop

BANNERS: Box = (840, 40, 440, 400)
DOWN = Note(
    "incident-1",
    "ChatGPT and OpenAI API are down. It is not you.",
    "Errors since 22:04. OpenAI has not commented. No need to reload: I will tell you when it works.",
    Urgency.CRITICAL,
    (("switch_local", "Switch to local"), ("details", "Details")),
)


class Desk:
    def __init__(self, dunst: Dunst) -> None:
        self.pressed: list[tuple[str, str]] = []
        self.notifier = DBusNotifier(
            "LLM Ampel",
            lambda key, button, _token: self.pressed.append((key, button)),
            address=dunst.desktop.address,
        )


@pytest.fixture
async def desk(dunst: Dunst) -> AsyncIterator[Desk]:
    desk = Desk(dunst)
    yield desk
    await desk.notifier.close()


async def test_stages_of_one_incident_are_one_banner(dunst: Dunst, desk: Desk) -> None:
    async with await Overheard.on(dunst.desktop.address) as overheard:
        await desk.notifier.show(DOWN)
        await until(lambda: dunst.displayed == 1, "the banner")
        dunst.desktop.screen.screenshot("banner-down")
        await desk.notifier.show(
            Note("incident-1", "OpenAI confirms: Elevated Error Rates", "Down 18 min.", pops_up=False)
        )
        await desk.notifier.show(Note("incident-1", "All clear: OpenAI is back after 3 h 19 min", "Cause not stated."))
        over = await overheard.wait_for("All clear")
        down = await overheard.wait_for("ChatGPT and OpenAI API")
        assert over.id == down.id
        assert dunst.displayed == 1
        dunst.desktop.screen.screenshot("banner-over")
        await desk.notifier.withdraw("incident-1")
        await until(lambda: dunst.displayed == 0, "the banner to go")
        assert overheard.withdrawn == [down.id]


async def test_buttons_and_the_banner_itself_can_be_pressed(dunst: Dunst, desk: Desk) -> None:
    await desk.notifier.show(DOWN)
    await asyncio.to_thread(dunst.press, "Switch to local")
    await until(lambda: desk.pressed, "the button")
    await asyncio.to_thread(dunst.click)
    await until(lambda: len(desk.pressed) == 2, "the click")
    assert desk.pressed == [("incident-1", "switch_local"), ("incident-1", OPEN)]


async def test_remote_text_stays_text(dunst: Dunst, desk: Desk) -> None:
    """Bold, a link and a picture from a provider's page are shown as the characters they are."""
    screen = dunst.desktop.screen
    hostile = '<b>bold</b> & <img src="file:///etc/passwd" alt="x"/> <a href="https://example.org">link</a>'
    await desk.notifier.show(Note("a", "<i>title</i> & more", hostile))
    await until(lambda: dunst.displayed == 1, "the banner")
    await until(lambda: len(screen.colours(BANNERS)) > 3, "its picture")
    screen.screenshot("banner-hostile")
    dunst.dismiss()
    escaped = dunst.history()[0]["body"]["data"]
    assert "&lt;b&gt;bold&lt;/b&gt; &amp; &lt;img" in escaped


async def test_a_restarted_server_shows_the_next_banner(dunst: Dunst, desk: Desk) -> None:
    await desk.notifier.show(DOWN)
    await asyncio.to_thread(dunst.restart)
    await desk.notifier.show(DOWN)
    await until(lambda: dunst.displayed == 1, "the banner of the new server")


async def test_a_server_that_is_gone_is_a_reason_to_try_the_next_way(dunst: Dunst, desk: Desk) -> None:
    await desk.notifier.show(DOWN)
    await asyncio.to_thread(dunst.stop)
    with pytest.raises(CannotNotify):
        await desk.notifier.show(DOWN)
