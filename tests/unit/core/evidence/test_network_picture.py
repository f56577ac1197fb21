"""What is known of a network, and the picture of it: every row was written down before it was drawn."""

from typing import Any, NamedTuple

import pytest

from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.network_picture import Holds, NetworkPicture, Stretch, network_picture
from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.passages import Passage
from trayapp.core.evidence.surroundings import Link, LinkKind, Surroundings

ONLINE, OFFLINE, CAPTIVE, UNKNOWN = (
    NetworkState.ONLINE,
    NetworkState.OFFLINE,
    NetworkState.CAPTIVE,
    NetworkState.UNKNOWN,
)
WIFI = Link("wlan0", LinkKind.WIFI)
HOME = Surroundings(way=True, link=WIFI, gateway="192.168.1.1", router=True, resolvers=("192.168.1.1", "9.9.9.9"))
ABROAD = Surroundings()
QUICK = Passage(0.0, dns_s=0.012, connect_s=0.020, tls_s=0.045)
QUICK_TOO = Passage(0.0, dns_s=0.018, connect_s=0.025, tls_s=0.060)
FAR = Passage(0.0, dns_s=0.9, connect_s=0.8, tls_s=2.0)
SIGNS = {Holds.OK: "+", Holds.SLOW: "~", Holds.FAILED: "x", Holds.UNKNOWN: "?"}


class Row(NamedTuple):
    """`drawn`: a sign for each stretch, in their order: interface, router, VPN, names, proxy, TCP, portal, TLS, clock,
    others."""

    name: str
    status: NetworkStatus
    around: Surroundings
    drawn: str
    passages: tuple[Passage, ...] = ()


def status(state: NetworkState, step: NetworkStep | None = None, answering: int = 0, **more: Any) -> NetworkStatus:
    return NetworkStatus(state, 0.0, step, answering=answering, **more)


def with_(**more: Any) -> Surroundings:
    known: dict[str, Any] = {name: getattr(HOME, name) for name in Surroundings.__struct_fields__}
    return Surroundings(**(known | more))


