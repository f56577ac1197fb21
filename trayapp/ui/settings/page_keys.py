"""Keys: put into the keyring and never shown again. Each can be stored at once; those that are left go with OK."""

from collections.abc import Callable, Mapping
from functools import partial

from trayapp.settings.schema import Completion, ProviderSettings
from trayapp.text.labels import DialogLabels as Labels
from trayapp.text.names import name as shown_name
from trayapp.ui.commands import CommandResult, Commands, KeySlot, SettingsView
from trayapp.ui.kit.label import label
from trayapp.ui.settings.form import Form
from trayapp.ui.settings.key_group import KeyGroup
from trayapp.ui.settings.pages import SettingsPage, heading


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
            self.groups[slot.name].aim(slot.host, slot.provider_name)
            self.groups[slot.name].use_keyring(settings.key == "keyring")
        self._commands.stored_keys(self._stored)

    def _add(self, slot: KeySlot) -> None:
        group = self.groups[slot.name] = KeyGroup(slot.name, self._commands, partial(self._commands.set_key, slot.name))
        card = self.card(heading(shown_name(slot.provider_name)), group)
        if slot.provider in self._forms_of:
            return
        source = Form(("provider", slot.provider), ProviderSettings, ("key",))
        completion = Form(("provider", slot.provider, "completion"), Completion)
        enabled = completion.fields["enabled"].editor.widget
        enabled.toggled.connect(lambda _on: _show_completion(completion))  # type: ignore[attr-defined]  # a QCheckBox
        self._forms_of[slot.provider] = (source, completion)
        for form in (source, completion) if slot.completes else (source,):
            card.column.addWidget(form)
            self.forms.append(form)

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

    def _stored(self, outcome: CommandResult[Mapping[str, str]]) -> None:
        for group in self.groups.values():
            group.show_stored(outcome.value)
            if not outcome.ok:
                group.complain(outcome.problems)


def _show_completion(form: Form) -> None:
    wanted = form.fields["enabled"].editor.get() is True
    for name in form.fields.keys() - {"enabled"}:
        form.show_row(name, wanted)
