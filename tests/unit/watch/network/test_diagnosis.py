"""The own connection, step by step: which signs make which diagnosis."""

import pytest

from trayapp.core.evidence.observation import NetworkState
from trayapp.core.evidence.observation import NetworkStep as Step
from trayapp.watch.network.diagnosis import Sign, diagnose, has_route

ONLINE, OFFLINE, CAPTIVE = NetworkState.ONLINE, NetworkState.OFFLINE, NetworkState.CAPTIVE


def _good(**more: object) -> Sign:
    return Sign(good=True, code="http_200", **({"secure": True} | more))  # type: ignore[arg-type] # a table's shorthand


def _bad(code: str, step: Step | None, **more: object) -> Sign:
    return Sign(good=False, code=code, step=step, **({"secure": True} | more))  # type: ignore[arg-type] # as above


PLAIN_GOOD = _good(secure=False)
DNS = _bad("dns", Step.DNS)
TCP = _bad("connect", Step.TCP)
STALLED = _bad("timeout", None)
TLS_BROKEN = _bad("tls", Step.TLS)
REJECTED = _bad("tls", Step.TLS, rejected=True)
EXPIRED = _bad("tls", Step.TLS, rejected=True, expired=True)
PORTAL = _bad("http_302", None, secure=False, altered=True)
PROXY_LOGIN = _bad("proxy_login", Step.PROXY)

ROWS: list[tuple[str, list[Sign], bool, NetworkState, Step | None]] = [
    ("all is well", [PLAIN_GOOD, _good()], True, ONLINE, None),
    ("plain HTTP alone was asked and answered", [PLAIN_GOOD], True, ONLINE, None),
    ("port 80 is closed, TLS answers", [_bad("timeout", Step.TCP, secure=False), _good()], True, ONLINE, None),
    ("cable out", [DNS, DNS], False, OFFLINE, Step.INTERFACE),
    ("no name server", [DNS, DNS, DNS], True, OFFLINE, Step.DNS),
    ("names are cached, nothing connects", [DNS, TCP], True, OFFLINE, Step.TCP),
    ("everything stalls", [STALLED, STALLED], True, OFFLINE, Step.TCP),
    ("handshakes are cut off", [PLAIN_GOOD, TLS_BROKEN], True, OFFLINE, Step.TLS),
    ("a portal answers in plain HTTP", [PORTAL, TCP], True, CAPTIVE, Step.CAPTIVE_PORTAL),
    ("a portal answers, without a route it would be odd", [PORTAL, REJECTED], False, CAPTIVE, Step.CAPTIVE_PORTAL),
    ("nobody's certificate is trusted", [PLAIN_GOOD, REJECTED, REJECTED], True, OFFLINE, Step.TLS),
    ("all certificates out of date, nobody tells the time", [EXPIRED, EXPIRED], True, OFFLINE, Step.CLOCK),
    ("all out of date, and the clock is wrong", [EXPIRED, _good(secure=False, skew_s=-9e7)], True, OFFLINE, Step.CLOCK),
    ("all out of date, clock right", [EXPIRED, _good(secure=False, skew_s=2.0)], True, OFFLINE, Step.TLS),
    ("one out of date", [EXPIRED, _good()], True, ONLINE, None),
    ("the proxy wants a login", [PROXY_LOGIN], True, OFFLINE, Step.PROXY),
    ("the proxy's address is wrong", [_bad("proxy_settings", Step.PROXY), TCP], True, OFFLINE, Step.PROXY),
]  # fmt: skip


@pytest.mark.parametrize(("signs", "route", "state", "step"), [row[1:] for row in ROWS], ids=[row[0] for row in ROWS])
def test_diagnoses(signs: list[Sign], route: bool, state: NetworkState, step: Step | None) -> None:
    got = diagnose(signs, route)
    assert (got.state, got.step) == (state, step)
    assert step not in got.passed


@pytest.mark.parametrize(
    ("signs", "passed"),
    [
        ([_good()], (Step.INTERFACE, Step.DNS, Step.TCP, Step.TLS)),
        ([PLAIN_GOOD], (Step.INTERFACE, Step.DNS, Step.TCP)),
        ([_good(named=False)], (Step.INTERFACE, Step.TCP, Step.TLS)),
        ([DNS], (Step.INTERFACE,)),
        ([TCP], (Step.INTERFACE, Step.DNS)),
        ([PLAIN_GOOD, TLS_BROKEN], (Step.INTERFACE, Step.DNS, Step.TCP)),
        ([PLAIN_GOOD, EXPIRED], (Step.INTERFACE, Step.DNS, Step.TCP)),
        ([PROXY_LOGIN], (Step.INTERFACE,)),
    ],
)
def test_steps_that_hold(signs: list[Sign], passed: tuple[Step, ...]) -> None:
    assert diagnose(signs, route=True).passed == passed


def test_the_kernel_knows_whether_there_is_a_way_out() -> None:
    assert has_route() in (True, False)
