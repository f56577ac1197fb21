"""The tray's menu. Everything is in it: some desktops show nothing else.

Actions live as long as the menu and change in place, so that an open menu neither flickers nor moves under the hand.
"""

from collections.abc import Callable

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QIcon
from PySide6.QtWidgets import QMenu

from trayapp.core.light.severity import Finding, Light, severity
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.offer import Offer
from trayapp.core.switching.route import Mode
from trayapp.text import panel, sentences
from trayapp.text.labels import MenuLabels as Labels
from trayapp.text.language import language
from trayapp.text.names import provider_name
from trayapp.text.rows import more_line, service_line
from trayapp.ui.kit.icons import Mark, light_icon
from trayapp.ui.kit.mnemonic import as_action

SERVICES_SHOWN = 10
"""With the rest of the menu so many have room on a screen 600 pixels high; the panel scrolls."""


def _is_in_the_way(v: ServiceVerdict) -> bool:
    """Not well, and not because of a start or of the own network: those are over soon, or no service's fault."""
    return v.light is not Light.GREEN and v.finding not in (Finding.STARTING, Finding.OWN_NETWORK)


class TrayMenu(QObject):
    """Draws snapshots into a `QMenu`, given or its own.

    Signals:
        open_panel: the panel is wanted; with a service's id, unfolded there.
        switch_local: providers to move (empty: those that are down).
        switch_cloud: all that is local is wanted home.
        switch_mode: who is to switch from now on, as a `Mode`.
        set_aside, undo_aside: a service is not to count until it changes, or counts again; by id.
        only_when_back: as in `ServiceRow`, for each incident that is open.
        choose, set_up, check, chat, history, settings, demo, quit: as their entries say.
    """

    open_panel = Signal(str)
    switch_local = Signal(tuple)
    switch_cloud = Signal()
    switch_mode = Signal(Mode)
    set_aside = Signal(str)
    undo_aside = Signal(str)
    only_when_back = Signal(str, bool)
    choose = Signal()
    set_up = Signal()
    check = Signal()
    chat = Signal()
    history = Signal()
    settings = Signal()
    demo = Signal()
    quit = Signal()

    def __init__(self, menu: QMenu | None = None) -> None:
        super().__init__()
        self.menu = menu or QMenu()
        # Row by row from top to bottom, as the design draws it.
        self._caption = self._add(lambda: self.open_panel.emit(""))
        self._verdict = self._add(lambda: self.open_panel.emit(""))
        self._switch = self._add(self._switch_clicked)
        self._pick = QMenu(self.menu)
        self._pick_action = self.menu.addMenu(self._pick)
        self._home = self._add(self.switch_cloud.emit)
        self._auto = QAction(self.menu)
        self._auto.setCheckable(True)
        self._auto.triggered.connect(lambda on: self.switch_mode.emit(Mode.AUTO if on else Mode.MANUAL))
        self.menu.addAction(self._auto)
        self.menu.addSeparator()
        self._more = self._add(lambda: self.open_panel.emit(""))
        self._after_services = self.menu.addSeparator()
        self._check = self._add(self.check.emit)
        self._chat = self._add(self.chat.emit)
        self._history = self._add(self.history.emit)
        self._quiet = QAction(self.menu)
        self._quiet.setCheckable(True)
        self._quiet.triggered.connect(self._hush)
        self.menu.addAction(self._quiet)
        self._aside = QMenu(self.menu)
        self._aside_action = self.menu.addMenu(self._aside)
        self._open = self._add(lambda: self.open_panel.emit(""))
        self._settings = self._add(self.settings.emit)
        self._demo = self._add(self.demo.emit)
        self._quit = self._add(self.quit.emit)
        self._services: dict[str, QAction] = {}
        self._asides: dict[str, QAction] = {}
        self._picks: dict[str, QAction] = {}
        self._icons: dict[QAction, QIcon] = {}
        self._told_of: tuple[str, ...] = ()
        self._offer = Offer()
        self._language = ""

    def _add(self, act: Callable[[], None]) -> QAction:
        action = QAction(self.menu)
        action.triggered.connect(lambda _checked: act())
        self.menu.addAction(action)
        return action

    def _switch_clicked(self) -> None:
        if self._offer.choose:
            self.choose.emit()
        elif self._offer.set_up:
            self.set_up.emit()
        else:
            self.switch_local.emit(())

    def retranslate(self) -> None:
        """Take the fixed words from the language of now; `draw` brings the rest."""
        self._language = language()
        self._auto.setText(as_action(Labels.switch_auto))
        self._check.setText(as_action(Labels.check_now))
        self._chat.setText(as_action(Labels.chat))
        self._history.setText(as_action(Labels.history))
        self._open.setText(as_action(Labels.open))
        self._settings.setText(as_action(Labels.settings))
        self._demo.setText(as_action(Labels.demo))
        self._quiet.setText(as_action(Labels.only_when_back))
        self._aside_action.setText(as_action(Labels.set_aside))
        self._quit.setText(as_action(Labels.quit))

    def draw(self, s: Snapshot) -> None:
        if self._language != language():
            self.retranslate()
        caption = panel.demo_line(s)
        self._caption.setVisible(bool(caption))
        self._caption.setText(as_action(caption))
        self._verdict.setText(as_action(sentences.headline(s)))
        self._draw_switch(s)
        self._draw_services(s)
        self._draw_quiet(s)
        self._draw_aside(s)
        self._demo.setVisible(s.demo is None)

    def _draw_switch(self, s: Snapshot) -> None:
        offer = s.offer
        self._offer = offer
        picking = bool(offer.healthy) and not offer.set_up and not offer.choose
        self._switch.setText(as_action(sentences.switch_label(s)))
        self._switch.setVisible(offer.choose or offer.set_up or bool(offer.down) or s.switching is not None)
        self._switch.setEnabled(s.switching is None)
        self._pick_action.setText(as_action(sentences.switch_label(s)))
        self._pick_action.setVisible(picking and s.switching is None)
        self._keep(self._pick, self._picks, offer.healthy if picking else (), None, self._pick_clicked)
        for provider, action in self._picks.items():
            action.setText(as_action(provider_name(provider, s)))
        self._home.setVisible(bool(offer.home))
        self._home.setText(as_action(sentences.home_label(s)) if offer.home else "")
        self._auto.setChecked(s.mode is Mode.AUTO)
        self._icon(self._home, light_icon(s.judgement.light, Mark.HOME))

    def _pick_clicked(self, provider: str) -> None:
        self.switch_local.emit((provider,))

    def _draw_services(self, s: Snapshot) -> None:
        services = s.judgement.services
        worst_first = sorted(services, key=lambda v: severity(v.light, v.finding), reverse=True)
        shown = {v.id for v in worst_first[:SERVICES_SHOWN]}
        verdicts = {v.id: v for v in services if v.id in shown}
        self._more.setVisible(len(verdicts) < len(services))
        self._more.setText(as_action(more_line(len(services) - len(verdicts))))
        self._keep(self.menu, self._services, tuple(verdicts), self._more, self.open_panel.emit)
        for service_id, action in self._services.items():
            action.setText(as_action(service_line(verdicts[service_id], s)))
            self._icon(action, light_icon(verdicts[service_id].light))

    def _draw_quiet(self, s: Snapshot) -> None:
        self._told_of = tuple(dict.fromkeys(v.incident for v in s.judgement.services if v.incident and v.aside is None))
        self._quiet.setVisible(bool(self._told_of))
        self._quiet.setChecked(bool(self._told_of) and set(self._told_of) <= set(s.hushed))

    def _hush(self, on: bool) -> None:
        for incident in self._told_of:
            self.only_when_back.emit(incident, on)

    def _draw_aside(self, s: Snapshot) -> None:
        """What could be left out, and what is: the latter with a check mark."""
        verdicts = {v.id: v for v in s.judgement.services if v.aside is not None or _is_in_the_way(v)}
        self._keep(self._aside, self._asides, tuple(verdicts), None, self._aside_clicked)
        for service, action in self._asides.items():
            action.setText(as_action(service_line(verdicts[service], s)))
            action.setCheckable(True)
            action.setChecked(verdicts[service].aside is not None)
        self._aside_action.setVisible(bool(verdicts))

    def _aside_clicked(self, service: str) -> None:
        # A click has turned the check mark already.
        (self.set_aside if self._asides[service].isChecked() else self.undo_aside).emit(service)

    def _keep(
        self,
        menu: QMenu,
        actions: dict[str, QAction],
        wanted: tuple[str, ...],
        before: QAction | None,
        act: Callable[[str], None],
    ) -> None:
        """Make `actions` hold exactly `wanted`, in that order; what stays keeps its identity."""
        if tuple(actions) == wanted:
            return
        kept = {name: action for name, action in actions.items() if name in wanted}
        for name, action in actions.items():
            menu.removeAction(action)
            if name not in wanted:
                self._icons.pop(action, None)
                action.deleteLater()
        actions.clear()
        for name in wanted:
            action = kept.get(name) or self._named(menu, name, act)
            menu.insertAction(before, action) if before is not None else menu.addAction(action)
            actions[name] = action

    def _named(self, menu: QMenu, name: str, act: Callable[[str], None]) -> QAction:
        action = QAction(menu)
        action.triggered.connect(lambda _checked: act(name))
        return action

    def _icon(self, action: QAction, icon: QIcon) -> None:
        # Qt tells the panel about every setIcon, changed or not; the icons are cached, so identity tells.
        if self._icons.get(action) is not icon:
            self._icons[action] = icon
            action.setIcon(icon)
