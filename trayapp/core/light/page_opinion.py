"""Rule 4: what a provider's status page says of one component, by component and open incident, never by headline.

A reading is gone through once; the opinion on a component is made once for each reading and set of ids.
"""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from trayapp.core.evidence.observation import Source
from trayapp.core.evidence.page_report import Impact, PageComponent, PageIncident, PageLight, PageReport, PageStage
from trayapp.core.light.reasons import Code, Reason, reason
from trayapp.core.light.severity import Finding, Light, worst

# Of a page whose components are not known one by one, less trouble than this is listed only (rule 10).
LISTED_ONLY_SHARE = 0.1
ALL = "*"

_LIGHTS = {
    PageLight.OPERATIONAL: Light.GREEN,
    PageLight.MAINTENANCE: Light.GREEN,
    PageLight.DEGRADED: Light.YELLOW,
    PageLight.PARTIAL: Light.YELLOW,
    PageLight.MAJOR: Light.RED,
    PageLight.UNKNOWN: Light.GREY,
}
_TROUBLED = frozenset({PageLight.DEGRADED, PageLight.PARTIAL, PageLight.MAJOR})
_UNSETTLED = frozenset({PageStage.INVESTIGATING, PageStage.IDENTIFIED})
_IMPACTS = {Impact.CRITICAL: 3, Impact.MAJOR: 2, Impact.MINOR: 1}


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


class Opinions:
    """All opinions that follow from one good reading."""

    def __init__(self, report: PageReport) -> None:
        self._report = report
        self._places: dict[str, list[int]] = {}
        for place, component in enumerate(report.components):
            self._places.setdefault(component.id, []).append(place)
        # Every incident under way, with the ids that it touches.
        self._live = [
            (incident, frozenset(incident.components) or self._meant(incident))
            for incident in report.incidents
            if _is_live(incident)
        ]
        self._made: dict[tuple[str, ...], PageOpinion] = {}
        said = reason(Code.PAGE_OPERATIONAL, Source.PAGE, report.at, report.link)
        # One for all that nothing is said about: what rests on the same object is judged once.
        self._operational = PageOpinion(report.at, Light.GREEN, Finding.OK, reasons=(said,))

    def of(self, ids: tuple[str, ...]) -> PageOpinion:
        """The opinion on the page components `ids` (or all of them, for "*") together."""
        if ids not in self._made:
            self._made[ids] = self._make(ids)
        return self._made[ids]

    def _meant(self, incident: PageIncident) -> frozenset[str]:
        """What an incident that names nothing can mean: everything that is not operational since it began."""
        return frozenset(
            component.id
            for component in self._report.components
            if component.state in _TROUBLED
            and (component.changed_at is None or component.changed_at >= incident.started_at)
        )

    def _make(self, ids: tuple[str, ...]) -> PageOpinion:
        report = self._report
        every = ALL in ids
        if every:
            parts: Sequence[PageComponent] = report.components
        else:
            places = sorted(place for name in set(ids) for place in self._places.get(name, ()))
            parts = [report.components[place] for place in places]
        named = {part.id for part in parts}
        if not parts or (not every and len(named) < len(set(ids))):
            return unknown(report, report.at, "unknown_value", "missing_component")
        states_light, lights, reasons = _states(parts, report, every=every)
        touching = [
            incident
            for incident, touched in self._live
            if (every and incident.components) or not named.isdisjoint(touched)
        ]
        unnamed = [incident for incident, touched in self._live if not touched and not incident.maintenance]
        coloring = [
            incident
            for incident in unnamed
            if incident.impact in (Impact.MAJOR, Impact.CRITICAL) and _is_open(incident)
        ]
        lights += [*map(_incident_light, touching), *[Light.YELLOW] * len(coloring)]
        reasons[:0] = [_incident_reason(incident, report.link) for incident in (*touching, *unnamed)]
        light = worst(lights)
        troubled = [incident for incident in (*touching, *coloring) if not incident.maintenance]
        maintenance = any(part.state is PageLight.MAINTENANCE for part in parts) or any(
            incident.maintenance and incident.stage is PageStage.IN_PROGRESS for incident in touching
        )
        if light is Light.GREEN and not reasons and not maintenance:
            return self._operational
        if light is Light.GREEN and not reasons:
            reasons += self._operational.reasons
        if light is Light.GREY:
            reasons.append(unknown(report, report.at, "unknown_value").reasons[0])
        return PageOpinion(
            at=report.at,
            light=light,
            finding=_finding(light, states_light, touching),
            since=_since(parts, troubled) if light in (Light.RED, Light.YELLOW) else None,
            partial=any(part.state in (PageLight.PARTIAL, PageLight.MAJOR) for part in parts) or light is Light.RED,
            maintenance=maintenance,
            unsettled=any(incident.stage in _UNSETTLED for incident in troubled),
            reasons=tuple(reasons),
            incidents=tuple(sorted(troubled, key=_weight, reverse=True)),
        )


