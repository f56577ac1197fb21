"""A real desktop for a test: its own screen and buses, home and programs. Nothing of the machine's own is touched.

`desktop` is a screen with a window manager and a session bus. `lxqt_panel`, `xembed_tray`, `dunst` and the keyrings
are added by asking for their fixtures. Programs under test are started with `desktop.start` or `desktop.llm_ampel`.
"""

import contextlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import end, running, wait_for
from tests.support.screen import Screen, own_screen
from tests.support.sessionbus import PrivateBus, private_bus

# Neither black nor white, so that both stand out in pictures.
_BACKDROP = "#4a6076"

KEYRING_PASSWORD = "correct horse"

_PANEL_CONF = """\
panels=panel1

[panel1]
plugins=statusnotifier
position={edge}
desktop=0
iconSize=22
panelSize=32
width=100
width-percent=true

[statusnotifier]
type=statusnotifier
alignment=Left
"""

_DUNSTRC = """\
[global]
    width = (320, 420)
    height = 300
    origin = top-right
    offset = 10x50
    font = DejaVu Sans 10
    markup = full
    format = "<b>%s</b>\\n%b"
    icon_position = left
    max_icon_size = 32
    show_indicators = no
    mouse_left_click = do_action
    mouse_middle_click = context
    mouse_right_click = close_current
    dmenu = {chooser}
"""

# In the place of the menu in which dunst lets one choose a button: takes the line that was asked for.
_CHOOSER = """\
#!/bin/sh
exec grep -F -m 1 -f {wanted} -
"""


