"""The own network in one line, and in a sentence."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.support.snapshots import NOW, snapshot
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.passages import Passage
from trayapp.core.evidence.sparing import Sparing
from trayapp.core.evidence.surroundings import Link, LinkKind, Surroundings
from trayapp.text.language import set_language
from trayapp.text.own_network import beside, network_chain, network_line, sparing_line
from trayapp.text.sentences import headline

WIFI = Surroundings(way=True, link=Link("wlan0", LinkKind.WIFI), gateway="192.168.1.1", router=True)
CABLE = Surroundings(way=True, link=Link("eth0", LinkKind.CABLE), gateway="192.168.1.1", router=False)
COMPANY = Surroundings(way=True, link=Link("eth0", LinkKind.CABLE), tunnel="wg0", proxy="proxy.corp.example")
UNPLUGGED = Surroundings(way=False, link=Link("wlan0", LinkKind.WIFI, up=False))
SLOW = (Passage(NOW, dns_s=1.4),)


def seen(
    state: NetworkState,
    step: NetworkStep | None = None,
    around: Surroundings = WIFI,
    passages: tuple[Passage, ...] = (),
    **more: Any,
) -> Any:
    s = snapshot(network=NetworkStatus(state, NOW - 60, step, **more))
    return replace(s, around=around, passages=passages)


ONLINE, OFFLINE, CAPTIVE, UNKNOWN = (
    NetworkState.ONLINE,
    NetworkState.OFFLINE,
    NetworkState.CAPTIVE,
    NetworkState.UNKNOWN,
)


@pytest.mark.parametrize(
    ("s", "chain", "line"),
    [
        (seen(ONLINE, answering=4), "You ─✓─ Wi-Fi ─✓─ DNS ─✓─ TLS ─✓─ 4 hosts (fine)",
         "Your connection: fine, 4 other hosts answer."),
        (seen(ONLINE, answering=1), "You ─✓─ Wi-Fi ─✓─ DNS ─✓─ TLS ─✓─ 1 host (fine)",
         "Your connection: fine, 1 other host answers."),
        (seen(ONLINE, around=Surroundings()), "You ─✓─ Network ─✓─ DNS ─✓─ TLS (fine)", "Your connection: fine."),
        (seen(ONLINE, answering=3, names_slow=True), "You ─✓─ Wi-Fi ─~─ DNS: slow ─✓─ TLS ─✓─ 3 hosts",
         "Your connection: slow to look up names, some not in time."),
        (seen(ONLINE, answering=3, passages=SLOW), "You ─✓─ Wi-Fi ─~─ DNS: slow (1.4 s) ─✓─ TLS ─✓─ 3 hosts",
         "Your connection: fine, 3 other hosts answer."),
        (seen(ONLINE, answering=2, around=COMPANY),
         "You ─✓─ Cable ─✓─ VPN ─✓─ Proxy ─✓─ TLS ─✓─ 2 hosts (fine)",
         "Your connection: fine, 2 other hosts answer."),
        (seen(UNKNOWN, around=Surroundings()), "You ─?─ Network ─?─ DNS ─?─ TLS", "Your connection: not known yet."),
        (seen(OFFLINE, NetworkStep.INTERFACE, UNPLUGGED), "You ─✗─ Wi-Fi: fails ─?─ DNS ─?─ TLS",
         "Your connection: no network."),
        (seen(UNKNOWN, None, UNPLUGGED), "You ─✗─ Wi-Fi: fails ─?─ DNS ─?─ TLS", "Your connection: no network."),
        (seen(OFFLINE, NetworkStep.DNS, CABLE), "You ─✓─ Cable ─✗─ Router: fails ─✗─ DNS: fails ─?─ TLS",
         "Your connection: the router 192.168.1.1 does not answer."),
        (seen(OFFLINE, NetworkStep.TCP), "You ─✓─ Wi-Fi ─✓─ DNS ─✗─ Connections: fails ─?─ TLS",
         "Your connection: no connection gets through."),
        (seen(OFFLINE, NetworkStep.PROXY, COMPANY),
         "You ─✓─ Cable ─✓─ VPN ─✗─ Proxy: fails ─?─ TLS",
         "Your connection: the proxy does not let requests through."),
        (seen(CAPTIVE), "You ─✓─ Wi-Fi ─?─ DNS ─✗─ Login page: in the way ─?─ TLS",
         "Your connection: Wi-Fi login page."),
        (seen(OFFLINE, NetworkStep.CLOCK), "You ─✓─ Wi-Fi ─?─ DNS ─?─ TLS ─✗─ Clock: fails",
         "Your connection: this computer's clock is wrong."),
        (seen(OFFLINE), "You ─✓─ Wi-Fi ─?─ DNS ─?─ TLS ─✗─ other hosts: no answer",
         "Your connection: other hosts do not answer either."),
    ],
)  # fmt: skip
def test_chain_and_line(s: Any, chain: str, line: str) -> None:
    assert network_chain(s) == chain
    assert network_line(s) == line


@pytest.mark.parametrize("language", ["en", "de"])
def test_what_a_headline_has_said_is_not_said_beside_it(language: str) -> None:
    set_language(language)
    plain, more = seen(OFFLINE, NetworkStep.DNS), seen(OFFLINE, NetworkStep.DNS, CABLE)
    assert beside(headline(plain), plain) == ""
    assert beside(headline(more), more) == network_line(more)


def test_in_german() -> None:
    set_language("de")
    assert network_chain(seen(ONLINE, answering=4)) == "Du ─✓─ WLAN ─✓─ DNS ─✓─ TLS ─✓─ 4 Server (in Ordnung)"
    broken = seen(OFFLINE, NetworkStep.DNS, CABLE)
    assert network_chain(broken) == "Du ─✓─ Kabel ─✗─ Router: gestört ─✗─ DNS: gestört ─?─ TLS"
    assert network_line(broken) == "Deine Verbindung: Der Router 192.168.1.1 antwortet nicht."


@pytest.mark.parametrize(
    ("sparing", "english", "german"),
    [
        (Sparing(), "", ""),
        (Sparing(metered=True, wanted=False), "", ""),
        (Sparing(metered=True, power_saver=True), "Metered connection: I look four times less often",
         "Getaktete Verbindung: Ich schaue viermal seltener nach"),
        (Sparing(power_saver=True), "Battery saver: I look four times less often",
         "Energiesparmodus: Ich schaue viermal seltener nach"),
        (Sparing(on_battery=True), "On battery: I look four times less often",
         "Akkubetrieb: Ich schaue viermal seltener nach"),
    ],
)  # fmt: skip
def test_that_it_looks_less_often_is_said(sparing: Sparing, english: str, german: str) -> None:
    s = replace(snapshot(), sparing=sparing)
    assert sparing_line(s).partition(",")[0] == english
    set_language("de")
    assert sparing_line(s).partition(",")[0] == german
