"""The own network as a picture: each stretch of the way from this machine to everybody, and whether it holds.

The rules have the say (`core.evidence.connection`): what they blame fails, what an answer came through holds. What the
machine says of itself, and how long things took, fills in the rest; what nobody knows is unknown.
"""

from collections.abc import Iterable
from enum import StrEnum
from functools import lru_cache

from msgspec import Struct

from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState, NetworkStep
from trayapp.core.evidence.passages import Passage
from trayapp.core.evidence.surroundings import Surroundings

# A resolver on the own network answers within 50 ms, one of a provider within 100; from here on people notice.
SLOW_NAMES_S = 0.5
# A connection takes one round trip: 300 ms to the other side of the world, 600 over a satellite that stands still.
SLOW_CONNECT_S = 0.5
# TLS takes one or two more, and some reckoning.
SLOW_TLS_S = 1.2
# One host can be slow by itself; where the quicker half of several is, it is what they share.
HOSTS_FOR_SLOW = 2


class Stretch(StrEnum):
    """The stretches of the way out, in the order in which a person would look at them."""

    INTERFACE = "interface"
    ROUTER = "router"
    VPN = "vpn"
    DNS = "dns"
    PROXY = "proxy"
    TCP = "tcp"
    CAPTIVE_PORTAL = "captive_portal"
    TLS = "tls"
    CLOCK = "clock"
    HOSTS = "hosts"


class Holds(StrEnum):
    """How a stretch is."""

    OK = "ok"
    SLOW = "slow"
    FAILED = "failed"
    UNKNOWN = "unknown"


class StretchView(Struct, frozen=True):
    """One stretch. `ms`: what passing it took lately.

    `detail`, one thing worth knowing: the kind of link, or its name where that is not known; the router's and the
    resolver's address; whoever vouches for certificates where no public root does; the proxy's host; the VPN's
    interface; how many other hosts answer. None where there is nothing to say, for `proxy` and `vpn` also where there
    is none, which holds then.
    """

    stretch: Stretch
    holds: Holds
    ms: float | None = None
    detail: str | None = None


class NetworkPicture(Struct, frozen=True):
    """Every stretch once, in their order."""

    stretches: tuple[StretchView, ...] = tuple(StretchView(stretch, Holds.UNKNOWN) for stretch in Stretch)

    def of(self, stretch: Stretch) -> StretchView:
        return next(view for view in self.stretches if view.stretch is stretch)

    @property
    def broken(self) -> StretchView | None:
        """The first that fails."""
        return next((view for view in self.stretches if view.holds is Holds.FAILED), None)


_ONE_AFTER_THE_OTHER = (NetworkStep.INTERFACE, NetworkStep.DNS, NetworkStep.TCP, NetworkStep.TLS)


# Most evaluations change nothing about the network.
@lru_cache(maxsize=2)
def network_picture(status: NetworkStatus, around: Surroundings, passages: tuple[Passage, ...] = ()) -> NetworkPicture:
    """The picture that follows. `passages`: of the latest requests that got through, one a host."""
    return NetworkPicture(tuple(map(_Drawing(status, around, passages).view, Stretch)))


