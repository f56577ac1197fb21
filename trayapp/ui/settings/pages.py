"""The pages of the settings: services, intervals and network, notifications and language."""

from collections.abc import Callable, Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from trayapp.settings.schema import CatalogueSettings, Key, NetworkSettings, Notify, Ui, Watch
from trayapp.text.catalogue import edition
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.labels import setting
from trayapp.text.names import name as shown_name
from trayapp.ui.commands import ServiceChoice, SettingsView
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.card import Card
from trayapp.ui.kit.label import as_tooltip, label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.rows import roomy
from trayapp.ui.kit.scroll import Scroll
from trayapp.ui.kit.tokens import EDGE_PX, GROUP_PX, Size
from trayapp.ui.settings.editors import Check
from trayapp.ui.settings.form import Form
from trayapp.ui.settings.search import Search

_ID, _SHIPPED = Qt.ItemDataRole.UserRole, Qt.ItemDataRole.UserRole + 1


class SettingsPage(Scroll):
    """One page: its forms from top to bottom, scrolling where it has to.

    Signals:
        rearranged: parts came or went after loading.
    """

    rearranged = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        self.column.setSpacing(EDGE_PX)
        self.column.addStretch(1)

    def put(self, *parts: QWidget) -> None:
        """Add parts below those that are there."""
        for part in parts:
            self.column.insertWidget(self.column.count() - 1, part)
            if isinstance(part, Form):
                self.forms.append(part)

    def card(self, *parts: QWidget) -> Card:
        """Add a card with these parts below those that are there."""
        made = Card()
        for part in parts:
            made.column.addWidget(part)
        self.put(made)
        self.forms += [part for part in parts if isinstance(part, Form)]
        return made

    def load(self, view: SettingsView) -> None:
        """Show what the file says."""
        raise TypeError(type(self).__name__)

    def changes(self) -> dict[Key, object]:
        """What was edited."""
        return {key: value for form in self.forms for key, value in form.changes().items()}

    def values(self) -> dict[Key, object]:
        return {key: value for form in self.forms for key, value in form.values().items()}

    def complain(self, mistakes: Mapping[Key, list[str]]) -> set[Key]:
        """Put mistakes beside their fields; says which found a place here."""
        return {key for form in self.forms for key in form.complain(mistakes)}

    def show_mistake(self) -> None:
        """Scroll to the first thing that is said beside a field."""
        told = (lines for lines in self.findChildren(Lines) if lines.isVisible())
        if (first := next(told, None)) is not None:
            self.ensureWidgetVisible(first)

    @property
    def unfinished(self) -> bool:
        """Whether something was typed here that does not go into the file, and is not yet where it belongs."""
        return False

    def finish(self, done: Callable[[bool], None]) -> None:
        """Bring it there. `done` gets whether there is nothing left to do or to see here."""
        done(True)

    def leave(self) -> None:
        """The dialog closes: forget what must not be found in it."""


