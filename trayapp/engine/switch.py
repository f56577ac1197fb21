"""The switch: one click to the local target and one click back, for every tool behind the gateway.

The target is made ready first and the routes flip last, so that a failure on the way changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from typing import TYPE_CHECKING, Any

from msgspec import Struct

from trayapp.core.catalogue import Dialect
from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.core.snapshot import LocalAnswer, ToolStatus
from trayapp.core.switching.route import Policy, To, Until
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.secrets.tokens import Tokens
from trayapp.settings.schema import Local

if TYPE_CHECKING:
    from trayapp.engine.engine import Engine
    from trayapp.gateway.server import Gateway
    from trayapp.local.target import LocalTarget

log = logging.getLogger(__name__)

LOCAL_ANSWERS_KEPT = 200
"""What the way home lists; older ones are only counted."""


class Switched(Struct, frozen=True):
    """What a switch did. `tools`: how many programs it moved; none means that a chat window is of more use."""

    to: To
    providers: tuple[str, ...]
    tools: int
    model: str | None = None


class Switch:
    """Owns the target, the gateway and the tools' tokens; the routes are the engine's."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.tokens = Tokens(engine.home)
        self._target: LocalTarget | None = None
        self._target_settings: Local | None = None
        self._gateway: Gateway | None = None
        self._gateway_port: int | None = None
        self._applying = asyncio.Lock()
        self.gateway_problem: Problem | None = None
        self.switching: str | None = None
        self.local_answers: tuple[LocalAnswer, ...] = ()

    async def apply(self) -> None:
        """Follow the settings: another target, another port, a first tool; try a port again that was taken."""
        async with self._applying:
            settings = self._engine.loaded.settings
            if settings.local != self._target_settings:
                if self._target is not None:
                    await self._target.close()
                self._target = self._make_target(settings.local)
                self._target_settings = settings.local
            wanted = self._target is not None or bool(self.tokens.names())
            port = settings.gateway.port if wanted else None
            if port != self._gateway_port:
                await self._stop_gateway()
                self._gateway_port = port
            if port is not None:
                await self._listen()

    async def close(self) -> None:
        async with self._applying:
            try:
                await self._stop_gateway()
            finally:
                if self._target is not None:
                    await self._target.close()
                    self._target = None

    @property
    def target(self) -> LocalTarget:
        """The configured target. Raises Problem("local_no_target")."""
        if self._target is None:
            raise Problem("local_no_target")
        return self._target

    @property
    def target_status(self) -> TargetStatus:
        return self._target.status if self._target is not None else TargetStatus(TargetState.NONE)

    @property
    def gateway_url(self) -> str | None:
        return self._gateway.url if self._gateway is not None else None

    def tools(self) -> tuple[ToolStatus, ...]:
        policies = self._engine.loaded.settings.tools
        seen = self._gateway.last_seen if self._gateway is not None else {}
        return tuple(
            ToolStatus(name, policies[name].policy if name in policies else Policy.SWITCH, seen.get(name))
            for name in self.tokens.names()
        )

    async def check_target(self) -> TargetStatus:
        if self._target is not None:
            await self._target.check()
        return self.target_status

    async def start_target(self) -> TargetStatus:
        """Start, warm and verify the target without moving anything.

        Raises Problem("already_switching") or the target's.
        """
        target = self.target
        if self.switching is not None:
            raise Problem("already_switching")
        self._progress("target")
        try:
            return await target.prepare(self._progress)
        finally:
            self._progress(None)

    async def resume(self) -> None:
        """Look at the target; start it where routes lead to it already, as after a restart of the machine."""
        status = await self.check_target()
        if status.code == "local_not_running" and self._local():
            # Its own status says what is in the way.
            with contextlib.suppress(Problem):
                await self.start_target()

    def down(self) -> tuple[str, ...]:
        """Providers with a watched service that is red now and with an API, whose requests can move."""
        red = {one.provider for one in self._engine.judgement.services if one.light is Light.RED}
        return tuple(one for one in self._movable() if one in red)

    # What can be done

    async def to_local(self, providers: tuple[str, ...] | None = None, until: Until = Until.BACK) -> Switched:
        """Make the target ready, then move `providers` to it, or what is down and not there yet.

        Raises Problem("local_no_target"), Problem("nothing_down"), Problem("unknown_provider"),
        Problem("already_switching"), the gateway's or the target's own; then nothing has changed.
        """
        if providers:
            chosen = self._choose(providers)
        else:
            down = self.down()
            chosen = tuple(one for one in down if one not in self._local()) or down
        if not chosen:
            raise Problem("nothing_down", providers=", ".join(self._movable()))
        if self._target is None:
            raise Problem("local_no_target")
        try:
            # First, because it is quick to fail and starts nothing that would have to be ended again.
            async with self._applying:
                await self._listen()
            if self.gateway_problem is not None:
                raise self.gateway_problem
            status = await self.start_target()
        except Problem as problem:
            if problem.code != "already_switching":
                self._tell(BannerStage.SWITCH_FAILED, chosen, code=problem.code, **problem.params)
            raise
        began = set(chosen) - set(self._local())
        self.local_answers = tuple(one for one in self.local_answers if one.provider not in began)
        self.routes.switch(chosen, To.LOCAL, until, self._engine.clock.now())
        self._engine.changed()
        moved = self._moved(chosen)
        self._tell(BannerStage.SWITCHED, chosen, model=status.model, tools=moved, until=until)
        return Switched(To.LOCAL, chosen, moved, status.model)

    async def to_cloud(self, providers: tuple[str, ...] | None = None) -> Switched:
        """Move home those of `providers` that are local, or all. Raises Problem("unknown_provider")."""
        local = self._local()
        chosen = tuple(one for one in self._choose(providers) if one in local) if providers else local
        answered = sum(self.routes.route(name).answered for name in chosen)
        moved = self._moved(chosen)
        self.routes.switch(chosen, To.CLOUD, Until.CHANGED, self._engine.clock.now())
        self._engine.changed()
        if chosen:
            self._tell(BannerStage.HOME, chosen, answered=answered, tools=moved)
        return Switched(To.CLOUD, chosen, moved)

    def stay_local(self, providers: tuple[str, ...]) -> tuple[str, ...]:
        """Keep those of `providers` that are local there until the user changes it; names them."""
        chosen = tuple(one for one in providers if one in self._local())
        self.routes.switch(chosen, To.LOCAL, Until.CHANGED, self._engine.clock.now())
        self._engine.changed()
        self._engine.remember()
        return chosen

    @property
    def routes(self) -> Routes:
        return self._engine.routes

    def _movable(self) -> tuple[str, ...]:
        return tuple(one.provider for one in self._engine.loaded.catalogue.providers.values() if one.api is not None)

    def _local(self) -> tuple[str, ...]:
        return tuple(name for name, route in self.routes.all().items() if route.to is To.LOCAL)

    def _moved(self, providers: tuple[str, ...]) -> int:
        """How many tools a flip of `providers` moves: none where they all speak what the gateway does not."""
        known = self._engine.loaded.catalogue.providers
        apis = [known[one].api for one in providers if one in known]
        if not any(api is not None and Dialect.OPENAI in api.dialects for api in apis):
            return 0
        return sum(tool.policy == Policy.SWITCH for tool in self.tools())

    def _choose(self, providers: tuple[str, ...]) -> tuple[str, ...]:
        movable = self._movable()
        for name in providers:
            if name not in movable:
                raise Problem("unknown_provider", name=name, providers=", ".join(movable))
        return tuple(dict.fromkeys(providers))

    def _tell(self, stage: BannerStage, providers: tuple[str, ...], **params: Any) -> None:
        names = self._engine.loaded.catalogue.providers
        self._engine.announce(
            Banner(
                key="switch",
                stage=stage,
                at=self._engine.clock.now(),
                services=tuple(names[one].name for one in providers if one in names),
                provider=providers[0] if providers else "",
                params=params,
            )
        )

    def _progress(self, step: str | None) -> None:
        self.switching = step
        self._engine.changed()

    def _answered(self, answer: LocalAnswer) -> None:
        self.local_answers = (*self.local_answers, answer)[-LOCAL_ANSWERS_KEPT:]
        self.routes.count_answer(answer.provider)
        self._engine.changed_often()

    def _make_target(self, settings: Local) -> LocalTarget | None:
        if settings.server is None:
            return None
        from trayapp.local.target import LocalTarget

        return LocalTarget(settings, self._engine.clock, self._engine.home, self._engine.target_changed)

    async def _listen(self) -> None:
        """Have the gateway listen; a port that is taken is a standing problem until it is free."""
        if self._gateway is not None:
            return
        from trayapp.gateway.server import Gateway

        engine = self._engine
        gateway = Gateway(
            lambda: engine.loaded.settings,
            lambda: engine.loaded.catalogue,
            engine.routes,
            self.tokens,
            engine.keys,
            lambda: self.target_status,
            engine.observe,
            self._answered,
            engine.clock,
        )
        try:
            await gateway.start()
        except Problem as problem:
            log.info("the gateway does not listen: %s", problem)
            self.gateway_problem = problem
        else:
            self._gateway, self.gateway_problem = gateway, None

    async def _stop_gateway(self) -> None:
        gateway, self._gateway, self.gateway_problem = self._gateway, None, None
        if gateway is not None:
            await gateway.stop()
