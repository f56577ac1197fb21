"""The settings of the local target, with its key, *Detect* and *Test*."""

from collections.abc import Callable, Mapping

import msgspec
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLineEdit, QWidget

from trayapp.core.evidence.reach import Reach, reach_of_url
from trayapp.core.light.severity import Light
from trayapp.core.switching.target import TargetStatus
from trayapp.settings import servers
from trayapp.settings.local_key import LOCAL_KEY, local_key_host, takes_key
from trayapp.settings.schema import Local
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.labels import setting
from trayapp.text.panel import light_name
from trayapp.text.senses import target_line
from trayapp.text.trim import clean
from trayapp.ui.commands import CommandResult, Commands, Done, FoundServer, SettingsView, Stream
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.tokens import GROUP_PX
from trayapp.ui.kit.wheel import calm
from trayapp.ui.settings.editors import Choice, Pick
from trayapp.ui.settings.form import Form
from trayapp.ui.settings.key_group import KeyGroup
from trayapp.ui.settings.pages import SettingsPage
from trayapp.ui.settings.validation import mistakes, nested

MODELS_SHOWN = 12
"""Of each server; all of them can be chosen."""
_ADDRESS_MAX, _MODEL_MAX = 200, 200
_MODEL_FILES = "GGUF (*.gguf);;* (*)"
_FOR_AN_ADDRESS = ("url", "model", "start")
_FOR_A_FILE = ("file", "context")
_WANTS_KEY = frozenset({"local_needs_key", "local_wrong_key"})
_KEY_ROW = "stored key"
_SOMETIMES = (*_FOR_AN_ADDRESS, *_FOR_A_FILE, "confirmed", "key", _KEY_ROW)


