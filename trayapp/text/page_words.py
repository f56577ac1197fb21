"""The words of status pages: the stage and impact of an incident, the state of a component, the page's own health."""

from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.text.language import N_

STAGES: dict[str, str] = {
    PageStage.INVESTIGATING: N_("investigating"),
    PageStage.IDENTIFIED: N_("identified"),
    PageStage.MONITORING: N_("monitoring"),
    PageStage.RESOLVED: N_("resolved"),
    PageStage.SCHEDULED: N_("scheduled"),
    PageStage.IN_PROGRESS: N_("in progress"),
    PageStage.UNKNOWN: N_("stage unknown"),
}
IMPACTS: dict[str, str] = {
    Impact.NONE: N_("no impact stated"),
    Impact.MINOR: N_("minor impact"),
    Impact.MAJOR: N_("major impact"),
    Impact.CRITICAL: N_("critical impact"),
    Impact.MAINTENANCE: N_("maintenance"),
    Impact.UNKNOWN: N_("impact unknown"),
}
STATES: dict[str, str] = {
    PageLight.OPERATIONAL: N_("operational"),
    PageLight.DEGRADED: N_("degraded performance"),
    PageLight.PARTIAL: N_("partial outage"),
    PageLight.MAJOR: N_("major outage"),
    PageLight.MAINTENANCE: N_("under maintenance"),
    PageLight.UNKNOWN: N_("an unknown state"),
}
HEALTHS: dict[str, str] = {
    PageHealth.OK: N_("can be read"),
    PageHealth.INCOMPLETE: N_("can be read only in part"),
    PageHealth.STALE: N_("has told nothing new for too long"),
    PageHealth.UNREADABLE: N_("cannot be read"),
    PageHealth.REFUSED: N_("refuses to answer"),
    PageHealth.MOVED: N_("has moved elsewhere"),
    PageHealth.WRONG_PAGE: N_("is the page of somebody else"),
    PageHealth.EMPTY: N_("is empty"),
    PageHealth.NEVER: N_("has not been read yet"),
    "missing_component": N_("does not list it"),
    "unknown_value": N_("says something that is not understood"),
}
