"""A small language for what a provider does to a request, and a stage on which the failover machine lives through it.

What it does with one request is a script, steps separated by `;`:

    +40                     nothing for 40 seconds
    connect | sending       the connection stands; more of the request is out
    head 200 | head 429 after=5 | head 200 stream       the answer begins
    life | content          a piece of it comes
    error server            a piece that tells an error: server, quota, overflow, foreign, request
    end | end cut | end server | end overflow=9000      nothing more comes: all of it, not all of it, an error
    fail cut                the connection fails, by its code

After the last step there is nothing but silence. `answer` stands for a good answer, as it was asked for.
A provider is a list of scripts, one for each request; the last one is repeated.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Standing
from trayapp.core.switching.failover import Failover
from trayapp.core.switching.failure import Fault, Said
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.steps import (
    Cancel,
    Connected,
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
    Sending,
    Tell,
)
from trayapp.core.switching.target import TargetState

STREAMED = "connect; head 200 stream; life; content; content; content; end"
PLAIN = "connect; head 200; life; life; life; end"
AUTO = Standing(auto=True, target=TargetState.READY, context=8192)
MANUAL = Standing(target=TargetState.READY, context=8192)
BYTES = 100
"""Of every piece."""


def event_of(step: str) -> Event:
    what, *rest = step.split()
    match what:
        case "connect":
            return Connected()
        case "sending":
            return Sending()
        case "head":
            after = next((float(word.removeprefix("after=")) for word in rest if word.startswith("after=")), None)
            return Head(int(rest[0]), "stream" in rest, after)
        case "life":
            return Life(BYTES)
        case "content":
            return Content(BYTES)
        case "error":
            return Error(said(rest[0]))
        case "end":
            return End(whole="cut" not in rest, said=None if rest in ([], ["cut"]) else said(rest[0]))
        case "fail":
            return Failed(rest[0])
    raise ValueError(step)


def said(word: str) -> Said:
    fault, _, needs = word.partition("=")
    codes = {Fault.SERVER: "malformed", Fault.QUOTA: "http_429"}
    return Said(Fault(fault), codes.get(Fault(fault), "refused"), int(needs) if needs else None)


@dataclass
class Running:
    """An attempt that is being answered."""

    number: int
    steps: Iterator[str]
    at: float
    event: Event | None = None
    came: list[Event] = field(default_factory=list)

    def next(self) -> None:
        """Find the next event, None for silence."""
        for step in self.steps:
            if step.startswith("+"):
                self.at += float(step[1:])
            else:
                self.event = event_of(step)
                return
        self.event = None


class Stage:
    """One request until it is decided who answers. `log`: all decisions, each with its second.

    `changes`: what happens around it, by its second. `reached`: the provider's requests. `passed`: what had come of the
    answer that is passed on. `end`: the decision. `counted`: what the others count as.
    `heed`: what follows from that for what stands around it, None where that stays as it is.
    """

    heed: Callable[[Outcome], Standing] | None = None

    def __init__(
        self,
        asked: Asked,
        cloud: list[str],
        standing: Standing = AUTO,
        changes: dict[float, Standing] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.machine = Failover(asked, standing, limits)
        self.now = 0.0
        self.log: list[str] = []
        self.passed: list[Event] = []
        self.end: Pass | Move | Tell | None = None
        self.reached = 0
        self.counted: list[tuple[Outcome, str]] = []
        self._streams = asked.streams
        self._scripts = list(cloud)
        self._changes = sorted((changes or {}).items())
        self._running: Running | None = None

    def run(self) -> "Stage":
        """Live through it until the decision."""
        self._carry_out(self.machine.begin(self.now))
        for _ in range(10_000):
            if self.end is not None:
                break
            self._once()
        else:
            raise AssertionError("it goes on for ever")
        assert self.machine.over
        assert self.machine.deadline is None
        assert self._running is None or isinstance(self.end, Pass), "an attempt was left behind"
        return self

    def _once(self) -> None:
        running, deadline = self._running, self.machine.deadline
        assert deadline is not None, "nothing would ever happen again"
        event_at = running.at if running is not None and running.event is not None else None
        change_at = self._changes[0][0] if self._changes else None
        at = min(moment for moment in (event_at, deadline, change_at) if moment is not None)
        self.now = max(self.now, at)
        if at == change_at:
            self._carry_out(self.machine.stands(self._changes.pop(0)[1], self.now))
        elif at == event_at:
            assert running is not None
            self._hear(running)
        else:
            self._carry_out(self.machine.advance(self.now))

    def _hear(self, running: Running) -> None:
        event = running.event
        assert event is not None
        if isinstance(event, Connected):
            self.reached += 1
        if isinstance(event, End | Failed):
            self._running = None
        else:
            running.next()
        running.came.append(event)
        self._last = running
        self._carry_out(self.machine.hear(running.number, event, self.now))

    def _carry_out(self, decisions: list[Decision]) -> None:
        follows = None
        for decision in decisions:
            assert self.end is None, f"{decision} after the end"
            self.log.append(f"{self.now:g} {word_of(decision)}")
            match decision:
                case Send():
                    assert self._running is None, "two attempts at once"
                    script = self._scripts.pop(0) if len(self._scripts) > 1 else self._scripts[0]
                    script = script.replace("answer", STREAMED if self._streams else PLAIN)
                    steps = iter([step.strip() for step in script.split(";") if step.strip()])
                    self._running = Running(decision.attempt, steps, self.now)
                    self._running.next()
                case Cancel():
                    assert self._running is not None, "nothing to cancel"
                    self._running = None
                case Count():
                    self.counted.append((decision.outcome, decision.code))
                    if self.heed is not None:
                        follows = self.heed(decision.outcome)
                case Pass():
                    self.end, self.passed = decision, self._last.came
                case Move() | Tell():
                    self.end = decision
        if follows is not None:
            self._carry_out(self.machine.stands(follows, self.now))

    @property
    def seen(self) -> str:
        """What the tool sees, in the words of the table."""
        match self.end:
            case Tell(code):
                return f"fail:{code}"
            case Move():
                return "local"
        status = next(event.status for event in self.passed if isinstance(event, Head))
        if status >= 300:
            return str(status)
        if any(isinstance(event, Error) for event in self.passed):
            return "event"
        return "as-it-came" if any(isinstance(event, End) and event.said for event in self.passed) else "cloud"

    @property
    def cell(self) -> str:
        """What the tool and the provider see, as in the table."""
        return f"{self.seen} {self.reached}" + (f" @{int(self.now)}" if self.now >= 1 else "")


def word_of(decision: Decision) -> str:
    match decision:
        case Send(_, strips):
            return "send" + (" stripped" if strips else "")
        case Move(why):
            return f"move {why}"
        case Tell(code):
            return f"tell {code}"
        case Count(outcome, code):
            return f"count {outcome} {code}"
        case KeepAlive():
            return "keep alive"
        case _:
            return type(decision).__name__.lower()
