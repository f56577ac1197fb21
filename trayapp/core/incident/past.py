"""What a provider's page tells of its past: finished incidents in, the outages that people lived through out."""

import math
from collections.abc import Collection, Iterable

from msgspec import Struct

from trayapp.core.evidence.page_report import Impact, PageIncident
from trayapp.core.light.incident_reach import TROUBLED, over_at

# One outage comes in several rows, one a model or a component: of Anthropic's 347 rows of May and June 2026 99 were
# distinct. Rows that begin this close together, while the other goes on, are one outage.
TWINS_WITHIN_S = 15 * 60.0
# Every ninth incident is published when it is over, begun and ended in one breath: how long it took nobody said.
UNTOLD_S = 60.0


class PastIncident(Struct, frozen=True):
    """A finished incident of a provider's page, no maintenance. Times in seconds, on the clock that asks later.

    `components`: the page's ids of what it touched, as far as it named any.
    """

    started_at: float
    ended_at: float
    components: tuple[str, ...] = ()


class Outage(Struct, frozen=True):
    """One outage, from the first of its incidents to the end of the last, on the same clock."""

    started_at: float
    ended_at: float

    @property
    def duration_s(self) -> float | None:
        """How long it took, None where the page did not tell."""
        duration_s = self.ended_at - self.started_at
        return duration_s if duration_s >= UNTOLD_S else None


def past_incident(incident: PageIncident) -> PastIncident | None:
    """The past that an incident of a page is; None while it is open, for maintenance, and for what is only listed."""
    ended_at = over_at(incident)
    if ended_at is None or incident.maintenance or incident.impact in (Impact.NONE, Impact.MAINTENANCE):
        return None
    states = [state for update in incident.updates for state in update.states]
    # Pages link an incident to all that they have, and say in its records which parts were in trouble.
    named = (
        [record.component for record in incident.impacts or () if record.state in TROUBLED]
        or [state.component for state in states if state.state in TROUBLED or state.was in TROUBLED]
        or incident.components
    )
    return PastIncident(incident.started_at, ended_at, tuple(dict.fromkeys(named)))


def outages(incidents: Iterable[PastIncident], components: Collection[str] | None = None) -> tuple[Outage, ...]:
    """The outages that the incidents tell of, in the order in which they began; rows that make no sense are left out.

    `components`: only what touched one of them; None for all.
    """
    spans = sorted(
        (incident.started_at, incident.ended_at)
        for incident in incidents
        if (components is None or not set(components).isdisjoint(incident.components))
        and 0.0 <= incident.ended_at - incident.started_at < math.inf
    )
    found: list[Outage] = []
    for started_at, ended_at in spans:
        latest = found[-1] if found else None
        if latest and started_at <= min(latest.ended_at, latest.started_at + TWINS_WITHIN_S):
            found[-1] = Outage(latest.started_at, max(latest.ended_at, ended_at))
        else:
            found.append(Outage(started_at, ended_at))
    return tuple(found)
