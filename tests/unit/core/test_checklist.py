"""The first minute of an outage: what is ticked, crossed and left open in each situation, written down beforehand."""

from typing import Any, NamedTuple

import pytest
from msgspec.structs import replace

from tests.support import states
from tests.support.snapshots import NOW, READY, failures, page_incident, pages, service, snapshot
from trayapp.core.checklist import Check, Item, Mark, Said, checklist
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import Badge, NetworkState, NetworkStep, Source
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.evidence.passages import Passage
from trayapp.core.evidence.surroundings import Link, LinkKind, Surroundings
from trayapp.core.light.claim import Claim, ClaimKind
from trayapp.core.light.reasons import SEPARATOR, Code, Reason
from trayapp.core.light.severity import Finding, Light
from trayapp.core.snapshot import Snapshot, ToolStatus
from trayapp.core.switching.route import Policy
from trayapp.core.switching.target import TargetState, TargetStatus

SIGNS = {Mark.TICK: "+", Mark.CROSS: "x", Mark.UNKNOWN: "?"}
WIFI = Surroundings(way=True, link=Link("wlan0", LinkKind.WIFI), gateway="192.168.1.1", router=True)
TOOLS: dict[str, Any] = {"tools": (ToolStatus("editor", Policy.SWITCH),), "gateway_url": "http://127.0.0.1:17502"}
GONE = Surroundings(way=False)
DEAD_ROUTER = replace(WIFI, router=False)
COMPANY = replace(WIFI, tunnel="wg0", proxy="proxy.corp.example")
READ = (Passage(NOW, issuer="Reading Company"),)
SLOW_NAMES = (Passage(NOW, dns_s=1.4),)
SLOW_WAY = (Passage(NOW, connect_s=0.9), Passage(NOW, connect_s=1.1))
ONLINE = NetworkState.ONLINE


def on(s: Snapshot, around: Surroundings = WIFI, passages: tuple[Passage, ...] = ()) -> Snapshot:
    return replace(s, around=around, passages=passages)


def network(state: NetworkState, step: NetworkStep | None = None, **more: Any) -> Snapshot:
    return states.offline(state=state, step=step, **more) if step else snapshot(network=NetworkStatus(state, NOW))


def api(light: Light, finding: Finding, *reasons: Reason, **more: Any) -> Snapshot:
    return snapshot(service("openai-api", light, finding, reasons=reasons, **more))


def badge(kind: Badge, code: Code, **params: Any) -> Snapshot:
    said = Reason(code, Source.PROBE, NOW - 25, params)
    return api(Light.GREEN, Finding.OK, said, badges=(kind,))


def strange(what: str) -> Snapshot:
    said = Reason(Code.BLOCKED, Source.PROBE, NOW - 25, {"host": "api.openai.com", "what": what})
    return api(Light.GREY, Finding.BLOCKED, said)


def portal() -> Snapshot:
    s = states.captive()
    passed = replace(s.judgement.network, passed=(NetworkStep.INTERFACE,))
    return replace(s, judgement=replace(s.judgement, network=passed))


def alone() -> Snapshot:
    s = states.fine()
    services = tuple(v for v in s.judgement.services if v.provider == "openai")
    return replace(s, judgement=replace(s.judgement, services=services))


def silent() -> Snapshot:
    s = states.shared()
    services = tuple(replace(v, claim=Claim(ClaimKind.SILENT)) for v in s.judgement.services)
    return replace(s, judgement=replace(s.judgement, services=services))


def pageless() -> Snapshot:
    s = states.fine()
    return replace(s, judgement=replace(s.judgement, pages=()))


class Row(NamedTuple):
    """`marks`: a sign for each item in their order: connection, names, between, clock, page, probes, others, keys,
    local, tools. `said`: those of the findings that the row is about."""

    name: str
    s: Snapshot
    marks: str
    said: tuple[Said, ...]


