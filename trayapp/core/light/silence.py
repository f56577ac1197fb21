"""Two providers that fall silent together while their pages are calm: rather something on the way than both of them."""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Collection, Iterable, Mapping

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


def kept_out(since: Mapping[str, float], wordless: Mapping[str, float]) -> dict[str, float]:
    """Which of the silent providers fell silent beside another, and since when.

    `since`: when each of them did whose page is calm. `wordless`: the same of those that have no page or none that says
    anything: two others tell what is the matter with them, too.
    """
    times = sorted(since.values())
    together: dict[str, float] = {}
    for provider, at in since.items():
        first = bisect_left(times, at - SILENT_WITHIN_S)
        if bisect_right(times, at + SILENT_WITHIN_S) - first >= SILENT_PROVIDERS:
            together[provider] = times[first]
    for provider, at in wordless.items():
        near = [began for other, began in together.items() if abs(since.get(other, math.inf) - at) <= SILENT_WITHIN_S]
        if near:
            together[provider] = min(near)
    return together


class Silences:
    """Follows who is silent. `kept_out`: which providers fell silent beside another, and since when."""

    def __init__(self) -> None:
        self.kept_out: dict[str, float] = {}
        # Since when each provider has been silent, whichever of its hosts answer again; and what of those kept out is.
        self._since: dict[str, float] = {}
        self._silent: set[Group] = set()

    def follow(
        self,
        groups: Collection[Group],
        provider_of: Callable[[Iterable[Part]], str],
        are_calm: Callable[[Iterable[Part]], bool | None],
    ) -> set[Group]:
        """Take in how all do now; for whom it is over: who answers again, and those who are alone because of that.

        `provider_of`: whose these components are. `are_calm`: whether the page calls one of them well.
        """
        silent: dict[Group, str] = {}
        # Since when each has been silent: of those whose page is calm about it, and of those without a word.
        calm: dict[str, float] = {}
        wordless: dict[str, float] = {}
        for group in groups:
            if not group.evidence.run and group.evidence.stranger.latest is None:
                # Most, most of the time: all of them are asked at every evaluation.
                continue
            at = gone_since(group.evidence)
            if at is None:
                continue
            provider = silent[group] = provider_of(group.parts)
            said = are_calm(group.parts)
            if said is not False:
                times = wordless if said is None else calm
                times[provider] = min(at, times.get(provider, self._since.get(provider, math.inf)))
        self._since = wordless | calm
        wordless = {provider: at for provider, at in wordless.items() if provider not in calm}
        before, self.kept_out = self.kept_out, kept_out(calm, wordless)
        answered = self._silent - silent.keys()
        self._silent = {group for group, provider in silent.items() if provider in self.kept_out}
        released = before.keys() - self.kept_out.keys() if answered else set()
        return answered | {group for group in groups if released and provider_of(group.parts) in released}
