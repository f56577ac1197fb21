"""The notifier against a notification server that speaks the real protocol on a private bus."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.dbus_services import NotificationServer
from tests.support.sessionbus import PrivateBus, private_bus
from tests.support.until import until
from trayapp.core.notify.banner import Urgency
from trayapp.desktop.notify import OPEN, CannotNotify, Delivered, Note
from trayapp.desktop.notify_dbus import DBusNotifier

DOWN = Note(
    "incident-1",
    "ChatGPT is down",
    "Errors since 22:04 & no comment <yet>.",
    Urgency.CRITICAL,
    (("switch_local", "Switch to local"), ("details", "Details")),
)
CONFIRMED = Note("incident-1", "OpenAI confirms", "Down 18 min.", pops_up=False)


class Desk:
    """A notifier and what it reported."""

    def __init__(self, bus: PrivateBus, delivered: Delivered | None = None) -> None:
        self.pressed: list[tuple[str, str, str | None]] = []
        self.delivered = Delivered()
        self.notifier = DBusNotifier(
            "LLM Ampel",
            lambda key, button, token: self.pressed.append((key, button, token)),
            address=bus.address,
            delivered=delivered,
            on_delivered=self._keep,
        )

    def _keep(self, delivered: Delivered) -> None:
        self.delivered = delivered


@pytest.fixture
async def server(session_bus: PrivateBus) -> AsyncIterator[NotificationServer]:
    async with NotificationServer(session_bus.address) as server:
        yield server


@pytest.fixture
async def desk(session_bus: PrivateBus) -> AsyncIterator[Desk]:
    desk = Desk(session_bus)
    yield desk
    await desk.notifier.close()


async def test_sends_all_that_the_specification_knows(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(DOWN)
    (call,) = server.calls
    assert (call.app_name, call.replaces_id, call.timeout) == ("LLM Ampel", 0, -1)
    assert call.title == "ChatGPT is down"
    assert call.actions == [OPEN, "LLM Ampel", "switch_local", "Switch to local", "details", "Details"]
    assert call.hints == {"urgency": ("y", 2), "desktop-entry": ("s", "llm-ampel")}


@pytest.mark.parametrize(
    ("capabilities", "body"),
    [
        (("body", "body-markup"), "Errors since 22:04 &amp; no comment &lt;yet&gt;."),
        (("body",), "Errors since 22:04 & no comment <yet>."),
    ],
)
async def test_escapes_the_body_only_for_servers_that_read_markup(
    session_bus: PrivateBus, desk: Desk, capabilities: tuple[str, ...], body: str
) -> None:
    async with NotificationServer(session_bus.address, capabilities) as server:
        await desk.notifier.show(DOWN)
    assert server.calls[0].body == body
    assert server.calls[0].actions == []


@pytest.mark.parametrize(
    ("name", "version", "title", "actions"),
    [
        ("lxqt-notificationd", "0.16.1", "1 &lt; 2", True),
        ("lxqt-notificationd", "0.17.0", "1 < 2", True),
        ("lxqt-notificationd", "1.2.0", "1 < 2", True),
        ("Raven", "10.7", "1 &lt; 2", True),
        ("notify-osd", "1.0", "1 < 2", False),
    ],
)
async def test_heeds_the_quirks_of_known_servers(
    session_bus: PrivateBus, desk: Desk, name: str, version: str, title: str, actions: bool
) -> None:
    async with NotificationServer(session_bus.address, name=name, version=version) as server:
        await desk.notifier.show(Note("k", "1 < 2", "body"))
    assert server.calls[0].title == title
    assert bool(server.calls[0].actions) is actions


async def test_replaces_by_the_id_that_the_server_gave(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(Note("other", "first", "takes an id"))
    await desk.notifier.show(DOWN)
    await desk.notifier.show(CONFIRMED)
    await desk.notifier.show(Note("incident-1", "All clear", "over"))
    assert [call.replaces_id for call in server.calls] == [0, 0, 2, 2]


async def test_a_quiet_change_neither_rings_nor_starts_a_countdown(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(DOWN)
    await desk.notifier.show(CONFIRMED)
    await desk.notifier.show(CONFIRMED)
    for call in server.calls[1:]:
        assert call.hints["urgency"] == ("y", 2)
        assert call.hints["suppress-sound"] == ("b", True)
        assert call.timeout == 0


async def test_a_quiet_change_of_a_note_that_expires_leaves_it_its_timeout(
    server: NotificationServer, desk: Desk
) -> None:
    await desk.notifier.show(Note("k", "up", "normal"))
    await desk.notifier.show(Note("k", "changed", "normal", pops_up=False))
    assert server.calls[1].timeout == -1


async def test_a_quiet_change_shows_nothing_where_nothing_is(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(CONFIRMED)
    assert server.calls == []
    await desk.notifier.show(DOWN)
    server.dismiss(1)
    await until(lambda: not desk.delivered.notes, "the note to be forgotten")
    await desk.notifier.show(CONFIRMED)
    assert len(server.calls) == 1


async def test_an_expired_note_is_not_changed_quietly_but_withdrawn_from_the_history(
    server: NotificationServer, desk: Desk
) -> None:
    await desk.notifier.show(DOWN)
    server.expire(1)
    await until(lambda: not desk.delivered.notes["incident-1"].on_screen, "the note to expire")
    await desk.notifier.show(CONFIRMED)
    assert len(server.calls) == 1
    await desk.notifier.withdraw("incident-1")
    assert server.closed == [1]


async def test_withdraws_what_is_no_longer_true(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(DOWN)
    await desk.notifier.withdraw("incident-1")
    await desk.notifier.withdraw("incident-1")
    await desk.notifier.withdraw("unknown")
    assert server.closed == [1]
    await desk.notifier.show(DOWN)
    assert server.calls[-1].replaces_id == 0


async def test_reports_clicks_on_its_own_notes_only(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(DOWN)
    server.click(77, "details")
    server.click(1, "switch_local")
    server.click(1, "default", token="token-1")
    await until(lambda: len(desk.pressed) == 2, "two clicks")
    assert desk.pressed == [("incident-1", "switch_local", None), ("incident-1", OPEN, "token-1")]


async def test_a_restarted_server_gets_no_old_ids(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(Note("other", "first", "takes an id"))
    await desk.notifier.show(DOWN)
    assert server.asked == 1
    await server.stop()
    await until(lambda: not desk.delivered.notes, "the ids to be forgotten")
    server.forget()
    await server.start()
    await desk.notifier.withdraw("incident-1")
    assert server.closed == []
    await desk.notifier.show(DOWN)
    assert server.calls[-1].replaces_id == 0
    assert server.asked == 2


async def test_no_server_is_a_reason_to_try_the_next_way(session_bus: PrivateBus, desk: Desk) -> None:
    with pytest.raises(CannotNotify, match="ServiceUnknown"):
        await desk.notifier.show(DOWN)
    async with NotificationServer(session_bus.address) as server:
        await desk.notifier.show(DOWN)
    assert len(server.calls) == 1


async def test_too_many_notes_are_a_reason_to_try_the_next_way(server: NotificationServer, desk: Desk) -> None:
    server.refuse("org.freedesktop.Notifications.Error.ExcessNotificationGeneration")
    with pytest.raises(CannotNotify):
        await desk.notifier.show(DOWN)
    server.refuse(None)
    await desk.notifier.show(DOWN)
    assert len(server.calls) == 1


@pytest.mark.expects_log("the notification server refused")
async def test_a_refusal_that_points_to_a_mistake_is_logged(server: NotificationServer, desk: Desk) -> None:
    server.refuse("org.freedesktop.DBus.Error.InvalidArgs")
    with pytest.raises(CannotNotify):
        await desk.notifier.show(DOWN)


async def test_no_bus_is_a_reason_to_try_the_next_way(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS")
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    notifier = DBusNotifier("LLM Ampel", lambda *_: None)
    with pytest.raises(CannotNotify, match="NoServer"):
        await notifier.show(DOWN)
    with pytest.raises(CannotNotify, match="NoServer"):
        await notifier.withdraw("incident-1")
    await notifier.close()


async def test_a_bus_that_dies_is_a_reason_to_try_the_next_way(tmp_path_factory: pytest.TempPathFactory) -> None:
    with private_bus(tmp_path_factory.mktemp("first")) as first:
        desk = Desk(first)
        async with NotificationServer(first.address):
            await desk.notifier.show(DOWN)
            first.stop()
            with pytest.raises(CannotNotify):
                await desk.notifier.show(DOWN)
        await desk.notifier.close()


async def test_a_restart_of_this_program_replaces_and_withdraws_what_it_showed(
    server: NotificationServer, session_bus: PrivateBus, desk: Desk
) -> None:
    await desk.notifier.show(Note("other", "first", "takes an id"))
    await desk.notifier.show(DOWN)
    again = Desk(session_bus, desk.delivered)
    await again.notifier.show(CONFIRMED)
    assert server.calls[-1].replaces_id == 2
    await again.notifier.withdraw("other")
    assert server.closed == [1]
    await again.notifier.close()


async def test_ids_of_a_server_that_is_gone_do_not_survive_a_restart(
    server: NotificationServer, session_bus: PrivateBus, desk: Desk
) -> None:
    await desk.notifier.show(DOWN)
    delivered = desk.delivered
    await server.stop()
    await server.start()
    again = Desk(session_bus, delivered)
    await again.notifier.show(DOWN)
    assert server.calls[-1].replaces_id == 0
    await again.notifier.close()


async def test_texts_that_dbus_cannot_carry_arrive_cleaned(server: NotificationServer, desk: Desk) -> None:
    await desk.notifier.show(Note("k", "a\0b\ud800", "c", buttons=(("x", "\0ok"),)))
    assert server.calls[0].title == "ab?"
    assert server.calls[0].actions[-1] == "ok"
