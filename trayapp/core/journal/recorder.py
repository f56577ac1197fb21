"""Notes down what happens while the engine runs, in batches that the store adds to what it has.

Sans-io: the clock's steady seconds come in with their distance to Unix time, so that a clock that is set counts
nothing twice and nothing away; only what is noted from then on has the new time.
"""

from collections.abc import Callable, Iterator

from msgspec import structs

from trayapp.core.evidence.observation import NetworkState, Try
from trayapp.core.evidence.phases import WORTH_A_WORD_S
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import SEEN_AN_HOUR, SERVICE_HOURS_WAITING, Batch, By, Seen, Switched
from trayapp.core.journal.tally import Tally
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import ServiceVerdict, Transition
from trayapp.core.snapshot import LocalAnswer, Snapshot
from trayapp.core.switching.route import Route, To

HOUR_S = 3600
QUARTER_S = 900
"""Midnight is at one of these, wherever on earth: half of India's falls into an hour of UTC."""
DAY_S = 86_400
UNWATCHED_S = 60.0
"""Between two judgements, which come every 15 s at the latest: a machine that slept saw nothing meanwhile."""
WORDS_S = 300.0
"""Steady seconds between two times that only the words of pages are news. Pages speak of an outage less often; one
that changes its text every minute would have its whole story written anew as often."""

_OFFLINE = (NetworkState.OFFLINE, NetworkState.CAPTIVE)
_FIELDS = {light: f"{light}_ms" for light in Light}
_TROUBLED = (_FIELDS[Light.YELLOW], _FIELDS[Light.RED])


