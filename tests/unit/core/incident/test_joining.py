"""Verdicts and incidents brought together."""

import pytest
from msgspec import structs

from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState, Source
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.incident.joining import Joining
from trayapp.core.light.reasons import SEPARATOR, Code, Reason
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.light.verdicts import Judgement, ServiceVerdict

NAMES = {"acme": "Acme", "beta": "Beta", "gamma": "Gamma"}
NOW = 100.0
FAILURES = Reason(Code.FAILURES, Source.PROBE, 90.0)
FINDINGS = {Light.RED: Finding.DOWN, Light.YELLOW: Finding.RECOVERING, Light.GREEN: Finding.OK}


def verdict(service: str, light: Light = Light.RED) -> ServiceVerdict:
    """`service` names its provider up to the dash."""
    provider = service.partition("-")[0]
    return ServiceVerdict(
        service, provider, service, NAMES[provider], light, FINDINGS[light], None, 0.0, (), (FAILURES,)
    )


def judgement(*verdicts: ServiceVerdict, at: float = NOW) -> Judgement:
    lights = [each.light for each in verdicts]
    return Judgement(at, worst(lights), verdicts, (), NetworkStatus(NetworkState.ONLINE, 0.0))


def incident(*services: str, stage: IncidentStage = IncidentStage.OPEN, shared: bool = False) -> Incident:
    providers = tuple(dict.fromkeys(service.partition("-")[0] for service in services))
    return Incident(f"i-{services[0]}", providers[0], services, (), stage, 0.0, shared=shared, providers=providers)


def joined(*verdicts: ServiceVerdict, incidents: tuple[Incident, ...]) -> list[ServiceVerdict]:
    return list(Joining(NAMES).join(judgement(*verdicts), incidents).services)


def test_every_service_names_its_open_incident() -> None:
    services = joined(
        verdict("acme-api"),
        verdict("acme-chat", Light.GREEN),
        verdict("beta-api", Light.YELLOW),
        verdict("gamma-api", Light.GREEN),
        incidents=(incident("acme-api", "acme-chat"), incident("beta-api")),
    )
    assert [service.incident for service in services] == ["i-acme-api", "i-acme-api", "i-beta-api", None]


def test_one_that_is_over_is_nobodys_any_more() -> None:
    over = incident("acme-api", stage=IncidentStage.OVER)
    before = judgement(verdict("acme-api", Light.GREEN))
    assert Joining(NAMES).join(before, (over,)) is before
    (service,) = joined(verdict("acme-api"), incidents=(over, structs.replace(incident("acme-api"), id="i2")))
    assert service.incident == "i2"


@pytest.mark.parametrize(
    ("light", "finding"), [(Light.RED, Finding.SHARED), (Light.YELLOW, Finding.RECOVERING), (Light.GREEN, Finding.OK)]
)
def test_what_several_providers_share_is_said_where_it_is_red(light: Light, finding: Finding) -> None:
    shared = incident("acme-api", "beta-api", "gamma-api", shared=True)
    service, *_ = joined(verdict("acme-api", light), verdict("beta-api"), incidents=(shared,))
    assert (service.light, service.finding) == (light, finding)
    if light is Light.RED:
        said, *others = service.reasons
        assert (said.code, said.at) == (Code.SHARED, NOW)
        assert said.params == {"providers": SEPARATOR.join(("Acme", "Beta", "Gamma")), "count": 3}
        assert others == [FAILURES]
    else:
        assert service.reasons == (FAILURES,)


def test_a_provider_that_is_watched_no_more_counts_without_a_name() -> None:
    shared = structs.replace(incident("acme-api", shared=True), providers=("acme", "gone"))
    (service,) = joined(verdict("acme-api"), incidents=(shared,))
    assert service.reasons[0].params == {"providers": "Acme", "count": 2}


class TestAgain:
    """What has not changed is not made again: whoever compares by identity sees at once that nothing is new."""

    def test_the_same_objects_while_nothing_changes(self) -> None:
        joining, incidents = Joining(NAMES), (incident("acme-api", "beta-api", "gamma-api", shared=True),)
        verdicts = verdict("acme-api"), verdict("beta-api", Light.YELLOW)
        first = joining.join(judgement(*verdicts), incidents)
        again = joining.join(judgement(*verdicts, at=NOW + 60), incidents)
        assert again.at == NOW + 60
        for before, after in zip(first.services, again.services, strict=True):
            assert after is before

    def test_new_ones_for_another_incident_another_verdict_or_another_sharing(self) -> None:
        joining, red = Joining(NAMES), verdict("acme-api")
        steps = [
            (red, incident("acme-api")),
            (red, structs.replace(incident("acme-api"), id="i2")),
            (structs.replace(red, since=50.0), structs.replace(incident("acme-api"), id="i2")),
            (red, incident("acme-api", "beta-api", "gamma-api", shared=True)),
            (red, structs.replace(incident("acme-api", shared=True), providers=("acme", "beta"))),
            (red, incident("acme-api")),
        ]
        for service, named in steps:
            (after,) = joining.join(judgement(service), (named,)).services
            assert [after] == joined(service, incidents=(named,))
