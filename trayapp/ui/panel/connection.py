"""The foot of the panel: the own network, stretch by stretch, and in a sentence when something is wrong with it."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from trayapp.core.evidence.observation import NetworkState
from trayapp.core.snapshot import Snapshot
from trayapp.text.own_network import network_chain, network_line, sparing_line
from trayapp.ui.kit.label import label
from trayapp.ui.kit.tokens import LINE_PX, Size


class Connection(QWidget):
    """The sentence, only where there is something to say, above the chain."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.sentence = label(wrap=True, parent=self)
        self.chain = label(wrap=True, parent=self)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(LINE_PX)
        column.addWidget(self.sentence)
        column.addWidget(self.chain)
        self.spared = label(size=Size.SMALL, wrap=True, parent=self)
        column.addWidget(self.spared)

    def draw(self, s: Snapshot) -> None:
        network = s.judgement.network
        fine = network.state is NetworkState.ONLINE and not network.names_slow
        self.sentence.setVisible(not fine)
        self.sentence.setText("" if fine else network_line(s))
        self.chain.setText(network_chain(s))
        spared = sparing_line(s)
        self.spared.setText(spared)
        self.spared.setVisible(bool(spared))
