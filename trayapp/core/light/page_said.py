"""Rule 4: what of a page's words is given as a reason, and in which order it counts."""

from collections.abc import Sequence

from msgspec import structs

from trayapp.core.catalogue import NAMED
from trayapp.core.evidence.observation import Source
from trayapp.core.evidence.page_report import Impact, PageIncident, PageReport, PageStage
from trayapp.core.light.reasons import Code, Reason, reason
from trayapp.errors import Param

# Nobody reads more of them; what is over is forgotten open by the hundred on some pages.
MOST_SAID = 10

_IMPACTS = {Impact.CRITICAL: 3, Impact.MAJOR: 2, Impact.MINOR: 1}


def incident_reason(incident: PageIncident, page: str, code: Code = Code.PAGE_INCIDENT) -> Reason:
    """Of an incident or a maintenance. `page`: where it is read about unless it has a place of its own."""
    said = reason(
        Code.PAGE_MAINTENANCE if incident.maintenance else code,
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


def page_reason(report: PageReport, code: Code, **params: Param) -> Reason:
    """Of the page itself."""
    return reason(code, Source.PAGE, report.at, report.link, **params)


def wanted(entry: str) -> str:
    """What an entry of the catalogue asks for, as it is to be told: a pattern of names without its marks."""
    return entry.removeprefix(NAMED).strip("*")


def heaviest(incidents: Sequence[PageIncident]) -> Sequence[PageIncident]:
    """Those that are said."""
    return incidents if len(incidents) <= MOST_SAID else sorted(incidents, key=weight, reverse=True)[:MOST_SAID]


def weight(incident: PageIncident) -> tuple[bool, int, float]:
    """Which incident speaks for an outage: an open one, the heaviest, the newest."""
    return incident.stage is not PageStage.MONITORING, _IMPACTS.get(incident.impact, 0), incident.started_at
