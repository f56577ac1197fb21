"""Rule 4: what a provider's status page says of one component, by component and open incident, never by headline.

A reading is gone through once; the opinion on a set of ids is made once for each reading, and anew only when time has
changed it: states lag behind incidents, and both are forgotten.
"""

import math
from collections.abc import Mapping, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec import Struct, structs

from trayapp.core.evidence.families import Use
from trayapp.core.evidence.observation import Source
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageReport,
    PageStage,
)
from trayapp.core.light.incident_reach import TROUBLED, Touch, names_none, published_at, touched
from trayapp.core.light.named_parts import named_parts
from trayapp.core.light.page_colours import (
    CLOCKS_DIFFER_S,
    LIGHTS,
    Colour,
    PartColours,
    news_at,
    part_colours,
)
from trayapp.core.light.page_said import heaviest, incident_reason, page_reason, wanted, weight
from trayapp.core.light.reasons import SEPARATOR, Code, Reason, reason
from trayapp.core.light.severity import Finding, Light, worst, worst_finding

# Of a page whose components are not known one by one, less trouble than this is listed only (rule 10).
LISTED_ONLY_SHARE = 0.1
ALL = "*"

_UNSETTLED = frozenset({PageStage.INVESTIGATING, PageStage.IDENTIFIED})
_WORTH_SAYING = TROUBLED | {PageLight.MAINTENANCE}
_INCIDENTS = frozenset({Code.PAGE_INCIDENT, Code.PAGE_UNNAMED, Code.PAGE_ELSEWHERE})
_OUT = frozenset({PageLight.PARTIAL, PageLight.MAJOR})
_CAPPED = {Impact.CRITICAL: Impact.MAJOR}


class PageOpinion(Struct, frozen=True):
    """What the page says of one component, read at `at`. A grey light means that it says nothing usable.

    `since`: when the page says that this began, or None. `until`: another opinion follows from the same reading then.
    `out`: the ids that are partly out or worse. `maintenance`: declared, under way, and not overdue. `unsettled`: an
    incident that colours it is still being investigated or identified. `stale`: grey because its trouble is so old that
    nobody looks after it. `lapsed`: an open incident touches it, and is listed only. `elsewhere`: the ids of those that
    concern models which are not used here.
    `calm`: what rules instead once three real answers newer than `doubted_at` are good: only states that lag speak
    against it.
    """

    at: float
    light: Light
    finding: Finding
    since: float | None = None
    until: float = math.inf
    out: frozenset[str] = frozenset()
    maintenance: bool = False
    unsettled: bool = False
    stale: bool = False
    lapsed: bool = False
    elsewhere: frozenset[str] = frozenset()
    reasons: tuple[Reason, ...] = ()
    incidents: tuple[PageIncident, ...] = ()
    doubted_at: float | None = None
    calm: "PageOpinion | None" = None

    @property
    def silent(self) -> bool:
        """It says nothing at all; a stale word is one."""
        return self.light is Light.GREY and not self.stale

    @property
    def untroubled(self) -> bool:
        """It calls it well, and not even lists an incident; what is remembered of it has no more than its reasons."""
        return self.light is Light.GREEN and not any(each.code in _INCIDENTS for each in self.reasons)


class _Live(NamedTuple):
    """An incident under way, with what it touches. `named`: it has said so itself; else it may mean all in `meant`.
    `explained`: something that it touches is out, which is as grave as it can be."""

    incident: PageIncident
    touches: Mapping[str, Touch]
    named: bool
    meant: frozenset[str] = frozenset()
    explained: bool = False


class _Elsewhere(NamedTuple):
    """An incident that names only `families` which are not used here."""

    incident: PageIncident
    families: tuple[str, ...]


