"""Widgets that edit one setting, chosen by its declared type. Each reads and writes the plain value of the file."""

import shlex
from collections.abc import Callable, Mapping, Sequence
from enum import EnumMeta
from types import MappingProxyType, NoneType, UnionType
from typing import Annotated, Any, Literal, Protocol, Union, get_args, get_origin

from msgspec import Meta
from PySide6.QtWidgets import QCheckBox, QComboBox, QDoubleSpinBox, QLineEdit, QPlainTextEdit, QSpinBox, QWidget

from trayapp.settings.address import completed
from trayapp.settings.mistakes import declared_choices
from trayapp.text.choices import NAMES, choice
from trayapp.text.labels import setting
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.tokens import GROUP_PX
from trayapp.ui.kit.wheel import calm

LINES_SHOWN = 4
_MOST = 2**31 - 1
"""The largest number that a `QSpinBox` can hold."""


class Editor(Protocol):
    """`get` returns what TOML can hold, or None for "not set"; `set` takes the same."""

    @property
    def widget(self) -> QWidget: ...
    def get(self) -> object: ...
    def set(self, value: Any) -> None: ...


def editor(kind: object, name: str, title: str) -> Editor:
    """The editor for a field of a settings class. Raises TypeError for a type that has none."""
    bare, metas, optional = _unwrap(kind)
    if bare is bool:
        return Check(title)
    if bare is int:
        return Number(metas, "s" if name.endswith("_s") else "")
    if bare is float:
        return Amount(metas)
    if (names := declared_choices(metas)) is not None:
        return Choice([None, *names] if optional else list(names), names)
    if isinstance(bare, EnumMeta):
        members: list[Any] = list(bare)
        values: list[str | None] = [str(member.value) for member in members]
        return Choice([None, *values] if optional else values, NAMES.get(bare, {}))
    if get_origin(bare) is Literal:
        return Choice(list(get_args(bare)))
    if bare is str:
        return Text(_read_by(metas))
    if get_origin(bare) is tuple:
        return Command() if name == "start" else Many(_read_by(_unwrap(get_args(bare)[0])[1]))
    raise TypeError(kind)


def _unwrap(kind: object) -> tuple[Any, list[Meta], bool]:
    metas: list[Meta] = []
    optional = False
    while True:
        if get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            metas += [meta for meta in more if isinstance(meta, Meta)]
        elif get_origin(kind) in (Union, UnionType):
            (kind,) = (member for member in get_args(kind) if member is not NoneType)
            optional = True
        else:
            return kind, metas, optional


def _read_by(metas: list[Meta]) -> Callable[[str], str]:
    """How what was typed is read."""
    is_address = any(meta.extra and meta.extra.get("problem") == "setting_url" for meta in metas)
    return completed if is_address else str.strip


class Check:
    def __init__(self, title: str) -> None:
        self.widget = QCheckBox(as_action(title))

    def get(self) -> object:
        return self.widget.isChecked()

    def set(self, value: Any) -> None:
        self.widget.setChecked(bool(value))


class _Spin(QSpinBox):
    """Steps within bounds. What is typed stays, however large or small: it is judged where all is judged, and said."""

    def __init__(self, low: int, high: int) -> None:
        super().__init__()
        self._low, self._high = low, high
        # A digit more than is allowed can be typed; room for all that there are would make the field wide.
        self.setRange(min(0, low), min(_MOST, 10 ** (len(str(high)) + 1) - 1))

    def stepBy(self, steps: int) -> None:  # noqa: N802 - Qt's name
        self.setValue(max(self._low, min(self._high, self.value() + steps * self.singleStep())))


class Number:
    def __init__(self, metas: list[Meta], unit: str) -> None:
        self.low, self.high = _bound(metas, "ge", 0), _bound(metas, "le", _MOST)
        self.widget = _Spin(self.low, self.high)
        calm(self.widget)
        if unit:
            self.widget.setSuffix(f" {unit}")

    def get(self) -> object:
        return self.widget.value()

    def set(self, value: Any) -> None:
        self.widget.setValue(int(value))


class Amount:
    """Money, to a tenth of a cent: small models cost that."""

    def __init__(self, metas: list[Meta]) -> None:
        self.widget = QDoubleSpinBox()
        calm(self.widget)
        # As with whole numbers: what is too much can be typed, and is judged where all is judged.
        self.widget.setRange(0.0, 10.0 * _bound(metas, "le", _MOST))
        self.widget.setDecimals(3)

    def get(self) -> object:
        return self.widget.value()

    def set(self, value: Any) -> None:
        self.widget.setValue(float(value))


def _bound(metas: list[Meta], name: str, otherwise: int) -> int:
    bounds: list[Any] = [getattr(meta, name) for meta in metas]
    given = (bound for bound in bounds if bound is not None)
    return int(next(given, otherwise))


class Choice:
    """One of `values`; `names`: the English names of those that the declaration names."""

    def __init__(self, values: Sequence[str | None], names: Mapping[str, str] = MappingProxyType({})) -> None:
        self.widget = QComboBox()
        calm(self.widget)
        for value in values:
            self.widget.addItem(setting(names[value]) if value and value in names else choice(value), value)

    def get(self) -> object:
        return self.widget.currentData()

    def offer(self, value: str | None, words: str) -> None:
        """Add something to choose, once."""
        if self.widget.findData(value) < 0:
            self.widget.addItem(words, value)

    def set(self, value: Any) -> None:
        wanted = None if value is None else str(value)
        if self.widget.findData(wanted) < 0:
            # What is set stays what it is, also when it is not known here.
            self.offer(wanted, choice(wanted))
        self.widget.setCurrentIndex(self.widget.findData(wanted))


class Text:
    def __init__(self, read: Callable[[str], str] = str.strip) -> None:
        self._read = read
        self.widget = QLineEdit()

    def get(self) -> object:
        return self._read(self.widget.text()) or None

    def set(self, value: Any) -> None:
        self.widget.setText(value or "")


class Pick:
    """Text with suggestions."""

    def __init__(self) -> None:
        self.widget = QComboBox()
        calm(self.widget)
        self.widget.setEditable(True)
        self.widget.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        # A model's name is as long as it is; the form decides on the width.
        self.widget.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)

    def get(self) -> object:
        return self.widget.currentText().strip() or None

    def set(self, value: Any) -> None:
        self.widget.setCurrentText(value or "")

    def suggest(self, values: tuple[str, ...]) -> None:
        now = self.widget.currentText()
        self.widget.clear()
        self.widget.addItems(values)
        self.widget.setCurrentText(now)


class Command:
    """A command as it is typed in a terminal."""

    def __init__(self) -> None:
        self.widget = QLineEdit()

    def get(self) -> object:
        try:
            return shlex.split(self.widget.text())
        except ValueError:
            # An open quotation mark: what was typed, to be judged where all is judged.
            return self.widget.text()

    def set(self, value: Any) -> None:
        self.widget.setText(shlex.join(value))


class Many:
    """Several values, one a line."""

    def __init__(self, read: Callable[[str], str] = str.strip) -> None:
        self._read = read
        self.widget = QPlainTextEdit()
        self.widget.setTabChangesFocus(True)
        self.widget.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        height = self.widget.fontMetrics().lineSpacing() * LINES_SHOWN + 2 * GROUP_PX
        self.widget.setFixedHeight(height)

    def get(self) -> object:
        return [self._read(line) for line in self.widget.toPlainText().splitlines() if line.strip()]

    def set(self, value: Any) -> None:
        self.widget.setPlainText("\n".join(value))
