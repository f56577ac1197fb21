"""What a click on the switch would do now. Made once; menu, panel, banner and command line show the same one."""

from collections.abc import Iterable
from enum import StrEnum

from msgspec import Struct

from trayapp.core.catalogue import Provider
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import Judgement
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import To
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus


class WhyNot(StrEnum):
    """Why a provider's requests cannot be moved. `no_api`: none go through the gateway."""

    NO_API = "no_api"


class Lack(StrEnum):
    """What auto mode has not got to move anything: a target that is ready, a tool that may be moved."""

    TARGET = "target"
    TOOL = "tool"


class Immovable(Struct, frozen=True):
    """A provider that is down and stays where it is."""

    provider: str
    why: WhyNot


class Offer(Struct, frozen=True):
    """Providers by id, in the order of the catalogue.

    `set_up`: there is no target yet, and a click leads to its settings. `down`: would move with a click; what is set
    aside would not. `healthy`: may
    be picked while nothing is down or local. `home`: are local and can come home. `moved`: of these, are local by
    themselves, in auto mode. `back`: of these, are verified well while their route lasts until then. `immovable`: are
    down and cannot be moved, with the reason. `choose`: nothing is watched, and a click leads to the services before it
    leads anywhere else.
    """

    set_up: bool = True
    down: tuple[str, ...] = ()
    healthy: tuple[str, ...] = ()
    home: tuple[str, ...] = ()
    moved: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    immovable: tuple[Immovable, ...] = ()
    choose: bool = False


def why_not(provider: Provider) -> WhyNot | None:
    """Why no target can answer this provider's requests; None when every one can: what it does not speak itself is
    translated for it."""
    return WhyNot.NO_API if provider.api is None else None


def movable(providers: Iterable[Provider]) -> tuple[str, ...]:
    """Ids of the providers that can be moved."""
    return tuple(provider.provider for provider in providers if why_not(provider) is None)


def make_offer(judgement: Judgement, routes: Routes, auto: AutoMode, target: TargetStatus) -> Offer:
    """The offer of this moment."""
    providers = routes.catalogue.providers
    # Where no target is ready, what fails at the provider fails.
    diverted = auto.diverted if target.state is TargetState.READY else ()
    moved = tuple(name for name, route in routes.all().items() if route.to is To.CLOUD and name in diverted)
    home = tuple(name for name, route in routes.all().items() if route.to is To.LOCAL or name in moved)
    red = {one.provider for one in judgement.services if one.light is Light.RED and one.aside is None}
    cloud = tuple(name for name in movable(providers.values()) if name not in home)
    down = tuple(name for name in cloud if name in red)
    reasons = {name: why_not(providers[name]) for name in providers if name in red}
    return Offer(
        set_up=target.state is TargetState.NONE,
        down=down,
        healthy=() if down or home else cloud,
        home=home,
        moved=moved,
        back=routes.offers(),
        immovable=tuple(Immovable(name, why) for name, why in reasons.items() if why is not None),
        choose=not judgement.services,
    )
