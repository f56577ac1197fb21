"""What the icon shows of a snapshot."""

from trayapp.core.snapshot import Snapshot
from trayapp.ui.kit.icons import Face, Mark


def face(s: Snapshot) -> Face:
    """The light that is shown, with the mark that matters most: offline outranks home."""
    if s.shown.offline:
        return Face(s.shown.light, Mark.OFFLINE)
    return Face(s.shown.light, Mark.HOME if s.offer.home else Mark.NONE)
