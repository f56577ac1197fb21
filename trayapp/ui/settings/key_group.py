"""A key: a field that only takes, what is stored, and a button that forgets."""

from collections.abc import Callable, Mapping

from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QVBoxLayout

from trayapp.core.hosts import same_host
from trayapp.core.light.severity import Light
from trayapp.errors import Problem
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.names import name as shown_name
from trayapp.text.panel import light_name
from trayapp.text.trim import clean
from trayapp.ui.commands import CommandResult, Commands, Done
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.entry import Entry
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.tokens import GROUP_PX, Size

_HOST_MAX = 80


class KeyGroup(QFrame):
    """Whether one key is stored, a field that only takes, and a button that forgets.

    `put`: brings what was typed into the keyring, for the host of now.
    """

    def __init__(self, name: str, commands: Commands, put: Callable[[str, Done[None]], None]) -> None:
        super().__init__()
        self._name, self._commands, self._put = name, commands, put
        self._host: str | None = None
        self.state = label(Labels.key_waiting, size=Size.SMALL, wrap=True)
        self.input = Entry()
        self.input.setEchoMode(QLineEdit.EchoMode.Password)
        self.input.setPlaceholderText(Labels.key_placeholder)
        self.store_button = Button(as_action(Labels.key_set))
        self.store_button.clicked.connect(lambda: self.store())
        self.input.entered.connect(lambda: self.store())
        self.input.textChanged.connect(lambda _text: self._enable())
        self.forget_button = Button(as_action(Labels.key_forget))
        self.forget_button.clicked.connect(self.forget)
        self._mistakes = Lines()
        self._stored: Mapping[str, str] | None = None
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

    def aim(self, host: str | None, whose: str) -> None:
        """The one place that will ever be given the key; None: it would travel in the clear."""
        self._host = host
        self.input.setAccessibleName(f"{Labels.keys}: {shown_name(whose)}")
        self._mistakes.draw([])
        self._show_state()

    def show_stored(self, stored: Mapping[str, str] | None) -> None:
        """The host of each stored key, by name; None: the keyring does not say."""
        self._stored = stored
        self._show_state()

    def _show_state(self) -> None:
        self._enable()
        if self._busy:
            return
        bound = None if self._stored is None else self._stored.get(self._name)
        words, host = Labels.key_absent, self._host
        if host is None:
            self.state.setText(str(Labels.key_in_the_clear))
            return
        if self._stored is None:
            words = Labels.key_unknown
        elif bound is not None:
            words, host = (Labels.key_stored, host) if same_host(bound, host) else (Labels.key_elsewhere, bound)
        self.state.setText(f"{words} ({clean(host, _HOST_MAX)})")

    def complain(self, problems: tuple[Problem, ...]) -> None:
        self._mistakes.draw([Line(sentence(problem), Light.YELLOW, light_name(Light.YELLOW)) for problem in problems])

    def store(self, then: Callable[[bool], None] = lambda well: None) -> None:
        """Put what was typed into the keyring. `then` gets whether nothing is left to be put there."""
        value = self.input.text().strip()
        if self._busy:
            self._then.append(then)
        elif not value:
            then(True)
        elif self._host is None:
            # The state says what is in the way.
            then(False)
        else:
            self._then.append(then)
            self._wait()
            host = self._host
            self._put(value, lambda outcome: self._done(outcome, host))

    def forget(self) -> None:
        self._wait()
        self._commands.forget_key(self._name, lambda outcome: self._done(outcome, None))

    def _wait(self) -> None:
        self._busy = True
        self._mistakes.draw([])
        self.state.setText(Labels.key_waiting)
        self._enable()

    def _done(self, outcome: CommandResult[None], host: str | None) -> None:
        """`host`: for which it was to be stored; None: it was to be forgotten."""
        self._busy = False
        if outcome.ok:
            if host is not None:
                # What was typed stays until it is safe, and not a moment longer.
                self.input.wipe()
            others = {name: place for name, place in (self._stored or {}).items() if name != self._name}
            self.show_stored(others if host is None else {**others, self._name: host})
        else:
            self._show_state()
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
        ready = bool(self.input.text().strip()) and self._host is not None
        self.store_button.setEnabled(ready and not self._busy)
        self.forget_button.setEnabled(self._name in (self._stored or {}) and not self._busy)
