"""The panel: an ordinary window that says what is going on, what works, and offers the switch."""

from collections.abc import Mapping

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QCloseEvent,
    QCursor,
    QGuiApplication,
    QHideEvent,
    QKeySequence,
    QPaintEvent,
    QResizeEvent,
    QShortcut,
)
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.journal.days import Stretch
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Mode
from trayapp.text import panel as words
from trayapp.text.labels import PanelLabels as Labels
from trayapp.text.language import language
from trayapp.text.senses import is_news, page_line
from trayapp.ui.commands import CommandResult, FailsView, Keep
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.card import Ground, Rule
from trayapp.ui.kit.enter import enter_presses
from trayapp.ui.kit.focus import TabOrder
from trayapp.ui.kit.icons import app_icon
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import Notices
from trayapp.ui.kit.room import fitting
from trayapp.ui.kit.scroll import Scroll
from trayapp.ui.kit.tokens import EDGE_PX, GROUP_PX, Size
from trayapp.ui.panel.check_button import CheckButton
from trayapp.ui.panel.connection import Connection
from trayapp.ui.panel.header import SwitchBar, Verdict
from trayapp.ui.panel.row import ServiceRow

# Room for the longest headline of four services, and for the way out, in one line each.
WIDTH_CHARACTERS = 88
NAME_CHARACTERS = 22


