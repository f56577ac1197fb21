""" "Fails for me": asks for a fresh look at a service, and says on whose side it is and what to do."""

from collections.abc import Sequence

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.errors import Problem
from trayapp.text import fails as words
from trayapp.text.labels import PanelLabels as Labels
from trayapp.ui.commands import FailsView
from trayapp.ui.kit.entry import Entry
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.tokens import LINE_PX

MAX_CHARACTERS = 200


class FailsCard(QWidget):
    """Hidden until `ask` is clicked, a button that stands elsewhere. What is typed is asked with Enter.

    Signals:
        asked: the service of this id fails for the user, who sees these words.
        spoke: there is something to read here that was asked for.
    """

    asked = Signal(str, str)
    spoke = Signal()

    def __init__(self, ask: QPushButton, parent: QWidget) -> None:
        super().__init__(parent)
        self._ask_button = ask
        self._service = ""
        self._light: Light | None = None
        self.verdict = label(bold=True, wrap=True, selectable=True, parent=self)
        self.lines = Lines(self)
        self.entry = Entry(self)
        self.entry.setMaxLength(MAX_CHARACTERS)
        self.entry.entered.connect(self._ask)
        ask.clicked.connect(self._ask)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(LINE_PX)
        for part in (self.entry, self.verdict, self.lines):
            column.addWidget(part)
        self.hide()

    def draw(self, v: ServiceVerdict) -> None:
        """Follow the service: what was answered of it holds as long as its light."""
        self._service = v.id
        self._ask_button.setText(as_action(Labels.fails_for_me))
        self.entry.setPlaceholderText(Labels.what_do_you_see)
        self.entry.setAccessibleName(Labels.what_do_you_see)
        if self._light is not None and v.light is not self._light:
            self._say("", ())
            self._light = None

    def answered(self, view: FailsView) -> None:
        f, s = view
        verdict = s.judgement.service(f.service)
        self._light = verdict.light if verdict is not None else None
        instead = words.works_lines(f)
        heading = (words.instead(),) if instead else ()
        said = (words.next_step(f), *words.meant_lines(f, self.entry.text()), *heading, *instead)
        self._say(words.sentence(f, s), said)
        self.spoke.emit()

    def failed(self, problems: Sequence[Problem]) -> None:
        self._say("", tuple(map(sentence, problems)))
        self.spoke.emit()

    def _ask(self) -> None:
        self._light = None
        self.show()
        self._say(Labels.looking, ())
        self.asked.emit(self._service, self.entry.text())
        self.entry.setFocus()
        self.spoke.emit()

    def _say(self, verdict: str, lines: Sequence[str]) -> None:
        self.verdict.setText(verdict)
        self.verdict.setVisible(bool(verdict))
        self.lines.draw([Line(text) for text in lines])
