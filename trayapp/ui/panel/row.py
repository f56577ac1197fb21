"""One service in the panel: a line that unfolds into reasons, components, and what cannot be seen from here."""

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from trayapp.core.incident.incident import Incident
from trayapp.core.journal.days import Stretch
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Finding
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.text import concerns, forecasts, reasons
from trayapp.text import panel as words
from trayapp.text.history_rows import hour_line, hours_summary
from trayapp.text.labels import PanelLabels as Labels
from trayapp.text.names import name
from trayapp.text.rows import component_line, service_line, state_line, unseen_line, unverified_line
from trayapp.text.senses import is_news, page_line
from trayapp.text.silences import silence_line
from trayapp.ui.commands import Keep
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.flat_button import Unfolding
from trayapp.ui.kit.label import label, picture
from trayapp.ui.kit.lines import Line, Lines, show_light
from trayapp.ui.kit.links import Link
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.strip import Strip
from trayapp.ui.kit.tokens import ARROW_PX, EDGE_PX, GRID_PX, GROUP_PX
from trayapp.ui.panel.aside_button import AsideButton
from trayapp.ui.panel.fails_card import FailsCard

LIGHT_PX = 4 * GRID_PX
# Under the name, not under the light.
INDENT_PX = EDGE_PX + LIGHT_PX + GROUP_PX


