"""Incidents: an outage from first trouble to confirmed recovery, one a provider, with the provider's own words.

Only what has changed since the last update is followed, so that a hundred outages cost no more than the news of them.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum

from msgspec import Struct, field

from trayapp.core.evidence.own_evidence import GAP_S
from trayapp.core.evidence.page_report import PageIncident, PageStage, PageUpdate
from trayapp.core.incident.aftermath import Ended
from trayapp.core.incident.cause import stated_cause
from trayapp.core.incident.incident import Bout, Incident, IncidentStage
from trayapp.core.incident.silence import LEAST_S, is_at_it
from trayapp.core.light.incident_reach import monitored_since, names_none
from trayapp.core.light.page_colours import is_forgotten
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.trouble import Trouble
from trayapp.core.light.verdicts import ServiceVerdict

# A page may date its incident back a little before our first failure; more than this is another story: one that names
# no part may then mean anything, and one that was fixed so long before is about what was fixed.
BACKDATED_S = 6 * 3600.0
# Long enough for everybody who draws or tells to have seen the end, short enough not to stay in the way.
OVER_KEPT_S = 600.0
# Providers that fall within two minutes of each other share a cause; silence alone may be this network's.
SHARED_WITHIN_S = 120.0
SHARED_PROVIDERS = 3
SHARED_PROVEN = 2
# Silence is told in minutes.
SILENCE_LOOK_S = 60.0
# A page incident tells its story in a handful of updates; this bounds what is kept.
UPDATES_KEPT = 20

_PASSING = frozenset({Finding.CHECKING})
_LASTING = frozenset({IncidentStage.OPEN, IncidentStage.PARTLY_BACK})


class State(StrEnum):
    """How a service of an incident was last known."""

    RED = "red"
    YELLOW = "yellow"
    RECOVERING = "recovering"
    WELL = "well"


_BAD = frozenset({State.RED, State.YELLOW})


class Member(Struct):
    """A service in an incident. `bad_at`: until when it was bad, None while it is; `back_from`/`back_at`: it came back
    between the two. `begun_at`, `fell_at`: as in `Bout`; `not_before`: when it last came back before that."""

    state: State
    begun_at: float | None = None
    fell_at: float | None = None
    not_before: float | None = None
    bad_at: float | None = None
    back_from: float | None = None
    back_at: float | None = None


class IncidentRecord(Struct):
    """The record of one incident, which survives restarts. `red_at`: when it was called red; `fell_at`, `proven`: as in
    `Trouble`, of its first red. `word_at`, `silent_since`: as in `Incident`.
    `deaf_at`: when its page could last not be heard."""

    id: str
    provider: str
    started_at: float
    providers: tuple[str, ...] = ()
    members: dict[str, Member] = field(default_factory=dict)
    red_at: float | None = None
    fell_at: float | None = None
    proven: bool = False
    over_at: float | None = None
    shared: bool = False
    page_id: str | None = None
    title: str | None = None
    page_stage: PageStage | None = None
    link: str | None = None
    cause: str | None = None
    updates: tuple[PageUpdate, ...] = ()
    resolved_at: float | None = None
    word_at: float | None = None
    silent_since: float | None = None
    deaf_at: float | None = None


class IncidentStore:
    """All incidents that are open or have just ended. `saved_at`: when `records` were last true."""

    def __init__(self, records: Sequence[IncidentRecord] = (), saved_at: float = 0.0) -> None:
        self.records = list(records)
        for record in self.records:
            for member in record.members.values():
                if member.bad_at is None:
                    member.bad_at = saved_at
        self._updated_at = saved_at
        # Records that this update has changed, and whether one has turned red since incidents were last joined.
        self._touched: list[IncidentRecord] = []
        self._turned_red = True
        self._pages: Mapping[str, PageIncident] = {}
        self._watched: frozenset[str] = frozenset()
        self._followed: dict[str, Trouble] = {}
        self._shown: dict[int, Incident] = {}
        self._stale: set[int] = set()
        self._incidents: tuple[Incident, ...] | None = None
        self._by_service: dict[str, IncidentRecord] = {}
        self._by_provider: dict[str, IncidentRecord] = {}
        self._let_go: list[Ended] = []
        # When the passing of time alone may make somebody's silence news.
        self._silence_due = 0.0

    def take_ended(self) -> list[Ended]:
        """Those that are over and were let go of since the last time, and whose pages may still name the cause."""
        taken, self._let_go = self._let_go, []
        return taken

    def forget(self, services: frozenset[str] | None) -> None:
        """Let go of what is over and concerned these services, or any; what goes on is followed."""
        for record in [record for record in self.records if record.over_at is not None]:
            left = {name: one for name, one in record.members.items() if services is not None and name not in services}
            if len(left) < len(record.members):
                record.members = left
                self._changed(record)
        self.records = [record for record in self.records if record.members]

    def update(
        self,
        troubles: Sequence[Trouble],
        now: float,
        *,
        network_fine: bool,
        patience_s: Callable[[str], float | None] = lambda provider: None,
    ) -> None:
        """Follow the services: open, join, lead back, close, merge. `patience_s`: how long the page of a provider may
        say nothing; None where it has none that can be read now."""
        self._forget_ended(now)
        self._forget_unwatched(frozenset([trouble.verdict.id for trouble in troubles]))
        for trouble in troubles:
            if self._followed.get(trouble.verdict.id) is not trouble:
                self._followed[trouble.verdict.id] = trouble
                self._follow(trouble, now)
        if network_fine and self._turned_red:
            while self._merge():
                pass
            self._turned_red = False
        self._close_ended(now)
        gap = now - self._updated_at > GAP_S
        if self._incidents is None or now >= self._silence_due or gap:
            self._note_silence(now, patience_s, gap=gap)
        self._updated_at = now

    def _note_silence(self, now: float, patience_s: Callable[[str], float | None], *, gap: bool) -> None:
        """`gap`: nobody listened for a while until now."""
        self._silence_due = now + SILENCE_LOOK_S
        for record in self.records:
            if _owing_since(record) is None:
                allowed_s = None
            elif (allowed_s := patience_s(record.provider)) is None or gap:
                # It may have spoken of this and have closed it meanwhile, as it does of what comes back.
                record.deaf_at = now
            since = _owing_since(record)
            if since is None or now - since < LEAST_S:
                silent_since = None
            else:
                # Who cannot be heard is not silent; what was said of it before stays.
                silent_since = record.silent_since if allowed_s is None else since if now - since >= allowed_s else None
            if silent_since != record.silent_since:
                record.silent_since = silent_since
                self._changed(record)

    def _close_ended(self, now: float) -> None:
        for record in self._touched:
            if all(member.state is State.WELL for member in record.members.values()):
                record.over_at = now
        if any(record.over_at is not None for record in self._touched):
            self._index()
        self._touched.clear()

    def _forget_ended(self, now: float) -> None:
        ended = [
            record for record in self.records if record.over_at is not None and now - record.over_at >= OVER_KEPT_S
        ]
        if ended:
            self._let_go += [
                Ended(_incident(record), record.page_id, record.over_at or now)
                for record in ended
                if record.page_id is not None and not record.shared
            ]
            self.records = [record for record in self.records if record not in ended]
            self._index()

    def _forget_unwatched(self, watched: frozenset[str]) -> None:
        if watched == self._watched:
            return
        self._watched = watched
        for record in list(self.records):
            record.members = {name: member for name, member in record.members.items() if name in watched}
            if not record.members:
                self.records.remove(record)
        self._followed = {name: trouble for name, trouble in self._followed.items() if name in watched}
        self._index()

    def _index(self) -> None:
        """Look everything up anew: records came, went or were joined."""
        self._shown.clear()
        self._incidents = None
        self._by_service.clear()
        self._by_provider.clear()
        for record in self.records:
            if record.over_at is None:
                for service in record.members:
                    self._by_service.setdefault(service, record)
                for provider in record.providers:
                    self._by_provider.setdefault(provider, record)

    def _changed(self, record: IncidentRecord) -> None:
        self._stale.add(id(record))
        self._incidents = None

    def _follow(self, trouble: Trouble, now: float) -> None:
        """Take in what has become of a service."""
        verdict = trouble.verdict
        record = self.open_for(verdict.id, verdict.provider)
        if verdict.light is Light.GREY:
            member = record.members.get(verdict.id) if record is not None else None
            if member is not None and member.state in _BAD and member.bad_at is None:
                member.bad_at = self._updated_at
            return
        state = _state(verdict)
        if state is None or (state is State.WELL and (record is None or verdict.id not in record.members)):
            return
        if record is None:
            record = self._open(verdict, trouble, now)
        self._changed(record)
        self._touched.append(record)
        member = record.members.get(verdict.id)
        if member is None:
            member = record.members[verdict.id] = Member(state)
            self._by_service[verdict.id] = record
        if state in _BAD:
            _note_bout(member, state, trouble, now)
            member.bad_at = member.back_from = member.back_at = None
            if trouble.trouble_at is not None and trouble.trouble_at >= record.started_at - BACKDATED_S:
                record.started_at = min(record.started_at, trouble.trouble_at)
        elif member.back_at is None:
            self._lead_back(member, trouble, now)
        turned_red = member.state is not State.RED or record.red_at is None
        self._turned_red |= state is State.RED and (turned_red or (trouble.proven and not record.proven))
        member.state = state
        if state is State.RED and record.red_at is None:
            record.red_at, record.fell_at = now, trouble.fell_at
        record.proven |= trouble.proven
        for page in trouble.pages:
            if _explains(page, record.started_at, now):
                _quote(record, page)

    def _lead_back(self, member: Member, trouble: Trouble, now: float) -> None:
        back_at = trouble.back_at if trouble.back_at is not None else now
        if member.bad_at is None:
            member.bad_at = self._updated_at if member.state in _BAD else now
        # After a gap nobody saw the end: it lies somewhere in the gap.
        unseen = now - member.bad_at > GAP_S
        member.back_from, member.back_at = (member.bad_at, now) if unseen else (back_at, back_at)

    def _open(self, verdict: ServiceVerdict, trouble: Trouble, now: float) -> IncidentRecord:
        started_at = min(now, trouble.trouble_at if trouble.trouble_at is not None else verdict.since)
        ident = f"{verdict.provider}-{int(started_at)}"
        while any(record.id == ident for record in self.records):
            ident += "b"
        record = IncidentRecord(ident, verdict.provider, started_at, (verdict.provider,))
        self.records.append(record)
        self._by_provider.setdefault(verdict.provider, record)
        return record

    def _merge(self) -> bool:
        """Three providers that turn red together are one incident; the first to fall keeps its name."""
        red = [
            record
            for record in self.records
            if record.over_at is None
            and record.fell_at is not None
            and any(member.state is State.RED for member in record.members.values())
        ]
        red.sort(key=lambda record: (record.fell_at or 0.0, record.id))
        for place, first in enumerate(red):
            group = []
            for record in red[place:]:
                if (record.fell_at or 0.0) - (first.fell_at or 0.0) > SHARED_WITHIN_S:
                    break
                group.append(record)
            together = len(group) >= (2 if first.shared else SHARED_PROVIDERS)
            if together and (first.shared or sum(record.proven for record in group) >= SHARED_PROVEN):
                first.shared = True
                for other in group[1:]:
                    first.members |= other.members
                    first.providers += other.providers
                    first.started_at = min(first.started_at, other.started_at)
                    self.records.remove(other)
                self._index()
                return True
        return False

    def open_for(self, service: str, provider: str) -> IncidentRecord | None:
        """The open incident that a service belongs to: its own, or its provider's."""
        return self._by_service.get(service) or self._by_provider.get(provider)

    def page_said(self, incidents: Mapping[str, PageIncident]) -> None:
        """Take over what the pages now say of the incidents they had named; `incidents` is by page incident id."""
        if incidents is self._pages:
            return
        self._pages = incidents
        for record in self.records:
            if record.page_id is not None and record.page_id in incidents:
                _quote(record, incidents[record.page_id])
                self._changed(record)

    def incidents(self) -> tuple[Incident, ...]:
        """All of them, the oldest first; the same objects while nothing has changed."""
        if self._incidents is None:
            for record in self.records:
                known = self._shown.get(id(record))
                if known is None or id(record) in self._stale:
                    made = _incident(record)
                    # What is equal stays the same object, so that nobody looks through it anew.
                    self._shown[id(record)] = known if known == made else made
            self._stale.clear()
            in_order = sorted(self.records, key=lambda record: (record.started_at, record.id))
            self._incidents = tuple(self._shown[id(record)] for record in in_order)
        return self._incidents