class Opinions:
    """All opinions that follow from one good reading.

    `first_seen`: since when components have had their present state, for those that the page gives no time for.
    """

    def __init__(self, report: PageReport, first_seen: Mapping[str, float] | None = None) -> None:
        self._report = report
        self._first_seen = first_seen or {}
        self._parts = _without_twins(report.components)
        self._places = {name: place for place, name in enumerate(self._parts)}
        # What is wrong with a member would count twice with its group.
        self._leaves = [name for name, part in self._parts.items() if not part.group] or list(self._parts)
        well = all(part.state is PageLight.OPERATIONAL for part in self._parts.values())
        self._states_well = well and report.health is not PageHealth.INCOMPLETE
        self._incidents = _newest_of_each(report.incidents)
        self._made: dict[tuple[tuple[str, ...], Use | None], PageOpinion] = {}
        self._live: list[_Live] = []
        self._live_until = -math.inf
        self._all_well = PageOpinion(report.at, Light.GREEN, Finding.OK)

    def of(self, ids: tuple[str, ...], now: float, use: Use | None = None) -> PageOpinion:
        """The opinion on the page components `ids` (ids, patterns of names, or all of them for "*") together. `use`: of
        the models here."""
        made = self._made.get((ids, use))
        if made is None or now >= made.until:
            if now >= self._live_until:
                self._find_live(now)
            made = self._made[ids, use] = self._make(ids, now, use)
        return made

    def _find_live(self, now: float) -> None:
        """Every incident under way now, and until when that holds: one in the future waits."""
        self._live, until = [], math.inf
        for incident in self._incidents:
            if incident.stage in (PageStage.RESOLVED, PageStage.SCHEDULED):
                continue
            if incident.started_at > now + CLOCKS_DIFFER_S:
                until = min(until, incident.started_at - CLOCKS_DIFFER_S)
                continue
            times = (at for record in incident.impacts or () for at in (record.started_at, record.ended_at))
            until = min([until, *(at for at in times if at is not None and at > now)])
            named = not names_none(incident)
            meant = frozenset[str]() if named else self._out_of_order_since(incident.started_at)
            touches = touched(incident, now)
            hit = (self._parts[name] for name in touches if name in self._parts)
            explained = any(part.state is PageLight.MAJOR for part in hit)
            self._live.append(_Live(incident, touches, named, meant, explained))
        self._live_until = until
        # One for all that nothing is said about: what rests on the same object is judged once.
        said = page_reason(self._report, Code.PAGE_OPERATIONAL)
        self._all_well = structs.replace(self._all_well, until=until, reasons=(said,))

    def _make(self, ids: tuple[str, ...], now: float, use: Use | None) -> PageOpinion:
        if self._is_all_well and self._report.stated and all(name in self._parts for name in ids):
            return self._all_well
        found = named_parts(ids, self._parts.values())
        # A feed does not list all its parts, so that the names of some say nothing of the others.
        every = ALL in ids or (bool(found) and not self._report.stated)
        wanted = {*ids, *chain.from_iterable(found.values())}
        known = self._leaves if every else sorted(self._places.keys() & wanted, key=self._places.__getitem__)
        parts = [self._parts[name] for name in known]
        if not self._report.stated:
            # A feed gives no states: what no incident touches is well, unless one that could not be read may touch it.
            touched = (name for one in self._live for name in one.touches)
            names = dict.fromkeys(((*self._parts, *touched) or ("",)) if every else ids)
            rest = PageLight.UNKNOWN if self._report.health is PageHealth.INCOMPLETE else PageLight.OPERATIONAL
            parts = [PageComponent(name, _name(self._parts, name), rest) for name in names]
        elif not parts:
            return unknown(self._report, self._report.at, "missing_component")
        named = frozenset(part.id for part in parts)
        touching = [one for one in self._live if self._touches(one, named, every=every)]
        listed = [one.incident for one in self._live if one not in touching and self._is_listed(one, named)]
        # What is down for everybody is down, whatever it is called.
        down = any(part.state is PageLight.MAJOR for part in parts)
        elsewhere = {} if use is None or down else _elsewhere(touching, use)
        if elsewhere:
            touching = [one for one in touching if one.incident.id not in elsewhere]
            if all(one.incident.maintenance for one in touching):
                # What they did to a part is all that is wrong with it.
                parts = [_for_others_alone(part) for part in parts]
        lost = () if every else tuple(name for name in dict.fromkeys(ids) if name not in named and not found.get(name))
        if not lost and self._is_all_well:
            return self._all_well
        colours = [self._colours(part, touching, now) for part in parts]
        opinion = self._opinion(colours, touching, listed, lost, now, every=every or bool(found))
        return self._with_elsewhere(opinion, elsewhere, use) if elsewhere and use is not None else opinion

    def _touches(self, live: _Live, named: frozenset[str], *, every: bool) -> bool:
        if not self._report.stated and not live.named:
            return not live.incident.maintenance
        return bool(live.touches) if every else not named.isdisjoint(live.touches)

    def _is_listed(self, live: _Live, named: frozenset[str]) -> bool:
        """One that names no part is listed where it can mean something: what is not operational since it began."""
        if live.named or live.incident.maintenance:
            return False
        return not live.meant or not named.isdisjoint(live.meant)

    def _out_of_order_since(self, since: float) -> frozenset[str]:
        return frozenset(
            part.id
            for part in self._parts.values()
            if part.state in TROUBLED and (part.changed_at is None or part.changed_at >= since)
        )

    def _colours(self, part: PageComponent, touching: Sequence[_Live], now: float) -> PartColours:
        touches = []
        for one in touching:
            if part.id in one.touches:
                # It is as grave as the worst that it touches; where that is another part, this one is as it reads.
                touches.append((_capped(one.incident) if one.explained else one.incident, one.touches[part.id]))
            elif not one.named:
                # In a feed one that names no part may mean any of them: that makes none red.
                touches.append((_capped(one.incident), Touch(one.incident.started_at, published_at(one.incident))))
        first_seen = self._first_seen.get(part.id)
        return part_colours(part, touches, first_seen, now, stated=self._report.stated)

    def _opinion(
        self,
        parts: Sequence[PartColours],
        touching: Sequence[_Live],
        listed: Sequence[PageIncident],
        lost: tuple[str, ...],
        now: float,
        *,
        every: bool,
    ) -> PageOpinion:
        outages = [one.incident for one in touching if not one.incident.maintenance]
        excused = [one.excused_until for one in parts if one.excused_until is not None and one.excused_until > now]
        given = [(incident, colour) for one in parts for incident, colour in one.given if colour is not None]
        few = _listed_only(parts) if every else frozenset[str]()
        certain = [one.own for one in parts if one.part.id not in few]
        certain += [colour for _, colour in given if not colour.doubt]
        doubts = [(incident, colour) for incident, colour in given if colour.doubt]
        colouring = {incident.id for incident, _ in given}
        base = PageOpinion(
            at=self._report.at,
            light=Light.GREEN,
            finding=Finding.OK,
            until=min([self._live_until, *excused, *(colour.until for colour in certain)]),
            out=frozenset(one.part.id for one in parts if one.part.state in _OUT and not one.stale),
            maintenance=bool(excused),
            unsettled=any(incident.stage in _UNSETTLED for incident, _ in given),
            stale=any(one.stale for one in parts),
            lapsed=any(each.id not in colouring for each in outages),
            reasons=self._reasons(parts, [one.incident for one in touching], listed, lost),
            incidents=(*sorted(outages, key=weight, reverse=True), *sorted(listed, key=weight, reverse=True)),
        )
        calm = self._coloured(base, certain, parts)
        if not doubts:
            return calm
        doubted_at = max(news_at(incident) for incident, _ in doubts)
        opinion = self._coloured(base, [*certain, *(colour for _, colour in doubts)], parts)
        until = min(opinion.until, *(colour.until for _, colour in doubts))
        unsettled = any(incident.stage in _UNSETTLED for incident, colour in given if not colour.doubt)
        calm = structs.replace(calm, lapsed=True, unsettled=unsettled)
        return structs.replace(opinion, until=until, doubted_at=doubted_at, calm=calm)

    def _with_elsewhere(self, opinion: PageOpinion, elsewhere: Mapping[str, "_Elsewhere"], use: Use) -> PageOpinion:
        """`opinion`, with the incidents that concern models which are not used here: listed, and no more."""
        used = SEPARATOR.join(family for family in use.families if family in use.used)
        said = tuple(
            structs.replace(told, params={**told.params, "families": SEPARATOR.join(one.families), "used": used})
            for one in elsewhere.values()
            for told in [incident_reason(one.incident, self._report.link, Code.PAGE_ELSEWHERE)]
        )
        incidents = (*opinion.incidents, *(one.incident for one in elsewhere.values()))
        calm = opinion.calm and self._with_elsewhere(opinion.calm, elsewhere, use)
        reasons = (*opinion.reasons, *said)
        ids = frozenset(elsewhere)
        return structs.replace(opinion, reasons=reasons, incidents=incidents, lapsed=True, elsewhere=ids, calm=calm)

    def _coloured(self, base: PageOpinion, colours: Sequence[Colour], parts: Sequence[PartColours]) -> PageOpinion:
        light = worst(colour.light for colour in colours)
        worst_ones = [colour for colour in colours if colour.light is light]
        stale = light is Light.GREY and base.stale
        reasons = base.reasons
        if light is Light.GREEN and all(each.code == Code.PAGE_MISSING for each in reasons):
            # What a feed has never named has an id alone, which is nobody's name for it.
            named = [one.part for one in parts if one.part.id in self._parts]
            names = SEPARATOR.join(part.name for part in named if part.state is not PageLight.UNKNOWN)
            said = {} if self._is_all_well else {"components": names}
            reasons += (page_reason(self._report, Code.PAGE_OPERATIONAL, **said),)
        elif light is Light.GREY and not stale:
            reasons += unknown(self._report, self._report.at, "unknown_value").reasons
        bad = light in (Light.RED, Light.YELLOW)
        return structs.replace(
            base,
            light=light,
            finding=worst_finding(colour.finding for colour in worst_ones),
            since=min((one.since for one in worst_ones if bad and one.since is not None), default=None),
            out=base.out if bad else frozenset(),
            stale=stale,
            reasons=reasons,
        )

    @property
    def _is_all_well(self) -> bool:
        """Whether "everything operational" is true of all that the page says."""
        return self._states_well and not self._live

    def _reasons(
        self,
        parts: Sequence[PartColours],
        touching: Sequence[PageIncident],
        listed: Sequence[PageIncident],
        lost: tuple[str, ...],
    ) -> tuple[Reason, ...]:
        reasons = [incident_reason(incident, self._report.link) for incident in heaviest(touching)]
        reasons += [incident_reason(incident, self._report.link, Code.PAGE_UNNAMED) for incident in heaviest(listed)]
        for part, stale in ((one.part, one.stale) for one in parts if one.part.state in _WORTH_SAYING):
            at = part.changed_at if part.changed_at is not None else self._first_seen.get(part.id, self._report.at)
            code = Code.PAGE_STALE if stale else Code.PAGE_COMPONENT
            said = page_reason(self._report, code, component=part.name, state=part.state.value)
            reasons.append(structs.replace(said, at=at))
        return (*reasons, *(page_reason(self._report, Code.PAGE_MISSING, id=wanted(name)) for name in lost))


