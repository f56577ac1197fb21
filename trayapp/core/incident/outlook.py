"""What may be expected of every service that is in an outage now."""

from collections.abc import Iterable, Sequence

from trayapp.core.catalogue import NAMED, Catalogue
from trayapp.core.incident.forecast import Forecast, Past
from trayapp.core.incident.incident import Incident
from trayapp.core.incident.past import PastIncident
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict

# Ages count in whole minutes: nothing that is said is more exact, and nothing is worked out twice within one.
_AGE_STEP_S = 60.0
# What a page calls an outage. Several providers at once have a cause that none of their pasts knows.
_OUTAGES = frozenset({Finding.DOWN, Finding.DEGRADED})
_TROUBLED = frozenset({Light.RED, Light.YELLOW})


class Outlook:
    """Forecasts, from the pasts of the providers as far as somebody tells them."""

    def __init__(self) -> None:
        self._pasts: dict[str, Past] = {}
        self._parts: dict[tuple[str, str], frozenset[str]] = {}
        self._told: dict[str, tuple[ServiceVerdict, tuple[float, float], Forecast | None]] = {}

    def use(self, catalogue: Catalogue) -> None:
        """Go on with the parts of these services; pasts stay."""
        self._parts = {
            (service.id, component.id): frozenset(
                one for one in component.page_components if one != "*" and not one.startswith(NAMED)
            )
            for _, service in catalogue.services()
            for component in service.components
        }
        self._told.clear()

    def learn(self, provider: str, incidents: Iterable[PastIncident]) -> None:
        """All finished incidents that the provider's page tells of, in place of what was known of it before."""
        self._pasts[provider] = Past(provider, incidents)
        self._told.clear()

    def forecasts(self, judgement: Judgement, incidents: Sequence[Incident], now: float) -> dict[str, Forecast]:
        """What is known of each service in an outage, by its id."""
        by_id = {incident.id: incident for incident in incidents}
        told = {}
        for verdict in judgement.services if by_id else ():
            incident = by_id.get(verdict.incident or "")
            if incident is not None and not incident.shared and verdict.finding in _OUTAGES:
                forecast = self._forecast(verdict, incident.started_at, now)
                if forecast is not None:
                    told[verdict.id] = forecast
        return told

    def _forecast(self, verdict: ServiceVerdict, started_at: float, now: float) -> Forecast | None:
        age_s = (now - started_at) // _AGE_STEP_S * _AGE_STEP_S
        before = self._told.get(verdict.id)
        if before is not None and before[0] is verdict and before[1] == (started_at, age_s):
            return before[2]
        parts = [self._parts.get((verdict.id, part.id)) for part in verdict.components if part.light in _TROUBLED]
        # A part that the page does not list, or nobody has found there, has only its provider's past.
        components = frozenset().union(*filter(None, parts)) if all(parts) else frozenset[str]()
        past = self._pasts.get(verdict.provider) or Past(verdict.provider)
        forecast = past.forecast(components, started_at, started_at + age_s)
        self._told[verdict.id] = verdict, (started_at, age_s), forecast
        return forecast