#                                                                          i r v d p t c T k h
ROWS = (
    Row("all fine", status(ONLINE, answering=4), HOME,                    "+ + + + + + + + + +", (QUICK, QUICK_TOO)),
    Row("all fine, nothing timed", status(ONLINE, answering=4), HOME,     "+ + + + + + + + + +"),
    Row("nobody but the provider was asked", status(ONLINE), HOME,        "+ + + + + + + + + ?"),
    Row("this system tells nothing", status(ONLINE, answering=2), ABROAD, "+ ? ? + + + + + + +"),
    Row("not asked yet", status(UNKNOWN), HOME,                           "+ + + ? + ? ? ? ? ?"),
    Row("not asked yet, nothing told", status(UNKNOWN), ABROAD,           "? ? ? ? + ? ? ? ? ?"),
    Row("no interface, not asked yet", status(UNKNOWN),
        with_(way=False, gateway=None, router=None),                      "x ? + ? + ? ? ? ? ?"),
    Row("no interface", status(OFFLINE, NetworkStep.INTERFACE),
        with_(way=False, gateway=None, router=None),                      "x ? + ? + ? ? ? ? x"),
    Row("router gone", status(OFFLINE, NetworkStep.TCP), with_(router=False),
                                                                          "+ x + + + x ? ? ? x"),
    Row("router gone, so no names", status(OFFLINE, NetworkStep.DNS), with_(router=False),
                                                                          "+ x + x + ? ? ? ? x"),
    Row("the router is there, what is behind it is not", status(OFFLINE, NetworkStep.TCP), HOME,
                                                                          "+ + + + + x ? ? ? x"),
    Row("the router says nothing of itself", status(OFFLINE, NetworkStep.TCP), with_(router=None),
                                                                          "+ ? + + + x ? ? ? x"),
    Row("the kernel has lost the router, and all answer", status(ONLINE, answering=4), with_(router=False),
                                                                          "+ + + + + + + + + +"),
    Row("a line without a router", status(ONLINE, answering=4), with_(gateway=None, router=None),
                                                                          "+ ? + + + + + + + +"),
    Row("DNS dead", status(OFFLINE, NetworkStep.DNS), HOME,               "+ + + x + ? ? ? ? x"),
    Row("DNS slow, some not in time", status(ONLINE, answering=3, names_slow=True), HOME,
                                                                          "+ + + ~ + + + + + +"),
    Row("DNS slow, all in time", status(ONLINE, answering=3), HOME,       "+ + + ~ + + + + + +",
        (Passage(0.0, 0.9, 0.1, 0.1),)),
    Row("everything is far away", status(ONLINE, answering=3), HOME,      "+ + + ~ + ~ + ~ + +", (FAR, FAR)),
    Row("one host is far away", status(ONLINE, answering=3), HOME,        "+ + + + + + + + + +", (QUICK, FAR)),
    Row("the only host is far away", status(ONLINE), HOME,                "+ + + + + + + + + ?",
        (Passage(0.0, 0.02, 0.8, 2.0),)),
    Row("portal", status(CAPTIVE, NetworkStep.CAPTIVE_PORTAL), HOME,      "+ + + ? + ? x ? ? x"),
    Row("portal, named by nobody", status(CAPTIVE), HOME,                 "+ + + ? + ? x ? ? x"),
    Row("portal, names were looked up", status(CAPTIVE, NetworkStep.CAPTIVE_PORTAL,
        passed=(NetworkStep.INTERFACE, NetworkStep.DNS, NetworkStep.TCP)), HOME,
                                                                          "+ + + + + + x ? ? x"),
    Row("TLS fails for everybody", status(OFFLINE, NetworkStep.TLS), HOME, "+ + + + + + ? x ? x"),
    Row("TLS read by the company", status(ONLINE, answering=2), HOME,     "+ + + + + + + + + +",
        (Passage(0.0, 0.01, 0.02, 0.05, "Reading Company"),)),
    Row("clock wrong", status(OFFLINE, NetworkStep.CLOCK,
        passed=(NetworkStep.INTERFACE, NetworkStep.DNS, NetworkStep.TCP)), HOME,
                                                                          "+ + + + + + ? ? x x"),
    Row("proxy", status(ONLINE, answering=2), with_(proxy="proxy.corp.example"),
                                                                          "+ + + ? + + + + + +"),
    Row("proxy wants a login", status(OFFLINE, NetworkStep.PROXY), with_(proxy="proxy.corp.example"),
                                                                          "+ + + ? x ? ? ? ? x"),
    Row("proxy set, not asked yet", status(UNKNOWN), with_(proxy="proxy.corp.example"),
                                                                          "+ + + ? ? ? ? ? ? ?"),
    Row("VPN", status(ONLINE, answering=2), with_(tunnel="wg0"),          "+ + + + + + + + + +"),
    Row("VPN, and nothing comes through", status(OFFLINE, NetworkStep.TCP), with_(tunnel="wg0"),
                                                                          "+ + + + + x ? ? ? x"),
    Row("IPv6 only", status(ONLINE, answering=2),
        Surroundings(way=True, link=WIFI, gateway="fe80::1", router=True, resolvers=("fe80::1",)),
                                                                          "+ + + + + + + + + +"),
    Row("portal behind TLS that holds", status(CAPTIVE, NetworkStep.CAPTIVE_PORTAL,
        passed=(NetworkStep.INTERFACE, NetworkStep.DNS, NetworkStep.TCP, NetworkStep.TLS)), HOME,
                                                                          "+ + + + + + x + + x"),
    Row("others fail, nobody knows where", status(OFFLINE), HOME,         "+ + + ? + ? ? ? ? x"),
    Row("the route is gone, and a name was looked up", status(OFFLINE, NetworkStep.TCP),
        with_(way=False, gateway=None, router=None),                      "+ ? + + + x ? ? ? x"),
)  # fmt: skip


