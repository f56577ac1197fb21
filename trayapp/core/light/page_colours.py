"""Rule 4: the colour that a component's own state gives, the one that a touching incident gives, and for how long.

States lag behind the incidents that explain them, and incidents are forgotten open: each has its time.
"""

import math
from collections.abc import Sequence
from typing import NamedTuple

from trayapp.core.evidence.page_report import Impact, PageComponent, PageIncident, PageLight, PageStage
from trayapp.core.light.incident_reach import TROUBLED, Touch, monitored_since, published_at
from trayapp.core.light.severity import Finding, Light

# Where pages set states at all they do so within minutes of the incident; half an hour later the state is meant.
STATES_LAG_S = 1800.0
# The median from "monitoring" to "resolved" is half an hour; after a day somebody forgot to close it.
MONITORED_S = 86_400.0
# Providers post every few hours while they work on something; a week without a word is no outage that goes on.
FORGOTTEN_S = 7 * 86_400.0
# The longest outages of years of histories lasted days; two weeks without any change nobody looks after the page.
STALE_S = 14 * 86_400.0
# Maintenance overruns by minutes; an hour after its announced end, failures are failures.
OVERDUE_S = 3600.0
# Two clocks differ by minutes; what begins later than that is announced.
CLOCKS_DIFFER_S = 300.0

LIGHTS = {
    PageLight.OPERATIONAL: Light.GREEN,
    PageLight.MAINTENANCE: Light.GREEN,
    PageLight.DEGRADED: Light.YELLOW,
    PageLight.PARTIAL: Light.YELLOW,
    PageLight.MAJOR: Light.RED,
    PageLight.UNKNOWN: Light.GREY,
}
_TELLING = frozenset({Impact.MAJOR, Impact.CRITICAL, Impact.UNKNOWN})


class Colour(NamedTuple):
    """What something makes of a component. `until`: another colour follows then. `doubt`: only because states lag."""

    light: Light
    finding: Finding
    since: float | None
    until: float = math.inf
    doubt: bool = False


class PartColours(NamedTuple):
    """All that colours one component: its own state, and the live incidents that touch it, None where listed only.

    `stale`: its trouble is so old that nobody looks after it. `excused_until`: maintenance explains failures.
    """

    part: PageComponent
    own: Colour
    stale: bool
    given: list[tuple[PageIncident, Colour | None]]
    excused_until: float | None


def part_colours(
    part: PageComponent,
    touching: Sequence[tuple[PageIncident, Touch]],
    first_seen: float | None,
    now: float,
    *,
    stated: bool,
) -> PartColours:
    """What colours `part` now. `first_seen`: since when it has had this state, where the page gives no time.

    `stated`: the page gives its components states.
    """
    maintenances = [incident for incident, _ in touching if incident.maintenance]
    outages = [(incident, touch) for incident, touch in touching if not incident.maintenance]
    seen_at = part.changed_at if part.changed_at is not None else first_seen
    news = [max(touch.worse_at, news_at(incident)) for incident, touch in outages]
    known = [*news, *([part.changed_at] if part.changed_at is not None else [])]
    newest = max(known, default=seen_at)
    # The component's own change, never an older incident's start.
    since = part.changed_at
    if since is None:
        since = max((touch.began_at for _, touch in outages), default=None)
    own, stale = _state_colour(part, since, newest, now)
    given = [
        (incident, _incident_colour(incident, touch, part, seen_at, now, stated=stated)) for incident, touch in outages
    ]
    if part.state in TROUBLED:
        given = [(incident, colour and colour._replace(since=since)) for incident, colour in given]
    return PartColours(part, own, stale, given, _excused_until(part, maintenances, seen_at))


def _state_colour(
    part: PageComponent, since: float | None, changed_at: float | None, now: float
) -> tuple[Colour, bool]:
    """The colour of a component's own state, and whether its trouble is stale: unchanged since `changed_at`."""
    light = LIGHTS[part.state]
    if part.state not in TROUBLED:
        return Colour(light, Finding.OK if light is Light.GREEN else Finding.NO_EVIDENCE, None), False
    stale_at = math.inf if changed_at is None else changed_at + STALE_S
    if now >= stale_at:
        return Colour(Light.GREY, Finding.NO_EVIDENCE, since), True
    return Colour(light, Finding.DOWN if light is Light.RED else Finding.DEGRADED, since, stale_at), False


def is_forgotten(incident: PageIncident, now: float) -> bool:
    """Whether it is listed only, whatever it touches: of no impact, or without a word for a week."""
    return incident.impact is Impact.NONE or now >= news_at(incident) + FORGOTTEN_S


def news_at(incident: PageIncident) -> float:
    """The latest word on it: its updates may be dated back."""
    return max(incident.updated_at, published_at(incident))


def _incident_colour(
    incident: PageIncident, touch: Touch, part: PageComponent, changed_at: float | None, now: float, *, stated: bool
) -> Colour | None:
    """The colour that a live incident gives to a component that it touches; None when it is listed only."""
    if is_forgotten(incident, now) or (not stated and incident.impact not in _TELLING):
        return None
    until = news_at(incident) + FORGOTTEN_S
    # Where nothing else tells, an incident of unknown gravity may be anything: that is neither well nor trouble.
    if incident.stage is PageStage.UNKNOWN or (not stated and incident.impact is Impact.UNKNOWN):
        return Colour(Light.GREY, Finding.NO_EVIDENCE, None, until)
    monitored = incident.stage is PageStage.MONITORING
    since = monitored_since(incident) if monitored else touch.began_at
    if incident.impact is Impact.CRITICAL and not monitored and (part.state in TROUBLED or not stated):
        return Colour(Light.RED, Finding.DOWN, since, until)
    if part.state in TROUBLED:
        return Colour(Light.YELLOW, Finding.DEGRADED, since, until)
    if monitored:
        until = min(until, since + MONITORED_S)
    # What is under maintenance does not read operational, so no state lags behind the incident.
    lags = stated and part.state is not PageLight.MAINTENANCE
    if lags:
        told_at = max(since, since if changed_at is None else changed_at) if monitored else touch.worse_at
        until = min(until, told_at + STATES_LAG_S)
    if now >= until:
        return None
    return Colour(Light.YELLOW, Finding.RECOVERING if monitored else Finding.DEGRADED, since, until, doubt=lags)


def _excused_until(part: PageComponent, maintenances: list[PageIncident], changed_at: float | None) -> float | None:
    """Until when maintenance excuses failures; None where none is under way."""
    under_way = [one for one in maintenances if one.stage is PageStage.IN_PROGRESS]
    if under_way:
        return max(one.started_at + STALE_S if one.ends_at is None else one.ends_at + OVERDUE_S for one in under_way)
    if part.state is not PageLight.MAINTENANCE:
        return None
    return math.inf if changed_at is None else changed_at + STALE_S
