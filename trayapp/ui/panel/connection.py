"""The foot of the panel: the own network, stretch by stretch, and below it the checklist of a first minute."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from trayapp.core.evidence.observation import NetworkState
from trayapp.core.snapshot import Snapshot
from trayapp.text import sentences
from trayapp.text.checklist import check_lines
from trayapp.text.labels import PanelLabels as Labels
from trayapp.text.own_network import beside, network_chain, sparing_line
from trayapp.ui.kit.flat_button import Unfolding
from trayapp.ui.kit.label import label
from trayapp.ui.kit.lines import Line, Lines
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.tokens import GROUP_PX, LINE_PX, Size


class Connection(QWidget):
    """A sentence where there is something to say, the chain, and on request the checklist.

    Signals:
        folded: the checklist was folded (False) or unfolded (True).
    """

    folded = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._last: Snapshot | None = None
        self.sentence = label(wrap=True, parent=self)
        self.chain = label(wrap=True, parent=self)
        self.button = Unfolding(self)
        self.checks = Lines(self)
        self.spared = label(size=Size.SMALL, wrap=True, parent=self)
        across = QHBoxLayout()
        across.setSpacing(GROUP_PX)
        across.addWidget(self.chain, 1)
        across.addWidget(self.button, 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(LINE_PX)
        column.addWidget(self.sentence)
        column.addLayout(across)
        column.addWidget(self.checks)
        column.addWidget(self.spared)
        self.button.toggled.connect(self._fold)

    def draw(self, s: Snapshot) -> None:
        self._last = s
        network = s.judgement.network
        fine = network.state is NetworkState.ONLINE and not network.names_slow
        told = "" if fine else beside(sentences.headline(s), s)
        self.sentence.setVisible(bool(told))
        self.sentence.setText(told)
        self.chain.setText(network_chain(s))
        self.button.setText(as_action(Labels.checklist))
        # Drawn only while it is unfolded.
        self.checks.draw([Line(one.line, quiet=True) for one in check_lines(s)] if self.button.isChecked() else [])
        spared = sparing_line(s)
        self.spared.setText(spared)
        self.spared.setVisible(bool(spared))

    def _fold(self, unfolded: bool) -> None:
        if self._last is not None:
            self.draw(self._last)
        self.folded.emit(unfolded)
