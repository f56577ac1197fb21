"""The three tables of the history, each a tree that keyboard and screen readers know."""

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from trayapp.core.journal.history import Month
from trayapp.text import history as told
from trayapp.text import history_rows as words
from trayapp.text.labels import HistoryLabels as Labels
from trayapp.text.names import name
from trayapp.ui.commands import HistoryView
from trayapp.ui.kit.label import as_tooltip
from trayapp.ui.kit.rows import roomy
from trayapp.ui.kit.strip import CELLS_ROLE, TIP_ROLE, StripDelegate
from trayapp.ui.kit.tokens import GRID_PX, font

SERVICE, STRIP = 0, 1
_ID_ROLE = Qt.ItemDataRole.UserRole
WHOLE_ROLE = Qt.ItemDataRole.UserRole + 3
# A longer name ends in dots: what stands beside it matters more.
NAME_CHARACTERS = 30


class _Table(QTreeWidget):
    """Rows that may unfold. `titles` are its columns', the one in which text may be long comes last."""

    names = -1
    """The column of names."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setFont(font())
        self.setAlternatingRowColors(False)
        self.setAllColumnsShowFocus(True)
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setEditTriggers(QTreeWidget.EditTrigger.NoEditTriggers)

    def entitle(self, name_: str, *titles: str) -> None:
        self.setAccessibleName(name_)
        self.setColumnCount(len(titles))
        self.setHeaderLabels(titles)

    def show_rows(self, rows: Sequence[QTreeWidgetItem]) -> None:
        self.clear()
        self.addTopLevelItems(rows)
        for column in range(self.columnCount() - 1):
            self.header().setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        if self.names >= 0:
            self._bound_names(rows)
        if rows:
            self.setCurrentItem(rows[0])

    def _bound_names(self, rows: Sequence[QTreeWidgetItem]) -> None:
        metrics = self.fontMetrics()
        widest = metrics.averageCharWidth() * NAME_CHARACTERS
        texts = [self.headerItem().text(self.names), *(row.text(self.names) for row in rows)]
        for row in rows:
            row.setToolTip(self.names, as_tooltip(row.text(self.names)))
        room = 4 * GRID_PX + (self.indentation() if self.rootIsDecorated() else 0)
        wanted = max(map(metrics.horizontalAdvance, texts))
        self.header().setSectionResizeMode(self.names, QHeaderView.ResizeMode.Interactive)
        self.header().resizeSection(self.names, min(wanted, widest) + room)

    def show_one(self, service: str | None) -> int:
        """Show what is about this service, or all; how many rows that are."""
        shown = 0
        for place in range(self.topLevelItemCount()):
            if (item := self.topLevelItem(place)) is None:
                continue
            hidden = service is not None and service not in item.data(0, _ID_ROLE)
            item.setHidden(hidden)
            shown += not hidden
        return shown


class ServiceTable(_Table):
    """A row a service with its strip; it unfolds into its months."""

    names = SERVICE

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setItemDelegateForColumn(STRIP, StripDelegate(self))
        self.itemExpanded.connect(self._unfold)

    def draw(self, view: HistoryView) -> None:
        self.entitle(Labels.services, Labels.service, Labels.days, Labels.uptime, Labels.answers)
        months: dict[str, list[Month]] = {}
        for month in view.history.months:
            months.setdefault(month.service, []).append(month)
        rows = []
        for one in view.history.whole:
            row = QTreeWidgetItem(
                [name(view.names.get(one.service, one.service)), "", words.percent(one), words.answers(one)]
            )
            row.setData(SERVICE, _ID_ROLE, (one.service,))
            days = view.history.days.get(one.service, ())
            row.setData(STRIP, CELLS_ROLE, tuple(day.light for day in days))
            row.setData(STRIP, TIP_ROLE, lambda at, days=days: words.day_line(days[at]))
            row.setData(STRIP, Qt.ItemDataRole.AccessibleTextRole, words.days_summary(days))
            row.setToolTip(2, as_tooltip(told.uptime(one)))
            row.setData(SERVICE, WHOLE_ROLE, months.get(one.service, []))
            row.setChildIndicatorPolicy(QTreeWidgetItem.ChildIndicatorPolicy.ShowIndicator)
            rows.append(row)
        self.show_rows(rows)
        # The strip takes what is left: its days are as wide as there is room for.
        header, mode = self.header(), QHeaderView.ResizeMode
        header.setStretchLastSection(False)
        header.setSectionResizeMode(STRIP, mode.Stretch)
        header.setSectionResizeMode(self.columnCount() - 1, mode.ResizeToContents)

    def _unfold(self, row: QTreeWidgetItem) -> None:
        """A service's months are put into words when somebody wants to read them."""
        if row.childCount() or row.parent() is not None:
            return
        for month in reversed(row.data(SERVICE, WHOLE_ROLE)):
            first, *more = told.month_lines(month)
            inside = _line(words.month_name(month.month), first)
            inside.addChildren([_line("", line) for line in more])
            row.addChild(inside)
        _span([row])


class OutageTable(_Table):
    """A row an outage, newest first.

    Signals:
        story: all that is known of the one that is chosen, as text; empty where there is none.
    """

    story = Signal(str)
    names = 1

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setRootIsDecorated(False)
        roomy(self)
        self.currentItemChanged.connect(
            lambda now, _before: self.story.emit(words.whole_story(*now.data(0, WHOLE_ROLE)) if now is not None else "")
        )

    def draw(self, view: HistoryView) -> None:
        self.entitle(Labels.outages, Labels.began, Labels.service, Labels.lasted, Labels.what)
        rows = []
        for one in reversed(view.history.incidents):
            of = one.services or one.providers or (one.provider,)
            services = ", ".join(name(view.names.get(each, each)) for each in of)
            lasted = told.lasted(one) or Labels.goes_on
            row = QTreeWidgetItem([told.moment(one.started_at), services, lasted, told.title_line(one)])
            row.setData(0, _ID_ROLE, one.services)
            row.setData(0, WHOLE_ROLE, (one, services))
            rows.append(row)
        self.show_rows(rows)


class SwitchTable(_Table):
    """What was switched and what was answered locally, newest first."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setRootIsDecorated(False)
        roomy(self)

    def draw(self, view: HistoryView) -> None:
        self.entitle(Labels.switches, Labels.when, Labels.switched)

        def of(provider: str) -> str:
            return name(view.names.get(provider, provider))

        switched = [(told.moment(one.at), told.switch_line(one, of(one.provider))) for one in view.history.switches]
        answered = [(one.day, told.answered_line(one, of(one.provider))) for one in view.history.local_answers]
        rows = [QTreeWidgetItem(list(row)) for row in sorted((*switched, *answered), reverse=True)]
        self.show_rows(rows)


def _line(first: str, rest: str) -> QTreeWidgetItem:
    return QTreeWidgetItem([f"{first}  {rest}".strip()])


def _span(rows: Sequence[QTreeWidgetItem]) -> None:
    """What unfolds is text over the whole width."""
    for row in rows:
        children = [child for place in range(row.childCount()) if (child := row.child(place)) is not None]
        for child in children:
            child.setFirstColumnSpanned(True)
            child.setExpanded(True)
        _span(children)