#                                                                     c n b k p s o k l t
ROWS = (
    Row("all fine", on(states.fine(target=READY, **TOOLS)),          "+ + + + + + + + + +",
        (Said.CONNECTION_FINE, Said.PAGE_CALM, Said.PROBES_ANSWERED, Said.ALL_WORK, Said.LOCAL_READY,
         Said.TOOLS_POINTED)),
    Row("nothing is set up", on(states.fine(target=TargetStatus(TargetState.NONE))),
                                                                      "+ + + + + + + + ? ?",
        (Said.LOCAL_NONE, Said.TOOLS_NONE)),
    Row("down, and confirmed", on(states.down(target=READY, **TOOLS)), "+ + + + x x + + + +",
        (Said.PAGE_TROUBLE, Said.PROBES_FAIL_THEIRS, Said.OTHERS_WORK)),
    Row("down from here, the page is calm",
        on(api(Light.RED, Finding.DOWN, failures("openai-api"), claim=Claim(ClaimKind.SILENT))),
                                                                      "+ + + + + x + + + ?",
        (Said.PAGE_CALM_YET, Said.PROBES_FAIL)),
    Row("checking", on(states.checking()),                            "+ + + + + x + + + ?", (Said.PROBES_FAIL,)),
    Row("several fall together", on(states.shared()),                 "+ + + + + x x + + ?",
        (Said.PROBES_FAIL_THEIRS, Said.OTHERS_SHARE)),
    Row("several fall silent together", on(silent()),                 "+ + + + + x x + + ?",
        (Said.PROBES_FAIL, Said.OTHERS_FAIL)),
    Row("the page alone says so", on(api(Light.YELLOW, Finding.DEGRADED, page_incident())),
                                                                      "+ + + + x ? + + + ?",
        (Said.PAGE_TROUBLE, Said.PROBES_UNSEEN)),
    Row("the page cannot be read", on(states.no_evidence()),          "+ + + + ? ? + + + ?",
        (Said.PAGE_UNREADABLE, Said.PROBES_UNSEEN)),
    Row("refused what was accepted",
        on(api(Light.YELLOW, Finding.DEGRADED, Reason(Code.REFUSED, Source.TRAFFIC, NOW - 25), badges=(Badge.KEY,))),
                                                                      "+ + + + + x + + + ?",
        (Said.PROBES_REFUSED, Said.KEYS_FINE)),
    Row("no interface", on(network(NetworkState.OFFLINE, NetworkStep.INTERFACE), GONE),
                                                                      "x ? + ? ? ? ? + + ?",
        (Said.CONNECTION_NO_LINK, Said.NAMES_UNKNOWN, Said.CUT_OFF)),
    Row("no interface, not asked yet", on(states.starting(), GONE),   "x ? + ? ? ? ? + + ?",
        (Said.CONNECTION_NO_LINK,)),
    Row("router gone", on(network(NetworkState.OFFLINE, NetworkStep.TCP), DEAD_ROUTER),
                                                                      "x + + ? ? ? ? + + ?",
        (Said.CONNECTION_ROUTER,)),
    Row("DNS dead", on(network(NetworkState.OFFLINE, NetworkStep.DNS)), "? x + ? ? ? ? + + ?",
        (Said.CONNECTION_SEE_BELOW, Said.NAMES_FAIL)),
    Row("DNS dead, and the resolver answers",
        on(network(NetworkState.OFFLINE, NetworkStep.DNS), replace(WIFI, resolver="9.9.9.9", resolver_s=0.02)),
                                                                      "? x + ? ? ? ? + + ?",
        (Said.NAMES_FAIL_HERE,)),
    Row("DNS slow", on(states.fine(), WIFI, SLOW_NAMES),              "+ x + + + + + + + ?", (Said.NAMES_SLOW,)),
    Row("everything slow", on(states.fine(), WIFI, SLOW_WAY),         "+ + + + + + + + + ?",
        (Said.CONNECTION_SLOW,)),
    Row("portal", on(portal()),                                      "x ? + ? ? ? ? + + ?",
        (Said.CONNECTION_PORTAL,)),
    Row("nothing comes through", on(network(NetworkState.OFFLINE, NetworkStep.TCP)),
                                                                      "x + + ? ? ? ? + + ?", (Said.CONNECTION_LOST,)),
    Row("TLS breaks for all", on(network(NetworkState.OFFLINE, NetworkStep.TLS)),
                                                                      "x + + ? ? ? ? + + ?", (Said.CONNECTION_TLS,)),
    Row("TLS read by the company", on(states.fine(), WIFI, READ),     "+ + + + + + + + + ?",
        (Said.BETWEEN_READER,)),
    Row("clock wrong", on(network(NetworkState.OFFLINE, NetworkStep.CLOCK)), "? + + x ? ? ? + + ?",
        (Said.CLOCK_WRONG, Said.CONNECTION_SEE_BELOW)),
    Row("proxy wants a login", on(network(NetworkState.OFFLINE, NetworkStep.PROXY), COMPANY),
                                                                      "? + x + ? ? ? + + ?",
        (Said.BETWEEN_PROXY_FAILS, Said.CONNECTION_SEE_BELOW)),
    Row("VPN and proxy let through", on(states.fine(), COMPANY),      "+ ? + + + + + + + ?",
        (Said.BETWEEN_VPN, Said.NAMES_BY_PROXY)),
    Row("VPN, not asked yet", on(states.starting(), replace(WIFI, tunnel="wg0")), "? ? ? ? ? ? ? + + ?",
        (Said.BETWEEN_VPN, Said.CONNECTION_UNKNOWN)),
    Row("this system tells nothing", on(states.fine(), Surroundings()), "+ + ? + + + + + + ?",
        (Said.BETWEEN_UNKNOWN,)),
    Row("a foreign page", on(states.blocked()),                       "+ + x + + ? + + + ?", (Said.BETWEEN_BLOCKS,)),
    Row("a filter of names", on(strange("no_name")),                  "+ x x + + ? + + + ?", (Said.NAMES_BLOCKED,)),
    Row("the address is refused", on(badge(Badge.REGION, Code.BADGE_REGION)), "+ + x + + + + + + ?",
        (Said.BETWEEN_REGION,)),
    Row("key refused", on(badge(Badge.KEY, Code.BADGE_KEY)),          "+ + + + + + + x + ?", (Said.KEYS_REFUSED,)),
    Row("key refused that was accepted", on(badge(Badge.KEY, Code.BADGE_KEY, accepted_at=NOW - 3600)),
                                                                      "+ + + + + + + + + ?", (Said.KEYS_FINE,)),
    Row("refused without a word", on(badge(Badge.FORBIDDEN, Code.BADGE_FORBIDDEN)), "+ + + + + + + x + ?",
        (Said.KEYS_FORBIDDEN,)),
    Row("quota used up", on(badge(Badge.QUOTA, Code.BADGE_QUOTA)),    "+ + + + + + + x + ?", (Said.KEYS_QUOTA,)),
    Row("rate limit", on(badge(Badge.RATE_LIMIT, Code.BADGE_RATE_LIMIT)), "+ + + + + + + x + ?", (Said.KEYS_RATE,)),
    Row("local model loads", on(states.fine(target=TargetStatus(TargetState.LOADING))), "+ + + + + + + + ? ?",
        (Said.LOCAL_COMING,)),
    Row("local model down", on(states.fine(target=TargetStatus(TargetState.DOWN))), "+ + + + + + + + x ?",
        (Said.LOCAL_DOWN,)),
    Row("the gateway does not listen", on(states.fine(tools=TOOLS["tools"], gateway_url=None)),
                                                                      "+ + + + + + + + + x",
        (Said.TOOLS_UNHEARD,)),
    Row("nobody else is watched", on(alone()),                        "+ + + + + + ? + + ?", (Said.OTHERS_ALONE,)),
    Row("no pages at all", on(pageless()),              "+ + + + ? + + + + ?", (Said.PAGE_NONE,)),
    Row("pages never read", on(snapshot(page_states=pages(PageHealth.NEVER))), "+ + + + ? + + + + ?",
        (Said.PAGE_UNREADABLE,)),
)  # fmt: skip


@pytest.mark.parametrize("row", [pytest.param(row, id=row.name) for row in ROWS])
def test_row(row: Row) -> None:
    found = checklist(row.s)
    assert tuple(check.item for check in found) == tuple(Item)
    assert " ".join(SIGNS[check.mark] for check in found) == row.marks
    said = {check.said for check in found}
    assert set(row.said) <= said


def test_every_finding_has_a_row() -> None:
    assert {said for row in ROWS for said in row.said} | {
        check.said for row in ROWS for check in checklist(row.s)
    } == set(Said)


def found(s: Snapshot, item: Item) -> Check:
    return next(check for check in checklist(s) if check.item is item)


def test_who_is_meant_is_named() -> None:
    s = on(states.down())
    assert found(s, Item.PAGE).params == {"names": "OpenAI"}
    assert found(s, Item.PROBES).params == {"names": "OpenAI API"}
    assert found(s, Item.OTHERS).params == {"names": SEPARATOR.join(["Claude", "Claude API"])}


def test_nothing_watched_is_no_mistake() -> None:
    empty = replace(states.fine(), judgement=replace(states.fine().judgement, services=(), pages=()))
    assert [check.item for check in checklist(empty)] == list(Item)
