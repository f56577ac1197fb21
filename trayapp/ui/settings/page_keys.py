"""Keys: put into the keyring and never shown again. Each can be stored at once; those that are left go with OK."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from trayapp.core.light.severity import Light
from trayapp.errors import Problem
from trayapp.settings.schema import Completion, ProviderSettings
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.names import name as shown_name
from trayapp.text.panel import light_name
from trayapp.text.trim import clean
from trayapp.ui.commands import CommandResult, Commands, KeySlot, SettingsView
from trayapp.ui.kit.entry import Entry
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.tokens import GROUP_PX, Size
from trayapp.ui.settings.form import Form
from trayapp.ui.settings.pages import SettingsPage, heading

_HOST_MAX = 80


class KeysPage(SettingsPage):
    """One group for every key that the catalogue knows."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self.groups: dict[str, KeyGroup] = {}
        self._forms_of: dict[str, tuple[Form, Form]] = {}
        self.put(label(Labels.keys_hint, wrap=True))

    def load(self, view: SettingsView) -> None:
        for slot in view.keys:
            if slot.name not in self.groups:
                self._add(slot)
        for provider, (source, completion) in self._forms_of.items():
            settings = view.settings.providers.get(provider, ProviderSettings())
            source.load(settings)
            completion.load(settings.completion)
            _show_completion(completion)
        for slot in view.keys:
            settings = view.settings.providers.get(slot.provider, ProviderSettings())
            self.groups[slot.name].use_keyring(settings.key == "keyring")
        self._commands.stored_keys(self._stored)

    def _add(self, slot: KeySlot) -> None:
        group = self.groups[slot.name] = KeyGroup(slot, self._commands)
        self.put(heading(shown_name(slot.provider_name)), group)
        if slot.provider in self._forms_of:
            return
        source = Form(("provider", slot.provider), ProviderSettings, ("key",))
        completion = Form(("provider", slot.provider, "completion"), Completion)
        enabled = completion.fields["enabled"].editor.widget
        enabled.toggled.connect(lambda _on: _show_completion(completion))  # type: ignore[attr-defined]  # a QCheckBox
        self._forms_of[slot.provider] = (source, completion)
        self.put(source, completion)

    @property
    def unfinished(self) -> bool:
        return any(group.unfinished for group in self.groups.values())

    def finish(self, done: Callable[[bool], None]) -> None:
        groups = list(self.groups.values())
        answers: list[bool] = []

        def stored(well: bool) -> None:
            answers.append(well)
            if len(answers) == len(groups):
                done(all(answers))

        for group in groups:
            group.store(stored)

    def leave(self) -> None:
        for group in self.groups.values():
            group.input.wipe()

    def _stored(self, outcome: CommandResult[frozenset[str]]) -> None:
        for name, group in self.groups.items():
            group.show_stored(name in outcome.value if outcome.value is not None else None)
            if not outcome.ok:
                group.complain(outcome.problems)


def _show_completion(form: Form) -> None:
    wanted = form.fields["enabled"].editor.get() is True
    for name in ("model", "interval_s", "daily_tokens"):
        form.show_row(name, wanted)


class KeyGroup(QFrame):
    """Whether one key is stored, a field that only takes, and a button that forgets."""

    def __init__(self, slot: KeySlot, commands: Commands) -> None:
        super().__init__()
        self._slot, self._commands = slot, commands
        self.state = label(Labels.key_waiting, size=Size.SMALL)
        self.input = Entry()
        self.input.setEchoMode(QLineEdit.EchoMode.Password)
        self.input.setPlaceholderText(Labels.key_placeholder)
        self.input.setAccessibleName(f"{Labels.keys}: {shown_name(slot.provider_name)}")
        self.store_button = QPushButton(as_action(Labels.key_set))
        self.store_button.clicked.connect(lambda: self.store())
        self.input.entered.connect(lambda: self.store())
        self.input.textChanged.connect(lambda _text: self._enable())
        self.forget_button = QPushButton(as_action(Labels.key_forget))
        self.forget_button.clicked.connect(self.forget)
        self._mistakes = Lines()
        self._stored: bool | None = None
        self._busy = False
        self._then: list[Callable[[bool], None]] = []
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GROUP_PX // 2)
        column.addWidget(self.state)
        across = QHBoxLayout()
        across.setSpacing(GROUP_PX)
        across.addWidget(self.input, 1)
        across.addWidget(self.store_button)
        across.addWidget(self.forget_button)
        column.addLayout(across)
        column.addWidget(self._mistakes)
        self._enable()

    @property
    def mistakes(self) -> tuple[str, ...]:
        return self._mistakes.texts

    @property
    def unfinished(self) -> bool:
        """Whether a key was typed and is not stored, or the keyring is at work on one."""
        return self._busy or bool(self.input.text().strip())

    def use_keyring(self, used: bool) -> None:
        """Keys from the environment are set there, not here; one that was typed before is not hidden."""
        self.setVisible(used or self.unfinished)

    def show_stored(self, stored: bool | None) -> None:
        """None: the keyring does not say."""
        self._stored = stored
        if self._busy:
            return
        words = Labels.key_unknown if stored is None else Labels.key_stored if stored else Labels.key_absent
        self.state.setText(f"{words} ({clean(self._slot.host, _HOST_MAX)})")
        self._enable()

    def complain(self, problems: tuple[Problem, ...]) -> None:
        self._mistakes.draw([Line(sentence(problem), Light.YELLOW, light_name(Light.YELLOW)) for problem in problems])

    def store(self, then: Callable[[bool], None] = lambda well: None) -> None:
        """Put what was typed into the keyring. `then` gets whether nothing is left to be put there."""
        value = self.input.text().strip()
        if self._busy:
            self._then.append(then)
        elif not value:
            then(True)
        else:
            self._then.append(then)
            self._wait()
            self._commands.set_key(self._slot.name, value, lambda outcome: self._done(outcome, True))

    def forget(self) -> None:
        self._wait()
        self._commands.forget_key(self._slot.name, lambda outcome: self._done(outcome, False))

    def _wait(self) -> None:
        self._busy = True
        self._mistakes.draw([])
        self.state.setText(Labels.key_waiting)
        self._enable()

    def _done(self, outcome: CommandResult[None], stored: bool) -> None:
        self._busy = False
        if outcome.ok:
            if stored:
                # What was typed stays until it is safe, and not a moment longer.
                self.input.wipe()
            self.show_stored(stored)
        else:
            self.show_stored(self._stored)
            self.complain(outcome.problems)
        waiting, self._then = self._then, []
        for then in waiting:
            # Once one was forgotten, another may still wait to be stored.
            if outcome.ok:
                self.store(then)
            else:
                then(False)

    def _enable(self) -> None:
        self.input.setReadOnly(self._busy)
        self.store_button.setEnabled(bool(self.input.text().strip()) and not self._busy)
        self.forget_button.setEnabled(self._stored is True and not self._busy)
