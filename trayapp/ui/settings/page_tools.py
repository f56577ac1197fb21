"""The gateway and its tools: each with its own address, shown whenever it is asked for, and its own policy."""

from collections.abc import Callable

from PySide6.QtWidgets import QFrame, QHBoxLayout, QMessageBox, QVBoxLayout, QWidget

from trayapp.core.light.severity import Light
from trayapp.core.switching.route import Mode, Policy
from trayapp.settings.schema import GatewaySettings, ToolSettings
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.panel import light_name
from trayapp.text.trim import clean
from trayapp.ui.commands import CommandResult, Commands, SettingsView, ToolAccess
from trayapp.ui.kit.button import Button
from trayapp.ui.kit.entry import Entry
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.notices import sentence
from trayapp.ui.kit.tokens import GROUP_PX
from trayapp.ui.settings.editors import Choice
from trayapp.ui.settings.form import Form
from trayapp.ui.settings.pages import SettingsPage, heading
from trayapp.ui.settings.tool_address import NAME_MAX, ToolAddress


class ToolsPage(SettingsPage):
    """Port and providers, the tools with their policies, and the address of the one that was asked for."""

    def __init__(self, commands: Commands) -> None:
        super().__init__()
        self._commands = commands
        self.openai, self.anthropic = Choice([]), Choice([])
        editors = {"openai": self.openai, "anthropic": self.anthropic}
        self.gateway = Form(("gateway",), GatewaySettings, editors=editors)
        mode = self.gateway.fields["mode"].editor
        assert isinstance(mode, Choice)
        self._mode = mode
        mode.widget.currentIndexChanged.connect(lambda _index: self._follow_mode())
        self.tools: dict[str, ToolGroup] = {}
        self._tools_column = QVBoxLayout()
        self._tools_column.setSpacing(GROUP_PX)
        self.name = Entry()
        self.name.setPlaceholderText(Labels.tool_name)
        self.name.setAccessibleName(Labels.tool_name)
        self.add_button = Button(as_action(Labels.tool_add))
        self.add_button.clicked.connect(lambda: self.add())
        self.name.entered.connect(lambda: self.add())
        self.name.textChanged.connect(lambda _text: self._enable())
        self._adding = False
        self._then: list[Callable[[bool], None]] = []
        self._enable()
        self.access = ToolAddress()
        self._mistakes = Lines()
        adding = QWidget()
        across = QHBoxLayout(adding)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(GROUP_PX)
        across.addWidget(self.name, 1)
        across.addWidget(self.add_button)
        self.card(self.gateway)
        card = self.card(heading(Labels.tools), label(Labels.tools_hint, wrap=True))
        card.column.addLayout(self._tools_column)
        for part in (adding, self._mistakes, self.access):
            card.column.addWidget(part)

    @property
    def mistakes(self) -> tuple[str, ...]:
        return self._mistakes.texts

    def load(self, view: SettingsView) -> None:
        for slot in view.keys:
            self.openai.offer(slot.provider, slot.provider_name)
            self.anthropic.offer(slot.provider, slot.provider_name)
        self.gateway.load(view.settings.gateway)
        self._show_tools(view)
        for name, group in self.tools.items():
            group.load(view.settings.tools.get(name, ToolSettings()))
        self._follow_mode()

    def _follow_mode(self) -> None:
        for group in self.tools.values():
            group.follow(automatic=self._mode.get() == Mode.AUTO)

    def _show_tools(self, view: SettingsView) -> None:
        """Follow which tools there are; the policies of those that stay are left as edited."""
        for name in set(self.tools) - set(view.tools):
            group = self.tools.pop(name)
            self.forms.remove(group.form)
            self._tools_column.removeWidget(group)
            group.deleteLater()
        for name in view.tools:
            if name not in self.tools:
                group = self.tools[name] = ToolGroup(name)
                group.address.clicked.connect(lambda _checked=False, tool=name: self.look_up(tool))
                group.removed.clicked.connect(lambda _checked=False, tool=name: self.remove(tool))
                group.load(view.settings.tools.get(name, ToolSettings()))
                self.forms.append(group.form)
                self._tools_column.addWidget(group)
        self._follow_mode()

    @property
    def unfinished(self) -> bool:
        return self._adding or bool(self.name.text().strip())

    def finish(self, done: Callable[[bool], None]) -> None:
        self._then.append(done)
        self.add()

    def leave(self) -> None:
        self.name.wipe()
        self.access.forget()
        self._mistakes.draw([])

    def add(self) -> None:
        """Give the tool that was named its token, and show its address."""
        name = self.name.text().strip()
        if name and not self._adding:
            self._adding = True
            self._enable()
            self._mistakes.draw([])
            self._commands.create_tool(name, self._added)

    def _enable(self) -> None:
        self.name.setReadOnly(self._adding)
        self.add_button.setEnabled(bool(self.name.text().strip()) and not self._adding)

    def _added(self, outcome: CommandResult[ToolAccess]) -> None:
        self._adding = False
        self._enable()
        self._answer(outcome)
        waiting, self._then = self._then, []
        for then in waiting:
            # An address that is new has to be seen.
            then(False)

    def _answer(self, outcome: CommandResult[ToolAccess]) -> None:
        if outcome.value is None:
            self._complain(outcome)
            return
        self.name.wipe()
        self._show_access(outcome.value)
        self._refresh()

    def look_up(self, name: str) -> None:
        """Show the address of a tool that there is."""
        self._mistakes.draw([])
        self._commands.create_tool(name, self._looked_up)

    def _looked_up(self, outcome: CommandResult[ToolAccess]) -> None:
        if outcome.value is None:
            self._complain(outcome)
        else:
            self._show_access(outcome.value)

    def _show_access(self, access: ToolAccess) -> None:
        self.access.show_access(access)
        self.rearranged.emit()
        self.bring_up(self.access)

    def remove(self, name: str) -> None:
        """Ask first: a tool that is still set up would get no answers any more."""
        yes, no = QMessageBox.StandardButton.Yes, QMessageBox.StandardButton.No
        title = f"{Labels.tool_remove}: {clean(name, NAME_MAX)}"
        if QMessageBox.question(self, title, Labels.tool_remove_question, yes | no, no) == yes:
            self._commands.forget_tool(name, self._removed)

    def _removed(self, outcome: CommandResult[None]) -> None:
        if not outcome.ok:
            self._complain(outcome)
            return
        self.access.forget()
        self._refresh()

    def _refresh(self) -> None:
        self._commands.view_settings(self._refreshed)

    def _refreshed(self, outcome: CommandResult[SettingsView]) -> None:
        if outcome.value is not None:
            self._show_tools(outcome.value)
            self.rearranged.emit()
            if self.access.isVisible():
                # The line of a new tool has moved it down.
                self.bring_up(self.access)

    def _complain(self, outcome: CommandResult[ToolAccess] | CommandResult[None]) -> None:
        self._mistakes.draw(
            [Line(sentence(problem), Light.YELLOW, light_name(Light.YELLOW)) for problem in outcome.problems]
        )


