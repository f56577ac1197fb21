"""What there is to tell the user, and what a way of telling it can do."""

from collections.abc import Callable
from typing import Protocol

from msgspec import Struct

from trayapp.core.notify.banner import Urgency

# The id of the button that stands for a click on the note itself.
OPEN = "default"

# Key of the note, id of the button, and what lets a window take the focus on Wayland (XDG activation), if given.
OnButton = Callable[[str, str, str | None], None]


class Picture(Struct, frozen=True):
    """A square of `side_px` pixels, row by row; `rgba` has four bytes for each, not multiplied by alpha."""

    side_px: int
    rgba: bytes


class Note(Struct, frozen=True):
    """What to show under `key`; a later note with the same key replaces it.

    Texts are plain; a notifier escapes where its desktop reads markup. `buttons`: pairs of id and label; `opens` is the
    label of a click on the note itself. `pops_up`: False changes a note that is still on the screen, quietly, and shows
    nothing where there is none. What is on the screen never gets less urgent than it is.
    """

    key: str
    title: str
    body: str
    urgency: Urgency = Urgency.NORMAL
    buttons: tuple[tuple[str, str], ...] = ()
    pops_up: bool = True
    opens: str = ""
    picture: Picture | None = None


class Shown(Struct, frozen=True):
    """A note as the server knows it. `on_screen`: False once it has expired, when it may still be in a history."""

    id: int
    urgency: Urgency
    on_screen: bool = True


class Delivered(Struct, frozen=True):
    """What a restart of this program has to know to replace and withdraw what it showed before.

    Ids hold as long as the same server runs on the same bus.
    """

    bus: str = ""
    owner: str = ""
    notes: dict[str, Shown] = {}


class CannotNotify(Exception):
    """This way does not work now; the text says why, for the log."""


class Notifier(Protocol):
    """One way of telling the user something."""

    @property
    def name(self) -> str:
        """For the log and the diagnosis."""

    async def show(self, note: Note) -> None:
        """Show `note`, or replace the one with its key; raises `CannotNotify`."""

    async def withdraw(self, key: str) -> None:
        """Take the note `key` away, if it is there; raises `CannotNotify`."""

    async def close(self) -> None:
        """Let go of what this way holds. Notes stay on the screen."""


class Handed:
    """A way that belongs to somebody else, such as the tray's balloon or the panel.

    `show` returns whether it took the note. What was shown cannot be changed or withdrawn, so quiet changes are not
    handed to it.
    """

    def __init__(self, name: str, show: Callable[[Note], bool]) -> None:
        self.name = name
        self._show = show

    async def show(self, note: Note) -> None:
        if note.pops_up and not self._show(note):
            raise CannotNotify(f"{self.name} is not there")

    async def withdraw(self, key: str) -> None:
        return

    async def close(self) -> None:
        return
