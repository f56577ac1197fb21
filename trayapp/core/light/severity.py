"""The words of the light, as code, and the one order in which they outrank each other.

A light is what the icon shows; a finding is what the verdict says is going on; a confidence is how much a green
light is worth.
"""

from collections.abc import Iterable
from enum import StrEnum


class Light(StrEnum):
    """Grey means: cannot tell. In the order of severity, mildest first: grey never hides red and is never green."""

    GREEN = "green"
    GREY = "grey"
    YELLOW = "yellow"
    RED = "red"


class Finding(StrEnum):
    """In the order of severity, mildest first: of several findings of one light the last says most to a person.

    What is declared or about to be over (maintenance, recovering) yields to trouble that is going on; trouble that
    only the page sees (reported only) to what own requests see.
    """

    OK = "ok"
    NO_EVIDENCE = "no_evidence"
    STARTING = "starting"
    BLOCKED = "blocked"
    OWN_NETWORK = "own_network"
    CHECKING = "checking"
    MAINTENANCE = "maintenance"
    RECOVERING = "recovering"
    REPORTED_ONLY = "reported_only"
    SLOW = "slow"
    FLAPPING = "flapping"
    DEGRADED = "degraded"
    DOWN = "down"
    SHARED = "shared"


class Confidence(StrEnum):
    """What a green light rests on, strongest first."""

    ANSWERING = "answering"
    REPORTED = "reported"
    REACHABLE = "reachable"


_LIGHTS = {light: place for place, light in enumerate(Light)}
_FINDINGS = {finding: place for place, finding in enumerate(Finding)}


def severity(light: Light, finding: Finding) -> tuple[int, int]:
    """How bad this is: larger is worse."""
    return _LIGHTS[light], _FINDINGS[finding]


def worst(lights: Iterable[Light]) -> Light:
    """The worst of several lights in the order red, yellow, grey, green; grey when there is none."""
    return max(lights, key=_LIGHTS.__getitem__, default=Light.GREY)


def worst_finding(findings: Iterable[Finding]) -> Finding:
    """The one that says most; no evidence when there is none."""
    return max(findings, key=_FINDINGS.__getitem__, default=Finding.NO_EVIDENCE)
