"""An endpoint of the user's own: an address is typed, looked at, shown, and with one click watched."""

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import QDialog, QFormLayout, QHBoxLayout, QVBoxLayout, QWidget

from trayapp.core.found import Found
from trayapp.core.hosts import host_of
from trayapp.core.light.severity import Light
from trayapp.errors import Problem
from trayapp.text import found as words
from trayapp.text.labels import AddLabels as Labels
from trayapp.text.panel import light_name
from trayapp.ui.commands import CommandResult, Commands, Done, Stream
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.entry import Entry
from trayapp.ui.kit.icons import app_icon
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.tokens import EDGE_PX, GROUP_PX
from trayapp.ui.settings.key_group import KeyGroup

WIDTH_CHARACTERS = 72
_EXISTS = "service_file_exists"


class AddEndpoint(QDialog):
    """Signals:
    added: something is watched that was not before.
    """

    added = Signal()

    def __init__(self, commands: Commands, parent: QWidget) -> None:
        super().__init__(parent)
        self._commands = commands
        self._looking: Stream | None = None
        self._found: Found | None = None
        self._replace = False
        self.setWindowIcon(app_icon())
        self.setWindowTitle(Labels.title)
        self.setWindowFlag(Qt.WindowType.WindowContextHelpButtonHint, False)
        self.address, self.name = Entry(), Entry()
        self.look_button, self.add_button, self.close_button = (
            Button(as_action(text)) for text in (Labels.look, Labels.add, Labels.close)
        )
        self.told = Lines()
        self.key_title = label(Labels.key_title, wrap=True)
        self.key_title.hide()
        self.key: KeyGroup | None = None
        self._column = QVBoxLayout(self)
        self._arrange()
        self.address.entered.connect(self.look)
        self.name.entered.connect(self.look)
        for field in (self.address, self.name):
            field.textChanged.connect(lambda _text: self._changed())
        self.look_button.clicked.connect(self.look)
        self.add_button.clicked.connect(self.add)
        self.close_button.clicked.connect(self.reject)
        self._enable()

    def _arrange(self) -> None:
        self._column.setContentsMargins(EDGE_PX, EDGE_PX, EDGE_PX, EDGE_PX)
        self._column.setSpacing(EDGE_PX)
        self._column.addWidget(label(Labels.hint, wrap=True))
        form = QFormLayout()
        form.setHorizontalSpacing(2 * GROUP_PX)
        form.setVerticalSpacing(GROUP_PX)
        across = QHBoxLayout()
        across.setSpacing(GROUP_PX)
        across.addWidget(self.address, 1)
        across.addWidget(self.look_button)
        self.address.setPlaceholderText("https://llm.example.com/v1")
        self.name.setPlaceholderText(Labels.name_hint)
        for title, field, row in ((Labels.address, self.address, across), (Labels.name, self.name, self.name)):
            field.setAccessibleName(title)
            form.addRow(label(title), row)
        self._column.addLayout(form)
        self._column.addWidget(self.told)
        self._column.addWidget(self.key_title)
        self._column.addStretch(1)
        buttons = QHBoxLayout()
        buttons.setSpacing(GROUP_PX)
        buttons.addStretch(1)
        buttons.addWidget(self.add_button)
        buttons.addWidget(self.close_button)
        self._column.addLayout(buttons)
        self.resize(self.fontMetrics().averageCharWidth() * WIDTH_CHARACTERS, self.sizeHint().height())

    def look(self) -> None:
        """Look at what was typed; what was found before is forgotten."""
        typed = self.address.text().strip()
        if not typed or self._looking is not None:
            return
        self._found = None
        self.told.draw([Line(Labels.looking)])
        self._looking = self._commands.look_at(typed, self.name.text().strip() or None, self._looked)
        self._enable()

    def _looked(self, outcome: CommandResult[Found]) -> None:
        self._looking = None
        self._found = outcome.value
        if any(problem.code == "cancelled" for problem in outcome.problems):
            self.told.draw([])
        elif outcome.value is None:
            self._complain(outcome.problems)
        else:
            first, *rest = words.lines(outcome.value)
            self.told.draw([Line(first, Light.GREEN, light_name(Light.GREEN)), *map(Line, rest)])
        self._enable()
        if self._found is not None:
            self.add_button.setFocus(Qt.FocusReason.OtherFocusReason)

    def add(self) -> None:
        """Write the service file of what was found, and watch it; over one that is there with a second click."""
        if (found := self._found) is None:
            return
        self._found = None
        self._enable()
        self._commands.add_service(found, self._replace, lambda outcome: self._added(found, outcome))

    def _added(self, found: Found, outcome: CommandResult[str]) -> None:
        if not outcome.ok:
            self._found = found
            self._complain(outcome.problems)
            self._offer(replace=any(problem.code == _EXISTS for problem in outcome.problems))
            self._enable()
            return
        self._offer(replace=False)
        self.told.draw([Line(words.watched(found), Light.GREEN, light_name(Light.GREEN))])
        self.address.setText("")
        self.name.setText("")
        self._ask_for_key(found)
        self._enable()
        self._lead(self.close_button)
        self.added.emit()
        (self.key.input if self.key is not None else self.close_button).setFocus(Qt.FocusReason.OtherFocusReason)

    def _offer(self, *, replace: bool) -> None:
        self._replace = replace
        self.add_button.setText(as_action(Labels.replace if replace else Labels.add))

    def _ask_for_key(self, found: Found) -> None:
        """For its own host, and for no other."""
        api = found.provider.api
        if api is None or api.key is None:
            return
        name = api.key

        def put(value: str, done: Done[None]) -> None:
            self._commands.set_key(name, value, done)

        self.key = KeyGroup(name, self._commands, put)
        self.key.aim(host_of(api.url), found.provider.name)
        self.key.show_stored({})
        self._column.insertWidget(self._column.count() - 2, self.key)
        self.key_title.show()

    def _changed(self) -> None:
        # What was found was found for what stood there then.
        if self.address.text():
            self._found = None
            self._offer(replace=False)
            self._forget_key()
        self._enable()

    def _forget_key(self) -> None:
        if self.key is not None:
            self.key.input.wipe()
            self._column.removeWidget(self.key)
            self.key.deleteLater()
            self.key = None
            self.key_title.hide()

    def _enable(self) -> None:
        self.look_button.setEnabled(bool(self.address.text().strip()) and self._looking is None)
        self.add_button.setEnabled(self._found is not None)
        self._lead(self.add_button if self._found is not None else self.look_button)

    def _lead(self, leads: Button) -> None:
        for button in (self.look_button, self.add_button, self.close_button):
            button.set_primary(button is leads)

    def event(self, event: QEvent) -> bool:
        """Lines that wrap ask for their height only once they have their width."""
        done = super().event(event)
        if event.type() in (QEvent.Type.LayoutRequest, QEvent.Type.Show):
            self.setMinimumHeight(self._column.totalHeightForWidth(self.width()))
        return done

    def _complain(self, problems: tuple[Problem, ...]) -> None:
        self.told.draw([Line(sentence(problem), Light.YELLOW, light_name(Light.YELLOW)) for problem in problems])

    def done(self, result: int) -> None:
        """Close, in whatever way: nobody waits for an answer any more, and no secret stays."""
        if self._looking is not None:
            self._looking.stop()
        self._forget_key()
        super().done(result)
