"""What the icon shows for each state."""

import pytest

from tests.support import states
from tests.support.snapshots import NOW
from trayapp.core.light.severity import Light
from trayapp.core.light.shown import KEPT_S
from trayapp.core.snapshot import Snapshot
from trayapp.ui.kit.face import face
from trayapp.ui.kit.icons import Mark


@pytest.mark.parametrize(
    ("shown", "light", "mark"),
    [
        (states.fine(), Light.GREEN, Mark.NONE),
        (states.down(), Light.RED, Mark.NONE),
        (states.degraded(), Light.YELLOW, Mark.NONE),
        (states.starting(), Light.GREY, Mark.NONE),
        (states.local_now(), Light.RED, Mark.HOME),
        (states.offered(), Light.GREEN, Mark.HOME),
        (states.offline(), Light.GREEN, Mark.OFFLINE),
        (states.captive(), Light.GREEN, Mark.OFFLINE),
        (states.offline(local=("openai",)), Light.GREEN, Mark.OFFLINE),
        (states.offline(known_at=NOW - KEPT_S), Light.GREY, Mark.OFFLINE),
        (states.blocked(), Light.GREY, Mark.NONE),
    ],
)
def test_face(shown: Snapshot, light: Light, mark: Mark) -> None:
    assert face(shown) == (light, mark)
