"""The window of the history: filter, three tables, saving and forgetting."""

from pathlib import Path

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QMessageBox,
    QPlainTextEdit,
    QSplitter,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from trayapp.text import history as told
from trayapp.text.labels import App
from trayapp.text.labels import HistoryLabels as Labels
from trayapp.text.language import language
from trayapp.text.names import name
from trayapp.ui.commands import CommandResult, Commands, HistoryView
from trayapp.ui.history.tables import OutageTable, ServiceTable, SwitchTable
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.enter import enter_presses
from trayapp.ui.kit.icons import app_icon
from trayapp.ui.kit.label import label
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import Notices
from trayapp.ui.kit.room import fitting
from trayapp.ui.kit.tokens import EDGE_PX, GROUP_PX, Size, font

WIDTH_CHARACTERS, HEIGHT_LINES = 148, 36


class HistoryWindow(QWidget):
    """Shows one reading of the history; opening it again reads anew."""

    def __init__(self, commands: Commands) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self._commands = commands
        self._view: HistoryView | None = None
        self._language = ""
        self.setWindowIcon(app_icon())
        self.filter = QComboBox(self)
        # Its services come after the window is on the screen.
        self.filter.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToContents)
        self.filter.currentIndexChanged.connect(lambda _index: self._show_filtered())
        self.state = label(size=Size.SMALL, wrap=True, parent=self)
        self.notices = Notices(self)
        self.services, self.outages, self.switches = ServiceTable(self), OutageTable(self), SwitchTable(self)
        self.story = QPlainTextEdit(self)
        self.story.setReadOnly(True)
        self.story.setTabChangesFocus(True)
        self.story.setFont(font())
        self.outages.story.connect(self.story.setPlainText)
        self.outages_page = QSplitter(Qt.Orientation.Vertical, self)
        self.outages_page.addWidget(self.outages)
        self.outages_page.addWidget(self.story)
        self.outages_page.setFocusProxy(self.outages)
        self.tabs = QTabWidget(self)
        for page in (self.services, self.outages_page, self.switches):
            self.tabs.addTab(page, "")
        self.tabs.currentChanged.connect(lambda _index: self._show_state())
        self.export_button, self.forget_button, self.close_button = (Button(parent=self) for _ in range(3))
        self.export_button.clicked.connect(lambda: self.export())
        self.forget_button.clicked.connect(lambda: self.forget())
        self.close_button.clicked.connect(self.close)
        self.close_button.setDefault(True)
        self._arrange()
        QShortcut(QKeySequence(Qt.Key.Key_Escape), self, self.close)
        enter_presses(self)

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        column.setSpacing(GROUP_PX)
        column.addWidget(self.filter, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.notices)
        column.addWidget(self.tabs, 1)
        column.addWidget(self.state)
        buttons = QHBoxLayout()
        buttons.setSpacing(GROUP_PX)
        buttons.addWidget(self.export_button)
        buttons.addWidget(self.forget_button)
        buttons.addStretch(1)
        buttons.addWidget(self.close_button)
        column.addLayout(buttons)
        metrics = self.fontMetrics()
        wanted = metrics.averageCharWidth() * WIDTH_CHARACTERS, metrics.lineSpacing() * HEIGHT_LINES
        self.resize(fitting(self, *wanted))

    def open(self) -> None:
        """Show the window, and read the history as it is now."""
        if self._language != language():
            self._retranslate()
        self.notices.failed(())
        self._read()
        self.showNormal() if self.isMinimized() else self.show()
        self.raise_()
        self.activateWindow()
        self.tabs.currentWidget().setFocus()

    def _read(self) -> None:
        self._show_state(Labels.reading)
        self._commands.view_history(self._take)

    def _take(self, outcome: CommandResult[HistoryView]) -> None:
        self.notices.failed(outcome.problems)
        if outcome.value is not None:
            self.draw(outcome.value)
        else:
            self._show_state()

    def draw(self, view: HistoryView) -> None:
        """Show this history, filtered as before."""
        self._view = view
        for table in (self.services, self.outages, self.switches):
            table.draw(view)
        chosen = self._chosen
        self.filter.blockSignals(True)
        self.filter.clear()
        self.filter.addItem(Labels.all_services, None)
        for one in view.history.whole:
            self.filter.addItem(name(view.names.get(one.service, one.service)), one.service)
        self.filter.setCurrentIndex(max(0, self.filter.findData(chosen)))
        self.filter.blockSignals(False)
        self._show_filtered()

    @property
    def _chosen(self) -> str | None:
        chosen: str | None = self.filter.currentData()
        return chosen

    def _show_filtered(self) -> None:
        for table in (self.services, self.outages):
            table.show_one(self._chosen)
        self._show_state()

    def _show_state(self, remark: str = "") -> None:
        """Below the table: what is under way, what is lost, or what there is none of."""
        history = self._view.history if self._view is not None else None
        empty = history is not None and not (history.whole or history.incidents or history.switches)
        self.export_button.setEnabled(history is not None and not empty)
        self.forget_button.setEnabled(history is not None and not empty)
        lines = [remark] if remark else []
        if history is not None and not remark:
            lines = [Labels.empty if empty else self._none_here() or Labels.note]
            lines += told.lost_lines(history)
        self.state.setText("\n".join(lines))

    def _none_here(self) -> str:
        page = self.tabs.currentWidget()
        if page is self.outages_page and not self.outages.show_one(self._chosen):
            return Labels.no_outages
        return Labels.no_switches if page is self.switches and not self.switches.topLevelItemCount() else ""

    def export(self) -> None:
        """Ask where to, and save what the filter shows."""
        kinds = "JSON (*.json);;CSV (*.csv)"
        place, kind = QFileDialog.getSaveFileName(self, Labels.export, "llm-ampel-history.json", kinds)
        if not place:
            return
        file = Path(place)
        if not file.suffix:
            file = file.with_suffix(".csv" if "csv" in kind else ".json")
        self._commands.export_history(self._chosen, file, self._exported)

    def _exported(self, outcome: CommandResult[None]) -> None:
        self.notices.failed(outcome.problems)
        self._show_state(Labels.exported if outcome.ok else "")

    def forget(self) -> None:
        """Ask, and delete what the filter shows."""
        service = self._chosen
        box = QMessageBox(QMessageBox.Icon.Warning, App.name, Labels.forget_title, parent=self)
        box.setWindowIcon(app_icon())
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setInformativeText(Labels.forget_all if service is None else told.forget_warning(self.filter.currentText()))
        yes = box.addButton(as_action(Labels.forget_yes), QMessageBox.ButtonRole.DestructiveRole)
        no = box.addButton(as_action(Labels.cancel), QMessageBox.ButtonRole.RejectRole)
        box.setDefaultButton(no)
        box.setEscapeButton(no)
        box.exec()
        if box.clickedButton() is yes:
            self._commands.forget_history(service, self._forgotten)

    def _forgotten(self, outcome: CommandResult[None]) -> None:
        self.notices.failed(outcome.problems)
        if outcome.ok:
            self._read()

    def _retranslate(self) -> None:
        self._language = language()
        self.setWindowTitle(Labels.title)
        self.filter.setAccessibleName(Labels.service)
        self.story.setAccessibleName(Labels.what)
        for place, title in enumerate((Labels.services, Labels.outages, Labels.switches)):
            self.tabs.setTabText(place, as_action(title))
        for button, words in (
            (self.export_button, Labels.export),
            (self.forget_button, Labels.forget),
            (self.close_button, Labels.close),
        ):
            button.setText(as_action(words))
        if self._view is not None:
            self.draw(self._view)

    def changeEvent(self, event: QEvent) -> None:  # noqa: N802 - Qt's name
        super().changeEvent(event)
        if event.type() is QEvent.Type.LanguageChange and self._language:
            self._retranslate()
