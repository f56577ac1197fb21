"""What this machine says of its own way out, without asking anybody out there."""

from enum import StrEnum

from msgspec import Struct


class LinkKind(StrEnum):
    """What carries the way out of this machine."""

    WIFI = "wifi"
    CABLE = "cable"
    MOBILE = "mobile"


class Link(Struct, frozen=True):
    """An interface. `kind`: None where the system does not tell. `up`: it has a carrier."""

    name: str
    kind: LinkKind | None = None
    up: bool = True


class Surroundings(Struct, frozen=True):
    """The way out as the kernel, the environment and the desktop have it; what they do not tell is None or empty.

    `way`: there is a route to the internet; None where the system does not tell of routes at all. `link`: what carries
    it, below any tunnel; without a way what could carry it. `gateway`: the next machine on the way. `router`: whether
    that one is known to answer, after `router_s` seconds where it was asked. `resolvers`: who looks names up, in the
    system's order; `resolver`: the first of those asked that answered, after `resolver_s`. `tunnel`: the interface of a
    VPN that takes the way out. `proxy`: the host of the one that is set.
    """

    way: bool | None = None
    link: Link | None = None
    gateway: str | None = None
    router: bool | None = None
    router_s: float | None = None
    resolvers: tuple[str, ...] = ()
    resolver: str | None = None
    resolver_s: float | None = None
    tunnel: str | None = None
    proxy: str | None = None
