"""A key: a field that only takes, what is stored, and a button that forgets."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from trayapp.core.light.severity import Light
from trayapp.errors import Problem
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.names import name as shown_name
from trayapp.text.panel import light_name
from trayapp.text.trim import clean
from trayapp.ui.commands import CommandResult, Commands, KeySlot
from trayapp.ui.kit.entry import Entry
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.tokens import GROUP_PX, Size

_HOST_MAX = 80


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
