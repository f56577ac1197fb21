"""Rule 4: which components an open incident touches, since when, and when it was over for all of them.

Read from the page's impact records, else from what its updates say of each component, else from the list that the
incident is linked to. Times are steady seconds.
"""

from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from trayapp.core.evidence.page_report import PageIncident, PageLight, PageStage, PageState

_BADNESS = {PageLight.DEGRADED: 1, PageLight.PARTIAL: 2, PageLight.MAJOR: 3}
TROUBLED = frozenset(_BADNESS)
_FIXED = frozenset({PageStage.MONITORING, PageStage.RESOLVED})


class Touch(NamedTuple):
    """How an incident touches a component. `began_at`: by the page's own time; `worse_at`: when readers were last told
    of something worse."""

    began_at: float
    worse_at: float


def touched(incident: PageIncident, now: float) -> dict[str, Touch]:
    """The components that it touches now, by id."""
    told_at = max(published_at(incident), _reopened_at(incident))
    if incident.impacts:
        starts: dict[str, float] = {}
        for record in incident.impacts:
            ended = record.ended_at is not None and record.ended_at <= now
            if not ended and record.started_at <= now and record.state not in (
                PageLight.OPERATIONAL, PageLight.MAINTENANCE
            ):  # fmt: skip
                starts[record.component] = max(record.started_at, starts.get(record.component, record.started_at))
        return {name: Touch(at, max(at, told_at)) for name, at in starts.items()}
    touches = {}
    for name in _linked(incident):
        said = [(update.at, state) for update in incident.updates for state in update.states if state.component == name]
        if not _taken_out([state for _, state in said]):
            worse_at = max(_worsenings(said), default=None)
            began_at = max(incident.started_at if worse_at is None else worse_at, _reopened_at(incident))
            touches[name] = Touch(began_at, max(began_at, told_at))
    return touches


def names_none(incident: PageIncident) -> bool:
    """Whether it never said which components it touches."""
    return not (incident.impacts or incident.components or any(update.states for update in incident.updates))


def published_at(incident: PageIncident) -> float:
    """When it could first be read."""
    return incident.started_at if incident.published_at is None else incident.published_at


def monitored_since(incident: PageIncident) -> float:
    """When its present stage began, for one that is being monitored."""
    since = incident.updated_at
    for update in incident.updates:
        if update.stage is not PageStage.MONITORING:
            break
        since = update.at
    return since


def over_at(incident: PageIncident) -> float | None:
    """When a resolved incident was over for all that it touched, by the page's own records; None while it is open.

    A resolution is often posted late; what the page says of its components tells when the trouble ended.
    """
    if incident.stage is not PageStage.RESOLVED:
        return None
    end = incident.updated_at if incident.resolved_at is None else incident.resolved_at
    ends = [record.ended_at for record in incident.impacts or ()]
    if ends and None not in ends:
        end = min(end, max(at for at in ends if at is not None))
    else:
        for update in incident.updates:
            if not update.states or any(state.state is not PageLight.OPERATIONAL for state in update.states):
                break
            end = min(end, update.at)
    return max(end, incident.started_at)


def _linked(incident: PageIncident) -> dict[str, None]:
    """Those that it is linked to now: a part that neither list nor newest update names has been let go."""
    newest = next((update.states for update in incident.updates if update.states), ())
    return dict.fromkeys((*incident.components, *(state.component for state in newest)))


def _taken_out(said: list[PageState]) -> bool:
    """Whether the newest word on a component is that it is operational again; newest first."""
    if not said or said[0].state is not PageLight.OPERATIONAL:
        return False
    return said[0].was in TROUBLED or any(state.state in TROUBLED or state.was in TROUBLED for state in said[1:])


def _worsenings(said: list[tuple[float, PageState]]) -> Iterator[float]:
    """When what was said of a component became worse; newest first."""
    for number, (at, state) in enumerate(said):
        before = said[number + 1][1].state if number + 1 < len(said) else state.was
        if _BADNESS.get(state.state, 0) > (0 if before is None else _BADNESS.get(before, 0)):
            yield at


def _reopened_at(incident: PageIncident) -> float:
    """When it last went back from fixed to being looked into; the beginning of time if it never did."""
    stages = [(update.at, update.stage) for update in incident.updates]
    back = (
        at
        for (at, stage), (_, before) in pairwise(stages)
        if before in _FIXED and stage not in _FIXED and stage is not PageStage.UNKNOWN
    )
    return max(back, default=float("-inf"))