class Recorder:
    """`utc_offset_s`: what the local calendar is ahead of UTC at a Unix time."""

    def __init__(self, utc_offset_s: Callable[[float], float]) -> None:
        self._utc_offset_s = utc_offset_s
        self._batch = Batch()
        # Of the batch, by service and quarter of an hour: of its hour and of its day.
        self._tallies: dict[tuple[str, int], tuple[Tally, Tally]] = {}
        self._offset_s = 0.0
        self._advanced_at: float | None = None
        # The name of the field that the time of each service counts in, since then.
        self._stands: dict[str, str] = {}
        self._incidents: tuple[Incident, ...] = ()
        self._aftermath: tuple[Incident, ...] = ()
        # Of the incidents of the batch: more than words has changed; and when words alone were news.
        self._stirred = False
        self._words_at = -WORDS_S
        self._routes: dict[str, Route] | None = None
        self._diverted: frozenset[str] = frozenset()

    def take(self) -> Batch:
        """What has come together since the last time."""
        taken, self._batch, self._tallies = self._batch, Batch(), {}
        self._stirred = False
        return taken

    @property
    def has_news(self) -> bool:
        """Whether something happened that nobody counts: a verdict changed, an incident, a switch. What a page has
        written since is news as well, but now and then only."""
        batch = self._batch
        return bool(batch.changes or batch.switches or batch.gone or self._stirred)

    def take_news(self) -> Batch:
        """As `take`, of these alone; what is counted goes on coming together."""
        batch = self._batch
        news = Batch(
            changes=batch.changes,
            switches=batch.switches,
            incidents=batch.incidents,
            gone=batch.gone,
            open_at_first=batch.open_at_first,
        )
        batch.changes, batch.switches, batch.incidents, batch.gone, batch.open_at_first = [], [], {}, set(), None
        self._stirred = False
        return news

    def take_pressing(self) -> Batch:
        """As `take`, but what is counted of services that are neither yellow nor red goes on coming together."""
        pressing, batch = self.take_news(), self._batch
        troubled = {service for service, name in self._stands.items() if name in _TROUBLED}
        for taken, counted in ((pressing.hours, batch.hours), (pressing.days, batch.days)):
            taken |= {key: counted.pop(key) for key in list(counted) if key[0] in troubled}
        pressing.seen = {key: batch.seen.pop(key) for key in list(batch.seen) if key[0] in troubled}
        pressing.answered, batch.answered = batch.answered, {}
        self._tallies = {key: both for key, both in self._tallies.items() if key[0] not in troubled}
        return pressing

    def forget(self, services: frozenset[str]) -> None:
        """What is not written yet of these is not written at all."""
        self._batch.forget(services)
        self._tallies.clear()

    def observed(self, one: Try) -> None:
        """A request was made. Busy tools make thousands a second. What is unverified is nobody's uptime."""
        if one.unverified:
            return
        at = one.at + self._offset_s
        hour = int(at // HOUR_S)
        for service in {part.service for part in one.parts}:
            hourly, daily = self._tally(service, at)
            hourly.count(one)
            daily.count(one)
            daily.count_phases(one)
            seen = self._batch.seen
            kept = seen.get((service, hour))
            if kept is None and len(seen) < SERVICE_HOURS_WAITING:
                kept = seen[service, hour] = []
            if kept is not None and len(kept) < SEEN_AN_HOUR:
                kept.append(_seen(one, at))

    def answered(self, answer: LocalAnswer) -> None:
        """The local target has answered a request."""
        key = answer.provider, self._day(answer.at + self._offset_s)
        self._batch.answered[key] = self._batch.answered.get(key, 0) + 1

    def advanced(self, snapshot: Snapshot, transitions: tuple[Transition, ...], diverted: frozenset[str]) -> None:
        """It was judged. `diverted`: providers whose requests go elsewhere by themselves."""
        judgement, offset_s = snapshot.judgement, snapshot.wall_offset_s
        self._offset_s = offset_s
        self._pass_time(judgement.at, offset_s)
        offline = judgement.network.state in _OFFLINE
        self._stands = {one.id: _field(one, offline) for one in judgement.services}
        self._batch.changes += [structs.replace(one, at=one.at + offset_s) for one in transitions]
        if self._routes is None:
            self._batch.open_at_first = frozenset(one.id for one in snapshot.incidents)
        self._follow_incidents(snapshot.incidents, judgement.at, offset_s)
        if snapshot.aftermath is not self._aftermath:
            self._note_changed(self._aftermath, snapshot.aftermath, offset_s)
            self._aftermath = snapshot.aftermath
        self._follow_routes(snapshot, diverted)

    def _pass_time(self, now: float, offset_s: float) -> None:
        before, self._advanced_at = self._advanced_at, now
        if before is None or not 0.0 < now - before <= UNWATCHED_S:
            return
        for at, milliseconds in _by_quarter(round((before + offset_s) * 1000), round((now + offset_s) * 1000)):
            for service, name in self._stands.items():
                for tally in self._tally(service, at):
                    setattr(tally, name, getattr(tally, name) + milliseconds)

    def _tally(self, service: str, at: float) -> tuple[Tally, Tally]:
        quarter = service, int(at // QUARTER_S)
        both = self._tallies.get(quarter)
        if both is None:
            hours, days = self._batch.hours, self._batch.days
            hour, day = (service, int(at // HOUR_S)), (service, self._day(at))
            both = self._tallies[quarter] = hours.setdefault(hour, Tally()), days.setdefault(day, Tally())
        return both

    def _day(self, at: float) -> int:
        return int((at + self._utc_offset_s(at)) // DAY_S)

    def _follow_incidents(self, incidents: tuple[Incident, ...], now: float, offset_s: float) -> None:
        if incidents is self._incidents:
            return
        self._note_changed(self._incidents, incidents, offset_s)
        self._fold(incidents, now, offset_s)
        self._incidents = incidents

    def _note_changed(self, before: tuple[Incident, ...], incidents: tuple[Incident, ...], offset_s: float) -> None:
        known = {one.id: one for one in before}
        for one in incidents:
            was = known.get(one.id)
            if was is None or (was is not one and _kept(was) != _kept(one)):
                self._batch.incidents[one.id] = _dated(one, offset_s)
            if was is not one and one.id in self._batch.incidents:
                self._stir(was is None or _without_words(was) != _without_words(one))

    def _stir(self, more_than_words: bool) -> None:
        now = self._advanced_at or 0.0
        if more_than_words:
            self._stirred = True
        elif now - self._words_at >= WORDS_S:
            self._stirred, self._words_at = True, now

    def _fold(self, incidents: tuple[Incident, ...], now: float, offset_s: float) -> None:
        """What was open and is no longer there has become part of the one that is shared, if that names its provider;
        else nobody watches it any more: it lasted until now at least, and who knows for how long."""
        there = {one.id for one in incidents}
        for one in self._incidents:
            joined = any(other.shared and one.provider in other.providers for other in incidents)
            if one.id in there or one.stage is IncidentStage.OVER:
                continue
            if joined:
                self._batch.incidents.pop(one.id, None)
                self._batch.gone.add(one.id)
            else:
                left = structs.replace(one, stage=IncidentStage.OVER, down=(), back_at=None, ended_from=now)
                self._batch.incidents[one.id] = _dated(left, offset_s)
                self._stirred = True

    def _follow_routes(self, snapshot: Snapshot, diverted: frozenset[str]) -> None:
        at = snapshot.judgement.at + snapshot.wall_offset_s
        # What there was before this run is no news.
        for name, route in snapshot.routes.items() if self._routes is not None else ():
            was = (self._routes or {}).get(name) or Route(name)
            if route is not was and route.to is not was.to:
                answered = was.answered if route.to is To.CLOUD else 0
                self._batch.switches.append(Switched(at, name, route.to, By.HAND, route.reason, answered))
        self._routes = snapshot.routes
        for name in sorted(diverted ^ self._diverted):
            to = To.LOCAL if name in diverted else To.CLOUD
            breaker = snapshot.breakers.get(name)
            why = str(breaker.why) if breaker is not None and breaker.why is not None else ""
            self._batch.switches.append(Switched(at, name, to, By.ITSELF, why))
        self._diverted = diverted


def _field(verdict: ServiceVerdict, offline: bool) -> str:
    # A server on this machine needs no network: it is up or down all the same.
    away = verdict.finding is Finding.OWN_NETWORK or (offline and verdict.light is Light.GREY)
    return "offline_ms" if away else _FIELDS[verdict.light]


def _by_quarter(begin_ms: int, end_ms: int) -> Iterator[tuple[float, int]]:
    """A span of time in pieces that end with a quarter of an hour: when a piece begins, in Unix seconds, and its
    milliseconds."""
    while begin_ms < end_ms:
        until_ms = min(end_ms, (begin_ms // (QUARTER_S * 1000) + 1) * QUARTER_S * 1000)
        yield begin_ms / 1000, until_ms - begin_ms
        begin_ms = until_ms


def _kept(incident: Incident) -> Incident:
    """What is kept of it: not for how long nobody has said anything or which service goes on, and of its updates what
    was said."""
    said = tuple(structs.replace(one, states=()) for one in incident.updates)
    return structs.replace(incident, silent_since=None, updates=said, bouts=())


def _without_words(incident: Incident) -> Incident:
    """Of a word that ends a silence a banner tells."""
    return structs.replace(incident, updates=(), word_at=None)


def _dated(incident: Incident, offset_s: float) -> Incident:
    """What is kept of it, in Unix seconds."""

    def moved(at: float | None) -> float | None:
        return None if at is None else at + offset_s

    kept = _kept(incident)
    return structs.replace(
        kept,
        started_at=incident.started_at + offset_s,
        red_at=moved(incident.red_at),
        ended_from=moved(incident.ended_from),
        ended_at=moved(incident.ended_at),
        word_at=moved(incident.word_at),
        updates=tuple(structs.replace(one, at=one.at + offset_s) for one in kept.updates),
    )


def _seen(one: Try, at: float) -> Seen:
    delays = _ms(one.latency_s), _ms(one.first_token_s)
    long = one.phases is not None and one.phases.whole_s >= WORTH_A_WORD_S
    phases = structs.astuple(one.phases) if one.phases is not None and long else ()
    in_ms = tuple(None if seconds is None else round(seconds * 1000) for seconds in phases)
    return Seen(round(at, 3), one.source, int(one.depth), one.outcome, one.code, *delays, in_ms)


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 3)
