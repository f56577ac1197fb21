"""Which light is shown: the overall one, or for a short while the last known while the own network is away."""

from msgspec import Struct

from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.light.verdicts import Judgement

# A short gap of the own network should not wipe the picture that was true a moment ago (rule 1).
KEPT_S = 120.0


class ShownLight(Struct, frozen=True):
    """`light`: what icon and command line show. `offline`: the own network is away, and a mark says so."""

    light: Light
    offline: bool = False


def shown_light(judgement: Judgement, now: float) -> ShownLight:
    """What is shown at `now`."""
    if judgement.network.state not in (NetworkState.OFFLINE, NetworkState.CAPTIVE):
        return ShownLight(judgement.light)
    cut_off = [
        service for service in judgement.services if service.finding is Finding.OWN_NETWORK and service.aside is None
    ]
    known = [
        service.last_known
        for service in cut_off
        if service.last_known is not None and service.last_known_at is not None and now - service.last_known_at < KEPT_S
    ]
    if judgement.light is not Light.GREY or not known:
        return ShownLight(judgement.light, offline=True)
    return ShownLight(worst(known), offline=True)
