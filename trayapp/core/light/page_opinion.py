"""Rule 4: what a provider's status page says of one component, by component and open incident, never by headline."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

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
from trayapp.core.light.reasons import Code, Reason, reason
from trayapp.core.light.severity import Finding, Light, worst

# After ten minutes nobody knows what the page says meanwhile, unless it is read so rarely as a rule.
PAGE_FRESH_S = 600.0
LATE_FACTOR = 2.5
# The slowest pace that can be configured; a longer pause was a sleep.
PAGE_INTERVAL_MAX_S = 3600.0
# How long the last trouble a page reported outlives the page itself: the same gap after which all starts afresh.
PAGE_HELD_S = 600.0
# One reading in a row may fail for no reason at all; two say that the page cannot be read.
TRANSIENT_FAILURES = 1
# Of a page whose components are not known one by one, less trouble than this is listed only (rule 10).
LISTED_ONLY_SHARE = 0.1
ALL = "*"

_TRANSIENT = frozenset({PageHealth.UNREADABLE, PageHealth.REFUSED})
_LIGHTS = {
    PageLight.OPERATIONAL: Light.GREEN,
    PageLight.MAINTENANCE: Light.GREEN,
    PageLight.DEGRADED: Light.YELLOW,
    PageLight.PARTIAL: Light.YELLOW,
    PageLight.MAJOR: Light.RED,
    PageLight.UNKNOWN: Light.GREY,
}
_UNSETTLED = frozenset({PageStage.INVESTIGATING, PageStage.IDENTIFIED})


class PageOpinion(Struct, frozen=True):
    """What the page says of one component, read at `at`. A grey light means that it says nothing usable.

    `since`: when the page says that this began, or None. `partial`: partial outage or worse. `maintenance`: declared
    and under way. `unsettled`: an incident touching it is still being investigated or identified.
    """

    at: float
    light: Light
    finding: Finding
    since: float | None = None
    partial: bool = False
    maintenance: bool = False
    unsettled: bool = False
    reasons: tuple[Reason, ...] = ()
    incidents: tuple[PageIncident, ...] = ()


class PageView:
    """The readings of one provider's page. `expected`: the provider has one."""

    def __init__(self, expected: bool = True) -> None:
        self.expected = expected
        self.latest: PageReport | None = None
        self._good: PageReport | None = None
        self._failed_in_a_row = 0
        self._interval_s = 0.0
        # Whether the latest good reading came after a gap in which anything may have happened.
        self.starts_afresh = False

    def observe(self, report: PageReport, *, excused: bool = False) -> None:
        """Take in a reading, in any order. `excused`: the own network fails, so a failed one is not the page's."""
        if self.latest is not None and report.at < self.latest.at:
            return
        self.latest = report
        if report.health is PageHealth.OK:
            since_s = report.at - self._good.at if self._good is not None else 0.0
            self.starts_afresh = since_s > self.fresh_s
            self._interval_s = since_s if since_s <= PAGE_INTERVAL_MAX_S else 0.0
            self._good, self._failed_in_a_row = report, 0
        elif not excused:
            self._failed_in_a_row += 1

    def disturbed(self) -> None:
        """What failed before a resume or a network change says nothing about the page."""
        self._failed_in_a_row = 0

    @property
    def fetched_at(self) -> float | None:
        """The last good reading."""
        return self._good.at if self._good is not None else None

    @property
    def fresh_s(self) -> float:
        """How long a reading speaks: ten minutes, or longer where the page is read at a slower pace."""
        return max(PAGE_FRESH_S, LATE_FACTOR * self._interval_s)

    def usable(self, now: float) -> PageReport | None:
        """The reading that speaks now: a single failed attempt after it does not yet silence it."""
        if self._good is None or self.latest is None or now - self._good.at > self.fresh_s:
            return None
        if self.latest.health is PageHealth.OK:
            return self._good
        tolerated = self.latest.health in _TRANSIENT and self._failed_in_a_row <= TRANSIENT_FAILURES
        return self._good if tolerated else None

    def find(self, incident_id: str) -> PageIncident | None:
        """The page's latest word on an incident, open or resolved."""
        incidents = self._good.incidents if self._good is not None else ()
        return next((one for one in incidents if one.id == incident_id), None)

    def voice(self, ids: tuple[str, ...], now: float) -> PageOpinion | None:
        """What it says of a component with these page ids; None when it is not meant to speak for it at all."""
        if not ids:
            return None
        report = self.usable(now)
        if report is None:
            return None if self.latest is None else _unknown(self.latest, self.fetched_at)
        return speak(report, ids)


