"""What the user has set aside, an incident or a service, and when it counts again. All times are steady seconds.

Until it changes means of a service: another light. Of an incident: a word of the provider's that is new, or that it got
worse. What nobody can tell at the moment, or is still finding out, is no change; after a day of that it counts again.
"""

import math
from collections.abc import Iterable

from msgspec import Struct, field, structs

from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.aside import Aside, Lasts
from trayapp.core.light.severity import Finding, Light, severity
from trayapp.core.light.verdicts import Judgement, ServiceVerdict, overall

# Between two lights: what was said before still stands.
_UNDECIDED = frozenset({Finding.CHECKING, Finding.STARTING})

UNWATCHED_S = 86_400.0
"""What is as it was a day ago, and nobody saw it in between, may be another outage: overnight it is hardly ever."""

_Told = tuple[str | None, str | None, float]


class AsideRecord(Struct):
    """One thing that is set aside. `lights`: of its services when it was, as far as they were known; `told`: the
    provider's title, stage and newest word then. `seen_at`: when it could last be told how it is."""

    at: float
    lasts: Lasts
    until: float | None = None
    lights: dict[str, Light] = field(default_factory=dict)
    told: _Told | None = None
    seen_at: float | None = None


class AsideMemory(Struct):
    """What survives a restart, by the ids of services and of incidents."""

    services: dict[str, AsideRecord] = field(default_factory=dict)
    incidents: dict[str, AsideRecord] = field(default_factory=dict)


class SetAside:
    """Holds what is set aside. `ends_at`: when the first of it does by itself, infinity where none does."""

    def __init__(self, memory: AsideMemory | None = None) -> None:
        self._kept = memory or AsideMemory()
        self._marked: dict[str, tuple[ServiceVerdict, Aside, ServiceVerdict]] = {}

    @property
    def ends_at(self) -> float:
        records = (*self._kept.services.values(), *self._kept.incidents.values())
        return min((one.until for one in records if one.until is not None), default=math.inf)

    def put(
        self,
        target: str,
        lasts: Lasts | None,
        until: float | None,
        judgement: Judgement,
        incidents: Iterable[Incident],
        now: float,
    ) -> bool:
        """Set an open incident or a watched service aside; False where there is no such. `lasts`: None for what is
        usual: until it changes, for a service that is well until that is undone."""
        incident = next((one for one in incidents if one.id == target and one.stage is not IncidentStage.OVER), None)
        if incident is not None:
            lights = {name: light for name in incident.services if (light := _light(judgement, name)) is not None}
            record = AsideRecord(now, lasts or Lasts.CHANGED, until, lights, _told(incident))
            self._kept.incidents[target] = record
            return True
        verdict = judgement.service(target)
        if verdict is None:
            return False
        usual = Lasts.UNDONE if verdict.light is Light.GREEN else Lasts.CHANGED
        known = {target: verdict.light} if _is_known(verdict) else {}
        self._kept.services[target] = AsideRecord(now, lasts or usual, until, known)
        return True

    def undo(self, target: str, judgement: Judgement) -> bool:
        """Let it count again; with a service the incident by which it is set aside. False where it is not."""
        verdict = judgement.service(target)
        mark = verdict.aside if verdict is not None else None
        named = {target, mark.incident if mark is not None and mark.incident is not None else target}
        before = len(self._kept.services) + len(self._kept.incidents)
        for name in named:
            self._kept.services.pop(name, None)
            self._kept.incidents.pop(name, None)
        return len(self._kept.services) + len(self._kept.incidents) < before

    def apply(self, judgement: Judgement, incidents: tuple[Incident, ...], now: float) -> Judgement:
        """End what ends now; the judgement with the rest of it marked and left out of the overall light."""
        if not self._kept.services and not self._kept.incidents:
            return judgement
        open_ones = {one.id: one for one in incidents if one.stage is not IncidentStage.OVER}
        self._kept.services = {
            name: record
            for name, record in self._kept.services.items()
            if (verdict := judgement.service(name)) is not None and not _service_ends(record, verdict, now)
        }
        self._kept.incidents = {
            name: record
            for name, record in self._kept.incidents.items()
            if name in open_ones and not _incident_ends(record, open_ones[name], judgement, now)
        }
        services = tuple(map(self._marked_verdict, judgement.services))
        return structs.replace(judgement, services=services, light=overall(services))

    def _marked_verdict(self, verdict: ServiceVerdict) -> ServiceVerdict:
        mark = self._mark(verdict)
        if mark is None:
            return verdict
        before = self._marked.get(verdict.id)
        if before is not None and before[0] is verdict and before[1] == mark:
            return before[2]
        marked = structs.replace(verdict, aside=mark)
        self._marked[verdict.id] = verdict, mark, marked
        return marked

    def _mark(self, verdict: ServiceVerdict) -> Aside | None:
        if (record := self._kept.services.get(verdict.id)) is not None:
            return Aside(record.at, record.lasts, record.until)
        record = self._kept.incidents.get(verdict.incident or "")
        # What of an incident works again is not in anybody's way.
        if record is None or verdict.light is Light.GREEN:
            return None
        return Aside(record.at, record.lasts, record.until, verdict.incident)

    def remember(self) -> AsideMemory:
        return structs.replace(self._kept, services=dict(self._kept.services), incidents=dict(self._kept.incidents))


def _is_known(verdict: ServiceVerdict) -> bool:
    return verdict.light is not Light.GREY and verdict.finding not in _UNDECIDED


def _light(judgement: Judgement, service: str) -> Light | None:
    verdict = judgement.service(service)
    return verdict.light if verdict is not None and _is_known(verdict) else None


def _is_over(record: AsideRecord, now: float) -> bool:
    return record.until is not None and now >= record.until


def _service_ends(record: AsideRecord, verdict: ServiceVerdict, now: float) -> bool:
    if record.lasts is not Lasts.CHANGED or not _is_known(verdict):
        return _is_over(record, now)
    unwatched = _was_unwatched(record, now)
    return unwatched or verdict.light is not record.lights.setdefault(verdict.id, verdict.light)


def _was_unwatched(record: AsideRecord, now: float) -> bool:
    """Whether it is known now for the first time in a day."""
    before, record.seen_at = record.at if record.seen_at is None else record.seen_at, now
    return now - before >= UNWATCHED_S


def _incident_ends(record: AsideRecord, incident: Incident, judgement: Judgement, now: float) -> bool:
    if record.lasts is not Lasts.CHANGED:
        return _is_over(record, now)
    known = {name: light for name in incident.services if (light := _light(judgement, name)) is not None}
    if known and _was_unwatched(record, now):
        return True
    return _has_news(record.told, _told(incident)) or any(
        _is_worse(light, record.lights.get(name, Light.GREEN)) for name, light in known.items()
    )


def _is_worse(light: Light, before: Light) -> bool:
    return severity(light, Finding.OK) > severity(before, Finding.OK)


def _told(incident: Incident) -> _Told:
    newest = max((update.at for update in incident.updates), default=-math.inf)
    # Neither JSON nor a comparison has a use for infinity.
    return incident.title, incident.page_stage, newest if newest > -math.inf else 0.0


def _has_news(before: _Told | None, now: _Told) -> bool:
    """A word that is taken back, or a page that is lost, is none."""
    if before is None:
        return False
    title, stage, newest = now
    return (title is not None and (title, stage) != before[:2]) or newest > before[2]
