"""That a provider says nothing of an outage that goes on."""

from trayapp.core.incident.incident import Incident
from trayapp.core.snapshot import Snapshot
from trayapp.text.language import _
from trayapp.text.names import provider_name
from trayapp.text.times import duration


def silence(provider: str, silent_s: float, *, said: bool) -> str:
    """`said`: it has said something before."""
    if said:
        return _("No update from {provider} for {duration}.", provider=provider, duration=duration(silent_s))
    return _("{provider} has said nothing about it for {duration}.", provider=provider, duration=duration(silent_s))


def silence_line(incident: Incident, s: Snapshot) -> str:
    """Of an incident now; empty while its provider speaks."""
    if incident.silent_since is None:
        return ""
    provider = provider_name(incident.provider, s)
    return silence(provider, s.at - incident.silent_since, said=incident.title is not None)