class ToolGroup(QFrame):
    """One tool: its name, its policy in an outage, its address and the way to remove it."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.form = Form(("tool", name), ToolSettings)
        self._automatic = False
        self.address = Button(as_action(Labels.tool_address))
        self.removed = Button(as_action(Labels.tool_remove))
        policy = self.form.fields["policy"].editor
        assert isinstance(policy, Choice)
        policy.widget.currentIndexChanged.connect(lambda _index: self._show_rows())
        across = QHBoxLayout()
        across.setSpacing(GROUP_PX)
        across.addWidget(label(clean(name, NAME_MAX), bold=True, elide=True), 1)
        across.addWidget(self.address)
        across.addWidget(self.removed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GROUP_PX // 2)
        column.addLayout(across)
        column.addWidget(self.form)

    def load(self, settings: ToolSettings) -> None:
        self.form.load(settings)
        self._show_rows()

    def follow(self, *, automatic: bool) -> None:
        """Whether anything moves by itself: only then is anything rescued."""
        self._automatic = automatic
        self._show_rows()

    def _show_rows(self) -> None:
        policy = self.form.fields["policy"].editor.get()
        self.form.show_row("wait_s", policy == Policy.WAIT)
        self.form.show_row("rescue", policy == Policy.SWITCH and self._automatic)
