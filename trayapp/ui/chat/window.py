"""A plain chat with the local model: for those whose website is down and who have no tools to move.

Everything is plain text, streamed as it comes; stopping keeps what has come.
"""

import re

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QGuiApplication, QKeyEvent, QKeySequence, QShortcut, QTextCursor
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout, QWidget

from trayapp.core.evidence.reach import Reach, reach_of_url
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.text.labels import ChatLabels as Labels
from trayapp.text.language import language
from trayapp.text.senses import target_line
from trayapp.text.trim import clean
from trayapp.ui.commands import ChatTurn, CommandResult, Commands, Stream
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.enter import enter_presses
from trayapp.ui.kit.icons import app_icon
from trayapp.ui.kit.label import label
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import Notices
from trayapp.ui.kit.room import fitting
from trayapp.ui.kit.tokens import EDGE_PX, GROUP_PX, Size, font

WIDTH_CHARACTERS, HEIGHT_LINES, INPUT_LINES = 76, 34, 3
# A day of talking stays readable without growing for ever; the oldest paragraphs go first.
MAX_PARAGRAPHS = 5_000
_MODEL_MAX = 60
# All but line breaks and tabs: control characters, and those that turn the direction of text around.
_UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class ChatWindow(QWidget):
    """One conversation with the target of the moment.

    Signals:
        set_up: there is no target, and one is wanted.
    """

    set_up = Signal()

    def __init__(self, commands: Commands) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._commands = commands
        self._target = TargetStatus(TargetState.NONE)
        self._messages: list[ChatTurn] = []
        self._answer = ""
        self._stream: Stream | None = None
        self._language = ""
        self.setWindowIcon(app_icon())
        self.model = label(bold=True, elide=True, parent=self)
        self.hint = label(size=Size.SMALL, wrap=True, parent=self)
        self.transcript = QPlainTextEdit(self)
        self.transcript.setReadOnly(True)
        self.transcript.setMaximumBlockCount(MAX_PARAGRAPHS)
        self.transcript.setFont(font())
        self.state = label(size=Size.SMALL, parent=self)
        self.notices = Notices(self)
        self.input = _Input(self)
        self.input.sent.connect(self.send)
        self.send_button = Button(parent=self)
        self.send_button.clicked.connect(self.send)
        self.send_button.set_primary(True)
        self.stop_button = Button(parent=self)
        self.stop_button.clicked.connect(self.stop)
        self.set_up_button = Button(parent=self)
        self.set_up_button.clicked.connect(self.set_up)
        self.set_up_button.set_primary(True)
        self.copy_button = Button(parent=self)
        self.copy_button.clicked.connect(self._copy)
        self.clear_button = Button(parent=self)
        self.clear_button.clicked.connect(self._clear)
        self._arrange()
        self._show_state()
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)
        enter_presses(self)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        column.addWidget(self.model)
        column.addWidget(self.hint)
        column.addWidget(self.set_up_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.transcript, 1)
        column.addWidget(self.state)
        column.addWidget(self.notices)
        column.addWidget(self.input)
        buttons = QHBoxLayout()
        buttons.setSpacing(GROUP_PX)
        buttons.addWidget(self.clear_button)
        buttons.addWidget(self.copy_button)
        buttons.addStretch(1)
        buttons.addWidget(self.stop_button)
        buttons.addWidget(self.send_button)
        column.addLayout(buttons)
        metrics = self.fontMetrics()
        wanted = metrics.averageCharWidth() * WIDTH_CHARACTERS, metrics.lineSpacing() * HEIGHT_LINES
        self.resize(fitting(self, *wanted))

    def open_with(self, target: TargetStatus) -> None:
        """Show the window over this target, ready to type."""
        self.draw(target)
        self.showNormal() if self.isMinimized() else self.show()
        self.raise_()
        self.activateWindow()
        (self.input if self._ready else self.set_up_button).setFocus()

    def draw(self, target: TargetStatus) -> None:
        """Follow the target; what was said stays."""
        if self._language != language():
            self._retranslate()
        self._target = target
        here = target.url is None or reach_of_url(target.url) is Reach.LOOPBACK
        notice = Labels.notice if here else Labels.notice_elsewhere
        self.hint.setText(notice if self._ready else Labels.no_target_hint)
        self.model.setText(target_line(target))
        self._show_state()

    def _retranslate(self) -> None:
        self._language = language()
        self.setWindowTitle(Labels.title)
        self.input.setPlaceholderText(Labels.placeholder)
        self.input.setAccessibleName(Labels.placeholder)
        self.transcript.setAccessibleName(Labels.title)
        for button, words in (
            (self.send_button, Labels.send),
            (self.stop_button, Labels.stop),
            (self.set_up_button, Labels.set_up),
            (self.copy_button, Labels.copy),
            (self.clear_button, Labels.clear),
        ):
            button.setText(as_action(words))

    @property
    def _ready(self) -> bool:
        return self._target.state is not TargetState.NONE

    @property
    def answering(self) -> bool:
        return self._stream is not None

    def send(self) -> None:
        """Ask what was typed, unless an answer is still coming or there is nobody to ask."""
        question = self.input.toPlainText().strip()
        if not question or self.answering or not self._ready:
            return
        self.input.clear()
        self.notices.failed(())
        self._messages.append(ChatTurn("user", question))
        self._say(Labels.you, question)
        self._answer = ""
        self._stream = self._commands.chat(tuple(self._messages), self._take, self._done)
        self._show_state()

    def stop(self) -> None:
        if self._stream is not None:
            self._stream.stop()

    def _say(self, who: str, text: str) -> None:
        before = "\n\n" if not self.transcript.document().isEmpty() else ""
        self._write(f"{before}{who}:\n{_visible(text)}")

    def _take(self, piece: str) -> None:
        if not self._answer:
            self._say(clean(self._target.model or "", _MODEL_MAX), "")
        self._answer += piece
        self._write(_visible(piece))
        self._show_state()

    def _write(self, text: str) -> None:
        bar = self.transcript.verticalScrollBar()
        following = bar.value() >= bar.maximum() - self.fontMetrics().lineSpacing()
        cursor = QTextCursor(self.transcript.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        cursor.insertText(text)
        if following:
            bar.setValue(bar.maximum())

    def _done(self, outcome: CommandResult[None]) -> None:
        self._stream = None
        stopped = any(problem.code == "cancelled" for problem in outcome.problems)
        if self._answer:
            self._messages.append(ChatTurn("assistant", self._answer))
        else:
            self._take_back()
        self._show_state(Labels.stopped if stopped else "")
        self.notices.failed(() if stopped else outcome.problems)

    def _take_back(self) -> None:
        """A question without any answer goes back where it can be sent again."""
        question = self._messages.pop().text
        if not self.input.toPlainText():
            self.input.setPlainText(question)
            self.input.moveCursor(QTextCursor.MoveOperation.End)

    def _show_state(self, remark: str = "") -> None:
        self.set_up_button.setVisible(not self._ready)
        self.input.setVisible(self._ready)
        self.send_button.setEnabled(self._ready and not self.answering)
        self.send_button.setVisible(self._ready and not self.answering)
        self.stop_button.setVisible(self.answering)
        self.copy_button.setEnabled(any(turn.role == "assistant" for turn in self._messages))
        self.clear_button.setEnabled(bool(self._messages) and not self.answering)
        waiting = Labels.thinking if self.answering and not self._answer else ""
        self.state.setText(remark or waiting)

    def _copy(self) -> None:
        """The last answer, as it came."""
        answers = [turn.text for turn in self._messages if turn.role == "assistant"]
        if answers:
            QGuiApplication.clipboard().setText(answers[-1])

    def _clear(self) -> None:
        self._messages.clear()
        self.transcript.clear()
        self.notices.failed(())
        self._show_state()

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802 - Qt's name
        self.stop()
        super().closeEvent(event)


class _Input(QPlainTextEdit):
    """Enter sends, Shift and Enter make a new line, Tab goes on to the buttons."""

    sent = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setTabChangesFocus(True)
        self.setFont(font())
        self.setFixedHeight(self.fontMetrics().lineSpacing() * INPUT_LINES + 2 * GROUP_PX)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        enter = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
        else:
            super().keyPressEvent(event)


def _visible(text: str) -> str:
    return _UNSEEN.sub("", text)
