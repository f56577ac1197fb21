"""One request in auto mode, until it is decided who answers: `core.switching.failover` over real connections.

The machine decides, in its own words; here is what they mean. What comes of the provider is held back meanwhile. Once
its answer is passed on, or the target is asked in its place, the request stays there as if it had begun there.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable
from functools import partial
from typing import NamedTuple

from aiohttp import web

from trayapp.core.evidence.answers import retry_after_s
from trayapp.core.switching.asked import Asked, Standing
from trayapp.core.switching.failover import Failover
from trayapp.core.switching.failure import Fault, Said
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.steps import (
    Cancel,
    Content,
    Count,
    Decision,
    End,
    Error,
    Event,
    Failed,
    Head,
    KeepAlive,
    Life,
    Move,
    Pass,
    Send,
    Tell,
)
from trayapp.gateway.cloud import CloudRoute, no_answer
from trayapp.gateway.cloud_attempt import CloudAttempt
from trayapp.gateway.limits import Patience
from trayapp.gateway.outgoing import Unanswered
from trayapp.gateway.refusal import for_good
from trayapp.gateway.tool_request import ToolRequest
from trayapp.gateway.waiting import Waiting
from trayapp.tasks import Tasks

LOOK_S = 0.5
"""Real seconds between two looks at what is around a request that is held back: the light, the target, the mode."""
_MACHINES = Patience(3600.0, 3600.0, 3600.0)
"""The machine knows how long to wait."""


class World(NamedTuple):
    """What a request in auto mode needs of the gateway. `standing`: how things stand for it now. `fit`: its body
    without what another model wrote; None where nothing is to be left out. `waiting`: what its tool can hear."""

    cloud: CloudRoute
    standing: Callable[[], Standing]
    fit: Callable[[], bytes | None]
    waiting: Callable[[], Waiting]


class Steered:
    """One request. `waiting`: what its tool hears until it is answered, once there has to be something. `why`: how the
    provider failed, where the target is asked in its place."""

    def __init__(self, asked: ToolRequest, facts: Asked, limits: Limits, world: World) -> None:
        self.waiting: Waiting | None = None
        self.why = ""
        self._asked = asked
        self._facts = facts
        self._limits = limits
        self._world = world
        self._standing = world.standing()
        self._machine = Failover(facts, self._standing, limits, world.cloud.hold_s)
        self._number = 0
        self._attempt: CloudAttempt | None = None
        self._tasks = Tasks("steered")
        self._coming: asyncio.Task[int | Unanswered] | None = None
        self._head_told = self._error_told = False
        self._noted: list[tuple[Event, float]] = []
        self._lost: str | None = None
        self._fitted: bytes | None = None

    async def answer(self) -> web.StreamResponse | None:
        """The provider's answer; None where the target is to be asked in its place. Raises `Refused` while nothing of
        an answer has been sent."""
        decisions = self._machine.begin(self._now())
        try:
            while True:
                for decision in decisions:
                    if isinstance(decision, Move):
                        self.why = decision.why
                        return None
                    if isinstance(decision, Pass):
                        return await self._pass_on()
                    if isinstance(decision, Tell):
                        return await self._tell(decision.code)
                    await self._carry_out(decision)
                decisions = await self._next()
        except asyncio.CancelledError:
            if self._attempt is not None:
                self._attempt.left()
            raise
        finally:
            await self._drop()

    async def _carry_out(self, decision: Decision) -> None:
        match decision:
            case Send():
                await self._send(decision)
            case Count():
                self._count(decision.code)
            case Cancel():
                await self._drop()
            case KeepAlive():
                await self._keep_alive()

    async def _keep_alive(self) -> None:
        if self._attempt is not None and self._attempt.has_begun and self._attempt.reading.packed:
            # Behind a head of ours nobody would unpack it.
            return
        if self.waiting is None:
            self.waiting = self._world.waiting()
        await self.waiting.word()

    async def _next(self) -> list[Decision]:
        """What is to be done when something happens next."""
        machine = self._machine
        while True:
            standing = self._world.standing()
            now = self._now()
            if standing != self._standing:
                self._standing = standing
                if decisions := machine.stands(standing, now):
                    return decisions
            due = machine.deadline
            wait_s = LOOK_S if due is None else min(max(due - now, 0.0), LOOK_S)
            if self._coming is None:
                await asyncio.sleep(wait_s)
            else:
                await asyncio.wait((self._coming,), timeout=wait_s)
            now = self._now()
            decisions = []
            noted, self._noted = self._noted, []
            for event, at in noted:
                # What is waited for counts from then.
                decisions += machine.hear(self._number, event, at)
            for event in self._events():
                decisions += machine.hear(self._number, event, now)
            decisions = decisions or machine.advance(now)
            if decisions:
                return decisions

    # The attempt.

    async def _send(self, decision: Send) -> None:
        attempt = self._attempt = await self._world.cloud.attempt(self._asked, plain=decision.strips)
        self._number, self._lost, self._noted = decision.attempt, None, []
        self._head_told = self._error_told = False
        body = self._asked.body
        if decision.strips:
            assert self._fitted is not None
            body = self._fitted
        self._coming = self._tasks.spawn(_outcome(partial(self._begin, attempt, body)), "head")

    async def _begin(self, attempt: CloudAttempt, body: bytes) -> int:
        # What is asked again here is asked again no more below.
        once = self._number > 1
        await attempt.ask(self._world.cloud.outgoing, body, _MACHINES, self._note, once=once)
        if attempt.up.status >= 400:
            await attempt.hear_out()
        return len(attempt.held)

    def _note(self, event: Event) -> None:
        self._noted.append((event, self._now()))

    def _events(self) -> list[Event]:
        """What came of the attempt since the last time."""
        events: list[Event] = []
        attempt, coming = self._attempt, self._coming
        if attempt is None or coming is None or not coming.done():
            return events
        self._coming = None
        size = coming.result()
        if isinstance(size, Unanswered):
            self._lost = size.code
            return [Failed(size.code)]
        up, reading = attempt.up, attempt.reading
        if not self._head_told:
            self._head_told = True
            events.append(Head(up.status, reading.is_stream, retry_after_s(up.headers)))
        if size:
            events.append(self._piece(attempt, size))
        if attempt.ended or reading.is_cut_short:
            said = None if reading.is_stream else self._said(attempt)
            events.append(End(reading.whole and not reading.is_cut_short, said))
        else:
            self._coming = self._tasks.spawn(_outcome(attempt.hold), "piece")
        return events

    def _piece(self, attempt: CloudAttempt, size: int) -> Event:
        reading = attempt.reading
        if not reading.is_stream:
            return Life(size)
        if (reading.has_error or reading.is_filtered) and not self._error_told:
            self._error_told = True
            filtered = Said(Fault.REQUEST, "refused") if reading.is_filtered else None
            return Error(filtered or self._said(attempt) or Said(Fault.SERVER, "cut"))
        return Life(size) if reading.first_token_at is None else Content(size)

    def _said(self, attempt: CloudAttempt) -> Said | None:
        """Whose fault it is. What another model wrote is to blame only where something of it can be left out."""
        said = attempt.reading.said
        if said is not None and said.fault is Fault.FOREIGN:
            self._fitted = self._world.fit()
            if self._fitted is None:
                return Said(Fault.REQUEST, said.code)
        return said

    def _count(self, code: str) -> None:
        attempt = self._attempt
        if attempt is None:
            return
        if self._lost is not None or not attempt.has_begun or code == "timeout":
            attempt.failed(self._lost or code)
        else:
            attempt.over()

    async def _drop(self) -> None:
        """Of this attempt nothing more is wanted."""
        attempt = self._attempt
        self._attempt = self._coming = None
        await self._tasks.close()
        if attempt is not None:
            attempt.close()

    # The ends.

    async def _pass_on(self) -> web.StreamResponse:
        attempt = self._attempt
        assert attempt is not None
        self._attempt = self._coming = None
        # A piece that comes meanwhile is kept for whoever reads next.
        await self._tasks.close()
        self._asked.body = self._asked.said = b""
        with attempt:
            if self.waiting is None:
                return await attempt.pass_on(silence_s=self._limits.silence_s)
            self.waiting.over()
            down = self.waiting.down
            if down is not None and not (attempt.up.status < 300 and attempt.reading.is_stream):
                attempt.over()
                return await self._tell(f"http_{attempt.up.status}")
            return await attempt.pass_on(down, silence_s=self._limits.silence_s)

    async def _tell(self, code: str) -> web.StreamResponse:
        """Say that it failed, as an event where the tool has heard something. Raises `Refused` where it has not."""
        refused = no_answer(self._asked.provider.name, code)
        if self._facts.multiplies:
            refused = for_good(refused)
        down = self.waiting.down if self.waiting is not None else None
        if down is None:
            raise refused
        with contextlib.suppress(ConnectionError):
            await down.write(self._asked.dialect.refusal_event(refused))
            await down.write_eof()
        return down

    @staticmethod
    def _now() -> float:
        return asyncio.get_running_loop().time()


async def _outcome(work: Callable[[], Awaitable[int]]) -> int | Unanswered:
    try:
        return await work()
    except Unanswered as failure:
        return failure
