"""Rule 4: which model families an incident names, and which of them are used on this machine.

Families are the catalogue's, by the names that incidents use. Of the user's traffic no more is kept than which of these
was answered, how often, and when.
"""

import re
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from msgspec import Struct, field

from trayapp.core.catalogue import Provider
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try

# What has not been used for a month may well be used no more.
USED_S = 30 * 86_400.0
# A day, and so many answers, show what somebody works with; an hour and one do not.
KNOWN_S = 86_400.0
KNOWN_ANSWERS = 20
# A restart may cost what was seen since; it is written anew with every change.
NOTED_EVERY_S = 3600.0

_BETWEEN = r"\s_\-\u2010-\u2013"
# It names some, and means more.
_AND_MORE = re.compile(
    r"\b(?:all|any|both|every|multiple|several|various|many|some|most|other|certain|different)\b[^.]{0,40}\bmodels?\b"
    r"|\b(?:including|such as|and more|and others|among others)\b",
    re.I,
)


class Use(NamedTuple):
    """What is known of one service. `families`: those that its incidents may name. `used`: those of them that are used
    here; none while too little is known."""

    families: tuple[str, ...]
    used: frozenset[str]

    def named(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The families that an incident with these texts names; none where it means more than these."""
        text = " ".join(texts)
        return () if _AND_MORE.search(text) else families_in(self.families, text)

    def elsewhere(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The families that an incident with these texts names, where none of them is used here; else none."""
        named = self.named(texts) if self.used else ()
        return () if self.used.intersection(named) else named


class Used(Struct):
    """Of one family: steady seconds of the first and the last answer that was noted, and how many there were."""

    first: float
    last: float
    answers: int = 0


class FamiliesMemory(Struct):
    """What survives a restart, by service and family."""

    services: dict[str, dict[str, Used]] = field(default_factory=dict)


class Families:
    """Notes the user's traffic with `providers`, and says what is used."""

    def __init__(self, providers: Iterable[Provider], memory: FamiliesMemory | None = None) -> None:
        self._listed = {
            service.id: (provider.provider, service.families)
            for provider in providers
            for service in provider.services
            if service.families
        }
        kept = memory.services if memory is not None else {}
        self._used = {
            service: {family: used for family, used in kept.get(service, {}).items() if family in families}
            for service, (_, families) in self._listed.items()
        }
        self._told = {service: Use(families, frozenset()) for service, (_, families) in self._listed.items()}

    def note(self, t: Try) -> frozenset[str]:
        """Take in a request; the services of which something else is known now than when one was taken in before."""
        if t.source is not Source.TRAFFIC or t.outcome is not Outcome.GOOD or t.depth < Depth.COMPLETION:
            return frozenset()
        model = t.witness.model if t.witness is not None else ""
        return frozenset(
            service
            for service, (provider, families) in self._listed.items()
            if provider == t.provider and self._note(service, families_in(families, model), t.at)
        )

    def use(self, service: str, now: float) -> Use | None:
        """What is known of a service; None where the catalogue lists no families."""
        return self._use(service, now) if service in self._listed else None

    def remember(self) -> FamiliesMemory:
        return FamiliesMemory({service: dict(known) for service, known in self._used.items() if known})

    def _note(self, service: str, families: tuple[str, ...], at: float) -> bool:
        for family in families:
            used = self._used[service].get(family)
            if used is None:
                self._used[service][family] = Used(at, at, 1)
            elif used.answers < KNOWN_ANSWERS or at - used.last >= NOTED_EVERY_S:
                used.answers, used.last = used.answers + 1, max(at, used.last)
        before, self._told[service] = self._told[service], self._use(service, at)
        return self._told[service] != before

    def _use(self, service: str, now: float) -> Use:
        _, families = self._listed[service]
        known = self._used[service]
        answers = sum(used.answers for used in known.values())
        since = min((used.first for used in known.values()), default=now)
        if answers < KNOWN_ANSWERS or now - since < KNOWN_S:
            return Use(families, frozenset())
        return Use(families, frozenset(family for family, used in known.items() if now - used.last <= USED_S))


def families_in(families: tuple[str, ...], text: str) -> tuple[str, ...]:
    """Which of these a text or the id of a model names."""
    return tuple(family for family in families if _pattern(family).search(text))


@lru_cache(maxsize=256)
def _pattern(family: str) -> re.Pattern[str]:
    """Gemini Pro is also Gemini 2.5 Pro, and GPT-5 also gpt-5.1-codex; gpt-50 is another."""
    first, *rest = re.split(r"[\s-]+", family)
    words = re.escape(first)
    for word in rest:
        words += f"[{_BETWEEN}]*" if word[0].isdigit() else rf"[{_BETWEEN}.\d]*"
        words += re.escape(word)
    end = "[a-z0-9]" if words[-1].isalpha() else r"\d"
    return re.compile(rf"(?<![a-z0-9]){words}(?!{end})", re.I)
