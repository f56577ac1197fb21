"""How long it may still take, and whether more may come, as a person says it who counted."""

from collections.abc import Iterable

from trayapp.core.incident.forecast import Basis, Forecast, half_over_s
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.text.language import _
from trayapp.text.times import duration

NEARLY_ALL = 0.9
"""Of the past outages: that so many took longer than this one has goes without saying."""


def half_over(services: Iterable[ServiceVerdict], s: Snapshot) -> str:
    """Of all of them together: "Half of such outages end within 50 min from now."; empty where that is not known."""
    return half(half_over_s(s.forecasts.get(v.id) for v in services))


def half(seconds: float | None) -> str:
    """The sentence for so many seconds; empty without any."""
    return _("Half of such outages end within {duration} from now.", duration=duration(seconds)) if seconds else ""


def lines(v: ServiceVerdict, s: Snapshot) -> tuple[str, ...]:
    """What is known of this service's outage; empty where that is nothing."""
    forecast = s.forecasts.get(v.id)
    if forecast is None:
        return ()
    again = _again(forecast)
    return (_range(forecast), again) if again else (_range(forecast),)


def _range(forecast: Forecast) -> str:
    low, high = duration(forecast.low_s), duration(forecast.high_s)
    match forecast.basis:
        case Basis.COMPONENT:
            rests = _("from {n} past outages of the same part", n=forecast.outages)
        case Basis.PROVIDER:
            rests = _("from {n} past outages", n=forecast.outages)
        case Basis.PUBLISHED:
            rests = _("from {n} published outages of AI services, until 2024", n=forecast.outages)
    if forecast.alike < NEARLY_ALL * forecast.outages:
        rests = _("{rests}, {n} of which took this long", rests=rests, n=forecast.alike)
    half = _("Half of such outages end {low} to {high} from now, a quarter sooner, a quarter later", low=low, high=high)
    return f"{half} ({rests})."


def _again(forecast: Forecast) -> str:
    if forecast.again is None:
        return ""
    tenths = round(10 * forecast.again)
    if not tenths:
        return _("Hardly ever does another follow within a day.")
    return _("In {n} of 10 cases another follows within a day.", n=tenths)
