"""Incidents: an outage from first trouble to confirmed recovery, one a provider, with the provider's own words."""

import re
from collections.abc import Iterable, Sequence
from enum import StrEnum

from msgspec import Struct, field

from trayapp.core.evidence.own_evidence import GAP_S
from trayapp.core.evidence.page_report import PageIncident, PageStage, PageUpdate
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import ServiceVerdict

# A page may date its incident back a little before our first failure; more than this is another story.
BACKDATED_S = 6 * 3600.0
# Long enough for everybody who draws or tells to have seen the end, short enough not to stay in the way.
OVER_KEPT_S = 600.0
# Providers that turn red within two minutes of each other share a cause.
SHARED_WITHIN_S = 120.0
SHARED_PROVIDERS = 3
# A page incident tells its story in a handful of updates; this bounds what is kept.
UPDATES_KEPT = 20

_PASSING = frozenset({Finding.CHECKING})
# Only a statement counts: that a cause is being looked for, or was found without being named, is none.
_CAUSE = re.compile(
    r"[^.!?\n]*\b(?:caused by|due to|as a result of|root cause (?:was|is|of [^.]{1,60} was)|triggered by)\b[^.!?\n]*",
    re.I,
)
_NO_CAUSE = re.compile(r"\b(?:investigat\w+|not yet|unknown|looking into|determin\w+|inconvenience|disruption)\b", re.I)
_CAUSE_MAX = 300


class State(StrEnum):
    """How a service of an incident was last known."""

    RED = "red"
    YELLOW = "yellow"
    RECOVERING = "recovering"
    WELL = "well"


class Member(Struct):
    """A service in an incident. `bad_at`: last known bad; `back_from`/`back_at`: it came back between the two."""

    state: State
    bad_at: float
    back_from: float | None = None
    back_at: float | None = None


class IncidentRecord(Struct):
    """The record of one incident, which survives restarts."""

    id: str
    provider: str
    started_at: float
    providers: tuple[str, ...] = ()
    members: dict[str, Member] = field(default_factory=dict)
    red_at: float | None = None
    over_at: float | None = None
    shared: bool = False
    page_id: str | None = None
    title: str | None = None
    page_stage: PageStage | None = None
    link: str | None = None
    cause: str | None = None
    updates: tuple[PageUpdate, ...] = ()
    resolved_at: float | None = None


class Trouble(Struct, frozen=True):
    """A service as the incidents see it. `trouble_at`: its first failure or the page's own start."""

    verdict: ServiceVerdict
    trouble_at: float | None
    back_at: float | None
    pages: tuple[PageIncident, ...] = ()


class IncidentStore:
    """All incidents that are open or have just ended."""

    def __init__(self, cases: Sequence[IncidentRecord] = ()) -> None:
        self.cases = list(cases)

    def update(self, troubles: Sequence[Trouble], now: float, *, network_fine: bool) -> None:
        """Follow the services: open, join, lead back, close, merge."""
        self.cases = [one for one in self.cases if one.over_at is None or now - one.over_at < OVER_KEPT_S]
        watched = {one.verdict.id for one in troubles}
        for case in list(self.cases):
            case.members = {name: one for name, one in case.members.items() if name in watched}
            if not case.members:
                self.cases.remove(case)
        for trouble in troubles:
            self._follow(trouble, now)
        if network_fine:
            self._merge(now)
        for case in self.cases:
            if case.over_at is None and all(one.state is State.WELL for one in case.members.values()):
                case.over_at = now

    def _follow(self, trouble: Trouble, now: float) -> None:
        verdict = trouble.verdict
        if verdict.light is Light.GREY:
            return
        case = self.open_for(verdict.id, verdict.provider)
        state = _state(verdict)
        if state is None or (state is State.WELL and (case is None or verdict.id not in case.members)):
            return
        if case is None:
            case = self._open(verdict, trouble, now)
        member = case.members.get(verdict.id)
        if member is None:
            member = case.members[verdict.id] = Member(state, now)
        if state in (State.RED, State.YELLOW):
            member.bad_at, member.back_from, member.back_at = now, None, None
            if trouble.trouble_at is not None and trouble.trouble_at >= case.started_at - BACKDATED_S:
                case.started_at = min(case.started_at, trouble.trouble_at)
        elif member.back_at is None:
            back_at = trouble.back_at if trouble.back_at is not None else now
            # After a gap nobody saw the end: it lies somewhere in the gap.
            unseen = now - member.bad_at > GAP_S
            member.back_from, member.back_at = (member.bad_at, now) if unseen else (back_at, back_at)
        member.state = state
        if state is State.RED and case.red_at is None:
            case.red_at = now
        for page in trouble.pages:
            _quote(case, page)

    def _open(self, verdict: ServiceVerdict, trouble: Trouble, now: float) -> IncidentRecord:
        started_at = min(now, trouble.trouble_at if trouble.trouble_at is not None else verdict.since)
        ident = f"{verdict.provider}-{int(started_at)}"
        while any(one.id == ident for one in self.cases):
            ident += "b"
        case = IncidentRecord(ident, verdict.provider, started_at, (verdict.provider,))
        self.cases.append(case)
        return case

    def _merge(self, now: float) -> None:
        """Three providers that turn red together are one incident; the first to fall keeps its name."""
        red = [
            one
            for one in self.cases
            if one.over_at is None
            and one.red_at is not None
            and any(member.state is State.RED for member in one.members.values())
        ]
        red.sort(key=lambda one: (one.red_at or 0.0, one.id))
        for first in red:
            group = [one for one in red if 0.0 <= (one.red_at or 0.0) - (first.red_at or 0.0) <= SHARED_WITHIN_S]
            if len(group) >= (2 if first.shared else SHARED_PROVIDERS):
                first.shared = True
                for other in group[1:]:
                    first.members |= other.members
                    first.providers += other.providers
                    first.started_at = min(first.started_at, other.started_at)
                    self.cases.remove(other)
                return

    def open_for(self, service: str, provider: str) -> IncidentRecord | None:
        """The open incident that a service belongs to: its own, or its provider's."""
        open_cases = [one for one in self.cases if one.over_at is None]
        own = next((one for one in open_cases if service in one.members), None)
        return own or next((one for one in open_cases if provider in one.providers), None)

    def page_said(self, find: dict[str, PageIncident]) -> None:
        """Take over what the pages now say of the incidents they had named; `find` is by page incident id."""
        for case in self.cases:
            if case.page_id is not None and case.page_id in find:
                _quote(case, find[case.page_id])

    def incidents(self) -> tuple[Incident, ...]:
        return tuple(_incident(one) for one in sorted(self.cases, key=lambda one: (one.started_at, one.id)))