class LocalPage(SettingsPage):
    """One click's target: which server, which model, and whether that works."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self._servers: tuple[FoundServer, ...] = ()
        self._testing: Stream | None = None
        self.model, self.file = Pick(), _FileField()
        self.form = Form(("local",), Local, editors={"model": self.model, "file": self.file})
        self.key = KeyGroup(LOCAL_KEY, commands, self._put_key)
        self.form.put(_KEY_ROW, Labels.key, self.key)
        self.detect_button = Button(as_action(Labels.detect))
        self.detect_button.clicked.connect(self.detect)
        self.test_button = Button(as_action(Labels.test))
        self.test_button.clicked.connect(self.test)
        self.choices = QComboBox()
        calm(self.choices)
        self.choices.setAccessibleName(Labels.use_found)
        self.choices.activated.connect(lambda index: self._use(self._servers[index]))
        self.choices.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.choices.hide()
        self.result = Lines()
        buttons = QWidget()
        across = QHBoxLayout(buttons)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GROUP_PX)
        across.addWidget(self.detect_button)
        across.addStretch()
        across.addWidget(self.test_button)
        self.put(label(Labels.local_hint, wrap=True))
        self.card(self.form, buttons, self.choices, self.result)
        self.server.widget.currentIndexChanged.connect(lambda _index: self._show_rows())
        self._url.textChanged.connect(lambda _text: self._show_rows())

    @property
    def server(self) -> Choice:
        editor = self.form.fields["server"].editor
        assert isinstance(editor, Choice)
        return editor

    @property
    def _url(self) -> QLineEdit:
        widget = self.form.fields["url"].editor.widget
        assert isinstance(widget, QLineEdit)
        return widget

    @property
    def unfinished(self) -> bool:
        return takes_key(self._local()) and self.key.unfinished

    def finish(self, done: Callable[[bool], None]) -> None:
        self.key.store(done)

    def _put_key(self, value: str, done: Done[None]) -> None:
        self._commands.set_local_key(self._local(), value, done)

    def _local(self) -> Local:
        """As it stands here, which may be no address yet."""
        server, url, place = (self.form.fields[name].editor.get() for name in ("server", "url", "key"))
        return Local(server=str(server) if server else None, url=str(url) if url else None, key=str(place))

    def leave(self) -> None:
        self.key.input.wipe()
        if self._testing is not None:
            # Nobody waits for it any more, nor for the server that it may have started.
            self._testing.stop()
        # What was found and tested belongs to what was typed then.
        self.choices.hide()
        self.result.draw([])

    def load(self, view: SettingsView) -> None:
        self.form.load(view.settings.local)
        self._show_rows()
        self._commands.stored_keys(self._stored)

    def _stored(self, outcome: CommandResult[Mapping[str, str]]) -> None:
        self.key.show_stored(outcome.value)
        if not outcome.ok:
            self.key.complain(outcome.problems)

    def _show_rows(self) -> None:
        """Only what the chosen server needs."""
        server = servers.known().get(str(self.server.get()))
        shown = set() if server is None else set(_FOR_A_FILE if server.embedded else _FOR_AN_ADDRESS)
        url = str(self.form.fields["url"].editor.get() or "")
        if "url" in shown and url and not _here(url):
            shown.add("confirmed")
        local = self._local()
        if "url" in shown and local.key != "keyring":
            shown.add("key")
        if takes_key(local):
            shown.add(_KEY_ROW)
            self.key.aim(local_key_host(local), servers.names()[str(local.server)])
        for name in _SOMETIMES:
            self.form.show_row(name, name in shown)
        self.test_button.setEnabled(server is not None)

    def detect(self) -> None:
        """Look for servers on this machine."""
        self.detect_button.setEnabled(False)
        self.result.draw([Line(Labels.detecting)])
        self._commands.detect(self._detected)

    def _detected(self, outcome: CommandResult[tuple[FoundServer, ...]]) -> None:
        self.detect_button.setEnabled(True)
        if not outcome.ok:
            self._complain(outcome)
            return
        self._servers = outcome.value or ()
        self.choices.clear()
        self.choices.addItems([_place(server) for server in self._servers])
        # One is chosen already; what was found stands below it, whole.
        self.choices.setVisible(len(self._servers) > 1)
        self.result.draw([Line(_described(server)) for server in self._servers] or [Line(Labels.nothing_detected)])
        if self._servers:
            self._use(self._servers[0])

    def _use(self, server: FoundServer) -> None:
        self.server.set(server.server)
        self._url.setText(server.url)
        self.model.suggest(server.models)
        if self.model.get() not in server.models and server.models:
            self.model.set(server.models[0])

    def test(self) -> None:
        """Try these settings as they stand here, saved or not."""
        values = self.form.values()
        wrong = mistakes(values)
        self.form.complain(wrong)
        if wrong:
            return
        typed = self.key.input.text().strip() if takes_key(self._local()) else ""
        self.test_button.setEnabled(False)
        self.result.draw([Line(Labels.testing)])
        self._testing = self._commands.test_target(
            msgspec.convert(nested(values).get("local", {}), Local), typed, self._tested
        )

    def _tested(self, outcome: CommandResult[TargetStatus]) -> None:
        self._testing = None
        self.test_button.setEnabled(True)
        if any(problem.code == "cancelled" for problem in outcome.problems):
            self.result.draw([])
            return
        if outcome.value is None:
            self._complain(outcome)
            if any(problem.code in _WANTS_KEY for problem in outcome.problems):
                self.key.input.setFocus(Qt.FocusReason.OtherFocusReason)
            return
        text = f"{Labels.test_good} {target_line(outcome.value)}"
        self.result.draw([Line(text, Light.GREEN, light_name(Light.GREEN))])

    def _complain(self, outcome: CommandResult[TargetStatus] | CommandResult[tuple[FoundServer, ...]]) -> None:
        self.result.draw([Line(sentence(problem), Light.RED, light_name(Light.RED)) for problem in outcome.problems])


def _here(url: str) -> bool:
    try:
        return reach_of_url(url) is Reach.LOOPBACK
    except ValueError:
        # Half typed; whether it is an address at all is judged when it is used.
        return True


def _place(server: FoundServer) -> str:
    return f"{setting(servers.names()[server.server])}, {clean(server.url, _ADDRESS_MAX)}"


def _described(server: FoundServer) -> str:
    """Product, address and models, each of them whole."""
    models = ", ".join(clean(model, _MODEL_MAX) for model in server.models[:MODELS_SHOWN])
    more = ", …" if len(server.models) > MODELS_SHOWN else ""
    return f"{_place(server)}: {models or Labels.no_models}{more}"


class _FileField:
    """A path, typed or chosen."""

    def __init__(self) -> None:
        self.widget = QWidget()
        self._line = QLineEdit()
        self._line.setAccessibleName(Labels.browse)
        self.widget.setFocusProxy(self._line)
        choose = Button(as_action(Labels.browse))
        choose.clicked.connect(self._choose)
        across = QHBoxLayout(self.widget)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GROUP_PX)
        across.addWidget(self._line, 1)
        across.addWidget(choose)

    def get(self) -> object:
        return self._line.text().strip() or None

    def set(self, value: object) -> None:
        self._line.setText(str(value or ""))

    def _choose(self) -> None:
        path, _kind = QFileDialog.getOpenFileName(self.widget, Labels.browse, self._line.text(), _MODEL_FILES)
        if path:
            self._line.setText(path)
