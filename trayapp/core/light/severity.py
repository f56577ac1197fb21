"""The words of the light, as code.

A light is what the icon shows; a finding is what the verdict says is going on; a confidence is how much a green
light is worth; a badge is trouble of the user's own account, which is never a light.
"""

from collections.abc import Iterable
from enum import StrEnum


class Light(StrEnum):
    """Grey means: cannot tell."""

    GREEN = "green"
    YELLOW = "yellow"
    RED = "red"
    GREY = "grey"


class Finding(StrEnum):
    OK = "ok"
    STARTING = "starting"
    CHECKING = "checking"
    DOWN = "down"
    DEGRADED = "degraded"
    REPORTED_ONLY = "reported_only"
    SLOW = "slow"
    RECOVERING = "recovering"
    MAINTENANCE = "maintenance"
    FLAPPING = "flapping"
    BLOCKED = "blocked"
    SHARED = "shared"
    OWN_NETWORK = "own_network"
    NO_EVIDENCE = "no_evidence"


class Confidence(StrEnum):
    """What a green light rests on, strongest first."""

    ANSWERING = "answering"
    REPORTED = "reported"
    REACHABLE = "reachable"


_RANK = {Light.RED: 3, Light.YELLOW: 2, Light.GREY: 1, Light.GREEN: 0}


def worst(lights: Iterable[Light]) -> Light:
    """The worst of several lights in the order red, yellow, grey, green; grey when there is none."""
    return max(lights, key=_RANK.__getitem__, default=Light.GREY)
