"""What a desktop is sent, from a provider that fails on loopback to the call of Notify on a private bus."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from tests.support import pagefiles
from tests.support.dbus_services import NotificationServer, Notified
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene
from tests.support.sessionbus import PrivateBus
from tests.support.until import until
from trayapp.app.notifier_bridge import NotifierBridge
from trayapp.desktop.notifiers import Notifiers
from trayapp.desktop.notify_dbus import DBusNotifier

LOW, NORMAL = 0, 1


@pytest.fixture
async def server(session_bus: PrivateBus) -> AsyncIterator[NotificationServer]:
    async with NotificationServer(session_bus.address) as server:
        yield server


@asynccontextmanager
async def told_on_the_bus(bus: PrivateBus, *providers: Acme) -> AsyncIterator[Scene]:
    """All is well with these; what is announced goes to the bus."""
    notifier = DBusNotifier("LLM Ampel", lambda key, button, token: None, address=bus.address)
    async with Scene(*providers) as scene:
        bridge = NotifierBridge(scene.clock, lambda: scene.engine.loaded.settings.notify)
        bridge.notifiers = Notifiers([notifier])
        scene.announce = bridge.announce
        await scene.until(lambda s: all(v.light == "green" for v in s.judgement.services), "green")
        yield scene
    await notifier.close()


@pytest.fixture
async def calls(server: NotificationServer, session_bus: PrivateBus) -> AsyncIterator[list[Notified]]:
    """A whole outage: it fails, the page confirms it, it works again."""
    acme, well = Acme("acme"), Acme("well", page=False)
    async with told_on_the_bus(session_bus, acme, well) as scene:
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


async def test_trouble_short_of_red_is_shown_without_haste_and_ends_without_a_word(
    server: NotificationServer, session_bus: PrivateBus
) -> None:
    acme = Acme("acme")
    async with told_on_the_bus(session_bus, acme):
        acme.page(chat_completions="degraded_performance")
        await until(lambda: server.calls, "a banner")
        acme.page(chat_completions="operational")
        first = server.calls[0]
        await until(lambda: first.id in server.closed, "its end")
    assert (first.title, first.hints["urgency"][1]) == ("Acme API has trouble", LOW)
    assert first.hints["suppress-sound"][1] is True
    assert {call.id for call in server.calls} == {first.id}
    assert not any("All clear" in call.title for call in server.calls)
