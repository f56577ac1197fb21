"""The settings: pages over the one declaration of settings. Nothing typed is lost by a mistake."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QHBoxLayout, QListWidget, QStackedWidget, QVBoxLayout, QWidget

from trayapp.settings.schema import Key, Settings
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.language import language
from trayapp.ui.commands import CommandResult, Commands, SettingsView
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.focus import TabOrder
from trayapp.ui.kit.icons import app_icon
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import Notices
from trayapp.ui.kit.room import fitting
from trayapp.ui.kit.rows import roomy
from trayapp.ui.kit.tokens import EDGE_PX, GROUP_PX
from trayapp.ui.settings.add_endpoint import AddEndpoint
from trayapp.ui.settings.page_keys import KeysPage
from trayapp.ui.settings.page_local import LocalPage
from trayapp.ui.settings.page_tools import ToolsPage
from trayapp.ui.settings.pages import GeneralPage, NetworkPage, ServicesPage, SettingsPage
from trayapp.ui.settings.validation import by_key, mistakes

WIDTH_CHARACTERS, HEIGHT_LINES, LIST_CHARACTERS = 100, 44, 24


class SettingsDialog(QDialog):
    """Shows the settings of the file and writes back what was changed.

    Signals:
        saved: the file was written, and the language of now may be another.
    """

    saved = Signal()

    def __init__(self, commands: Commands, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._commands = commands
        self._view: SettingsView | None = None
        self._wanted = ""
        self._closing = False
        self._tab_order = TabOrder()
        self.pages: dict[str, SettingsPage] = {}
        self.setWindowIcon(app_icon())
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.list = QListWidget(self)
        roomy(self.list)
        self.stack = QStackedWidget(self)
        self.list.currentRowChanged.connect(self.stack.setCurrentIndex)
        self.notices = Notices(self)
        role = QDialogButtonBox.ButtonRole
        self.buttons = QDialogButtonBox(self)
        self.ok_button, self.apply_button, self.cancel_button = Button(primary=True), Button(), Button()
        for one, place in (
            (self.ok_button, role.AcceptRole),
            (self.apply_button, role.ApplyRole),
            (self.cancel_button, role.RejectRole),
        ):
            self.buttons.addButton(one, place)
        self.ok_button.clicked.connect(lambda: self.save(close=True))
        self.apply_button.clicked.connect(lambda: self.save(close=False))
        self.cancel_button.clicked.connect(self.reject)
        self._arrange()
        self._build()

    def _arrange(self) -> None:
        across = QHBoxLayout()
        across.setSpacing(GROUP_PX)
        across.addWidget(self.list)
        across.addWidget(self.stack, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(EDGE_PX)
        column.addLayout(across, 1)
        column.addWidget(self.notices)
        column.addWidget(self.buttons)
        metrics = self.fontMetrics()
        self.list.setFixedWidth(metrics.averageCharWidth() * LIST_CHARACTERS)
        wanted = metrics.averageCharWidth() * WIDTH_CHARACTERS, metrics.lineSpacing() * HEIGHT_LINES
        self.resize(fitting(self, *wanted))

    def _build(self) -> None:
        """All pages and words, in the language of now."""
        makers: dict[str, tuple[str, Callable[[], SettingsPage]]] = {
            "services": (Labels.services, ServicesPage),
            "local": (Labels.local, lambda: LocalPage(self._commands)),
            "keys": (Labels.keys, lambda: KeysPage(self._commands)),
            "gateway": (Labels.gateway, lambda: ToolsPage(self._commands)),
            "network": (Labels.network, NetworkPage),
            "general": (Labels.general, GeneralPage),
        }
        self._language = language()
        row = max(0, self.list.currentRow())
        for page in self.pages.values():
            self.stack.removeWidget(page)
            page.deleteLater()
        self.list.clear()
        self.pages = {name: make() for name, (_title, make) in makers.items()}
        for page in self.pages.values():
            self.stack.addWidget(page)
            page.rearranged.connect(self._order_focus)
            if isinstance(page, ServicesPage):
                page.add.connect(self.add_endpoint)
        self.list.addItems([title for title, _make in makers.values()])
        self.list.setCurrentRow(row)
        self.list.setAccessibleName(Labels.title)
        self.setWindowTitle(Labels.title)
        self.ok_button.setText(as_action(Labels.ok))
        self.apply_button.setText(as_action(Labels.apply))
        self.cancel_button.setText(as_action(Labels.cancel))

    def open_at(self, page: str = "") -> None:
        """Show the page of this name, else the last one. What is being edited stays."""
        if page in self.pages:
            self.list.setCurrentRow(list(self.pages).index(page))
        if not self.isVisible():
            self.notices.failed(())
            self._enable(False)
            self._commands.view_settings(self._viewed)
        self.show()
        self.raise_()
        self.activateWindow()

    def _viewed(self, outcome: CommandResult[SettingsView]) -> None:
        self.notices.failed(outcome.problems)
        if outcome.value is not None:
            self._view = outcome.value
            self._load(outcome.value)
            self._enable(True)

    def _load(self, view: SettingsView) -> None:
        # A page is not made anew over what was typed into it.
        if self._language != language() and not any(page.unfinished for page in self.pages.values()):
            self._build()
        for page in self.pages.values():
            page.load(view)
        self._order_focus()

    def _order_focus(self) -> None:
        self._tab_order.follow([self.list, *self.pages.values(), self.notices, self.buttons])

    def _enable(self, enabled: bool) -> None:
        self.stack.setEnabled(enabled)
        self.ok_button.setEnabled(enabled)
        self.apply_button.setEnabled(enabled)

    def add_endpoint(self) -> None:
        """Look at an endpoint of the user's own, in a window over this one."""
        adding = AddEndpoint(self._commands, self)
        adding.added.connect(lambda: self._commands.view_settings(self._services_changed))
        adding.finished.connect(adding.deleteLater)
        adding.open()

    def _services_changed(self, outcome: CommandResult[SettingsView]) -> None:
        """There is more to choose from; what is being edited stays."""
        if outcome.value is None:
            self.notices.failed(outcome.problems)
            return
        self._view = outcome.value
        for page in (self.pages["services"], self.pages["keys"]):
            if not page.changes() and not page.unfinished:
                page.load(outcome.value)
            elif isinstance(page, ServicesPage):
                # Else OK would take what was just added off the list.
                page.take_up(outcome.value)
        self._order_focus()

    def changes(self) -> dict[Key, object]:
        """Everything that was edited, on all pages."""
        return {key: value for page in self.pages.values() for key, value in page.changes().items()}

    def save(self, *, close: bool) -> None:
        """Write what was edited, or say what is wrong with it."""
        changes = self.changes()
        wrong = mistakes(changes)
        self._complain(wrong)
        if wrong:
            return
        self._closing = close
        self._enable(False)
        if changes:
            self._commands.save_settings(changes, self._saved)
        else:
            self._finish_pages()

    def _saved(self, outcome: CommandResult[Settings]) -> None:
        if outcome.value is None or self._view is None:
            self._enable(True)
            placed, rest = by_key(outcome.problems, [key for page in self.pages.values() for key in page.values()])
            self._complain(placed)
            self.notices.failed(rest)
            return
        before = self._view.settings
        self._view = self._view._replace(settings=outcome.value)
        self._load(self._view)
        self.notices.failed(())
        self.saved.emit()
        if outcome.value.catalogue != before.catalogue:
            # Another catalogue has other services and keys.
            self._commands.view_settings(self._viewed)
        self._finish_pages()

    def _finish_pages(self) -> None:
        """What was typed beside the settings goes where it belongs, too: keys and tools."""
        waiting = [name for name, page in self.pages.items() if page.unfinished]
        answers: dict[str, bool] = {}

        def done(name: str, finished: bool) -> None:
            answers[name] = finished
            if len(answers) == len(waiting):
                self._finished([name for name in waiting if not answers[name]])

        for name in waiting:
            self.pages[name].finish(partial(done, name))
        if not waiting:
            self._finished([])

    def _finished(self, unfinished: list[str]) -> None:
        self._enable(True)
        if unfinished:
            self._bring_up(unfinished)
            return
        if self._view is not None and self._language != language():
            self._load(self._view)
        if self._closing:
            self.accept()

    def done(self, result: int) -> None:
        """Close, in whatever way: nobody finds a secret in the fields, and no late answer closes it once more."""
        self._closing = False
        for page in self.pages.values():
            page.leave()
        super().done(result)

    def _complain(self, wrong: dict[Key, list[str]]) -> None:
        """Mistakes go beside their fields, and the first page that has one comes to the front."""
        self._bring_up([name for name, page in self.pages.items() if page.complain(wrong)])

    def _bring_up(self, names: list[str]) -> None:
        """The first of these pages comes to the front, unless one of them is there, with what is wrong in view."""
        if not names:
            return
        if all(self.pages[name] is not self.stack.currentWidget() for name in names):
            self.list.setCurrentRow(list(self.pages).index(names[0]))
        page = self.stack.currentWidget()
        assert isinstance(page, SettingsPage)
        # Once the page has made room for what is said there.
        QTimer.singleShot(0, page, page.show_mistake)
