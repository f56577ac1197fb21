"""What the icon shows of a snapshot, and what the switch offers: the little that is decided while drawing."""

from typing import NamedTuple

from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import To
from trayapp.core.switching.target import TargetState
from trayapp.ui.kit.icons import Face, Mark

# A short gap of the own network should not wipe the picture that was true a moment ago (rule 1 of the light).
KEPT_S = 120.0


def face(s: Snapshot) -> Face:
    """The overall light; while the own network is away, for two minutes the last known one. Offline outranks home."""
    offline = s.judgement.network.state in (NetworkState.OFFLINE, NetworkState.CAPTIVE)
    if offline:
        return Face(_kept(s) or s.judgement.light, Mark.OFFLINE)
    return Face(s.judgement.light, Mark.HOME if is_local(s) else Mark.NONE)


def _kept(s: Snapshot) -> Light | None:
    cut_off = [one for one in s.judgement.services if one.finding is Finding.OWN_NETWORK]
    known = [one for one in cut_off if one.last_known_at is not None and s.at - one.last_known_at < KEPT_S]
    if s.judgement.light is not Light.GREY or not known:
        return None
    return worst(one.last_known for one in known if one.last_known is not None)


def is_local(s: Snapshot) -> bool:
    """Does any provider's route lead to the local target?"""
    return bool(local_providers(s))


def local_providers(s: Snapshot) -> tuple[str, ...]:
    return tuple(name for name, route in s.routes.items() if route.to is To.LOCAL)


class Switch(NamedTuple):
    """What the switch does when it is clicked.

    `set_up`: there is no target yet. `down`: providers that would move. `healthy`: providers that the user may pick
    instead when nothing is down. `home`: providers that can come home.
    """

    set_up: bool
    down: tuple[str, ...]
    healthy: tuple[str, ...]
    home: tuple[str, ...]


def switch(s: Snapshot) -> Switch:
    home = local_providers(s)
    cloud = tuple(name for name in s.routes if name not in home)
    red = {one.provider for one in s.judgement.services if one.light is Light.RED}
    down = tuple(name for name in cloud if name in red)
    healthy = () if down or home else cloud
    return Switch(s.target.state is TargetState.NONE, down, healthy, home)
