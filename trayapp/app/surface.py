"""All that the user sees, tied together: the tray from the start, windows when they are first wanted."""

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, QPoint

from trayapp.core.journal.days import Stretch
from trayapp.core.notify.auto_news import moved_provider
from trayapp.core.notify.banner import Button, Urgency
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Mode
from trayapp.desktop.notify import Note
from trayapp.ui.commands import CommandResult, Commands, FailsView, Keep, Leave
from trayapp.ui.speak import QtWords
from trayapp.ui.tray.icon import Tray
from trayapp.ui.tray.menu import TrayMenu

# Windows are imported by the methods that open them: nothing may be slower than the icon.
if TYPE_CHECKING:
    from trayapp.ui.chat.window import ChatWindow
    from trayapp.ui.history.window import HistoryWindow
    from trayapp.ui.panel.closing_card import ClosingCard, Next
    from trayapp.ui.panel.window import Panel
    from trayapp.ui.settings.dialog import SettingsDialog


HOURS_FRESH_S = 60.0
"""Strips of the last 24 hours are read again when the panel is looked at so much later; so long a red has to last to be
one there."""


class Surface(QObject):
    """Tray, panel, settings, history and chat over one set of commands. Everything here runs on the UI thread.

    `first`: the picture until the engine has one. `tray` is on the screen already. `has_tray` may be read from any
    thread.
    """

    def __init__(self, commands: Commands, first: Snapshot, tray: Tray) -> None:
        super().__init__()
        self.has_tray = True
        self._commands = commands
        self._snapshot = first
        self._words = QtWords()
        self._words.follow()
        # The panel was opened because there was no tray, and by nobody since.
        self._stands_in = False
        self._panel: Panel | None = None
        self._settings: SettingsDialog | None = None
        self._chat: ChatWindow | None = None
        self._history: HistoryWindow | None = None
        self._hours_asked_at = -math.inf
        self._card: ClosingCard | None = None
        self.tray = tray
        self._menu = TrayMenu(tray.menu)
        menu = self._menu
        menu.open_panel.connect(self.open_panel)
        menu.switch_local.connect(self.switch_local)
        menu.switch_cloud.connect(lambda: self.switch_cloud(()))
        menu.switch_mode.connect(self.switch_mode)
        menu.set_aside.connect(lambda service: self.set_aside(service, Keep.CHANGED))
        menu.undo_aside.connect(self.undo_aside)
        menu.only_when_back.connect(self.only_when_back)
        menu.choose.connect(lambda: self.open_settings("services"))
        menu.set_up.connect(lambda: self.open_settings("local"))
        menu.check.connect(commands.check_now)
        menu.settings.connect(lambda: self.open_settings())
        menu.demo.connect(commands.open_demo)
        menu.chat.connect(self.open_chat)
        menu.history.connect(self.open_history)
        menu.quit.connect(self.quit)
        self.tray.clicked.connect(self.icon_clicked)
        self.tray.message_clicked.connect(lambda: self.open_panel())
        self.tray.missing.connect(lambda: self._with_tray(False))
        self.tray.appeared.connect(lambda: self._with_tray(True))

    def show(self) -> None:
        """The first picture."""
        self._menu.draw(self._snapshot)
        self.tray.draw(self._snapshot)

    def draw(self, s: Snapshot) -> None:
        """Everything that is to be seen, from one snapshot."""
        self._snapshot = s
        if self._words.follow():
            self._menu.retranslate()
        self._menu.draw(s)
        self.tray.draw(s)
        if self._panel is not None and self._panel.isVisible():
            self._draw_panel(self._panel)
        if self._chat is not None:
            self._chat.draw(s.target)

    def redraw(self) -> None:
        """The same picture again, after the language has changed."""
        self.draw(self._snapshot)

    def close(self) -> None:
        """Take everything off the screen."""
        self.tray.close()
        for window in (self._panel, self._settings, self._chat, self._history, self._card):
            if window is not None:
                window.blockSignals(True)
                window.close()
                # Without a tray the panel does not close by itself.
                window.hide()

    # Windows

    def open_panel(self, service_id: str = "") -> None:
        from trayapp.ui.panel.window import pointer

        panel = self._panel or self._make_panel()
        self._draw_panel(panel)
        panel.open_at(service_id, near=pointer() if self.has_tray else None)

    def icon_clicked(self) -> None:
        """The panel comes, or goes where the user is looking at it."""
        if self._panel is not None and self._panel.isVisible() and self._panel.isActiveWindow():
            self._panel.close()
        else:
            self.open_panel()

    def _draw_panel(self, panel: "Panel") -> None:
        panel.draw(self._snapshot)
        if not 0.0 <= self._snapshot.at - self._hours_asked_at < HOURS_FRESH_S:
            self._hours_asked_at = self._snapshot.at
            self._commands.latest_hours(self._show_hours)

    def _show_hours(self, outcome: CommandResult[Mapping[str, tuple[Stretch, ...]]]) -> None:
        if self._panel is not None and outcome.value is not None:
            self._panel.show_hours(outcome.value)

    def welcome(self) -> None:
        """The first of all starts: show the panel where the icon is, and say so."""
        panel = self._panel or self._make_panel()
        panel.introduce(above=self.tray.place().y() < panel.screen().geometry().center().y())
        panel.draw(self._snapshot)
        panel.open_at(near=self.tray.place())

    def open_apart(self) -> None:
        """Show the panel where banners, which come at the edges, do not cover it."""
        panel = self._panel or self._make_panel()
        panel.draw(self._snapshot)
        room = panel.screen().availableGeometry()
        panel.open_at(near=QPoint(room.center().x(), room.top() + room.height() // 4))

    def close_demo(self, done: "Callable[[Next], None]") -> None:
        """The night is over: say so, and call `done` with what is to come next when that is chosen."""
        from trayapp.ui.panel.closing_card import ClosingCard

        self._card = card = ClosingCard()
        card.chosen.connect(done)
        card.show()
        card.raise_()
        card.activateWindow()

    def _make_panel(self) -> "Panel":
        from trayapp.ui.panel.window import Panel

        self._panel = panel = Panel()
        panel.switch_local.connect(self.switch_local)
        panel.switch_cloud.connect(self.switch_cloud)
        panel.stay_local.connect(self.stay_local)
        panel.switch_mode.connect(self.switch_mode)
        panel.choose.connect(lambda: self.open_settings("services"))
        panel.set_up.connect(lambda: self.open_settings("local"))
        panel.check.connect(self._commands.check_now)
        panel.chat.connect(self.open_chat)
        panel.history.connect(self.open_history)
        panel.settings.connect(lambda: self.open_settings())
        panel.only_when_back.connect(self.only_when_back)
        panel.set_aside.connect(self.set_aside)
        panel.undo_aside.connect(self.undo_aside)
        panel.fails.connect(self.fails)
        panel.quit.connect(self.quit)
        panel.without_tray(not self.has_tray)
        return panel

    def open_settings(self, page: str = "") -> None:
        """The settings, on the page of this name (`local`, `keys`, `gateway`, ...) or where they were."""
        from trayapp.ui.settings.dialog import SettingsDialog

        if self._settings is None:
            self._settings = SettingsDialog(self._commands)
            self._settings.saved.connect(self.redraw)
        self._settings.open_at(page)

    def open_chat(self) -> None:
        from trayapp.ui.chat.window import ChatWindow

        if self._chat is None:
            self._chat = ChatWindow(self._commands)
            self._chat.set_up.connect(lambda: self.open_settings("local"))
        self._chat.open_with(self._snapshot.target)

    def open_history(self) -> None:
        """What was: the window reads it anew."""
        from trayapp.ui.history.window import HistoryWindow

        if self._history is None:
            self._history = HistoryWindow(self._commands)
        self._history.open()

    def _with_tray(self, present: bool) -> None:
        self.has_tray = present
        panel = self._panel or self._make_panel()
        panel.without_tray(not present)
        if not present:
            self._stands_in = not panel.isVisible()
            self.open_panel()
        elif self._stands_in and not panel.underMouse():
            # Sessions that bring their tray up late would otherwise leave a window at every login.
            panel.close()

    # Wishes

    def switch_local(self, providers: tuple[str, ...]) -> None:
        """Move `providers`, or those that are down, to the local target."""
        self._commands.switch_local(providers or None, self._show_failure)

    def switch_cloud(self, providers: tuple[str, ...]) -> None:
        """Bring `providers`, or all that are local, home."""
        self._commands.switch_cloud(providers or None, self._show_failure)

    def stay_local(self, providers: tuple[str, ...]) -> None:
        self._commands.stay_local(providers, self._show_failure)

    def switch_mode(self, mode: Mode) -> None:
        """Who switches from now on. Where something is missing for it, the panel says what."""

        def done(outcome: CommandResult[bool]) -> None:
            self._show_failure(outcome)
            if not outcome.ok:
                # The check mark has set itself.
                self.redraw()
            elif not outcome.value:
                self.open_panel()

        self._commands.switch_mode(mode, done)

    def set_aside(self, target: str, keep: Keep) -> None:
        """Leave an incident or a service out of the light."""
        self._commands.set_aside(target, keep, self._show_failure)

    def fails(self, service: str, words: str) -> None:
        """Look afresh at what fails for the user, and answer where they asked."""

        def done(outcome: CommandResult[FailsView]) -> None:
            if self._panel is not None:
                self._panel.show_answer(service, outcome)

        self._commands.fails(service, words, done)

    def undo_aside(self, target: str) -> None:
        self._commands.undo_aside(target, self._show_failure)

    def _show_failure(self, outcome: CommandResult[Any]) -> None:
        """A command that failed says why in the panel, which opens for it."""
        if not outcome.ok:
            self.open_panel()
        if self._panel is not None:
            self._panel.notices.failed(outcome.problems)

    # Notes on the desktop

    def show_note(self, note: Note) -> None:
        """Show a note as a balloon of the tray."""
        self.tray.message(note.title, note.body, important=note.urgency is Urgency.CRITICAL)

    def note_clicked(self, key: str, button: str) -> None:
        """A note was clicked, or one of its buttons; `key`: the incident or the provider that it tells of."""
        match button:
            case Button.SWITCH_LOCAL:
                self.switch_local(())
            case Button.SET_UP_FALLBACK:
                self.open_settings("local")
            case Button.ONLY_WHEN_BACK:
                self._commands.only_when_back(key)
            case Button.SET_ASIDE:
                self.set_aside(key, Keep.CHANGED)
            case Button.BACK_TO_CLOUD if moved_provider(key) in self._snapshot.offer.moved:
                self.switch_cloud((str(moved_provider(key)),))
            case Button.BACK_TO_CLOUD:
                self._follow_offer(self.switch_cloud)
            case Button.STAY_LOCAL:
                self._follow_offer(self.stay_local)
            case _:
                self.open_panel()

    def only_when_back(self, incident_id: str, on: bool) -> None:
        self._commands.only_when_back(incident_id, on=on)

    def _follow_offer(self, wish: Callable[[tuple[str, ...]], None]) -> None:
        """For those who are back now, whoever was when the note was written; a note can outlive its offer."""
        if self._snapshot.offer.back:
            wish(self._snapshot.offer.back)
        else:
            self.open_panel()

    def quit(self) -> None:
        """End the program; ask first when tools would be left without their gateway."""
        real = self._snapshot.demo is None
        if not real or not self._snapshot.tools or self._snapshot.gateway_url is None:
            self._commands.quit(Leave.NOTHING_TO_KEEP)
            return
        from trayapp.ui.panel.quit import ask_to_quit

        leave = ask_to_quit(self._snapshot, self._panel)
        if leave is not None:
            self._commands.quit(leave)