def speak(report: PageReport, ids: tuple[str, ...]) -> PageOpinion:
    """The voice of one good reading for the page components `ids` (or all of them, for "*")."""
    parts = report.components if ALL in ids else tuple(one for one in report.components if one.id in ids)
    if not parts or (ALL not in ids and len({one.id for one in parts}) < len(set(ids))):
        return _unknown(report, report.at, "unknown_value", "missing_component")
    reasons: list[Reason] = []
    lights: list[Light] = []
    listed_only = _listed_only(parts) if ALL in ids else frozenset[str]()
    for part in parts:
        if part.state not in (PageLight.OPERATIONAL, PageLight.MAINTENANCE, PageLight.UNKNOWN):
            said_at = part.changed_at if part.changed_at is not None else report.at
            state = part.state.value
            reasons.append(
                reason(Code.PAGE_COMPONENT, Source.PAGE, said_at, report.link, component=part.name, state=state)
            )
        if part.id not in listed_only:
            lights.append(_LIGHTS[part.state])
    states_light = worst(lights)
    live = [one for one in report.incidents if _live(one)]
    touching = [one for one in live if _touches(one, ids, parts, report)]
    lights += [_incident_light(one) for one in touching]
    unnamed = [
        one for one in live if not one.components and not _touched(one, report.components) and not one.maintenance
    ]
    coloring = [one for one in unnamed if one.impact in (Impact.MAJOR, Impact.CRITICAL) and _open(one)]
    lights += [Light.YELLOW] * len(coloring)
    maintenance = any(one.state is PageLight.MAINTENANCE for one in parts) or any(
        one.maintenance and one.stage is PageStage.IN_PROGRESS for one in touching
    )
    reasons[:0] = [_incident_reason(one, report.link) for one in (*touching, *unnamed)]
    light = worst(lights)
    troubled = [one for one in (*touching, *coloring) if not one.maintenance]
    if light is Light.GREEN and not reasons:
        reasons.append(reason(Code.PAGE_OPERATIONAL, Source.PAGE, report.at, report.link))
    if light is Light.GREY:
        reasons.append(_unknown(report, report.at, "unknown_value").reasons[0])
    return PageOpinion(
        at=report.at,
        light=light,
        finding=_finding(light, states_light, touching),
        since=_since(parts, troubled) if light in (Light.RED, Light.YELLOW) else None,
        partial=any(one.state in (PageLight.PARTIAL, PageLight.MAJOR) for one in parts) or light is Light.RED,
        maintenance=maintenance,
        unsettled=any(one.stage in _UNSETTLED for one in troubled),
        reasons=tuple(reasons),
        incidents=tuple(sorted(troubled, key=_weight, reverse=True)),
    )


def _unknown(
    report: PageReport, fetched_at: float | None, health: str | None = None, why: str | None = None
) -> PageOpinion:
    said = reason(
        Code.PAGE_UNKNOWN,
        Source.PAGE,
        report.at,
        report.link,
        health=health or report.health.value,
        reason=why or report.reason,
        fetched_at=fetched_at,
    )
    return PageOpinion(report.at, Light.GREY, Finding.NO_EVIDENCE, reasons=(said,))


def _live(one: PageIncident) -> bool:
    """Under way: neither resolved nor merely announced."""
    return one.resolved_at is None and one.stage not in (PageStage.RESOLVED, PageStage.SCHEDULED)


def _open(one: PageIncident) -> bool:
    return one.stage is not PageStage.MONITORING


def _touches(one: PageIncident, ids: tuple[str, ...], parts: Sequence[PageComponent], report: PageReport) -> bool:
    if one.components:
        return ALL in ids or any(name in ids for name in one.components)
    return any(part in _touched(one, report.components) for part in parts)


def _touched(one: PageIncident, components: Iterable[PageComponent]) -> list[PageComponent]:
    """What an incident that names nothing can mean: everything that is not operational since it began."""
    return [
        part
        for part in components
        if part.state in (PageLight.DEGRADED, PageLight.PARTIAL, PageLight.MAJOR)
        and (part.changed_at is None or part.changed_at >= one.started_at)
    ]


def _incident_light(one: PageIncident) -> Light:
    if one.maintenance:
        return Light.GREEN
    if one.stage is PageStage.UNKNOWN:
        return Light.GREY
    if _open(one) and one.impact is Impact.CRITICAL:
        return Light.RED
    return Light.YELLOW


def _finding(light: Light, states: Light, touching: Sequence[PageIncident]) -> Finding:
    match light:
        case Light.RED:
            return Finding.DOWN
        case Light.GREEN:
            return Finding.OK
        case Light.GREY:
            return Finding.NO_EVIDENCE
        case Light.YELLOW:
            fixed = [one for one in touching if not one.maintenance]
            watched = bool(fixed) and not any(_open(one) for one in fixed) and states is Light.GREEN
            return Finding.RECOVERING if watched else Finding.DEGRADED


def _since(parts: Iterable[PageComponent], incidents: Sequence[PageIncident]) -> float | None:
    """The page's own word on when this began: its incident's start, else the oldest change of a troubled part."""
    if incidents:
        return min(one.started_at for one in incidents)
    troubled = (PageLight.DEGRADED, PageLight.PARTIAL, PageLight.MAJOR)
    return min((p.changed_at for p in parts if p.state in troubled and p.changed_at is not None), default=None)


def _listed_only(parts: Sequence[PageComponent]) -> frozenset[str]:
    """With "*" nobody knows which component matters: a few of very many are listed, and colour nothing."""
    troubled = [one.id for one in parts if _LIGHTS[one.state] in (Light.YELLOW, Light.RED)]
    few = len(troubled) < LISTED_ONLY_SHARE * len(parts)
    return frozenset(troubled) if few else frozenset()


def _incident_reason(one: PageIncident, page: str) -> Reason:
    said = reason(
        Code.PAGE_MAINTENANCE if one.maintenance else Code.PAGE_INCIDENT,
        Source.PAGE,
        one.updated_at,
        one.link or page,
        title=one.name,
        stage=one.stage.value,
        started_at=one.started_at,
    )
    return said if one.maintenance else structs.replace(said, params={**said.params, "impact": one.impact.value})


_IMPACTS = {Impact.CRITICAL: 3, Impact.MAJOR: 2, Impact.MINOR: 1}


def _weight(one: PageIncident) -> tuple[bool, int, float]:
    """Which incident speaks for an outage: an open one, the heaviest, the newest."""
    return _open(one), _IMPACTS.get(one.impact, 0), one.started_at