class _Head(Unfolding):
    """The line itself, a button as wide as the panel."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, edge_px=EDGE_PX)
        self.light = picture(self)
        self.light.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.name = label(bold=True, wrap=True, parent=self)
        self.strip = Strip(self)
        self.state = label(wrap=True, parent=self)
        self.state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._across = across = QHBoxLayout(self)
        across.setContentsMargins(EDGE_PX, GROUP_PX, EDGE_PX + ARROW_PX + GROUP_PX, GROUP_PX)
        across.setSpacing(GROUP_PX)
        across.addWidget(self.light)
        across.addWidget(self.name)
        across.addWidget(self.strip)
        across.addWidget(self.state, 1)
        for child in (self.light, self.name, self.state):
            child.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)

    def hasHeightForWidth(self) -> bool:  # noqa: N802 - Qt's name
        return True

    def heightForWidth(self, width: int) -> int:  # noqa: N802 - Qt's name
        return self._across.totalHeightForWidth(width)

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        # The state breaks its lines where there is no room for it.
        return QSize(self._across.minimumSize().width(), self._across.sizeHint().height())

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self._across.minimumSize()


class _Details(QWidget):
    """What a row unfolds into. Drawn only while it is unfolded."""

    only_when_back = Signal(str, bool)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._incident_id = ""
        self.reasons = Lines(self)
        self.components = Lines(self)
        self.unseen = Lines(self)
        self.updates_title = label(bold=True, wrap=True, parent=self)
        self.updates = Lines(self)
        self._website = Link(self)
        self._reports = Link(self)
        ask = Button(parent=self)
        self.aside = AsideButton(self)
        self._quiet = QCheckBox(self)
        self.fails = FailsCard(ask, self)
        self._quiet.clicked.connect(lambda on: self.only_when_back.emit(self._incident_id, on))
        column = QVBoxLayout(self)
        column.setContentsMargins(INDENT_PX, GRID_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        for part in (self.reasons, self.components, self.unseen, self.updates_title, self.updates):
            column.addWidget(part)
        # Links and buttons, each in a line of their own: in German they have no room beside each other.
        for line in ((self._website, self._reports), (ask, self.aside), (self._quiet,)):
            across = QHBoxLayout()
            across.setSpacing(GROUP_PX)
            for one in line:
                across.addWidget(one)
            across.addStretch(1)
            column.addLayout(across)
        column.addWidget(self.fails)

    def draw(self, v: ServiceVerdict, s: Snapshot) -> None:
        why = [Line(reasons.reason(reason, s, v), link=reason.link) for reason in v.reasons]
        self.reasons.draw([*why, *map(Line, concerns.lines(v, s)), *map(Line, forecasts.lines(v, s))])
        # Without a connection each of them would say once more that there is none.
        parts = v.components if v.finding is not Finding.OWN_NETWORK else ()
        lines = [Line(component_line(part, s), part.light, words.light_name(part.light)) for part in parts]
        self.components.draw(lines)
        less = (unseen_line(v), unverified_line(v))
        # What is said above of a page that cannot be read is not said twice.
        told = any(reason.code == Code.PAGE_UNKNOWN for reason in v.reasons)
        own = [page for page in s.judgement.pages if page.provider == v.provider and not told and is_news(page, s)]
        self.unseen.draw([Line(text, quiet=True) for text in (*less, *(page_line(page, s) for page in own)) if text])
        incident = next((incident for incident in s.incidents if incident.id == v.incident), None)
        self._draw_incident(incident, s)
        self.aside.draw(v)
        self.fails.draw(v)
        self._website.lead_to(v.website)
        self._reports.lead_to(v.reports)

    def _draw_incident(self, incident: Incident | None, s: Snapshot) -> None:
        self._incident_id = incident.id if incident is not None else ""
        self._quiet.setVisible(incident is not None)
        self._quiet.setText(as_action(Labels.only_when_back))
        self._quiet.setChecked(self._incident_id in s.hushed)
        title = words.incident_title(incident, s) if incident is not None else ""
        self.updates_title.setText(title)
        self.updates_title.setVisible(bool(title))
        updates = incident.updates if incident is not None else ()
        silent = silence_line(incident, s) if incident is not None else ""
        lines = [silent, *(words.update_line(update, s) for update in updates)]
        self.updates.draw([Line(text, quiet=True) for text in lines if text])


class ServiceRow(QWidget):
    """One watched service.

    Signals:
        folded: the row was folded (False) or unfolded (True).
        only_when_back: silence was asked for the incident of this id (True), or taken back (False).
        set_aside, undo_aside: as in `AsideButton`.
        fails: as `FailsCard.asked`.
        spoke: this part of it was asked for and should be seen.
    """

    folded = Signal(bool)
    spoke = Signal(QWidget)
    only_when_back = Signal(str, bool)
    set_aside = Signal(str, Keep)
    undo_aside = Signal(str)
    fails = Signal(str, str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last: tuple[ServiceVerdict, Snapshot] | None = None
        self.head = _Head(self)
        self.details: _Details | None = None
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.head)
        self.head.toggled.connect(self._fold)

    @property
    def unfolded(self) -> bool:
        return self.head.isChecked()

    def unfold(self) -> None:
        self.head.setChecked(True)

    def show_hours(self, hours: Sequence[Stretch]) -> None:
        """What each of the last hours was like."""
        self.head.strip.draw([hour.light for hour in hours], lambda at: hour_line(hours[at]), hours_summary(hours))

    def draw(self, v: ServiceVerdict, s: Snapshot) -> None:
        self._last = (v, s)
        show_light(self.head.light, v.light, words.light_name(v.light), LIGHT_PX)
        self.head.name.setText(name(v.name))
        self.head.state.setText(state_line(v, s))
        self.head.setAccessibleName(service_line(v, s))
        if self.unfolded and self.details is not None:
            self.details.draw(v, s)

    def _fold(self, unfolded: bool) -> None:
        if unfolded and self.details is None:
            self.details = _Details(self)
            self.details.only_when_back.connect(self.only_when_back)
            self.details.aside.set_aside.connect(self.set_aside)
            self.details.aside.undo_aside.connect(self.undo_aside)
            card = self.details.fails
            card.asked.connect(self.fails)
            card.spoke.connect(lambda: self.spoke.emit(card))
            self._column.addWidget(self.details)
        if self.details is not None:
            self.details.setVisible(unfolded)
        if self._last is not None:
            self.draw(*self._last)
        self.folded.emit(unfolded)
        if unfolded:
            self.spoke.emit(self)
