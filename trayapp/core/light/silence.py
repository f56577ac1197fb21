"""Two providers that fall silent together while their pages are calm: rather something on the way than both of them."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Mapping

from trayapp.core.catalogue import Part
from trayapp.core.evidence.groups import Group
from trayapp.core.evidence.odds import Level
from trayapp.core.evidence.own_evidence import Evidence
from trayapp.core.evidence.reach import Reach

# One outage rarely takes two vendors without a word from either page; a firewall's new rule does.
SILENT_PROVIDERS = 2
SILENT_WITHIN_S = 120.0
# With the first try, which has none beside it, these make three.
CONTROLS_ANSWERED = 2
# Pages lag by a median of 16 minutes; who has waited five is told what is more likely meanwhile.
KEPT_OUT_AFTER_S = 300.0
_NO_NAME = frozenset({"no_name", "private_address"})


def silent_since(evidence: Evidence) -> float | None:
    """Since when nothing at all has answered, once that is more than a hiccup; None while something does.

    Controls that answer beside it are enough: where two are silent, each makes the network look too shaky to say more.
    """
    run, red = evidence.run, evidence.red
    if not run or evidence.was_answered or run[-1].reach is Reach.LOOPBACK or evidence.stranger.blocks:
        return None
    if red is None and evidence.level is Level.NONE and evidence.controls_answered < CONTROLS_ANSWERED:
        return None
    return min(run[0].at, red.first_at) if red is not None else run[0].at


def gone_since(evidence: Evidence) -> float | None:
    """The same, or since when its name has been gone here, which is silence to whoever sits beside."""
    stranger = evidence.stranger
    if stranger.latest is not None and stranger.blocks and stranger.latest.code in _NO_NAME:
        return stranger.since
    return silent_since(evidence)


def kept_out(since: Mapping[str, float]) -> dict[str, float]:
    """Which of the silent providers fell silent beside another, and since when.

    `since`: when each of them did whose page is readable and calm.
    """
    times = sorted(since.values())
    together: dict[str, float] = {}
    for provider, at in since.items():
        first = bisect_left(times, at - SILENT_WITHIN_S)
        if bisect_right(times, at + SILENT_WITHIN_S) - first >= SILENT_PROVIDERS:
            together[provider] = times[first]
    return together


class Silences:
    """Follows who is silent. `kept_out`: which providers fell silent beside another, and since when."""

    def __init__(self) -> None:
        self.kept_out: dict[str, float] = {}

    def follow(self, groups: Iterable[tuple[str, Group]], is_calm: Callable[[Iterable[Part]], bool]) -> set[str]:
        """Take in how all do now; for which providers it is over, because another of them answers again.

        `groups`: of components, each with its provider. `is_calm`: whether the page calls one of these well.
        """
        silent: set[str] = set()
        # Since when each has been silent whose page is calm about what is silent.
        beside: dict[str, float] = {}
        for provider, group in groups:
            at = gone_since(group.evidence)
            if at is None:
                continue
            silent.add(provider)
            if at < beside.get(provider, math.inf) and is_calm(group.parts):
                beside[provider] = at
        before, self.kept_out = self.kept_out, kept_out(beside)
        return set() if before.keys() <= silent else before.keys() - self.kept_out.keys()
