"""The icon in the system tray, by StatusNotifierItem or XEmbed, whichever the desktop has.

An icon that Qt created before a StatusNotifierWatcher existed never appears; hiding and showing it does not help,
a new object does. So the watcher's name is watched, and the icon recreated when its owner comes late.
"""

import logging
import sys
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint, QTimer, Signal
from PySide6.QtDBus import QDBusConnection, QDBusServiceWatcher
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QMenu, QSystemTrayIcon

from trayapp.core.light.severity import Light
from trayapp.ui.kit.icons import Face, Mark, light_icon

# What draws a snapshot is imported with the first of them: the icon is there before.
if TYPE_CHECKING:
    from trayapp.core.snapshot import Snapshot

log = logging.getLogger(__name__)

WATCHER = "org.kde.StatusNotifierWatcher"
# Nobody waits longer for a sign of life, and with what follows it has to come within three seconds. Panels of slow
# sessions come later still, up to a quarter of a minute: they are noticed then.
PATIENCE_MS = 2_000


class Tray(QObject):
    """Draws snapshots as an icon with a tool tip and a menu.

    Signals:
        clicked: the icon itself was clicked, where the desktop says so.
        message_clicked: the balloon of `message` was clicked.
        missing: there is no tray after `patience_ms`.
        appeared: there is one after all, after `missing` was said.
    """

    clicked = Signal()
    message_clicked = Signal()
    missing = Signal()
    appeared = Signal()

    def __init__(self, menu: QMenu, *, patience_ms: int = PATIENCE_MS) -> None:
        super().__init__()
        self.menu = menu
        self._face: Face | None = None
        self._tooltip = ""
        self._said_missing = False
        self._watcher = self._watch()
        self._icon = self._create()
        self._patience = QTimer(self, singleShot=True, interval=patience_ms)
        self._patience.timeout.connect(self._look)

    @property
    def available(self) -> bool:
        return QSystemTrayIcon.isSystemTrayAvailable()

    def show(self, s: "Snapshot | None" = None) -> None:
        """Bring the icon up with its first picture, grey without a snapshot, and start to wait for a tray."""
        if s is None:
            self._draw(Face(Light.GREY, Mark.NONE), "LLM Ampel")
        else:
            self.draw(s)
        self._icon.show()
        self._patience.start()

    def draw(self, s: "Snapshot") -> None:
        from trayapp.text import sentences
        from trayapp.ui.kit.face import face

        self._draw(face(s), _untagged(sentences.tooltip(s)))
        # Nobody tells of an XEmbed tray that comes later still; while none is there, each picture looks.
        if self._said_missing and self.available:
            self._appear()

    def place(self) -> QPoint:
        """Where the icon is, or the corner in which it most likely is: StatusNotifierItems are not told."""
        there = self._icon.geometry()
        screen = QGuiApplication.primaryScreen()
        whole, free = screen.geometry(), screen.availableGeometry()
        if there.width() > 1 and whole.contains(there.center()):
            return there.center()
        return free.topRight() if free.top() > whole.top() else free.bottomRight()

    def message(self, title: str, body: str, *, important: bool) -> None:
        """A balloon: it cannot be replaced, has no buttons, and is the fallback where nothing better exists."""
        kind = QSystemTrayIcon.MessageIcon.Warning if important else QSystemTrayIcon.MessageIcon.Information
        self._icon.showMessage(title, body, kind)

    def close(self) -> None:
        """Take the icon away at once; otherwise some panels keep a ghost until they ask."""
        self._patience.stop()
        self._icon.hide()

    def _watch(self) -> QDBusServiceWatcher | None:
        bus = QDBusConnection.sessionBus() if sys.platform.startswith("linux") else None
        if bus is None or not bus.isConnected():
            return None
        mode = QDBusServiceWatcher.WatchModeFlag.WatchForRegistration
        watcher = QDBusServiceWatcher(WATCHER, bus, mode, self)
        watcher.serviceRegistered.connect(self._watcher_came)
        return watcher

    def _watcher_present(self) -> bool:
        if self._watcher is None:
            return False
        return bool(self._watcher.connection().interface().isServiceRegistered(WATCHER).value())

    def _create(self) -> QSystemTrayIcon:
        self._with_watcher = self._watcher_present()
        icon = QSystemTrayIcon(self)
        icon.setContextMenu(self.menu)
        icon.activated.connect(self._activated)
        icon.messageClicked.connect(self.message_clicked)
        return icon

    def _watcher_came(self, _name: str) -> None:
        # An icon that registered once is registered again by Qt itself when the watcher restarts.
        if self._with_watcher:
            return
        log.info("a StatusNotifierWatcher came late; the tray icon is made anew")
        old, self._icon = self._icon, self._create()
        old.hide()
        old.deleteLater()
        shown, tooltip, self._face, self._tooltip = self._face, self._tooltip, None, ""
        if shown is not None:
            self._draw(shown, tooltip)
            self._icon.show()
        if self._said_missing:
            self._appear()

    def _draw(self, shown: Face, tooltip: str) -> None:
        if shown != self._face:
            self._face = shown
            self._icon.setIcon(light_icon(*shown))
        if tooltip != self._tooltip:
            self._tooltip = tooltip
            self._icon.setToolTip(tooltip)

    def _appear(self) -> None:
        self._said_missing = False
        self.appeared.emit()

    def _look(self) -> None:
        if not self.available:
            self._said_missing = True
            self.missing.emit()

    def _activated(self, reason: QSystemTrayIcon.ActivationReason) -> None:
        clicks = (QSystemTrayIcon.ActivationReason.Trigger, QSystemTrayIcon.ActivationReason.DoubleClick)
        if reason in clicks:
            self.clicked.emit()


def _untagged(text: str) -> str:
    """Some panels read tool tips as markup, and no escape suits all: without a bracket there is no tag."""
    return text.replace("<", "‹").replace(">", "›")
