"""Rule 4's last word is the user's: what they have set aside keeps its light, and is left out of the overall one."""

from enum import StrEnum

from msgspec import Struct


class Lasts(StrEnum):
    """When what was set aside counts again by itself: when it changes, at a time, or never."""

    CHANGED = "changed"
    TIME = "time"
    UNDONE = "undone"


class Aside(Struct, frozen=True):
    """That a service is set aside, since `at`. `until`: where it is for a time. `incident`: what was set aside is this
    incident, and the service with it."""

    at: float
    lasts: Lasts
    until: float | None = None
    incident: str | None = None