def unknown(
    report: PageReport, fetched_at: float | None, health: str | None = None, why: str | None = None
) -> PageOpinion:
    """The opinion of a page that says nothing usable."""
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


def _states(
    parts: Sequence[PageComponent], report: PageReport, *, every: bool
) -> tuple[Light, list[Light], list[Reason]]:
    """What the components' own states make: together, one by one, and as reasons."""
    listed_only = _listed_only(parts) if every else frozenset[str]()
    reasons = [
        reason(
            Code.PAGE_COMPONENT,
            Source.PAGE,
            part.changed_at if part.changed_at is not None else report.at,
            report.link,
            component=part.name,
            state=part.state.value,
        )
        for part in parts
        if part.state in _TROUBLED
    ]
    lights = [_LIGHTS[part.state] for part in parts if part.id not in listed_only]
    return worst(lights), lights, reasons


def _listed_only(parts: Sequence[PageComponent]) -> frozenset[str]:
    """With "*" nobody knows which component matters: a few of very many are listed, and colour nothing."""
    troubled = [part.id for part in parts if part.state in _TROUBLED]
    few = len(troubled) < LISTED_ONLY_SHARE * len(parts)
    return frozenset(troubled) if few else frozenset()


def _is_live(incident: PageIncident) -> bool:
    """Under way: neither resolved nor merely announced."""
    return incident.resolved_at is None and incident.stage not in (PageStage.RESOLVED, PageStage.SCHEDULED)


def _is_open(incident: PageIncident) -> bool:
    return incident.stage is not PageStage.MONITORING


def _incident_light(incident: PageIncident) -> Light:
    if incident.maintenance:
        return Light.GREEN
    if incident.stage is PageStage.UNKNOWN:
        return Light.GREY
    if _is_open(incident) and incident.impact is Impact.CRITICAL:
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
            fixed = [incident for incident in touching if not incident.maintenance]
            watched = bool(fixed) and not any(_is_open(incident) for incident in fixed) and states is Light.GREEN
            return Finding.RECOVERING if watched else Finding.DEGRADED


def _since(parts: Iterable[PageComponent], incidents: Sequence[PageIncident]) -> float | None:
    """The page's own word on when this began: its incident's start, else the oldest change of a troubled part."""
    if incidents:
        return min(incident.started_at for incident in incidents)
    changes = (part.changed_at for part in parts if part.state in _TROUBLED and part.changed_at is not None)
    return min(changes, default=None)


def _incident_reason(incident: PageIncident, page: str) -> Reason:
    said = reason(
        Code.PAGE_MAINTENANCE if incident.maintenance else Code.PAGE_INCIDENT,
        Source.PAGE,
        incident.updated_at,
        incident.link or page,
        title=incident.name,
        stage=incident.stage.value,
        started_at=incident.started_at,
    )
    if incident.maintenance:
        return said
    return structs.replace(said, params={**said.params, "impact": incident.impact.value})


def _weight(incident: PageIncident) -> tuple[bool, int, float]:
    """Which incident speaks for an outage: an open one, the heaviest, the newest."""
    return _is_open(incident), _IMPACTS.get(incident.impact, 0), incident.started_at
