"""The switch: one click to the local target and one click back, for every tool behind the gateway.

The target is made ready first and the routes flip last, so that a failure on the way changes nothing.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from msgspec import Struct, structs

from trayapp.clock import Clock
from trayapp.core.catalogue import Provider
from trayapp.core.evidence.observation import Try
from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.core.snapshot import LocalAnswer, ToolStatus, how_many_move
from trayapp.core.switching.auto_mode import QUIET_S
from trayapp.core.switching.offer import WhyNot, movable, why_not
from trayapp.core.switching.route import Mode, Policy, To, Until
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.engine.loading import Loaded
from trayapp.engine.state import State
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.secrets.keys import KeySource
from trayapp.secrets.local_key import local_key
from trayapp.secrets.tokens import Tokens
from trayapp.settings.schema import Local

if TYPE_CHECKING:
    from trayapp.gateway.server import Gateway
    from trayapp.local.target import LocalTarget

log = logging.getLogger(__name__)

LOCAL_ANSWERS_KEPT = 200
"""What the way home lists; older ones are only counted."""


class Switched(Struct, frozen=True):
    """What a switch did. `tools`: how many programs it moved; none means that a chat window is of more use. `held`:
    those that stay at the cloud in auto mode until they are well."""

    to: To
    providers: tuple[str, ...]
    tools: int
    model: str | None = None
    held: tuple[str, ...] = ()


class Hooks(NamedTuple):
    """What the switch has to say: that something changed, now or soon; what to tell; what a request has shown, and that
    one was answered locally."""

    changed: Callable[[], None]
    changed_often: Callable[[], None]
    announce: Callable[..., None]
    observe: Callable[[Try], None]
    answered: Callable[[LocalAnswer], None]


class Switch:
    """Owns the target, the gateway and the tools' tokens; the routes are the state's."""

    def __init__(
        self,
        home: Home,
        clock: Clock,
        loaded: Callable[[], Loaded],
        keys: KeySource,
        state: State,
        hooks: Hooks,
        fingerprint: Callable[[str], str],
    ) -> None:
        self._home = home
        self._clock = clock
        self._loaded = loaded
        self._keys = keys
        self._state = state
        self._hooks = hooks
        self._fingerprint = fingerprint
        self.tokens = Tokens(home)
        self._target: LocalTarget | None = None
        self._target_settings: Local | None = None
        # As after a restart: what leads there already waits until somebody has looked.
        self._unseen: LocalTarget | None = None
        self._gateway: Gateway | None = None
        self._gateway_port: int | None = None
        self._applying = asyncio.Lock()
        self.gateway_problem: Problem | None = None
        self.switching: str | None = None
        self.local_answers: tuple[LocalAnswer, ...] = ()

    async def apply(self) -> None:
        """Follow the settings: another target, another port, a first tool, who switches; try a port again that was
        taken."""
        async with self._applying:
            settings = self._loaded().settings
            if settings.gateway.mode is not self._state.auto.mode:
                self._state.auto.switch(settings.gateway.mode)
            if settings.local != self._target_settings:
                if self._target is not None:
                    await self._target.close()
                self._target = self._unseen = self._make_target(settings.local)
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

    def _for_requests(self) -> TargetStatus:
        """The target as the gateway takes it: one that nobody has looked at yet is on its way."""
        status = self.target_status
        unknown = self._unseen is not None and status.state is TargetState.DOWN
        return structs.replace(status, state=TargetState.STARTING) if unknown else status

    @property
    def gateway_url(self) -> str | None:
        return self._gateway.url if self._gateway is not None else None

    @property
    def problems(self) -> tuple[Problem, ...]:
        """What stands in the gateway's way, or went wrong in it."""
        mistake = self._gateway.problem if self._gateway is not None else None
        return tuple(filter(None, (self.gateway_problem, mistake)))

    def tools(self) -> tuple[ToolStatus, ...]:
        policies = self._loaded().settings.tools
        seen = self._gateway.last_seen if self._gateway is not None else {}
        asked_for = self._gateway.asked_for if self._gateway is not None else {}
        return tuple(
            ToolStatus(
                name,
                policies[name].policy if name in policies else Policy.SWITCH,
                seen.get(name),
                asked_for.get(name, ()),
            )
            for name in self.tokens.names()
        )

    def disturbed(self) -> None:
        """The machine woke up or changed networks."""
        if self._gateway is not None:
            self._gateway.disturbed()

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
        target = self._target
        try:
            status = await self.check_target()
            if status.code == "local_not_running" and self._local():
                # Its own status says what is in the way.
                with contextlib.suppress(Problem):
                    await self.start_target()
        finally:
            if self._unseen is target:
                self._unseen = None

    # What can be done

    async def to_local(self, providers: tuple[str, ...] | None = None, until: Until = Until.BACK) -> Switched:
        """Make the target ready, then move `providers` to it, or what is down and not there yet.

        Raises Problem("local_no_target"), Problem("nothing_down"), Problem("unknown_provider"),
        Problem("cannot_move_…"), Problem("already_switching"), the gateway's or the target's own; then nothing has
        changed.
        """
        chosen = self._choose(providers) if providers else self._down()
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
        self._forget_answers(set(chosen) - set(self._local()))
        self._state.switch(chosen, To.LOCAL, until, self._clock.now())
        self._hooks.changed()
        moved = self._moved(chosen)
        self._tell(BannerStage.SWITCHED, chosen, model=status.model, tools=moved, until=until)
        return Switched(To.LOCAL, chosen, moved, status.model)

    async def to_cloud(self, providers: tuple[str, ...] | None = None) -> Switched:
        """Move home those of `providers` that are local, by a click or by themselves, or all of these. In auto mode
        those that are named stay there until they are well, whatever fails. Raises Problem("unknown_provider").
        """
        auto = self._state.auto
        away = tuple(dict.fromkeys((*self._local(), *auto.diverted)))
        routed = self.routes.all()
        named = tuple(name for name in self._known(providers) if name in routed) if providers else away
        chosen = tuple(name for name in named if name in away)
        answered = sum(self.routes.route(name).answered + auto.answered(name) for name in chosen)
        moved = self._moved(chosen)
        self._state.switch(named, To.CLOUD, Until.CHANGED, self._clock.now())
        self._hooks.changed()
        held = tuple(name for name in named if auto.mode is Mode.AUTO and not auto.acts(name))
        if chosen:
            stays = {"held": True} if set(held) & set(chosen) else {}
            self._tell(BannerStage.HOME, chosen, answered=answered, tools=moved, **stays)
        return Switched(To.CLOUD, chosen, moved, held=held)

    def stay_local(self, providers: tuple[str, ...]) -> tuple[str, ...]:
        """Keep those of `providers` that are local there until the user changes it; names them."""
        chosen = tuple(name for name in providers if name in self._local())
        self.routes.switch(chosen, To.LOCAL, Until.CHANGED, self._clock.now())
        self._hooks.changed()
        self._hooks.announce()
        return chosen

    @property
    def routes(self) -> Routes:
        return self._state.routes

    @property
    def _providers(self) -> dict[str, Provider]:
        return self._loaded().catalogue.providers

    def _down(self) -> tuple[str, ...]:
        """What is down and would move with a click, else what has moved already.

        Raises Problem("nothing_down"), Problem("cannot_move_…").
        """
        offer = self._state.result.snapshot.offer
        red = {service.provider for service in self._state.judgement.services if service.light is Light.RED}
        chosen = offer.down or tuple(name for name in offer.home if name in red)
        if not chosen and offer.immovable:
            raise self._cannot_move(offer.immovable[0].provider)
        if not chosen:
            raise Problem("nothing_down", providers=self._movable())
        return chosen

    def _choose(self, providers: tuple[str, ...]) -> tuple[str, ...]:
        """These, once each. Raises Problem("unknown_provider"), Problem("cannot_move_…")."""
        chosen = self._known(providers)
        for name in chosen:
            if self._why_not(name) is not None:
                raise self._cannot_move(name)
        return chosen

    def _known(self, providers: tuple[str, ...]) -> tuple[str, ...]:
        for name in providers:
            if name not in self._providers:
                raise Problem("unknown_provider", name=name, providers=self._movable())
        return tuple(dict.fromkeys(providers))

    def _cannot_move(self, name: str) -> Problem:
        provider = self._providers[name]
        return Problem(f"cannot_move_{self._why_not(name)}", name=provider.name)

    def _why_not(self, name: str) -> WhyNot | None:
        return why_not(self._providers[name])

    def _movable(self) -> str:
        return ", ".join(movable(self._providers.values()))

    def _local(self) -> tuple[str, ...]:
        return tuple(name for name, route in self.routes.all().items() if route.to is To.LOCAL)

    def _moved(self, providers: tuple[str, ...]) -> int:
        """How many tools a flip of `providers` moves."""
        movable = [name for name in providers if name in self._providers and self._why_not(name) is None]
        return how_many_move(self.tools(), movable) if movable else 0

    def _tell(self, stage: BannerStage, providers: tuple[str, ...], **params: Any) -> None:
        names = self._providers
        self._hooks.announce(
            Banner(
                key="switch",
                stage=stage,
                at=self._clock.now(),
                services=tuple(names[name].name for name in providers if name in names),
                provider=providers[0] if providers else "",
                params=params,
            )
        )

    def _progress(self, step: str | None) -> None:
        self.switching = step
        self._hooks.changed()

    def _answered(self, answer: LocalAnswer) -> None:
        if self.routes.route(answer.provider).to is To.CLOUD:
            # Moved by itself: after a pause that is another time, as for what is told of it.
            before = answer.at - QUIET_S
            recent = any(one.at >= before for one in self.local_answers if one.provider == answer.provider)
            if not recent:
                self._forget_answers({answer.provider})
        self.local_answers = (*self.local_answers, answer)[-LOCAL_ANSWERS_KEPT:]
        self.routes.count_answer(answer.provider)
        self._hooks.answered(answer)
        self._hooks.changed_often()

    def _forget_answers(self, providers: set[str]) -> None:
        """A local time begins for these: what they list is its own."""
        self.local_answers = tuple(answer for answer in self.local_answers if answer.provider not in providers)

    def _make_target(self, settings: Local) -> LocalTarget | None:
        if settings.server is None:
            return None
        from trayapp.local.target import LocalTarget

        return LocalTarget(
            settings, self._clock, self._home, lambda status: self._hooks.changed(), key=partial(local_key, self._keys)
        )

    async def _listen(self) -> None:
        """Have the gateway listen; a port that is taken is a standing problem until it is free."""
        if self._gateway is not None:
            return
        from trayapp.gateway.server import Gateway

        gateway = Gateway(
            lambda: self._loaded().settings,
            lambda: self._loaded().catalogue,
            self.routes,
            self.tokens,
            self._keys,
            self._for_requests,
            self._hooks.observe,
            self._answered,
            self._clock,
            fingerprint=self._fingerprint,
            auto=self._state.auto,
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
