"""A store of incidents and the time, for its tests."""

import msgspec

from trayapp.core.evidence.page_report import Impact, PageIncident, PageStage
from trayapp.core.incident.incident import Incident
from trayapp.core.incident.store import IncidentRecord, IncidentStore
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.trouble import Trouble
from trayapp.core.light.verdicts import ServiceVerdict

FINDINGS = [Finding.OK, Finding.DOWN, Finding.DEGRADED, Finding.RECOVERING, Finding.CHECKING, Finding.NO_EVIDENCE]
LIGHTS = {Finding.OK: Light.GREEN, Finding.DOWN: Light.RED, Finding.NO_EVIDENCE: Light.GREY}


def trouble(
    service: str, finding: Finding, *, at: float | None = None, back: float | None = None, provider: str = "",
    pages: tuple[PageIncident, ...] = (),
) -> Trouble:  # fmt: skip
    """`service` names its provider up to the dash."""
    light = LIGHTS.get(finding, Light.YELLOW)
    provider = provider or service.partition("-")[0]
    verdict = ServiceVerdict(service, provider, service, provider, light, finding, None, at or 0.0, ())
    fell_at = at if light is Light.RED else None
    return Trouble(verdict, at, back, pages, fell_at, fell_at is not None)


def page(
    stage: PageStage = PageStage.INVESTIGATING, name: str = "Errors", ident: str = "i1", **kwargs: object
) -> PageIncident:
    made = PageIncident(ident, name, stage, Impact.MAJOR, (), 90.0, 100.0, f"https://status.example/{ident}")
    return msgspec.structs.replace(made, **kwargs)


class Diary:
    """A store and the time."""

    def __init__(self, store: IncidentStore | None = None) -> None:
        self.store = store or IncidentStore()

    def at(
        self, now: float, *troubles: Trouble, network_fine: bool = True, patience_s: float | None = None
    ) -> tuple[Incident, ...]:
        self.store.update(troubles, now, network_fine=network_fine, patience_s=lambda provider: patience_s)
        return self.store.incidents()

    def restarted(self, saved_at: float) -> "Diary":
        kept = msgspec.json.decode(msgspec.json.encode(self.store.records), type=list[IncidentRecord])
        return Diary(IncidentStore(kept, saved_at))