def _state(verdict: ServiceVerdict) -> State | None:
    """What a verdict means for an incident; None while it says neither good nor bad."""
    if verdict.light is Light.GREEN:
        return State.WELL
    if verdict.light is Light.RED:
        return State.RED
    if verdict.finding in _PASSING or verdict.light is Light.GREY:
        return None
    return State.RECOVERING if verdict.finding is Finding.RECOVERING else State.YELLOW


def _quote(case: IncidentRecord, page: PageIncident) -> None:
    """The provider's own words. The first incident that explains the outage keeps speaking for it until resolved."""
    if case.page_id not in (None, page.id) and case.page_stage is not PageStage.RESOLVED:
        return
    case.page_id, case.title, case.page_stage, case.link = page.id, page.name, page.stage, page.link
    case.updates = page.updates[:UPDATES_KEPT]
    case.cause = stated_cause(page.updates) or (case.cause if case.page_id == page.id else None)
    case.resolved_at = page.resolved_at


def stated_cause(updates: Iterable[PageUpdate]) -> str | None:
    """The sentence in which the provider names a cause, newest first; None for "not stated"."""
    for update in updates:
        for found in _CAUSE.finditer(update.text):
            sentence = found.group().strip()
            if not _NO_CAUSE.search(sentence):
                return sentence[:_CAUSE_MAX]
    return None


def _stage(case: IncidentRecord) -> IncidentStage:
    states = {one.state for one in case.members.values()}
    if case.over_at is not None:
        return IncidentStage.OVER
    if not states & {State.RED, State.YELLOW}:
        return IncidentStage.RECOVERING
    return IncidentStage.PARTLY_BACK if states & {State.RECOVERING, State.WELL} else IncidentStage.OPEN


def _incident(case: IncidentRecord) -> Incident:
    stage = _stage(case)
    ended_from = ended_at = None
    if stage is IncidentStage.OVER:
        ended_from, ended_at = _end(case)
    return Incident(
        id=case.id,
        provider=case.provider,
        services=tuple(case.members),
        down=tuple(name for name, one in case.members.items() if one.state is State.RED),
        stage=stage,
        started_at=case.started_at,
        red_at=case.red_at,
        title=case.title,
        page_stage=case.page_stage,
        cause=case.cause,
        link=case.link,
        updates=case.updates,
        ended_from=ended_from,
        ended_at=ended_at,
        shared=case.shared,
    )


def _end(case: IncidentRecord) -> tuple[float, float]:
    """Between when and when it ended: what we saw, else the page's own word if it falls into the gap."""
    last = max(case.members.values(), key=lambda one: one.back_at or 0.0)
    back_at = last.back_at if last.back_at is not None else case.over_at or case.started_at
    back_from = last.back_from if last.back_from is not None else back_at
    if back_from < back_at and case.resolved_at is not None and back_from <= case.resolved_at <= back_at:
        return case.resolved_at, case.resolved_at
    return back_from, back_at
