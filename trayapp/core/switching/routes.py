"""The machine behind the switch: which provider's requests go where, and when the way home is open.

Sans-io: the gateway asks `decide` once for every request, in one thread, and carries the answer out. A request keeps
the decision it began with, so a flip is atomic and loses nothing.
"""

from collections.abc import Callable

from msgspec import Struct, structs

from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.switching.route import Action, Decision, Endpoint, Policy, Route, To, Until

_ENDPOINTS = frozenset(Endpoint)
_OFFLINE = (NetworkState.OFFLINE, NetworkState.CAPTIVE)
_NOT_WORTH_HOLDING = (Endpoint.MODELS, Endpoint.COUNT_TOKENS)


class RoutesMemory(Struct, frozen=True):
    """What survives a restart. `calm`: providers that were moved while well and had no trouble since."""

    routes: tuple[Route, ...] = ()
    calm: tuple[str, ...] = ()


class Routes:
    """All routes. A provider without an entry goes to the cloud by default.

    `on_change` callbacks run whenever a decision may come out differently: the gateway wakes the requests it holds.
    `offline`: the own network is known to be at fault.
    """

    offline = False

    def __init__(self, catalogue: Catalogue, memory: RoutesMemory | None = None) -> None:
        self.on_change: list[Callable[[], None]] = []
        self._routes: dict[str, Route] = {route.provider: route for route in memory.routes} if memory else {}
        self._calm: set[str] = set(memory.calm) if memory else set()
        self._well: frozenset[str] = frozenset()
        self.use(catalogue)

    def use(self, catalogue: Catalogue) -> None:
        """Go on with another catalogue."""
        self.catalogue = catalogue
        self._all: dict[str, Route] | None = None
        self._judged: tuple[ServiceVerdict, ...] = ()
        self._looks: list[tuple[str, Light]] = []
        self._spoken_to = frozenset(
            service.id
            for _, service in catalogue.services()
            if any(component.id in _ENDPOINTS for component in service.components)
        )

    def all(self) -> dict[str, Route]:
        """The route of every provider that has an API, and of every other that is still local."""
        if self._all is None:
            names = [name for name, provider in self.catalogue.providers.items() if provider.api is not None]
            self._all = {name: Route(name) for name in names} | self._routes
        return self._all

    @property
    def well(self) -> frozenset[str]:
        """Providers that are verified well."""
        return self._well

    def is_red(self, provider: str, endpoint: Endpoint) -> bool:
        """Is the component down that answers `endpoint`, or, where none has its name, all of the provider?"""
        services = [service for service in self._judged if service.provider == provider]
        named = {one.light for service in services for one in service.components if one.id == endpoint}
        return Light.RED in named if named else {service.light for service in services} == {Light.RED}

    def route(self, provider: str) -> Route:
        return self._routes.get(provider) or Route(provider)

    def switch(self, providers: tuple[str, ...], to: To, until: Until, now: float) -> None:
        """Flip `providers` at once. `until` counts for the local route only."""
        for name in providers:
            before = self.route(name)
            if to is To.CLOUD:
                self._calm.discard(name)
                if before.to is To.LOCAL:
                    self._routes[name] = Route(name, reason="back_home", since=now)
            elif before.to is To.LOCAL:
                self._routes[name] = structs.replace(before, until=until)
            else:
                self._routes[name] = Route(name, To.LOCAL, until, "user", now)
                if name in self._well:
                    self._calm.add(name)
        self._changed()

    def back(self, provider: str, now: float) -> None:
        """Send `provider` home to the cloud."""
        self.switch((provider,), To.CLOUD, Until.CHANGED, now)

    def count_answer(self, provider: str) -> None:
        """One more request was answered by the local target."""
        route = self.route(provider)
        if route.to is To.LOCAL:
            self._routes[provider] = structs.replace(route, answered=route.answered + 1)
            self._all = None

    def decide(self, provider: str, endpoint: Endpoint, policy: Policy) -> Decision:
        """Where one request of a tool with `policy` goes now.

        On a local route, `fail` stays with the cloud and takes its errors: nothing else may answer. `wait` is held
        until the route is home or the provider is verified well, whichever comes first; a list of models and a number
        of tokens are not worth holding. What the provider keeps is nowhere else. While the route is the cloud the
        gateway changes nothing, whatever the light says.
        """
        route = self.route(provider)
        if route.to is To.CLOUD:
            return Decision(Action.CLOUD, route.reason)
        if endpoint is Endpoint.STORED_RESPONSES:
            return Decision(Action.CLOUD, "stored")
        if policy is Policy.SWITCH:
            return Decision(Action.LOCAL, route.reason)
        if policy is Policy.WAIT and endpoint not in _NOT_WORTH_HOLDING and provider not in self._well:
            return Decision(Action.HOLD, "policy_wait")
        return Decision(Action.CLOUD, f"policy_{policy}")

    def judged(self, judgement: Judgement) -> None:
        """Take in the latest verdicts: who is well, and who had trouble since it was moved."""
        self.offline = judgement.network.state in _OFFLINE
        self._judged = services = judgement.services
        looks = [(service.id, service.light) for service in services]
        if looks == self._looks:
            return
        self._looks = looks
        lights = self._lights(services)
        before = self._well
        self._well = frozenset(name for name in self.all() if lights.get(name) == {Light.GREEN})
        self._calm -= {name for name, seen in lights.items() if not seen.isdisjoint((Light.RED, Light.YELLOW))}
        if self._well != before:
            self._changed()

    def offers(self) -> tuple[str, ...]:
        """Providers that are verified well again while their route is local until back.

        Who was moved while well is offered home only after trouble and recovery: nobody is nagged for a choice.
        """
        return tuple(
            name
            for name, route in self._routes.items()
            if route.to is To.LOCAL and route.until is Until.BACK and name in self._well and name not in self._calm
        )

    def remember(self) -> RoutesMemory:
        kept = tuple(route for _, route in sorted(self._routes.items()) if route.to is To.LOCAL)
        return RoutesMemory(kept, tuple(sorted(self._calm)))

    def _lights(self, services: tuple[ServiceVerdict, ...]) -> dict[str, set[Light]]:
        """By provider: of the services that the gateway speaks to, or, where none of them is watched, of all."""
        spoken_to: dict[str, set[Light]] = {}
        every: dict[str, set[Light]] = {}
        for service in services:
            every.setdefault(service.provider, set()).add(service.light)
            if service.id in self._spoken_to:
                spoken_to.setdefault(service.provider, set()).add(service.light)
        return every | spoken_to

    def _changed(self) -> None:
        self._all = None
        self._looks = []
        for listener in self.on_change:
            listener()
