"""A form made from a class of settings: titles, hints, editors and bounds all come from the declaration."""

from collections.abc import Mapping
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec import Meta, Struct
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from trayapp.core.light.severity import Light
from trayapp.settings.schema import Key
from trayapp.text.labels import setting
from trayapp.text.panel import light_name
from trayapp.ui.kit.label import Label, label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.tokens import GRID_PX, GROUP_PX, Size
from trayapp.ui.settings.editors import Amount, Check, Choice, Editor, Number, editor


class Field(QWidget):
    """One setting: its editor, what it is about, and what is wrong with it."""

    def __init__(self, key: Key, title: str, hint: str, inside: Editor) -> None:
        super().__init__()
        self.key, self.title, self.editor = key, title, inside
        self._mistakes = Lines(self)
        inside.widget.setParent(self)
        inside.widget.setAccessibleName(title)
        inside.widget.setAccessibleDescription(hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GRID_PX)
        narrow = isinstance(inside, Number | Amount | Choice)
        column.addWidget(inside.widget, 0, Qt.AlignmentFlag.AlignLeft if narrow else Qt.AlignmentFlag(0))
        if hint:
            column.addWidget(label(hint, size=Size.SMALL, wrap=True, parent=self))
        column.addWidget(self._mistakes)
        column.addStretch(1)

    @property
    def mistakes(self) -> tuple[str, ...]:
        return self._mistakes.texts

    def complain(self, *mistakes: str) -> None:
        """Say what is wrong, right here; nothing takes it back."""
        self._mistakes.draw([Line(text, Light.YELLOW, light_name(Light.YELLOW)) for text in mistakes])


class Form(QWidget):
    """The fields of `kind`, whose values stand under `section` in the file. `names`: only these, in this order."""

    def __init__(
        self,
        section: Key,
        kind: type[Struct],
        names: tuple[str, ...] | None = None,
        editors: Mapping[str, Editor] | None = None,
    ) -> None:
        super().__init__()
        self.fields: dict[str, Field] = {}
        self._loaded: dict[Key, object] = {}
        self._parts: dict[str, QWidget] = {}
        self._titles: dict[str, Label] = {}
        # A form layout would do, but it gives lines that wrap the height that they had before they wrapped.
        self._rows = QGridLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setHorizontalSpacing(2 * GROUP_PX)
        self._rows.setVerticalSpacing(GROUP_PX)
        self._rows.setColumnStretch(1, 1)
        declared = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        for name in names or tuple(declared):
            self._add((*section, name), declared[name].type, (editors or {}).get(name))

    def _add(self, key: Key, kind: Any, given: Editor | None) -> None:
        meta = _meta(kind)
        title, hint = setting(meta.title or key[-1]), setting(meta.description) if meta.description else ""
        inside = given or editor(kind, key[-1], title)
        if isinstance(inside, Number):
            hint = " ".join(filter(None, [hint, f"({inside.low}–{inside.high})"]))
        field = self._parts[key[-1]] = self.fields[key[-1]] = Field(key, title, hint, inside)
        row = self._rows.rowCount()
        if isinstance(inside, Check):
            self._rows.addWidget(field, row, 0, 1, 2)
            return
        self._titles[key[-1]] = label(title, parent=self)
        # As far down as the text in the editor beside it.
        self._titles[key[-1]].setContentsMargins(0, GRID_PX, 0, 0)
        self._rows.addWidget(self._titles[key[-1]], row, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(field, row, 1)

    def put(self, name: str, title: str, part: QWidget) -> None:
        """Add a row that is no setting, to be shown and hidden like one."""
        self._titles[name] = label(title, parent=self)
        row = self._rows.rowCount()
        self._rows.addWidget(self._titles[name], row, 0, Qt.AlignmentFlag.AlignTop)
        self._rows.addWidget(part, row, 1)
        self._parts[name] = part

    def load(self, values: Struct) -> None:
        """Show these values as those of the file."""
        for name, field in self.fields.items():
            field.editor.set(getattr(values, name))
            field.complain()
        self._loaded = self.values()

    def values(self) -> dict[Key, object]:
        """Every key with its value as edited."""
        return {field.key: field.editor.get() for field in self.fields.values()}

    def changes(self) -> dict[Key, object]:
        """Only what was edited."""
        return {key: value for key, value in self.values().items() if value != self._loaded.get(key)}

    def show_row(self, name: str, shown: bool) -> None:
        """Show or hide a row with its title."""
        self._parts[name].setVisible(shown)
        if name in self._titles:
            self._titles[name].setVisible(shown)

    def complain(self, mistakes: Mapping[Key, list[str]]) -> set[Key]:
        """Put each mistake beside its field and clear the others; says which found a place."""
        for field in self.fields.values():
            field.complain(*mistakes.get(field.key, ()))
        return {field.key for field in self.fields.values() if field.key in mistakes}


def _meta(kind: Any) -> Meta:
    """Title and description of a setting: the first annotation that has them."""
    while get_origin(kind) is Annotated:
        kind, *metas = get_args(kind)
        for meta in metas:
            if isinstance(meta, Meta) and meta.title:
                return meta
    return Meta()
