"""What may be found at an address, for those who show it."""

from trayapp.core.catalogue import Api, Component, Dialect, Probe, ProbeKind, Provider, Service
from trayapp.core.found import Found


def found(
    name: str = "Team gateway", *, key: bool = True, models: tuple[str, ...] = (), unknown: tuple[str, ...] = ()
) -> Found:
    """A company's gateway."""
    ident = name.lower().replace(" ", "-")
    url = "https://llm.example.com/team"
    probe = Probe(ProbeKind.API, ("answers",), f"{url}/v1/models")
    service = Service(ident, name, components=(Component("answers", "Answers", main=True),), probes=(probe,))
    provider = Provider(ident, name, services=(service,), api=Api(url, (Dialect.OPENAI,), ident if key else None))
    return Found(provider, url, None, models, 401 if key else 200, wants_key=key, unknown=unknown)