class ServicesPage(SettingsPage):
    """What to watch, as a list to tick and to order.

    Signals:
        add: the user wants to have an endpoint of their own watched.
    """

    add = Signal()

    key: Key = ("watch", "services")

    def __init__(self) -> None:
        super().__init__()
        self.list = QListWidget()
        roomy(self.list)
        self.list.setAccessibleName(Labels.services)
        self.list.setDragDropMode(QAbstractItemView.DragDropMode.InternalMove)
        self.search = Search(self.list)
        self.search.sought.connect(self._show_rows)
        self._nothing = label(Labels.nothing_found, wrap=True)
        self._nothing.hide()
        self._mistakes = Lines()
        self._up, self._down = QToolButton(), QToolButton()
        for button, arrow, words, by in (
            (self._up, Qt.ArrowType.UpArrow, Labels.move_up, -1),
            (self._down, Qt.ArrowType.DownArrow, Labels.move_down, 1),
        ):
            button.setArrowType(arrow)
            button.setAccessibleName(words)
            button.setToolTip(words)
            button.clicked.connect(lambda _checked=False, step=by: self._move(step))
        across = QHBoxLayout()
        across.setSpacing(GROUP_PX)
        across.addWidget(self.list, 1)
        beside = QVBoxLayout()
        beside.addWidget(self._up)
        beside.addWidget(self._down)
        beside.addStretch(1)
        across.addLayout(beside)
        self.put(label(Labels.services_hint, wrap=True), self.search, self._nothing)
        self.column.insertLayout(self.column.count() - 1, across, 1)
        self.add_button = Button(as_action(Labels.add_endpoint))
        self.add_button.clicked.connect(self.add)
        under = QHBoxLayout()
        under.addWidget(self.add_button)
        under.addStretch(1)
        self.column.insertLayout(self.column.count() - 1, under)
        # A long list has all the room there is.
        self.column.setStretch(self.column.count() - 1, 0)
        self._builtin = Check(setting("Use the shipped catalogue"))
        self._catalogue = Form(
            ("catalogue",), CatalogueSettings, ("builtin", "updates"), editors={"builtin": self._builtin}
        )
        self._edition = label(size=Size.SMALL, wrap=True)
        self._builtin.widget.toggled.connect(lambda _on: self._show_rows())
        self.put(self._mistakes)
        self.card(self._catalogue, self._edition)
        self._loaded: list[str] = []

    def load(self, view: SettingsView) -> None:
        watched = view.settings.watch.services
        known = {service.id: service for service in view.services}
        self.list.clear()
        others = (service for service in view.services if service.id not in watched)
        by_provider = sorted(others, key=lambda service: service.provider_name.casefold())
        for service_id in (*watched, *(service.id for service in by_provider)):
            self.list.addItem(_item(service_id, known.get(service_id), ticked=service_id in watched))
        self._catalogue.load(view.settings.catalogue)
        # Without it there would be nothing left to watch.
        own = any(service.own for service in view.services)
        self._catalogue.show_row("builtin", own or not view.settings.catalogue.builtin)
        self._edition.setVisible(view.edition is not None)
        if view.edition is not None:
            told = edition(view.edition.version, view.edition.date, view.edition_days, updated=view.updated)
            self._edition.setText(told)
        self._show_rows()
        self._loaded = self.chosen()

    def take_up(self, view: SettingsView) -> None:
        """Offer what there is besides, below what is ticked; what is being edited stays."""
        watched, there = view.settings.watch.services, {item.data(_ID) for item in self._items()}
        for service in view.services:
            if service.id not in there:
                ticked = [row for row, item in enumerate(self._items()) if item.checkState() == Qt.CheckState.Checked]
                row = ticked[-1] + 1 if ticked else 0
                self.list.insertItem(row, _item(service.id, service, ticked=service.id in watched))
                self._loaded += [service.id] if service.id in watched else []
        self._show_rows()

    def _show_rows(self) -> None:
        """Without the shipped catalogue only the user's own services are left to choose from; of these what is looked
        for."""
        for item in self._items():
            item.setHidden(not self._is_offered(item) or not self.search.finds(item))
        self._nothing.setVisible(bool(self.search.text()) and all(item.isHidden() for item in self._items()))

    def _is_offered(self, item: QListWidgetItem) -> bool:
        return not item.data(_SHIPPED) or self._builtin.get() is not False

    def _items(self) -> list[QListWidgetItem]:
        return [self.list.item(row) for row in range(self.list.count())]

    def chosen(self) -> list[str]:
        """The ticked services in their order."""
        ticked = (item for item in self._items() if item.checkState() == Qt.CheckState.Checked)
        return [str(item.data(_ID)) for item in ticked if self._is_offered(item)]

    def changes(self) -> dict[Key, object]:
        chosen = self.chosen()
        return ({self.key: chosen} if chosen != self._loaded else {}) | super().changes()

    def values(self) -> dict[Key, object]:
        return {self.key: self.chosen()} | super().values()

    def complain(self, mistakes: Mapping[Key, list[str]]) -> set[Key]:
        self._mistakes.draw([Line(text) for text in mistakes.get(self.key, ())])
        return super().complain(mistakes) | ({self.key} & set(mistakes))

    def _move(self, by: int) -> None:
        row = self.list.currentRow()
        to = row + by
        while 0 <= to < self.list.count() and self.list.item(to).isHidden():
            to += by
        if row >= 0 and 0 <= to < self.list.count():
            self.list.insertItem(to, self.list.takeItem(row))
            self.list.setCurrentRow(to)


def _item(service_id: str, service: ServiceChoice | None, *, ticked: bool) -> QListWidgetItem:
    item = QListWidgetItem(_named(service_id, service))
    item.setToolTip(as_tooltip(item.text()))
    item.setData(_ID, service_id)
    item.setData(_SHIPPED, service is not None and not service.own)
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    item.setCheckState(Qt.CheckState.Checked if ticked else Qt.CheckState.Unchecked)
    return item


def _named(service_id: str, choice: ServiceChoice | None) -> str:
    return f"{shown_name(choice.name)} ({shown_name(choice.provider_name)})" if choice is not None else service_id


class NetworkPage(SettingsPage):
    """How often is asked, and who tells whether the own connection works."""

    def __init__(self) -> None:
        super().__init__()
        self.card(
            heading(Labels.intervals), Form(("watch",), Watch, ("probe_interval_s", "page_interval_s", "thrifty"))
        )
        self.card(heading(Labels.network), Form(("network",), NetworkSettings))

    def load(self, view: SettingsView) -> None:
        self.forms[0].load(view.settings.watch)
        self.forms[1].load(view.settings.network)


class GeneralPage(SettingsPage):
    """Notifications and language."""

    def __init__(self) -> None:
        super().__init__()
        self.card(heading(Labels.notifications), Form(("notify",), Notify))
        self.card(Form(("ui",), Ui))

    def load(self, view: SettingsView) -> None:
        self.forms[0].load(view.settings.notify)
        self.forms[1].load(view.settings.ui)


def heading(text: str) -> QWidget:
    """The title of a group of settings."""
    return label(text, bold=True)
