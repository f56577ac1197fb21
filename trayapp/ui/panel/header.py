"""The top of the panel: the verdict in words, what works now, and the switch."""

from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from trayapp.core.notify.banner import Button
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.offer import Offer
from trayapp.core.switching.route import Mode
from trayapp.core.switching.target import TargetState
from trayapp.text import panel as words
from trayapp.text import sentences, switching
from trayapp.text.banners import BUTTONS
from trayapp.text.labels import PanelLabels as Labels
from trayapp.text.language import _
from trayapp.text.names import provider_name
from trayapp.text.senses import target_line
from trayapp.ui.kit.button import Button as PushButton
from trayapp.ui.kit.card import Card
from trayapp.ui.kit.face import face
from trayapp.ui.kit.icons import light_icon
from trayapp.ui.kit.label import label, picture
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.tokens import EDGE_PX, GRID_PX, GROUP_PX, LINE_PX, Size

LIGHT_PX = 8 * GRID_PX


class Verdict(QWidget):
    """The light, the headline, since when, and what works instead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._light = picture(self)
        self.headline = label(size=Size.TITLE, bold=True, wrap=True, parent=self)
        self.subline = label(wrap=True, parent=self)
        self.works = label(wrap=True, parent=self)
        across = QHBoxLayout(self)
        across.setContentsMargins(0, 0, 0, 0)
        across.setSpacing(EDGE_PX)
        across.addWidget(self._light)
        column = QVBoxLayout()
        column.setSpacing(LINE_PX)
        for line in (self.headline, self.subline, self.works):
            column.addWidget(line)
        column.addStretch(1)
        across.addLayout(column, 1)

    def draw(self, s: Snapshot) -> None:
        # The icon keeps what was true a moment ago; here the words beside it say what is true now.
        light = s.judgement.light
        pixmap = light_icon(light, face(s).mark).pixmap(QSize(LIGHT_PX, LIGHT_PX), self.devicePixelRatioF())
        self._light.show_picture(pixmap, words.light_name(light))
        self.headline.setText(sentences.headline(s))
        for line, text in ((self.subline, sentences.subline(s)), (self.works, sentences.works_now(s))):
            line.setText(text)
            line.setVisible(bool(text))


class SwitchBar(Card):
    """The switch there and back, with the fallback's own light below, who switches, and who cannot be moved.

    Signals:
        switch_local: providers to move (empty: those that are down).
        switch_cloud: providers to bring home (empty: all).
        stay_local: providers whose offer of the way home is declined.
        switch_mode: who is to switch from now on, as a `Mode`.
        choose: the list of services is wanted.
        set_up: the settings of the local target are wanted.
    """

    switch_local = Signal(tuple)
    switch_cloud = Signal(tuple)
    stay_local = Signal(tuple)
    switch_mode = Signal(Mode)
    choose = Signal()
    set_up = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._offers: tuple[str, ...] = ()
        self._offer = Offer()
        self._picks = QMenu(self)
        self.offer = _Offer(self)
        self.offer.accepted.connect(lambda: self.switch_cloud.emit(self._offers))
        self.offer.declined.connect(lambda: self.stay_local.emit(self._offers))
        self.there = PushButton(parent=self)
        self.there.clicked.connect(self._clicked)
        self.home = PushButton(parent=self)
        self.home.clicked.connect(lambda: self.switch_cloud.emit(()))
        self.target = label(size=Size.SMALL, wrap=True, parent=self)
        self.auto = QCheckBox(self)
        self.auto.clicked.connect(lambda on: self.switch_mode.emit(Mode.AUTO if on else Mode.MANUAL))
        self.standing = Lines(self)
        self.immovable = Lines(self)
        for part in (self.offer, self.target, self.there, self.home, self.auto, self.standing, self.immovable):
            self.column.addWidget(part)

    def draw(self, s: Snapshot) -> None:
        offer = s.offer
        self._offers = offer.back
        self._offer = offer
        self.offer.draw(words.offer_line(s))
        offered = set(offer.home) <= set(offer.back)
        self.home.setVisible(bool(offer.home) and not offered)
        self.home.setText(as_action(sentences.home_label(s)))
        self.there.setVisible(
            offer.choose or offer.set_up or bool(offer.down or offer.healthy) or s.switching is not None
        )
        self.there.setEnabled(s.switching is None)
        self.there.setText(as_action(sentences.switch_label(s)))
        # Only what answers the moment is the primary button of the window: trouble first, then the way home.
        answers = offer.choose or (bool(offer.down) and not offer.set_up)
        self.there.set_primary(answers)
        self.offer.primary(not answers)
        picking = bool(offer.healthy) and not offer.set_up and not offer.choose
        self.there.setMenu(self._pick_menu(s, offer.healthy) if picking else None)  # type: ignore[arg-type]  # Qt takes null here
        self.target.setVisible(s.target.state is not TargetState.NONE)
        self.target.setText(target_line(s.target))
        self.auto.setText(as_action(Labels.switch_auto))
        self.auto.setChecked(s.mode is Mode.AUTO)
        self.standing.draw([Line(text, quiet=True) for text in switching.standing_lines(s)])
        self.immovable.draw([Line(text, quiet=True) for text in sentences.immovable_lines(s)])

    def _pick_menu(self, s: Snapshot, providers: tuple[str, ...]) -> QMenu:
        if tuple(action.data() for action in self._picks.actions()) != providers:
            self._picks.clear()
            for provider in providers:
                action = QAction(self._picks)
                action.setData(provider)
                action.triggered.connect(lambda _checked, name=provider: self.switch_local.emit((name,)))
                self._picks.addAction(action)
        for action in self._picks.actions():
            action.setText(as_action(provider_name(str(action.data()), s)))
        return self._picks

    def _clicked(self) -> None:
        if self._offer.choose:
            self.choose.emit()
        elif self._offer.set_up:
            self.set_up.emit()
        else:
            self.switch_local.emit(())


class _Offer(QWidget):
    """The cloud is well again: home, or stay."""

    accepted = Signal()
    declined = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._text = label(wrap=True, parent=self)
        self._yes = PushButton(parent=self)
        self._no = PushButton(parent=self)
        self._yes.clicked.connect(self.accepted)
        self._no.clicked.connect(self.declined)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(GROUP_PX)
        column.addWidget(self._text)
        across = QHBoxLayout()
        across.addStretch(1)
        across.addWidget(self._no)
        across.addWidget(self._yes)
        column.addLayout(across)

    def draw(self, text: str) -> None:
        self.setVisible(bool(text))
        self._text.setText(text)
        self._yes.setText(as_action(_(BUTTONS[Button.BACK_TO_CLOUD])))
        self._no.setText(as_action(_(BUTTONS[Button.STAY_LOCAL])))

    def primary(self, primary: bool) -> None:
        self._yes.set_primary(primary and not self.isHidden())
