"""How eagerly a host may be asked, from the evidence on all that it was asked for."""

import pytest

from trayapp.core.catalogue import Part
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.groups import EvidenceGroups
from trayapp.core.evidence.host_paces import OFFLINE_PATIENCE_S, HostPaces
from trayapp.core.evidence.observation import (
    Control,
    Depth,
    NetworkReport,
    NetworkState,
    NetworkStep,
    Outcome,
    Source,
    Try,
)
from trayapp.core.evidence.pace import Pace
from trayapp.core.evidence.reach import Reach

CHAT, EMBEDDINGS = Part("api", "chat"), Part("api", "embeddings")


class Hosts:
    """Two components of one provider; controls answer."""

    def __init__(self) -> None:
        self.network = OwnConnection(0.0)
        self.groups = EvidenceGroups([(CHAT, EMBEDDINGS)])
        self.paces = HostPaces(self.groups, self.network)

    def tried(
        self,
        at: float,
        outcome: Outcome = Outcome.FAIL,
        *,
        host: str = "api.example",
        parts: tuple[Part, ...] = (CHAT,),
        reach: Reach = Reach.PUBLIC,
        controls: tuple[str, ...] = ("a", "b"),
        control: bool | None = True,
    ) -> None:
        for name in controls:
            self.network.observe_control(Control(at, at - 0.1, name, Reach.PUBLIC, True, "http_204"))
        t = Try(
            at, at - 0.2, Source.PROBE, "acme", host, parts, Depth.API, outcome, "http_503", reach, control=control
        )  # fmt: skip
        self.network.observe_try(t)
        self.groups.add(t)
        self.paces.note(t)
        self.look(at)

    def look(self, at: float) -> None:
        self.network.advance(at, Reach.PUBLIC)
        self.paces.update(self.groups.look(at, self.network) | {CHAT, EMBEDDINGS}, at)


@pytest.fixture
def hosts() -> Hosts:
    return Hosts()


def test_trouble_red_and_calm_again(hosts: Hosts) -> None:
    paces = []
    for at, outcome in (
        (0.0, Outcome.GOOD), (60.0, Outcome.FAIL), (65.0, Outcome.FAIL), (80.0, Outcome.FAIL), (95.0, Outcome.FAIL),
        (130.0, Outcome.GOOD), (195.0, Outcome.GOOD),
    ):  # fmt: skip
        hosts.tried(at, outcome)
        paces.append(hosts.paces.of("api.example"))
    trouble, red = Pace.TROUBLE, Pace.RED
    assert paces == [Pace.CALM, trouble, trouble, red, red, red, Pace.CALM]
    assert hosts.paces.by_host == {}


def test_a_host_is_as_eager_as_the_worst_that_it_speaks_for(hosts: Hosts) -> None:
    hosts.tried(0.0, Outcome.GOOD, parts=(CHAT, EMBEDDINGS))
    hosts.tried(10.0, host="embeddings.example", parts=(EMBEDDINGS,))
    hosts.tried(11.0, Outcome.GOOD, host="chat.example", parts=(CHAT,))
    names = ("api.example", "embeddings.example", "chat.example", "nowhere.example")
    assert [hosts.paces.of(name) for name in names] == [Pace.TROUBLE, Pace.TROUBLE, Pace.CALM, Pace.CALM]
    assert [hosts.paces.wants_control(name) for name in names] == [True, True, False, False]


def test_what_has_failed_in_part_for_half_an_hour_is_asked_more_rarely(hosts: Hosts) -> None:
    paces = {}
    for number in range(131):
        at = 15.0 * number
        hosts.tried(at, Outcome.GOOD if number % 3 else Outcome.FAIL)
        paces[at] = hosts.paces.of("api.example")
    assert (paces[1500.0], paces[1950.0]) == (Pace.LASTING, Pace.LONG)


def test_loopback_needs_no_control(hosts: Hosts) -> None:
    hosts.tried(0.0, reach=Reach.LOOPBACK)
    assert hosts.paces.of("api.example") is Pace.TROUBLE
    assert not hosts.paces.wants_control("api.example")


def test_offline_for_long_there_is_no_hurry_but_still_a_control(hosts: Hosts) -> None:
    hosts.tried(100.0)
    hosts.network.observe_report(NetworkReport(101.0, 100.9, NetworkState.OFFLINE, NetworkStep.DNS))
    hosts.look(101.0)
    hosts.tried(300.0, controls=())
    assert hosts.paces.of("api.example") is Pace.LASTING
    hosts.look(102.0 + OFFLINE_PATIENCE_S)
    assert hosts.paces.of("api.example") is Pace.CALM
    assert hosts.paces.wants_control("api.example")


def test_who_stands_in_the_own_network_is_looked_into_though_the_internet_is_away(hosts: Hosts) -> None:
    hosts.network.observe_report(NetworkReport(9.0, 8.9, NetworkState.OFFLINE, NetworkStep.DNS))
    hosts.tried(10.0, Outcome.FOREIGN, reach=Reach.PRIVATE, controls=(), control=None)
    assert hosts.paces.of("api.example") is Pace.TROUBLE