def unknown(report: PageReport, fetched_at: float | None, health: str | None = None) -> PageOpinion:
    """The opinion of a page that says nothing usable."""
    said = reason(
        Code.PAGE_UNKNOWN,
        Source.PAGE,
        report.at,
        report.link,
        health=health or report.health.value,
        reason=None if health else report.reason,
        fetched_at=fetched_at,
        **({} if health else report.params),
    )
    return PageOpinion(report.at, Light.GREY, Finding.NO_EVIDENCE, reasons=(said,))


def _capped(incident: PageIncident) -> PageIncident:
    """As far as it makes nothing red."""
    return structs.replace(incident, impact=_CAPPED.get(incident.impact, incident.impact))


def _elsewhere(touching: Sequence[_Live], use: Use) -> dict[str, _Elsewhere]:
    """Which of them concern only models that are not used here, by id."""
    found = {}
    for incident in (one.incident for one in touching if not one.incident.maintenance):
        families = use.elsewhere((incident.name, *(update.text for update in reversed(incident.updates))))
        if families and incident.stage is not PageStage.UNKNOWN:
            found[incident.id] = _Elsewhere(incident, families)
    return found


def _for_others_alone(part: PageComponent) -> PageComponent:
    """A part as it is for whoever uses other models than those that trouble it."""
    return structs.replace(part, state=PageLight.OPERATIONAL) if part.state in TROUBLED else part