class _Drawing:
    def __init__(self, status: NetworkStatus, around: Surroundings, passages: tuple[Passage, ...]) -> None:
        self._status = status
        self._around = around
        self._passages = passages
        self._online = status.state is NetworkState.ONLINE
        captive = status.state is NetworkState.CAPTIVE
        self._blamed = NetworkStep.CAPTIVE_PORTAL if captive and status.step is None else status.step
        self._held = self._before_the_blamed() | set(status.passed)

    def _before_the_blamed(self) -> set[NetworkStep]:
        """What is blamed was reached over what stands before it."""
        if self._blamed is None:
            return set()
        if self._blamed in _ONE_AFTER_THE_OTHER:
            return set(_ONE_AFTER_THE_OTHER[: _ONE_AFTER_THE_OTHER.index(self._blamed)])
        return {NetworkStep.INTERFACE}

    def view(self, stretch: Stretch) -> StretchView:
        match stretch:
            case Stretch.INTERFACE:
                link = self._around.link
                return StretchView(stretch, self._interface(), detail=(link.kind or link.name) if link else None)
            case Stretch.ROUTER:
                gateway = self._around.gateway
                ms = _ms(self._around.router_s) if gateway else None
                return StretchView(stretch, self._router(), ms, gateway)
            case Stretch.VPN:
                seen = self._around.tunnel is not None or self._around.way is not None
                return StretchView(stretch, Holds.OK if seen else Holds.UNKNOWN, detail=self._around.tunnel)
            case Stretch.DNS:
                return self._names()
            case Stretch.PROXY:
                return StretchView(stretch, self._proxy(), detail=self._around.proxy)
            case Stretch.TCP:
                took_s = self._took_s(NetworkStep.TCP, (passage.connect_s for passage in self._passages))
                return StretchView(stretch, self._timed(NetworkStep.TCP, took_s, SLOW_CONNECT_S), _ms(took_s))
            case Stretch.TLS:
                took_s = self._took_s(NetworkStep.TLS, (passage.tls_s for passage in self._passages))
                reader = next((one.issuer for one in self._passages if one.issuer is not None), None)
                return StretchView(stretch, self._timed(NetworkStep.TLS, took_s, SLOW_TLS_S), _ms(took_s), reader)
            case Stretch.CLOCK:
                # Certificates have dates: where one is accepted, the clock is good enough for all that matters here.
                by_tls = self._blamed is not NetworkStep.CLOCK and self._holds(NetworkStep.TLS) is Holds.OK
                return StretchView(stretch, Holds.OK if by_tls else self._holds(NetworkStep.CLOCK))
            case Stretch.CAPTIVE_PORTAL:
                return StretchView(stretch, self._holds(NetworkStep.CAPTIVE_PORTAL))
            case Stretch.HOSTS:
                count = self._status.answering
                cut_off = self._status.state in (NetworkState.OFFLINE, NetworkState.CAPTIVE)
                holds = Holds.FAILED if cut_off else Holds.OK if count else Holds.UNKNOWN
                return StretchView(stretch, holds, detail=None if cut_off or not count else str(count))

    def _holds(self, step: NetworkStep) -> Holds:
        if step is self._blamed:
            return Holds.FAILED
        return Holds.OK if self._online or step in self._held else Holds.UNKNOWN

    def _interface(self) -> Holds:
        holds = self._holds(NetworkStep.INTERFACE)
        if holds is not Holds.UNKNOWN or self._around.way is None:
            return holds
        return Holds.OK if self._around.way else Holds.FAILED

    def _router(self) -> Holds:
        if self._around.gateway is None or self._interface() is Holds.FAILED:
            return Holds.UNKNOWN
        # Whoever answers from beyond it came through it, whatever it says of itself.
        if self._online or self._held & {NetworkStep.TCP, NetworkStep.TLS}:
            return Holds.OK
        return {True: Holds.OK, False: Holds.FAILED, None: Holds.UNKNOWN}[self._around.router]

    def _names(self) -> StretchView:
        around = self._around
        took_s = self._took_s(NetworkStep.DNS, (passage.dns_s for passage in self._passages), at_least=1)
        if took_s is None:
            took_s = around.resolver_s
        holds = self._timed(NetworkStep.DNS, took_s, SLOW_NAMES_S)
        if self._online and self._status.names_slow:
            holds = Holds.SLOW
        elif self._online and around.proxy is not None and took_s is None:
            # It looks them up itself.
            holds = Holds.UNKNOWN
        return StretchView(Stretch.DNS, holds, _ms(took_s), around.resolver or next(iter(around.resolvers), None))

    def _took_s(
        self, step: NetworkStep, seconds: Iterable[float | None], at_least: int = HOSTS_FOR_SLOW
    ) -> float | None:
        """What it took lately; nothing where it fails now, or where what was asked lately is of better days."""
        return _typical_s(seconds, at_least) if self._holds(step) is Holds.OK else None

    def _timed(self, step: NetworkStep, took_s: float | None, slow_s: float) -> Holds:
        holds = self._holds(step)
        return Holds.SLOW if holds is Holds.OK and took_s is not None and took_s >= slow_s else holds

    def _proxy(self) -> Holds:
        holds = self._holds(NetworkStep.PROXY)
        return Holds.OK if holds is Holds.UNKNOWN and self._around.proxy is None else holds


def _typical_s(seconds: Iterable[float | None], at_least: int) -> float | None:
    """What half of these took at most; None where too few tell for one slow host not to speak for all."""
    told = sorted(one for one in seconds if one is not None)
    return told[(len(told) - 1) // 2] if len(told) >= at_least else None


def _ms(seconds: float | None) -> float | None:
    return None if seconds is None else round(1000 * seconds, 1)
