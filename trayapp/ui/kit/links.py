"""Links out of the program: opened only by a click, and only to the web."""

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QCursor, QDesktopServices, QPaintEvent, QPalette
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionFocusRect, QStylePainter, QWidget

from trayapp.text.labels import PanelLabels as Labels
from trayapp.ui.kit.label import as_tooltip
from trayapp.ui.kit.mnemonic import as_action
from trayapp.ui.kit.tokens import GRID_PX, Size, font

# Longer addresses are no use to a person and none to a browser.
MAX_URL_CHARACTERS = 2000


def web_url(text: str | None) -> QUrl | None:
    """The address if it is a web address, else None: a status page may name any scheme, or a file."""
    if not text or len(text) > MAX_URL_CHARACTERS:
        return None
    url = QUrl(text, QUrl.ParsingMode.StrictMode)
    return url if url.isValid() and url.scheme() in ("http", "https") and url.host() else None


class Link(QPushButton):
    """A button that looks like a link and names the host it leads to."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._url: QUrl | None = None
        self.setCursor(QCursor(Qt.CursorShape.PointingHandCursor))
        made = font(Size.SMALL)
        made.setUnderline(True)
        self.setFont(made)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.clicked.connect(self._open)
        self.hide()

    def lead_to(self, address: str | None) -> None:
        """Show the host of `address`; hide when it is no web address."""
        self._url = web_url(address)
        self.setVisible(self._url is not None)
        if self._url is not None:
            host = self._url.host()
            self.setText(as_action(host))
            self.setToolTip(as_tooltip(self._url.toDisplayString()))
            self.setAccessibleName(f"{Labels.link}: {host}")

    def sizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        text = self.fontMetrics().size(Qt.TextFlag.TextShowMnemonic, self.text())
        return text + QSize(GRID_PX, GRID_PX)

    def minimumSizeHint(self) -> QSize:  # noqa: N802 - Qt's name
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:  # noqa: N802 - Qt's name
        painter = QStylePainter(self)
        flags = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextShowMnemonic
        painter.drawItemText(self.rect(), int(flags), self.palette(), True, self.text(), QPalette.ColorRole.Link)
        if self.hasFocus():
            option = QStyleOptionFocusRect()
            option.initFrom(self)
            painter.drawPrimitive(QStyle.PrimitiveElement.PE_FrameFocusRect, option)
        painter.end()

    def _open(self) -> None:
        if self._url is not None:
            QDesktopServices.openUrl(self._url)
