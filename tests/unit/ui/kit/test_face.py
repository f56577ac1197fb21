"""What the icon shows, and what the switch offers, for each state."""

import msgspec
import pytest

from tests.support import states
from tests.support.snapshots import NO_TARGET, NOW
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.ui.kit.face import KEPT_S, Switch, face, switch
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


def test_the_worst_known_light_is_kept() -> None:
    shown = states.offline()
    first, *rest = shown.judgement.services
    red = msgspec.structs.replace(first, last_known=Light.RED)
    judgement = msgspec.structs.replace(shown.judgement, services=(red, *rest))
    assert face(msgspec.structs.replace(shown, judgement=judgement)).light is Light.RED


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (states.fine(), Switch(False, (), ("openai", "anthropic"), ())),
        (states.fine(target=NO_TARGET), Switch(True, (), ("openai", "anthropic"), ())),
        (states.down(), Switch(False, ("openai",), (), ())),
        (states.shared(), Switch(False, ("openai", "anthropic"), (), ())),
        (states.shared(local=("openai",)), Switch(False, ("anthropic",), (), ("openai",))),
        (states.local_now(), Switch(False, (), (), ("openai",))),
        (states.offered(), Switch(False, (), (), ("openai",))),
    ],
)
def test_switch(shown: Snapshot, expected: Switch) -> None:
    assert switch(shown) == expected
