"""What has happened since the journal was last written. Times are Unix seconds."""

from enum import StrEnum

from msgspec import Struct, field

from trayapp.core.evidence.observation import Outcome, Source
from trayapp.core.incident.incident import Incident, without
from trayapp.core.journal.tally import Tally
from trayapp.core.light.verdicts import Transition
from trayapp.core.switching.route import To

SEEN_AN_HOUR = 3600
"""Requests kept one by one, of a service in an hour: a busy tool sends more than anybody looks at. All are counted."""
SEEN_WAITING = 100_000
SERVICE_HOURS_WAITING = 1000
NEWS_WAITING = 10_000
"""What waits for a disk that refuses: days of all providers and months of a bad network, some 20 MB. The oldest go."""


class Seen(Struct, frozen=True, array_like=True):
    """One request as it was seen; fields as in `Try`. `phases_ms`: where the time of a long one went, in whole
    milliseconds; of all it would take three times the room. Stored as it stands: new fields go to the end."""

    at: float
    source: Source
    depth: int
    outcome: Outcome
    code: str
    latency_s: float | None = None
    first_token_s: float | None = None
    phases_ms: tuple[int | None, ...] = ()


class By(StrEnum):
    """Who moved a provider: the user's hand, or auto mode by itself."""

    HAND = "hand"
    ITSELF = "itself"


class Switched(Struct, frozen=True):
    """A provider's requests went elsewhere from `at` on. `reason`: the route's code, or the breaker's. `answered`: by
    the local target until then, on the way home."""

    at: float
    provider: str
    to: To
    by: By
    reason: str = ""
    answered: int = 0


class Batch(Struct):
    """`hours` by service and hour since 1970 in UTC; `days` by service and day since 1970 of the local calendar, as is
    `answered`: requests answered locally, by provider. `incidents`: as they stand last; `gone`: ids of those that have
    become part of another. `open_at_first`: ids of those that were open when a run began, and so of all that were; what
    else was noted as open before has ended without anybody seeing it.
    """

    hours: dict[tuple[str, int], Tally] = field(default_factory=dict)
    days: dict[tuple[str, int], Tally] = field(default_factory=dict)
    seen: dict[tuple[str, int], list[Seen]] = field(default_factory=dict)
    changes: list[Transition] = field(default_factory=list)
    switches: list[Switched] = field(default_factory=list)
    answered: dict[tuple[str, int], int] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    open_at_first: frozenset[str] | None = None

    def __bool__(self) -> bool:
        return self.open_at_first is not None or any(getattr(self, name) for name in self.__struct_fields__)

    def add(self, later: "Batch") -> None:
        """Take in what has happened after this, and let go of what is too much."""
        for mine, theirs in ((self.hours, later.hours), (self.days, later.days)):
            for key, tally in theirs.items():
                mine.setdefault(key, Tally()).add(tally)
        for key, seen in later.seen.items():
            self.seen.setdefault(key, []).extend(seen)
        for key, count in later.answered.items():
            self.answered[key] = self.answered.get(key, 0) + count
        self.changes = [*self.changes, *later.changes][-NEWS_WAITING:]
        self.switches = [*self.switches, *later.switches][-NEWS_WAITING:]
        if later.open_at_first is not None:
            self.open_at_first = later.open_at_first
        self.incidents |= later.incidents
        self.gone |= later.gone
        for name in self.gone:
            self.incidents.pop(name, None)
        waiting = sum(map(len, self.seen.values()))
        for key in sorted(self.seen, key=lambda key: key[1]):
            if waiting <= SEEN_WAITING:
                break
            waiting -= len(self.seen.pop(key))

    def forget(self, services: frozenset[str]) -> None:
        """Let go of all that is about these; what was switched is about providers."""
        for of_services in (self.hours, self.days, self.seen):
            for key in [key for key in of_services if key[0] in services]:
                del of_services[key]
        self.changes = [one for one in self.changes if one.service not in services]
        left = {name: without(one, services) for name, one in self.incidents.items()}
        self.incidents = {name: one for name, one in left.items() if one is not None}
