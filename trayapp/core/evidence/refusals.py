"""Rule 3, *refused what was accepted*: outages that come as 401, 403, 404 or 429 for everybody.

A refusal says nothing by itself: keys expire, and models end. It says something where the same credential was
accepted for the same path and model within a day. Who is accepted again is a witness of the return.
"""

from msgspec import Struct

from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Badge, Source, Try, Witness

# A key of yesterday may have been withdrawn since, for good reasons.
HISTORY_S = 24 * 3600.0
# Two refusals may be a hiccup of whoever looks up the key; three, apart, are a state.
REFUSALS = 3
SPACING_S = 60.0
# A fixed request without a key is asked whether anybody needs it or not: five minutes filter what passes by itself.
KEYLESS_SPAN_S = 300.0
# The user's tools may fall silent because they are refused; after so long nobody knows any more.
REFUSAL_LIFE_S = 1800.0
# As for a red of own eyes: one accepted request may be luck, two a minute apart are not.
ACCEPTED_SPAN_S = 60.0
# One credential that is refused is its owner's trouble first; two have only the provider in common.
WITNESSES = 2
# Tools use a handful of credentials and models; this bounds what is kept.
HISTORY_KEPT = 512

_ABOUT_THE_MODEL = (404, 410)
_ABOUT_THE_ADDRESS = 403

_Key = tuple[str, str, Witness]


class Acceptance(Struct, frozen=True):
    """When `witness` was last accepted at `host`."""

    provider: str
    host: str
    witness: Witness
    at: float


class RefusalRun(Struct):
    """Refusals in a row, at least `SPACING_S` apart where they count. `good_at`: accepted again, once so far.
    `by_tools`: the user's own requests are among them."""

    accepted_at: float
    first_at: float
    counted: int
    counted_at: float
    last: Try
    good_at: float | None = None
    by_tools: bool = False

    @property
    def holds(self) -> bool:
        """Enough refusals to say so."""
        keyed = self.last.witness is not None and bool(self.last.witness.credential)
        return self.counted >= REFUSALS and (keyed or self.last.at - self.first_at >= KEYLESS_SPAN_S)


class RefusalsMemory(Struct):
    """What survives a restart. `network_at`: when the network last changed."""

    accepted: list[Acceptance] = []
    runs: list[RefusalRun] = []
    network_at: float = 0.0


class Refusal(Struct, frozen=True):
    """A component refuses since `since_at` what it accepted at `accepted_at`.

    `tries`: refusals that count; `last`: the latest; `witnesses`: how many different credentials say so.
    """

    since_at: float
    accepted_at: float
    tries: int
    last: Try
    witnesses: int

    @property
    def keyed(self) -> bool:
        """Does somebody say so who was accepted by a credential?"""
        return self.agreed or (self.last.witness is not None and bool(self.last.witness.credential))

    @property
    def agreed(self) -> bool:
        """Is it more than one credential's own trouble?"""
        return self.witnesses >= WITNESSES