def _without_twins(components: Sequence[PageComponent]) -> dict[str, PageComponent]:
    """By id, in the order of the page; of twins the worse."""
    parts: dict[str, PageComponent] = {}
    for part in components:
        twin = parts.get(part.id)
        if twin is None or worst((LIGHTS[twin.state], LIGHTS[part.state])) is not LIGHTS[twin.state]:
            parts[part.id] = part
    return parts


def _newest_of_each(incidents: Sequence[PageIncident]) -> list[PageIncident]:
    """Of copies of one incident the newest, and of those the one that is still open."""
    newest: dict[str, PageIncident] = {}
    for one in incidents:
        twin = newest.get(one.id)
        if twin is None or _age(one) > _age(twin):
            newest[one.id] = one
    return list(newest.values())


def _age(incident: PageIncident) -> tuple[float, bool]:
    return incident.updated_at, incident.stage is not PageStage.RESOLVED


def _listed_only(parts: Sequence[PartColours]) -> frozenset[str]:
    """With "*" or a pattern nobody knows which component matters: a few of very many are listed, and colour nothing,
    whether they are in trouble or nobody knows how they are."""
    found: list[str] = []
    for states in (TROUBLED, {PageLight.UNKNOWN}):
        some = [one.part.id for one in parts if one.part.state in states]
        found += some if len(some) < LISTED_ONLY_SHARE * len(parts) else []
    return frozenset(found)


def _name(parts: Mapping[str, PageComponent], ident: str) -> str:
    return parts[ident].name if ident in parts else ident