def _note_bout(member: Member, state: State, trouble: Trouble, now: float) -> None:
    """Since when a service that is bad now has been, and has been down."""
    if member.state not in _BAD:
        member.not_before, member.begun_at, member.fell_at = member.back_at, None, None
    at = trouble.trouble_at if trouble.trouble_at is not None else trouble.verdict.since
    at = min(now, max(at, -math.inf if member.not_before is None else member.not_before))
    if member.begun_at is None or member.begun_at - BACKDATED_S <= at < member.begun_at:
        member.begun_at = at
    if state is not State.RED:
        member.fell_at = None
    elif member.fell_at is None:
        fell_at = trouble.verdict.since if trouble.fell_at is None else trouble.fell_at
        member.fell_at = min(now, max(fell_at, member.begun_at))


def _state(verdict: ServiceVerdict) -> State | None:
    """What a verdict means for an incident; None while it says neither good nor bad."""
    if verdict.light is Light.GREEN:
        return State.WELL
    if verdict.light is Light.RED:
        return State.RED
    if verdict.finding in _PASSING or verdict.light is Light.GREY:
        return None
    return State.RECOVERING if verdict.finding is Finding.RECOVERING else State.YELLOW


def _explains(page: PageIncident, began_at: float, now: float) -> bool:
    """Can this incident of a page be about an outage that began then? What is forgotten or long fixed is not."""
    if is_forgotten(page, now):
        return False
    if names_none(page):
        return page.started_at >= began_at - BACKDATED_S
    return page.stage is not PageStage.MONITORING or monitored_since(page) >= began_at - BACKDATED_S


