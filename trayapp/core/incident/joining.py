"""Verdicts and incidents brought together: each service names its incident, and what several providers share."""

from collections.abc import Mapping

from msgspec import structs

from trayapp.core.evidence.observation import Source
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.reasons import SEPARATOR, Code, Reason
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.errors import Param


class Joining:
    """Names incidents in judgements. What has not changed since the last time is not made again.

    `names`: providers' names for people, by their ids.
    """

    def __init__(self, names: Mapping[str, str]) -> None:
        self._names = names
        self._joined: dict[str, tuple[ServiceVerdict, str, Reason | None, ServiceVerdict]] = {}
        self._shared: dict[str, Reason] = {}

    def join(self, judgement: Judgement, incidents: tuple[Incident, ...]) -> Judgement:
        """The judgement with every service's open incident in it."""
        open_incidents = [incident for incident in incidents if incident.stage is not IncidentStage.OVER]
        self._shared = {
            incident.id: self._shared_reason(incident, judgement.at) for incident in open_incidents if incident.shared
        }
        incident_of: dict[str, Incident] = {}
        for incident in open_incidents:
            for service in incident.services:
                incident_of.setdefault(service, incident)
        if not incident_of:
            return judgement
        services = tuple(
            self._verdict(verdict, incident_of[verdict.id]) if verdict.id in incident_of else verdict
            for verdict in judgement.services
        )
        return structs.replace(judgement, services=services)

    def _verdict(self, verdict: ServiceVerdict, incident: Incident) -> ServiceVerdict:
        shared = self._shared.get(incident.id) if verdict.light is Light.RED else None
        before = self._joined.get(verdict.id)
        if before is not None and before[0] is verdict and before[1] == incident.id and before[2] is shared:
            return before[3]
        joined = structs.replace(verdict, incident=incident.id)
        if shared is not None:
            joined = structs.replace(joined, finding=Finding.SHARED, reasons=(shared, *verdict.reasons))
        self._joined[verdict.id] = verdict, incident.id, shared, joined
        return joined

    def _shared_reason(self, incident: Incident, now: float) -> Reason:
        names = dict.fromkeys(self._names[name] for name in incident.providers if name in self._names)
        params: dict[str, Param] = {"providers": SEPARATOR.join(names), "count": len(incident.providers)}
        before = self._shared.get(incident.id)
        if before is not None and before.params == params:
            return before
        return Reason(Code.SHARED, Source.NETWORK, now, params)