class Refusals:
    """Who was accepted, and who is refused now. All times are steady seconds.

    `observe`, `network_changed` and `look` change what is known; `of` only reads.
    """

    def __init__(self, memory: RefusalsMemory | None = None) -> None:
        kept = memory or RefusalsMemory()
        self._accepted = {(one.provider, one.host, one.witness): one.at for one in kept.accepted}
        self._runs = {key: run for run in kept.runs if (key := _key(run.last)) is not None}
        self._network_at = kept.network_at
        self._back: dict[Part, float] = {}

    def remember(self) -> RefusalsMemory:
        accepted = [Acceptance(*key, at) for key, at in self._accepted.items()]
        return RefusalsMemory(accepted, list(self._runs.values()), self._network_at)

    def observe(self, t: Try) -> float | None:
        """Take in a try. When it refuses what was accepted: the time at which it was."""
        key = _key(t)
        if key is None or t.accepted is None:
            return None
        if t.accepted:
            self._accept(key, t)
            return None
        run = self._runs.get(key)
        if run is not None and t.at - run.last.at <= REFUSAL_LIFE_S:
            if t.at - run.counted_at >= SPACING_S:
                run.counted, run.counted_at = run.counted + 1, t.at
            if t.at >= run.last.at:
                run.last, run.good_at = t, None
            run.by_tools |= t.source is Source.TRAFFIC
            return run.accepted_at
        accepted_at = self._accepted.get(key)
        if accepted_at is None or not accepted_at <= t.at <= accepted_at + HISTORY_S:
            return None
        if t.status == _ABOUT_THE_ADDRESS and accepted_at < self._network_at:
            # Another address than that which was accepted: a VPN, a company, a country.
            return None
        self._runs[key] = RefusalRun(accepted_at, t.at, 1, t.at, t, by_tools=t.source is Source.TRAFFIC)
        return accepted_at

    def _accept(self, key: _Key, t: Try) -> None:
        self._accepted[key] = t.at
        if len(self._accepted) > HISTORY_KEPT:
            del self._accepted[min(self._accepted, key=self._accepted.__getitem__)]
        run = self._runs.get(key)
        if run is None or t.at < run.last.at:
            return
        if not run.holds:
            del self._runs[key]
        elif run.good_at is None:
            run.good_at = t.at
        elif t.at - run.good_at >= ACCEPTED_SPAN_S:
            del self._runs[key]
            self._back |= dict.fromkeys(run.last.parts, run.good_at)

    def network_changed(self, at: float) -> None:
        """Another network: what was not yet certain, or may be about the address, starts afresh."""
        self._network_at = at
        about_here = [key for key, run in self._runs.items() if not run.holds or run.last.status == _ABOUT_THE_ADDRESS]
        for key in about_here:
            del self._runs[key]

    def look(self, now: float) -> tuple[set[Part], dict[Part, float]]:
        """Let the time be `now`: the parts that lost a refusal for its age, and those accepted again since when."""
        old = [key for key, run in self._runs.items() if self._is_over(key, run, now)]
        lost = {part for key in old for part in self._runs.pop(key).last.parts}
        for key in [key for key, at in self._accepted.items() if now - at > HISTORY_S]:
            del self._accepted[key]
        back, self._back = self._back, {}
        return lost, {part: at for part, at in back.items() if self.of(part) is None}

    def _is_over(self, key: _Key, run: RefusalRun, now: float) -> bool:
        """Whether nobody asks any more, or one alone has been refused for so long that something has rather changed
        for good: the path, what it answers without a key, or the key."""
        lasting = run.last.at - run.first_at > HISTORY_S and not self._has_company(key)
        return lasting or now - run.last.at > REFUSAL_LIFE_S

    def of(self, part: Part) -> Refusal | None:
        """What this component refuses now."""
        if not self._runs:
            return None
        runs = [run for key, run in self._runs.items() if part in run.last.parts and run.holds and self._weighs(key)]
        if not runs:
            return None
        first = min(runs, key=lambda run: run.first_at)
        last = max((run.last for run in runs), key=lambda t: t.at)
        credentials = {run.last.witness.credential for run in runs if run.last.witness is not None}
        return Refusal(first.first_at, first.accepted_at, sum(run.counted for run in runs), last, len(credentials))

    def _weighs(self, key: _Key) -> bool:
        """Whether nobody else's credential is accepted for the same meanwhile: then it is this one's own trouble.

        That a model is gone, which only completions of our own are told, is no outage unless somebody else is refused.
        """
        run, (provider, host, witness) = self._runs[key], key
        if run.last.badge is Badge.MODEL and not run.by_tools and not self._has_company(key):
            return False
        return not any(
            at > run.first_at
            and (other.credential != witness.credential and bool(other.credential))
            and (theirs, there, other.path) == (provider, host, witness.path)
            and (other.model == witness.model or run.last.status not in _ABOUT_THE_MODEL)
            for (theirs, there, other), at in self._accepted.items()
        )

    def _has_company(self, key: _Key) -> bool:
        """Whether others are refused as well, of what this one speaks for."""
        parts = set(self._runs[key].last.parts)
        return any(
            other != key and run.holds and not parts.isdisjoint(run.last.parts) for other, run in self._runs.items()
        )


def _key(t: Try) -> _Key | None:
    return (t.provider, t.host, t.witness) if t.witness is not None else None
