"""What to ask: the probes of the watched services, with equal requests joined into one that speaks for all."""

import msgspec
from msgspec import Struct

from trayapp.core.catalogue import Catalogue, Part, Probe, ProbeKind, Provider
from trayapp.core.evidence.observation import Depth
from trayapp.core.evidence.pace import CALM_INTERVAL_S, UNVERIFIED_INTERVAL_S
from trayapp.settings.schema import Completion, ProviderSettings, Settings

_DEPTHS = {ProbeKind.EDGE: Depth.EDGE, ProbeKind.API: Depth.API, ProbeKind.COMPLETION: Depth.COMPLETION}


class ProbeJob(Struct, frozen=True):
    """One request that is repeated. `interval_s`: while all is well. `completion`: the user's limits, if it is one."""

    provider: str
    probe: Probe
    parts: tuple[Part, ...]
    interval_s: float
    completion: Completion | None = None

    @property
    def depth(self) -> Depth:
        return _DEPTHS[self.probe.kind]

    @property
    def model(self) -> str | None:
        """The user's choice, else the catalogue's."""
        return (self.completion.model if self.completion else None) or self.probe.model


def probe_jobs(catalogue: Catalogue, settings: Settings) -> list[ProbeJob]:
    """Every request that the watched services need; completions only where the user opted in and a model is known."""
    jobs: dict[tuple[str, bytes], ProbeJob] = {}
    for provider, service in catalogue.watched(settings.watch.services):
        for probe in service.probes:
            job = _job(provider, probe, tuple(Part(service.id, component) for component in probe.components), settings)
            if job is None:
                continue
            same = (provider.provider, _request(probe))
            if same in jobs:
                parts = tuple(dict.fromkeys(jobs[same].parts + job.parts))
                job = ProbeJob(job.provider, job.probe, parts, job.interval_s, job.completion)
            jobs[same] = job
    return list(jobs.values())


def _job(provider: Provider, probe: Probe, parts: tuple[Part, ...], settings: Settings) -> ProbeJob | None:
    if probe.kind is not ProbeKind.COMPLETION:
        least_s = UNVERIFIED_INTERVAL_S if probe.unverified else CALM_INTERVAL_S
        interval_s = max(least_s, float(settings.watch.probe_interval_s))
        return ProbeJob(provider.provider, probe, parts, interval_s)
    completion = settings.providers.get(provider.provider, ProviderSettings()).completion
    if not completion.enabled or not (completion.model or probe.model):
        return None
    return ProbeJob(provider.provider, probe, parts, float(completion.interval_s), completion)


def _request(probe: Probe) -> bytes:
    """Everything that makes two probes the same request."""
    return msgspec.json.encode(
        (probe.kind, probe.url, probe.method, probe.headers, probe.body, probe.model, probe.auth, probe.key, probe.up)
    )
