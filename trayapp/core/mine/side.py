"""Where it lies when something fails: with them, with the user, or where neither can be seen."""

from enum import StrEnum


class Side(StrEnum):
    THEM = "them"
    YOU = "you"
    NEITHER = "neither"
