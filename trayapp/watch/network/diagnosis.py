"""What several answers together say about the own connection: which step holds, which is the first that does not.

Pure but for `has_route`, which asks the kernel without sending anything.
"""

import socket
from collections.abc import Sequence
from typing import NamedTuple

from trayapp.core.evidence.observation import NetworkState, NetworkStep

CLOCK_TOLERANCE_S = 3600.0
"""Certificates are made valid some time before they are used; a clock that is less wrong than this harms none."""
_ORDER = tuple(NetworkStep)
_PROXY_CODES = frozenset({"proxy_login", "proxy_settings"})


class Sign(NamedTuple):
    """What asking one host showed of the way there.

    `step`: where it failed; None when the host answered, or when it was reached and then fell silent. `rejected`: the
    certificate is not trusted; `expired`: because of its dates. `skew_s`: our clock minus the host's, where it told.
    `named`: by a name, so that DNS took part.
    """

    good: bool
    secure: bool
    code: str
    step: NetworkStep | None = None
    altered: bool = False
    rejected: bool = False
    expired: bool = False
    skew_s: float | None = None
    named: bool = True


class Diagnosis(NamedTuple):
    state: NetworkState
    step: NetworkStep | None
    passed: tuple[NetworkStep, ...]


def has_route() -> bool:
    """Does this machine know any way out? Connecting a datagram socket only looks it up in the routing table."""
    for family, documentation_address in ((socket.AF_INET, "192.0.2.1"), (socket.AF_INET6, "2001:db8::1")):
        try:
            with socket.socket(family, socket.SOCK_DGRAM) as probe:
                probe.connect((documentation_address, 9))
        except OSError:
            continue
        return True
    return False


def diagnose(signs: Sequence[Sign], route: bool) -> Diagnosis:
    """`signs`: of different hosts, all asked at about the same time; `route`: is there any way out."""
    if any(sign.code in _PROXY_CODES for sign in signs):
        return _fails(NetworkState.OFFLINE, NetworkStep.PROXY, signs)
    if any(sign.altered for sign in signs):
        return _fails(NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL, signs)
    good = [sign for sign in signs if sign.good]
    secure = [sign for sign in signs if sign.secure]
    if any(sign.secure for sign in good) or (good and not secure):
        return Diagnosis(NetworkState.ONLINE, None, _passed(good))
    if not route and not good:
        return _fails(NetworkState.OFFLINE, NetworkStep.INTERFACE, signs)
    if secure and all(sign.rejected for sign in secure):
        if all(sign.expired for sign in secure) and not _clock_is_right(signs):
            return _fails(NetworkState.OFFLINE, NetworkStep.CLOCK, signs)
        # A login page shows itself over plain HTTP; this one only reads along.
        return _fails(NetworkState.OFFLINE, NetworkStep.TLS, signs)
    # Whoever got furthest shows that the steps before work.
    furthest = max((_ORDER.index(sign.step or NetworkStep.TCP) for sign in signs if not sign.good), default=0)
    return _fails(NetworkState.OFFLINE, _ORDER[furthest], signs)


def _clock_is_right(signs: Sequence[Sign]) -> bool:
    skews = [abs(sign.skew_s) for sign in signs if sign.skew_s is not None]
    return bool(skews) and min(skews) <= CLOCK_TOLERANCE_S


def _fails(state: NetworkState, step: NetworkStep, signs: Sequence[Sign]) -> Diagnosis:
    held = set(_passed([sign for sign in signs if sign.good or sign.altered]))
    if step in (NetworkStep.PROXY, NetworkStep.CAPTIVE_PORTAL, NetworkStep.CLOCK):
        held |= {NetworkStep.INTERFACE} | (held & {NetworkStep.DNS, NetworkStep.TCP})
        if step is NetworkStep.CLOCK:
            held |= {NetworkStep.DNS, NetworkStep.TCP}
    else:
        held |= set(_ORDER[: _ORDER.index(step)])
    return Diagnosis(state, step, tuple(other for other in _ORDER if other in held and other is not step))


def _passed(good: Sequence[Sign]) -> tuple[NetworkStep, ...]:
    """The steps that these answers came through."""
    if not good:
        return ()
    passed = {NetworkStep.INTERFACE, NetworkStep.TCP}
    if any(sign.named for sign in good):
        passed.add(NetworkStep.DNS)
    if any(sign.secure for sign in good):
        passed.add(NetworkStep.TLS)
    return tuple(step for step in _ORDER if step in passed)
