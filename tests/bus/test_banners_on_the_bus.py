"""What a desktop is sent, from a provider that fails on loopback to the call of Notify on a private bus."""

from collections.abc import AsyncIterator

import pytest

from tests.support import pagefiles
from tests.support.dbus_services import NotificationServer, Notified
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene
from tests.support.sessionbus import PrivateBus
from tests.support.until import until
from trayapp.app.notifier_bridge import NotifierBridge
from trayapp.core.notify.banner import Announcement
from trayapp.core.snapshot import Snapshot
from trayapp.desktop.notifiers import Notifiers
from trayapp.desktop.notify_dbus import DBusNotifier

LOW, NORMAL = 0, 1


@pytest.fixture
async def server(session_bus: PrivateBus) -> AsyncIterator[NotificationServer]:
    async with NotificationServer(session_bus.address) as server:
        yield server


@pytest.fixture
async def calls(server: NotificationServer, session_bus: PrivateBus) -> AsyncIterator[list[Notified]]:
    """A whole outage: it fails, the page confirms it, it works again."""
    acme, well = Acme("acme"), Acme("well", page=False)
    notifier = DBusNotifier("LLM Ampel", lambda key, button, token: None, address=session_bus.address)
    async with Scene(acme, well) as scene:
        bridge = NotifierBridge(scene.clock, lambda: scene.engine.loaded.settings.notify)
        bridge.notifiers = Notifiers([notifier])

        async def announce(announcement: Announcement, snapshot: Snapshot) -> None:
            await bridge.announce(announcement, snapshot)

        scene.announce = announce
        await scene.until(lambda s: all(v.light == "green" for v in s.judgement.services), "green")
        acme.api(OVERLOADED)
        await until(lambda: server.calls, "the first banner")
        acme.incidents = [
            pagefiles.incident(
                "i1",
                "Elevated Error Rates",
                "investigating",
                scene.clock.now(),
                components=[pagefiles.component("page-chat-completions", "chat-completions", "major_outage")],
            )
        ]
        acme.page(chat_completions="major_outage")
        await until(lambda: any("confirms" in call.title for call in server.calls), "the page's word")
        acme.incidents = []
        acme.page(chat_completions="operational")
        acme.api(NO_KEY)
        await until(lambda: any("All clear" in call.title for call in server.calls), "the all-clear")
        yield list(server.calls)
    await notifier.close()


def _of(calls: list[Notified], words: str) -> Notified:
    return next(call for call in calls if words in call.title)


async def test_what_replaces_is_never_less_urgent(calls: list[Notified]) -> None:
    levels = [call.hints["urgency"][1] for call in calls]
    assert levels[0] == NORMAL
    assert levels == sorted(levels)


async def test_a_click_on_the_banner_is_called_open(calls: list[Notified]) -> None:
    assert {tuple(call.actions[:2]) for call in calls} == {("default", "Open")}


async def test_the_light_goes_along_as_pixels(calls: list[Notified]) -> None:
    colours = {}
    for words in ("is down", "All clear"):
        signature, (width, height, stride, alpha, bits, channels, pixels) = _of(calls, words).hints["image-data"]
        assert signature == "(iiibiiay)"
        assert (alpha, bits, channels, len(pixels)) == (True, 8, 4, stride * height)
        middle = height // 4 * stride + width // 2 * channels
        colours[words] = bytes(pixels[middle : middle + 3])
    red, green = colours["is down"], colours["All clear"]
    assert red[0] > red[1]
    assert green[1] > green[0]


async def test_what_works_comes_before_the_advice_not_to_reload(calls: list[Notified]) -> None:
    body = _of(calls, "is down").body
    assert 0 < body.index("Works: Well API") < body.index("No need to reload")
