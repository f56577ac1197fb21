"""How a service fared in one hour or one day, as seen from here."""

from msgspec import Struct, field

from trayapp.core.delays import bucket
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.phases import Phase


class Tally(Struct, array_like=True):
    """Milliseconds by light, where it could be told or not (`grey_ms`), while the own network was away (`offline_ms`);
    what is in none of them was not watched. Requests by what they counted as. `answers` and `first_tokens`: delays of
    good answers to probes, and to the first token of completions and traffic, by bucket. `dns`, `connects`, `tls`,
    `first_bytes`: the phases of good answers to probes, likewise; of days only, since hours would take as much room
    again.

    Stored as it stands: new fields go to the end.
    """

    green_ms: int = 0
    yellow_ms: int = 0
    red_ms: int = 0
    grey_ms: int = 0
    offline_ms: int = 0
    good: int = 0
    failed: int = 0
    other: int = 0
    answers: dict[int, int] = field(default_factory=dict)
    first_tokens: dict[int, int] = field(default_factory=dict)
    dns: dict[int, int] = field(default_factory=dict)
    connects: dict[int, int] = field(default_factory=dict)
    tls: dict[int, int] = field(default_factory=dict)
    first_bytes: dict[int, int] = field(default_factory=dict)

    @property
    def told_ms(self) -> int:
        """How long it could be told how the service fares."""
        return self.green_ms + self.yellow_ms + self.red_ms

    def add(self, other: "Tally") -> None:
        """Take in what another one has counted."""
        for name in _NUMBERS:
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for name in _DELAYS:
            mine = getattr(self, name)
            for number, count in getattr(other, name).items():
                mine[number] = mine.get(number, 0) + count

    def count(self, one: Try) -> None:
        """Count a request."""
        good = one.outcome is Outcome.GOOD
        if good:
            self.good += 1
        elif one.outcome is Outcome.FAIL:
            self.failed += 1
        else:
            self.other += 1
        if good and one.latency_s is not None and one.source is Source.PROBE:
            _count(self.answers, one.latency_s)
        if good and one.first_token_s is not None and one.depth is Depth.COMPLETION:
            _count(self.first_tokens, one.first_token_s)

    def count_phases(self, one: Try) -> None:
        """Count where the time of a good answer to a probe went."""
        if one.phases is not None and one.outcome is Outcome.GOOD and one.source is Source.PROBE:
            for phase, seconds in one.phases.spent().items():
                if phase in _PHASES:
                    _count(getattr(self, _PHASES[phase]), seconds)


def both(one: Tally, other: Tally) -> Tally:
    """What the two have counted."""
    together = Tally()
    together.add(one)
    together.add(other)
    return together


def _count(delays: dict[int, int], seconds: float) -> None:
    number = bucket(seconds)
    delays[number] = delays.get(number, 0) + 1


_NUMBERS = tuple(name for name, kind in Tally.__annotations__.items() if kind is int)
_DELAYS = tuple(name for name, kind in Tally.__annotations__.items() if kind is not int)
_PHASES = {Phase.DNS: "dns", Phase.CONNECT: "connects", Phase.TLS: "tls", Phase.ANSWER: "first_bytes"}
