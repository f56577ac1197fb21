"""Rule 4: which model families an incident names, and which of them are used on this machine.

Families are the catalogue's, by the names that incidents use. Of the user's traffic no more is kept than which of these
was asked, how often it was answered, and when; and that a model of none of them was.
"""

from collections.abc import Iterable
from typing import NamedTuple

from msgspec import Struct, field

from trayapp.core.catalogue import Provider
from trayapp.core.evidence.named_families import concerned, families_in
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try

# What has not been used for a month may well be used no more.
USED_S = 30 * 86_400.0
# A day, and so many answers, show what somebody works with; an hour and one do not.
KNOWN_S = 86_400.0
KNOWN_ANSWERS = 20
# A restart may cost what was seen since; it is written anew with every change.
NOTED_EVERY_S = 3600.0
# Stands for all models that the catalogue lists under no family.
_UNLISTED = ""


class Use(NamedTuple):
    """What is known of one service. `families`: those that its incidents may name. `used`: those of them that are used
    here; none while too little is known, or where models are used that incidents may mean and the catalogue does not
    list."""

    families: tuple[str, ...]
    used: frozenset[str]

    def elsewhere(self, texts: Iterable[str]) -> tuple[str, ...]:
        """The families that an incident with these texts (its title, what was said of it, the oldest first) is about,
        where none of them is used here; else none."""
        named = concerned(self.families, tuple(texts)) if self.used else ()
        return () if self.used.intersection(named) else named


class Used(Struct):
    """Of one family: steady seconds of the first and the last request that was noted, and how many were answered."""

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
            service: {
                family: used for family, used in kept.get(service, {}).items() if family in (*families, _UNLISTED)
            }
            for service, (_, families) in self._listed.items()
        }
        self._told = {service: Use(families, frozenset()) for service, (_, families) in self._listed.items()}

    def note(self, t: Try) -> frozenset[str]:
        """Take in a request; the services of which something else is known now than when one was taken in before."""
        model = t.witness.model if t.witness is not None else ""
        if t.source is not Source.TRAFFIC or t.depth < Depth.COMPLETION or not model:
            return frozenset()
        return frozenset(
            service
            for service, (provider, families) in self._listed.items()
            if provider == t.provider and self._note(service, model, t)
        )

    def use(self, service: str, now: float) -> Use | None:
        """What is known of a service; None where the catalogue lists no families."""
        return self._use(service, now) if service in self._listed else None

    def remember(self) -> FamiliesMemory:
        return FamiliesMemory({service: dict(known) for service, known in self._used.items() if known})

    def _note(self, service: str, model: str, t: Try) -> bool:
        """What is asked for is used, though it fails; what only fails may be no model at all."""
        good = t.outcome is Outcome.GOOD
        at, known = t.at, self._used[service]
        for family in families_in(self._listed[service][1], model) or ((_UNLISTED,) if good else ()):
            used = known.setdefault(family, Used(at, at))
            if used.answers < KNOWN_ANSWERS or at - used.last >= NOTED_EVERY_S:
                used.answers, used.last = used.answers + good, max(at, used.last)
        before, self._told[service] = self._told[service], self._use(service, at)
        return self._told[service] != before

    def _use(self, service: str, now: float) -> Use:
        _, families = self._listed[service]
        known = self._used[service]
        answers = sum(used.answers for used in known.values())
        since = min((used.first for used in known.values()), default=now)
        recent = frozenset(family for family, used in known.items() if now - used.last <= USED_S)
        enough = answers >= KNOWN_ANSWERS and now - since >= KNOWN_S
        return Use(families, recent if enough and _UNLISTED not in recent else frozenset())
