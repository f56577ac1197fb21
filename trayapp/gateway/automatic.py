"""Auto mode at the gateway: where a request begins, who answers it when that fails, and what is learnt from it."""

from collections.abc import Callable
from functools import partial

from aiohttp import web

from trayapp.clock import Clock
from trayapp.core.evidence.observation import Outcome, Try
from trayapp.core.switching.asked import Asked, Standing
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.first_content import FirstContents
from trayapp.core.switching.route import UNSEEN, Action, Decision, Mode, Policy
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.gateway.cloud import CloudRoute
from trayapp.gateway.local import LocalRoute
from trayapp.gateway.refusal import Refused, for_good
from trayapp.gateway.steered import Steered, World
from trayapp.gateway.tool_request import ToolRequest
from trayapp.settings.schema import ProviderSettings, Settings

UNDECIDED = "none; undecided"
"""The route of an answer whose tool has heard a word before anybody answered; its `model` says who did in the end."""


class Automatic:
    """`mode` decides whether anything of it is asked at all: by hand, a request costs nothing here."""

    def __init__(
        self,
        auto: AutoMode,
        routes: Routes,
        target: Callable[[], TargetStatus],
        settings: Callable[[], Settings],
        clock: Clock,
        cloud: CloudRoute,
        local: LocalRoute,
    ) -> None:
        self._auto = auto
        self._routes = routes
        self._target = target
        self._settings = settings
        self._clock = clock
        self._cloud = cloud
        self._local = local
        self._first_contents = FirstContents()

    def take_up(self, asked: ToolRequest, facts: Callable[[ToolRequest, Callable[[str], bool]], Asked]) -> None:
        """A request has come in. `facts`: what it is, worked out in auto mode alone; it is given who is quick."""
        if self._auto.mode is Mode.AUTO and asked.endpoint not in UNSEEN:
            asked.facts = facts(asked, partial(self._first_contents.quick, asked.caller.tool))
            asked.proved = lambda seen: self._learn(asked, seen)

    def begin(self, asked: ToolRequest, decision: Decision) -> Decision:
        """Where it begins, which is under way then until `over`, where the routes say `decision`."""
        if asked.facts is None:
            return decision
        provider = asked.provider.provider
        asked.turn = self._auto.begin(
            decision,
            provider,
            asked.facts,
            self._clock.now(),
            ready=self._target().state is TargetState.READY,
            well=provider in self._routes.well,
        )
        return asked.turn.decision

    def over(self, asked: ToolRequest) -> None:
        """It has ended, however."""
        if asked.turn is not None and asked.turn.decision.action is not Action.HOLD:
            self._auto.over(asked.turn, self._clock.now(), answered=asked.answered)
        asked.turn = None

    def diverts(self, asked: ToolRequest) -> bool:
        """Would it go to the target by itself?"""
        return asked.turn is not None and asked.provider.provider in self._auto.diverted

    def steers(self, asked: ToolRequest) -> bool:
        """May anything be done for it if its provider fails?"""
        facts = asked.facts
        return facts is not None and facts.policy is Policy.SWITCH and self._auto.acts(asked.provider.provider)

    async def answer(self, asked: ToolRequest) -> web.StreamResponse:
        """Ask the provider and, where it fails, the target. Raises `Refused` while no answer has begun."""
        facts, provider = asked.facts, asked.provider.provider
        assert facts is not None
        settings = self._settings().providers.get(provider) or ProviderSettings()
        cloud = self._cloud
        world = World(
            cloud,
            lambda: self._standing(asked),
            lambda: cloud.fit(asked),
            lambda: self._local.waiting(asked, UNDECIDED),
        )
        steered = Steered(asked, facts, settings.limits, world)
        answer = await steered.answer()
        if answer is not None:
            return answer
        if asked.turn is not None:
            self._auto.moved(asked.turn, steered.why, self._clock.now())
        asked.route = "local; auto"
        try:
            answer = await self._local.answer(asked, lambda: True, steered.waiting)
        except Refused as refused:
            if facts.multiplies:
                raise for_good(refused) from None
            raise
        assert answer is not None
        return answer

    def _standing(self, asked: ToolRequest) -> Standing:
        provider, target = asked.provider.provider, self._target()
        return Standing(
            auto=self._auto.acts(provider),
            red=self._routes.is_red(provider, asked.endpoint),
            open=self._auto.is_open(provider, self._clock.now()),
            offline=self._routes.offline,
            target=target.state,
            context=target.context,
        )

    def _learn(self, asked: ToolRequest, seen: Try) -> None:
        """What an attempt at the provider proves to its breaker, and to whoever is in a hurry."""
        provider, turn = asked.provider.provider, asked.turn
        if seen.outcome is Outcome.GOOD and seen.first_token_s is not None and seen.witness is not None:
            self._first_contents.note(asked.caller.tool, seen.witness.model, seen.first_token_s)
        if turn is None:
            return
        self._auto.counted(
            turn,
            seen.outcome,
            self._clock.now(),
            request=seen.request or "",
            red=self._routes.is_red(provider, asked.endpoint),
            offline=self._routes.offline,
        )