def picture(row: Row) -> NetworkPicture:
    return network_picture(row.status, row.around, row.passages)


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_row(row: Row) -> None:
    drawn = picture(row).stretches
    assert tuple(view.stretch for view in drawn) == tuple(Stretch)
    assert " ".join(SIGNS[view.holds] for view in drawn) == row.drawn


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_what_is_broken_agrees_with_the_rules(row: Row) -> None:
    """A connection that works has no broken stretch; one that does not has at least one, and never TLS before TCP."""
    broken = [view.stretch for view in picture(row).stretches if view.holds is Holds.FAILED]
    assert not (row.status.state is ONLINE and broken)
    assert broken or row.status.state in (ONLINE, UNKNOWN)


def test_details() -> None:
    seen = network_picture(
        status(ONLINE, answering=4),
        with_(tunnel="wg0", proxy="proxy.corp.example", router_s=0.002),
        (Passage(0.0, 0.012, 0.020, 0.045, "Reading Company"), QUICK_TOO),
    )
    told = {view.stretch: (view.ms, view.detail) for view in seen.stretches}
    assert told == {
        Stretch.INTERFACE: (None, "wifi"),
        Stretch.ROUTER: (2.0, "192.168.1.1"),
        Stretch.VPN: (None, "wg0"),
        Stretch.DNS: (12.0, "192.168.1.1"),
        Stretch.PROXY: (None, "proxy.corp.example"),
        Stretch.TCP: (20.0, None),
        Stretch.CAPTIVE_PORTAL: (None, None),
        Stretch.TLS: (45.0, "Reading Company"),
        Stretch.CLOCK: (None, None),
        Stretch.HOSTS: (None, "4"),
    }


def test_the_resolver_that_answers_is_named() -> None:
    seen = network_picture(status(OFFLINE, NetworkStep.DNS), with_(resolver="9.9.9.9", resolver_s=0.03))
    assert (seen.of(Stretch.DNS).detail, seen.of(Stretch.DNS).ms) == ("9.9.9.9", 30.0)


def test_what_fails_now_is_not_timed_by_better_days() -> None:
    seen = network_picture(status(OFFLINE, NetworkStep.DNS), HOME, (QUICK, QUICK_TOO))
    assert {view.ms for view in seen.stretches} == {None}
    seen = network_picture(status(OFFLINE, NetworkStep.TCP), HOME, (QUICK, QUICK_TOO))
    assert (seen.of(Stretch.DNS).ms, seen.of(Stretch.TCP).ms, seen.of(Stretch.TLS).ms) == (12.0, None, None)


def test_a_link_of_unknown_kind_is_told_by_its_name() -> None:
    assert network_picture(status(ONLINE), with_(link=Link("ppp0"))).of(Stretch.INTERFACE).detail == "ppp0"


def test_without_a_router_none_is_timed() -> None:
    assert network_picture(status(ONLINE), with_(gateway=None, router_s=0.002)).of(Stretch.ROUTER).ms is None


@pytest.mark.parametrize("state", [OFFLINE, UNKNOWN])
def test_where_nobody_answers_none_are_counted(state: NetworkState) -> None:
    assert network_picture(status(state), HOME).of(Stretch.HOSTS).detail is None


def test_it_is_timed_by_the_slower_of_the_quicker_half() -> None:
    passages = tuple(Passage(0.0, connect_s=seconds) for seconds in (0.4, 0.012345, 0.3, 0.02, 9.0))
    assert network_picture(status(ONLINE), HOME, passages).of(Stretch.TCP).ms == 300.0
    assert network_picture(status(ONLINE), HOME, passages[1:2] * 2).of(Stretch.TCP).ms == 12.3


def test_the_first_that_breaks_is_the_one_to_look_at() -> None:
    router_gone = network_picture(status(OFFLINE, NetworkStep.DNS), with_(router=False))
    assert router_gone.broken is not None
    assert router_gone.broken.stretch is Stretch.ROUTER