def _quote(record: IncidentRecord, page: PageIncident) -> None:
    """The provider's own words. The first incident that explains the outage keeps speaking for it until resolved."""
    if record.page_id not in (None, page.id) and record.page_stage is not PageStage.RESOLVED:
        return
    cause = stated_cause(page.updates) or (record.cause if record.page_id == page.id else None)
    record.page_id, record.title, record.page_stage, record.link = page.id, page.name, page.stage, page.link
    record.updates = page.updates[:UPDATES_KEPT]
    record.cause = cause
    record.resolved_at = page.resolved_at
    record.word_at = page.updated_at


def _owing_since(record: IncidentRecord) -> float | None:
    """Since when its page owes a word; None where it does not: of what own eyes saw it need not speak while it is
    not down."""
    at_it = _stage(record) in _LASTING and not record.shared and is_at_it(record.page_stage)
    if not at_it or (record.page_stage is None and record.red_at is None):
        return None
    # A word tells its own time, which is as true however late it is read.
    return max(record.started_at, record.deaf_at or 0.0) if record.word_at is None else record.word_at


def _stage(record: IncidentRecord) -> IncidentStage:
    states = {member.state for member in record.members.values()}
    if record.over_at is not None:
        return IncidentStage.OVER
    if not states & _BAD:
        return IncidentStage.RECOVERING
    return IncidentStage.PARTLY_BACK if states & {State.RECOVERING, State.WELL} else IncidentStage.OPEN


