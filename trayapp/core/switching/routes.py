"""The machine behind the switch: which provider's requests go where, and when the way home is open.

Sans-io: the gateway asks `decide` once for every request, in one thread, and carries the answer out. A request keeps
the decision it began with, so a flip is atomic and loses nothing.
"""

from collections.abc import Callable

from msgspec import Struct, structs

from trayapp.core.catalogue import Catalogue
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import Judgement
from trayapp.core.switching.route import Action, Decision, Endpoint, Mode, Policy, Route, To, Until


class RoutesMemory(Struct, frozen=True):
    """What survives a restart. `calm`: providers that were moved while well and had no trouble since."""

    routes: tuple[Route, ...] = ()
    calm: tuple[str, ...] = ()


class Routes:
    """All routes. A provider without an entry goes to the cloud by default.

    `on_change` callbacks run whenever a decision may come out differently: the gateway wakes the requests it holds.
    """

    mode = Mode.MANUAL

    def __init__(self, catalogue: Catalogue, memory: RoutesMemory | None = None) -> None:
        self.catalogue = catalogue
        self.on_change: list[Callable[[], None]] = []
        self._routes: dict[str, Route] = {one.provider: one for one in memory.routes} if memory else {}
        self._calm: set[str] = set(memory.calm) if memory else set()
        self._well: frozenset[str] = frozenset()

    def all(self) -> dict[str, Route]:
        """The route of every provider that the gateway can serve, and of every other that is still local."""
        names = [name for name, one in self.catalogue.providers.items() if one.api is not None]
        return {name: Route(name) for name in names} | self._routes

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

    def decide(self, provider: str, endpoint: Endpoint, policy: Policy) -> Decision:
        """Where one request of a tool with `policy` goes now.

        On a local route, `fail` stays with the cloud and takes its errors: nothing else may answer. `wait` is held
        until the route is home or the provider is verified well, whichever comes first; a list of models is not
        worth holding. While the route is the cloud the gateway changes nothing, whatever the light says.
        """
        route = self.route(provider)
        if route.to is To.CLOUD:
            return Decision(Action.CLOUD, route.reason)
        if policy is Policy.SWITCH:
            return Decision(Action.LOCAL, route.reason)
        if policy is Policy.WAIT and endpoint is not Endpoint.MODELS and provider not in self._well:
            return Decision(Action.HOLD, "policy_wait")
        return Decision(Action.CLOUD, f"policy_{policy}")

    def judged(self, judgement: Judgement) -> None:
        """Take in the latest verdicts: who is well, and who had trouble since it was moved."""
        before = self._well
        self._well = frozenset(name for name in self.all() if self._is_well(name, judgement))
        self._calm = {name for name in self._calm if not self._in_trouble(name, judgement)}
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

    def _is_well(self, provider: str, judgement: Judgement) -> bool:
        lights = self._lights(provider, judgement)
        return bool(lights) and all(one is Light.GREEN for one in lights)

    def _in_trouble(self, provider: str, judgement: Judgement) -> bool:
        return any(one in (Light.RED, Light.YELLOW) for one in self._lights(provider, judgement))

    def _lights(self, provider: str, judgement: Judgement) -> list[Light]:
        """The lights of the services that the gateway speaks to, or, when none of them is watched, of all that are."""
        known = self.catalogue.providers.get(provider)
        spoken_to = {
            service.id
            for service in (known.services if known else ())
            if any(component.id == Endpoint.CHAT_COMPLETIONS for component in service.components)
        }
        watched = [one for one in judgement.services if one.provider == provider]
        return [one.light for one in watched if one.id in spoken_to] or [one.light for one in watched]

    def _changed(self) -> None:
        for told in self.on_change:
            told()
