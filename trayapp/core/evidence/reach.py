"""Which kind of address was asked."""

from enum import StrEnum


class Reach(StrEnum):
    """Which kind of address was asked. A control vouches only for its own kind; loopback needs no proof."""

    PUBLIC = "public"
    PRIVATE = "private"
    LOOPBACK = "loopback"