def _incident(record: IncidentRecord) -> Incident:
    stage = _stage(record)
    ended_from = ended_at = None
    if stage is IncidentStage.OVER:
        ended_from, ended_at = _end(record)
    return Incident(
        id=record.id,
        provider=record.provider,
        services=tuple(record.members),
        down=tuple(name for name, member in record.members.items() if member.state is State.RED),
        stage=stage,
        started_at=record.started_at,
        red_at=record.red_at,
        title=record.title,
        page_stage=record.page_stage,
        cause=record.cause,
        link=record.link,
        updates=record.updates,
        ended_from=ended_from,
        ended_at=ended_at,
        back_at=_end(record)[1] if stage is IncidentStage.RECOVERING else None,
        shared=record.shared,
        providers=record.providers,
        word_at=record.word_at,
        silent_since=record.silent_since,
        bouts=tuple(
            Bout(name, member.begun_at, member.fell_at, member.back_at)
            for name, member in record.members.items()
            if member.begun_at is not None
        ),
    )


def _end(record: IncidentRecord) -> tuple[float, float]:
    """Between when and when it ended: what we saw, else the page's own word if it falls into the gap."""
    last = max(record.members.values(), key=lambda member: member.back_at or 0.0)
    back_at = last.back_at if last.back_at is not None else record.over_at or record.started_at
    back_from = last.back_from if last.back_from is not None else back_at
    if back_from < back_at and record.resolved_at is not None and back_from <= record.resolved_at <= back_at:
        return record.resolved_at, record.resolved_at
    return back_from, back_at