@dataclass
class Desktop:
    """The parts of one desktop. `env`: what programs on it are started with. `address`: of the session bus."""

    screen: Screen
    bus: PrivateBus
    folder: Path
    env: dict[str, str]
    programs: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    @property
    def address(self) -> str:
        return self.bus.address

    def log(self, name: str) -> Path:
        """The output of a program that was started under this name."""
        return self.folder / f"{name}.log"

    def start(self, name: str, *command: str | Path, stdin: bytes = b"") -> subprocess.Popen[bytes]:
        """Start a program; it ends with the desktop at the latest."""
        return self.programs.enter_context(running(command, self.env, self.log(name), stdin=stdin))

    def llm_ampel(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start the product."""
        return self.start("llm-ampel", Path(sys.executable).with_name("llm-ampel"), *arguments)

    def run(self, *command: str | Path) -> str:
        """Run a program to its end; its output."""
        done = subprocess.run([str(part) for part in command], env=self.env, check=True, capture_output=True, text=True)
        return done.stdout

    def wait_for_window(self, title: str) -> str:
        """The id of the first window whose title matches the regular expression `title`, when it is visible."""
        return wait_for(lambda: self.screen.windows(title), f"a window {title!r}")[0]

    def wait_for_name(self, name: str) -> None:
        """Return when somebody owns `name` on the session bus."""
        ask = ["dbus-send", f"--bus={self.address}", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"]
        ask += ["org.freedesktop.DBus.NameHasOwner", f"string:{name}"]
        wait_for(lambda: "true" in self.run(*ask), f"{name} on the bus")


@pytest.fixture
def screen(tmp_path: Path) -> Iterator[Screen]:
    """An empty screen."""
    with own_screen(tmp_path / "xvfb.log") as screen:
        yield screen


@pytest.fixture
def desktop(screen: Screen, tmp_path: Path) -> Iterator[Desktop]:
    """A screen with a window manager, a session bus and a home of its own; no panel, no services."""
    # Sockets go there, and their paths may have 107 bytes only.
    folder = Path(tempfile.mkdtemp(prefix="desk-"))
    home = folder / "home"
    runtime = folder / "run"
    for part in (home, runtime):
        part.mkdir(mode=0o700)
    try:
        with private_bus(folder) as bus:
            desktop = Desktop(screen, bus, folder, _environment(screen, bus, home, runtime))
            with desktop.programs:
                desktop.start("openbox", "openbox", "--sm-disable")
                wait_for(lambda: "_NET_SUPPORTING_WM_CHECK(WINDOW)" in desktop.run("xprop", "-root"), "openbox")
                desktop.run("xsetroot", "-solid", _BACKDROP)
                yield desktop
    finally:
        for log in folder.glob("*.log"):
            shutil.copy(log, tmp_path)
        shutil.rmtree(folder)


def _environment(screen: Screen, bus: PrivateBus, home: Path, runtime: Path) -> dict[str, str]:
    """What a login on this desktop would set, and nothing of the machine's own session."""
    kept = ("PATH", "PYTHONPATH", "LANG", "LC_ALL", "LLM_AMPEL_HOME", "VIRTUAL_ENV")
    return {
        **{name: os.environ[name] for name in kept if name in os.environ},
        "HOME": str(home),
        "XDG_CONFIG_HOME": str(home / ".config"),
        "XDG_DATA_HOME": str(home / ".local/share"),
        "XDG_CACHE_HOME": str(home / ".cache"),
        "XDG_RUNTIME_DIR": str(runtime),
        "DISPLAY": screen.display,
        "DBUS_SESSION_BUS_ADDRESS": bus.address,
        "DBUS_SYSTEM_BUS_ADDRESS": f"unix:path={runtime}/no-system-bus",
        "QT_QPA_PLATFORM": "xcb",
        "NO_AT_BRIDGE": "1",
        "GTK_A11Y": "none",
    }


def start_lxqt_panel(desktop: Desktop, edge: str = "Top") -> subprocess.Popen[bytes]:
    """lxqt-panel with nothing on it but the tray (StatusNotifierItem); a test may start it late.

    `edge` of the screen: "Top" or "Bottom".
    """
    configuration = Path(desktop.env["XDG_CONFIG_HOME"]) / "lxqt" / "panel.conf"
    configuration.parent.mkdir(parents=True, exist_ok=True)
    configuration.write_text(_PANEL_CONF.format(edge=edge))
    panel = desktop.start("lxqt-panel", "lxqt-panel")
    desktop.wait_for_name("org.kde.StatusNotifierWatcher")
    return panel


@pytest.fixture
def lxqt_panel(desktop: Desktop) -> Desktop:
    """The desktop with a real StatusNotifierItem panel along its upper edge."""
    start_lxqt_panel(desktop)
    return desktop


def start_xembed_tray(desktop: Desktop) -> subprocess.Popen[bytes]:
    """trayer, an XEmbed tray of the old kind; a test may start it late."""
    tray = desktop.start(
        "trayer",
        *("trayer", "--edge", "top", "--align", "left", "--widthtype", "request", "--height", "32"),
        *("--transparent", "true", "--alpha", "0", "--tint", "0x202020"),
    )
    wait_for(lambda: desktop.screen.windows("^panel$"), "trayer")
    return tray


@pytest.fixture
def xembed_tray(desktop: Desktop) -> Desktop:
    """The desktop with a real XEmbed tray at its upper left, and no StatusNotifierWatcher."""
    start_xembed_tray(desktop)
    return desktop


class Dunst:
    """A real notification server on a desktop."""

    def __init__(self, desktop: Desktop) -> None:
        self.desktop = desktop
        self._wanted = desktop.folder / "wanted-button"
        self._configuration = desktop.folder / "dunstrc"
        chooser = desktop.folder / "chooser"
        chooser.write_text(_CHOOSER.format(wanted=self._wanted))
        chooser.chmod(0o700)
        self._configuration.write_text(_DUNSTRC.format(chooser=chooser))
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        process = self.desktop.start("dunst", "dunst", "-config", self._configuration)
        self.desktop.wait_for_name("org.freedesktop.Notifications")
        return process

    @property
    def displayed(self) -> int:
        """How many banners are on the screen."""
        return int(self.desktop.run("dunstctl", "count", "displayed"))

    def press(self, label: str) -> None:
        """Press the button with this label on a banner."""
        self._wanted.write_text(label)
        self.desktop.run("dunstctl", "context")

    def click(self) -> None:
        """Click on the latest banner itself."""
        self.desktop.run("dunstctl", "action", "0")

    def dismiss(self) -> None:
        """Close the latest banner."""
        self.desktop.run("dunstctl", "close")

    def history(self) -> list[dict[str, dict[str, Any]]]:
        """The banners that were closed, latest first, as dunst keeps them."""
        told = json.loads(self.desktop.run("dunstctl", "history"))
        return list(told["data"][0])

    def stop(self) -> None:
        """End the server."""
        end(self.process)

    def restart(self) -> None:
        """End the server and start another one, which knows nothing of the first."""
        self.stop()
        self.process = self._start()


@pytest.fixture
def dunst(desktop: Desktop) -> Dunst:
    """The desktop's notification server."""
    return Dunst(desktop)


def start_keyring(desktop: Desktop, password: str | None) -> subprocess.Popen[bytes]:
    """gnome-keyring; unlocked with `password`, locked without. The first password given is the one."""
    unlock = [] if password is None else ["--unlock"]
    keyring = desktop.start(
        "gnome-keyring",
        *("gnome-keyring-daemon", "--foreground", "--components=secrets", *unlock),
        stdin=(password or "").encode(),
    )
    desktop.wait_for_name("org.freedesktop.secrets")
    return keyring


@pytest.fixture
def gnome_keyring(desktop: Desktop) -> Desktop:
    """The desktop with an empty, unlocked keyring."""
    start_keyring(desktop, KEYRING_PASSWORD)
    return desktop


@pytest.fixture
def locked_keyring(desktop: Desktop) -> Desktop:
    """The desktop with a locked keyring, and the program that would ask for its password on the screen."""
    end(start_keyring(desktop, KEYRING_PASSWORD))
    start_keyring(desktop, None)
    desktop.start("prompter", "/usr/libexec/gcr-prompter")
    desktop.wait_for_name("org.gnome.keyring.SystemPrompter")
    return desktop