class Panel(QWidget):
    """Draws snapshots. Decides nothing: every wish leaves as a signal.

    Signals:
        switch_local, switch_cloud, stay_local, switch_mode: as in `header.SwitchBar`.
        choose, set_up, check, chat, history, settings, quit: as the buttons say.
        only_when_back: as in `ServiceRow`.
        set_aside, undo_aside: as in `AsideButton`.
        fails: as `FailsCard.asked`; the answer is for `show_answer`.
    """

    switch_local = Signal(tuple)
    switch_cloud = Signal(tuple)
    stay_local = Signal(tuple)
    switch_mode = Signal(Mode)
    choose = Signal()
    set_up = Signal()
    check = Signal()
    chat = Signal()
    history = Signal()
    settings = Signal()
    quit = Signal()
    only_when_back = Signal(str, bool)
    set_aside = Signal(str, Keep)
    undo_aside = Signal(str)
    fails = Signal(str, str)

    def __init__(self) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setWindowIcon(app_icon())
        self.rows: dict[str, ServiceRow] = {}
        self._hours: Mapping[str, tuple[Stretch, ...]] = {}
        self._room_taken = 0
        # Heights that were asked for since it was opened, and the one that the user gave it.
        self._asked: set[int] = set()
        self._chosen = 0
        self._language = ""
        self._trayless = False
        # What is said on the first of all starts, until the window is closed: "up", "down", or nothing.
        self._introduces = ""
        # The window is new on the screen, and has not got its frame yet.
        self._placing = False
        self._tab_order = TabOrder()
        self.caption = label(size=Size.SMALL, wrap=True, parent=self)
        self.notices = Notices(self)
        self.verdict = Verdict(self)
        self.bar = SwitchBar(self)
        self.answers = Lines(self)
        # All but the buttons: on a small screen there is not even room for what stands around the rows.
        self._all = Scroll(self)
        self._rows_area = Scroll(self)
        self._ground, self._rule = Ground(self), Rule(self)
        self.pages = Lines(self)
        self.network = Connection(self)
        self.network.folded.connect(self._folded)
        self._rows_area.inside.laid_out.connect(self._grow)
        self._all.inside.laid_out.connect(self._grow)
        self._build()
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)
        enter_presses(self)

    def _build(self) -> None:
        self._outside = outside = QVBoxLayout(self)
        outside.setContentsMargins(0, 0, 0, EDGE_PX)
        outside.setSpacing(EDGE_PX)
        outside.addWidget(self._all, 1)
        self._rows_area.column.addStretch(1)
        column = self._all.column
        column.setSpacing(EDGE_PX)
        above: tuple[QWidget, ...] = (self.caption, self.notices, self.verdict, self.bar, self.answers)
        for part in above:
            self._ground.column.addWidget(part)
        column.addWidget(self._ground)
        column.addWidget(self._rows_area, 1)
        column.addWidget(self._rule)
        below: tuple[QWidget, ...] = (self.network, self.pages)
        for part in below:
            column.addLayout(_inset(part))
        self.check_button = CheckButton(self)
        self.chat_button, self.history_button, self.settings_button, self.quit_button = (
            Button(parent=self) for _ in range(4)
        )
        self.quit_button.hide()
        buttons = QHBoxLayout()
        buttons.setContentsMargins(EDGE_PX, 0, EDGE_PX, 0)
        buttons.setSpacing(GROUP_PX)
        for button in self._buttons():
            buttons.addWidget(button)
        buttons.addStretch(1)
        outside.addLayout(buttons)
        self.bar.switch_local.connect(self.switch_local)
        self.bar.switch_cloud.connect(self.switch_cloud)
        self.bar.stay_local.connect(self.stay_local)
        self.bar.switch_mode.connect(self.switch_mode)
        self.bar.choose.connect(self.choose)
        self.bar.set_up.connect(self.set_up)
        self.check_button.asked.connect(self.check)
        self.chat_button.clicked.connect(self.chat)
        self.history_button.clicked.connect(self.history)
        self.settings_button.clicked.connect(self.settings)
        self.quit_button.clicked.connect(self.quit)

    def _retranslate(self) -> None:
        self._language = language()
        # Qt adds the program's name to every title that is not the same: "(demo)" would stand beside the title again.
        name = QGuiApplication.applicationDisplayName()
        self.setWindowTitle(name if name.startswith(Labels.title) else Labels.title)
        self.check_button.speak()
        self.chat_button.setText(as_action(Labels.chat))
        self.history_button.setText(as_action(Labels.history))
        self.settings_button.setText(as_action(Labels.settings))
        self.quit_button.setText(as_action(Labels.quit))
        self._remark()

    def draw(self, s: Snapshot) -> None:
        if self._language != language():
            self._retranslate()
        caption = words.demo_line(s)
        self.caption.setText(caption)
        self.caption.setVisible(bool(caption))
        self.notices.standing(s.problems)
        self._ground.shine(s.judgement.light)
        self.verdict.draw(s)
        self.bar.draw(s)
        answers = words.answers_lines(s)
        heading = (Line(f"{Labels.local_answers}:", quiet=True),) if answers else ()
        self.answers.draw([*heading, *(Line(text, quiet=True) for text in answers)])
        self._draw_rows(s)
        self.network.draw(s)
        silent = (PageHealth.OK, PageHealth.NEVER)
        sick = [page for page in s.judgement.pages if page.health not in silent and is_news(page, s)]
        unreadable = [Line(page_line(page, s), Light.GREY, words.light_name(Light.GREY), page.link) for page in sick]
        received = words.bytes_line(s)
        cost = [Line(text, quiet=True) for text in (received, *words.spent_lines(s)) if text]
        self.pages.draw([*unreadable, *cost])
        self._order_focus()
        self._grow()

    def _buttons(self) -> tuple[QPushButton, ...]:
        return self.check_button, self.chat_button, self.history_button, self.settings_button, self.quit_button

    def _order_focus(self) -> None:
        parts = (self.notices, self.bar, *self.rows.values(), self.network, self.pages)
        self._tab_order.follow([*parts, *self._buttons()])

    def _draw_rows(self, s: Snapshot) -> None:
        wanted = {verdict.id: verdict for verdict in s.judgement.services}
        self._rows_area.setVisible(bool(wanted))
        self._rule.setVisible(bool(wanted))
        if tuple(self.rows) != tuple(wanted):
            self._arrange(tuple(wanted))
        for service_id, verdict in wanted.items():
            self.rows[service_id].draw(verdict, s)
        # Strips stand in a column; a name that is longer than most breaks.
        metrics = self.fontMetrics()
        names = [row.head.name for row in self.rows.values()]
        widest = max((name.fontMetrics().horizontalAdvance(name.text()) for name in names), default=0)
        for name in names:
            name.setFixedWidth(min(widest, metrics.averageCharWidth() * NAME_CHARACTERS))

    def show_hours(self, hours: Mapping[str, tuple[Stretch, ...]]) -> None:
        """The strips of the last 24 hours, by service."""
        self._hours = hours
        for service_id, row in self.rows.items():
            row.show_hours(hours.get(service_id, ()))

    def _arrange(self, wanted: tuple[str, ...]) -> None:
        for service_id in set(self.rows) - set(wanted):
            row = self.rows.pop(service_id)
            row.hide()
            row.deleteLater()
        for place, service_id in enumerate(wanted):
            row = self.rows.pop(service_id) if service_id in self.rows else self._new_row(service_id)
            self.rows[service_id] = row
            self._rows_area.column.removeWidget(row)
            self._rows_area.column.insertWidget(place, row)
            row.show()

    def _new_row(self, service_id: str) -> ServiceRow:
        row = ServiceRow()
        row.show_hours(self._hours.get(service_id, ()))
        row.folded.connect(self._folded)
        row.spoke.connect(self._bring_up)
        row.only_when_back.connect(self.only_when_back)
        row.set_aside.connect(self.set_aside)
        row.undo_aside.connect(self.undo_aside)
        row.fails.connect(self.fails)
        return row

    def _bring_up(self, part: QWidget) -> None:
        self._rows_area.bring_up(part)
        self._all.bring_up(part if self._rows_area.minimumHeight() else self._rows_area)

    def show_answer(self, service: str, outcome: CommandResult[FailsView]) -> None:
        """On whose side it is that this service fails for the user."""
        row = self.rows.get(service)
        if row is None or row.details is None:
            return
        if outcome.value is not None:
            row.details.fails.answered(outcome.value)
        else:
            row.details.fails.failed(outcome.problems)

    def open_at(self, service_id: str = "", *, near: QPoint | None = None) -> None:
        """Show the window, with `service_id` unfolded; near the point, where the desktop allows it."""
        if service_id in self.rows:
            self.rows[service_id].unfold()
        if not self.isVisible():
            self._fit()
            self._placing = True
            if near is not None and not self._trayless:
                self.move(near.x() - self.width() // 2, near.y())
        self.showNormal() if self.isMinimized() else self.show()
        self._stay_on_screen()
        self.raise_()
        self.activateWindow()

    def without_tray(self, absent: bool) -> None:
        """This window is all there is: say why, and offer the way out. Closing it then means to quit."""
        self._trayless = absent
        self._remark()
        self.quit_button.setVisible(absent)

    def introduce(self, *, above: bool) -> None:
        """Say where this program lives, until the window is closed. `above`: at the upper edge of the screen."""
        self._introduces = "up" if above else "down"
        self._remark()

    def _remark(self) -> None:
        if self._trayless:
            self.notices.remark(Labels.no_tray)
        else:
            places = {"up": Labels.up_here, "down": Labels.down_here}
            self.notices.remark(places.get(self._introduces, ""), attention=False)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802 - Qt's name
        super().hideEvent(event)
        self._introduces = ""
        self._remark()

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        super().paintEvent(event)
        # By now the window manager has answered, and has given the window its frame.
        if self._placing:
            self._placing = False
            QTimer.singleShot(0, self._settle)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        if self._trayless:
            # Otherwise a program would go on that nobody sees and nobody can end.
            event.ignore()
            self.quit.emit()
            return
        super().closeEvent(event)

    def _wanted(self) -> QSize:
        if not self.isVisible():
            # Qt passes changes of size up the layouts of visible widgets only; innermost first does the same here.
            for child in reversed(self.findChildren(QWidget)):
                child.ensurePolished()
                if (layout := child.layout()) is not None:
                    layout.activate()
        width = max(self.fontMetrics().averageCharWidth() * WIDTH_CHARACTERS, self.minimumSizeHint().width())
        # What is higher scrolls.
        whole = self._height(width, self._rows_area.whole(width))
        return QSize(width, fitting(self, width, whole).height())

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        super().resizeEvent(event)
        self._keep_room()

    def _keep_room(self) -> None:
        """Let nothing be cut off: narrower, lines that wrap take more height, and only the rows can scroll."""
        least = self._height(self.width(), self._rows_area.sizeHint().height())
        self.setMinimumHeight(fitting(self, self.width(), least).height())
        # Where not even that has room everything scrolls, and the rows do not scroll once more inside of it.
        whole = self._rows_area.whole(self.width() - self._all.verticalScrollBar().sizeHint().width())
        self._rows_area.setMinimumHeight(whole if least > self.height() else 0)

    def _height(self, width: int, rows: int) -> int:
        """Of the window, with so much of it for the rows."""
        buttons = self._outside.totalSizeHint().height() - self._all.sizeHint().height()
        least = max(self._rows_area.sizeHint().height(), self._rows_area.minimumHeight())
        return buttons + self._all.whole(width) - least + rows

    def _fit(self) -> None:
        size = self._wanted()
        self._room_taken, self._chosen, self._asked = size.height(), 0, {size.height()}
        self.resize(size)

    def _grow(self) -> None:
        """As high as what there is to show, up to the screen, unless the user has chosen a size."""
        if not self.isVisible():
            return
        # A window manager may still answer to a size of before.
        if self.height() not in (*self._asked, self.minimumHeight()):
            self._chosen = self.height()
        self._keep_room()
        height = max(self._wanted().height(), self._chosen)
        if height != self._room_taken:
            self._room_taken = height
            self._asked.add(height)
            self.resize(self.width(), height)
            self._stay_on_screen()

    def _folded(self, unfolded: bool) -> None:
        self._order_focus()
        if unfolded and self.network.button.isChecked():
            self._all.bring_up(self.network)

    def _settle(self) -> None:
        """Take the room that was wanted: the window manager's first answer was to the size of before."""
        if self.height() < self._room_taken:
            self.resize(self.width(), self._room_taken)
        self._stay_on_screen()

    def _stay_on_screen(self) -> None:
        if pointer() is None:
            return
        room, frame = self.screen().availableGeometry(), self.frameGeometry()
        x = max(room.left(), min(frame.left(), room.left() + room.width() - frame.width()))
        y = max(room.top(), min(frame.top(), room.top() + room.height() - frame.height()))
        if (x, y) != (frame.left(), frame.top()):
            self.move(x, y)


def pointer() -> QPoint | None:
    """Where the pointer is, on desktops that tell and that let a window choose its place."""
    return None if QGuiApplication.platformName().startswith("wayland") else QCursor.pos()


def _inset(part: QWidget) -> QHBoxLayout:
    across = QHBoxLayout()
    across.setContentsMargins(EDGE_PX, 0, EDGE_PX, 0)
    across.addWidget(part)
    return across
