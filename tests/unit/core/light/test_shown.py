"""Which light is shown: as a table of what is judged, what was known before, and how long ago."""

import pytest
from msgspec import structs

from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.aside import Aside, Lasts
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.light.shown import KEPT_S, ShownLight, shown_light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict, overall

NOW = 10_000.0
GREEN, GREY, YELLOW, RED = Light.GREEN, Light.GREY, Light.YELLOW, Light.RED
FINDINGS = {GREEN: Finding.OK, YELLOW: Finding.DEGRADED, RED: Finding.DOWN, GREY: Finding.NO_EVIDENCE}


def service(light: Light) -> ServiceVerdict:
    """One that is judged as always."""
    return ServiceVerdict("a", "acme", "A", "Acme", light, FINDINGS[light], None, 0.0, ())


def cut_off(known: Light | None, age_s: float | None = 60.0) -> ServiceVerdict:
    """One that the own network hides, and its last light that was not grey."""
    at = NOW - age_s if age_s is not None else None
    return ServiceVerdict(
        "b", "beta", "B", "Beta", GREY, Finding.OWN_NETWORK, None, 0.0, (), last_known=known, last_known_at=at
    )


def shown(state: NetworkState, *services: ServiceVerdict) -> ShownLight:
    light = worst(each.light for each in services)
    return shown_light(Judgement(NOW, light, services, (), NetworkStatus(state, NOW)), NOW)


def aside(known: Light) -> ServiceVerdict:
    """One that the user has set aside."""
    return structs.replace(cut_off(known), aside=Aside(0.0, Lasts.UNDONE))


OFFLINE = [
    ((cut_off(GREEN),), ShownLight(GREEN, True), "what was true a moment ago"),
    ((cut_off(RED), cut_off(GREEN)), ShownLight(RED, True), "the worst of it"),
    ((cut_off(GREEN, KEPT_S - 0.1),), ShownLight(GREEN, True), "for two minutes"),
    ((cut_off(GREEN, KEPT_S),), ShownLight(GREY, True), "and no longer"),
    ((cut_off(RED, KEPT_S), cut_off(GREEN)), ShownLight(GREEN, True), "each by its own age"),
    ((cut_off(None, None),), ShownLight(GREY, True), "nothing was known"),
    ((service(RED), cut_off(GREEN)), ShownLight(RED, True), "what is still seen, on the own machine, speaks"),
    ((service(GREEN), cut_off(RED)), ShownLight(RED, True), "green alone does not hide what was known"),
    ((aside(RED), cut_off(GREEN)), ShownLight(GREEN, True), "what was set aside says nothing"),
    ((service(GREEN),), ShownLight(GREEN, True), "nothing is cut off"),
    ((service(GREY),), ShownLight(GREY, True), "grey for a reason of its own"),
    ((), ShownLight(GREY, True), "nothing is watched"),
]


@pytest.mark.parametrize("state", [NetworkState.OFFLINE, NetworkState.CAPTIVE])
@pytest.mark.parametrize(("services", "expected", "why"), OFFLINE, ids=[row[2] for row in OFFLINE])
def test_while_the_own_network_is_away(
    state: NetworkState, services: tuple[ServiceVerdict, ...], expected: ShownLight, why: str
) -> None:
    assert shown(state, *services) == expected, why


@pytest.mark.parametrize("state", [NetworkState.ONLINE, NetworkState.UNKNOWN])
@pytest.mark.parametrize("light", list(Light))
def test_as_judged_while_it_is_there(state: NetworkState, light: Light) -> None:
    assert shown(state, service(light)) == ShownLight(light)
    assert shown(state, cut_off(RED)) == ShownLight(GREY), "no mark and no memory without the network's own word"


def test_the_overall_light_is_the_worst_of_those_that_count() -> None:
    assert overall([service(GREEN), service(YELLOW), aside(RED)]) is YELLOW
    assert overall([structs.replace(service(RED), aside=Aside(0.0, Lasts.UNDONE))]) is GREY
