"""A small language for what upstreams do to a request, and a stage on which the failover machine lives through it.

What an upstream does with one request is a script, steps separated by `;`:

    +40                     nothing for 40 seconds
    connect | sending       the connection stands; more of the request is out
    head 200 | head 429 after=5 | head 200 stream       the answer begins
    life | content          a piece of it comes
    error server            a piece that tells an error: server, quota, overflow, foreign, request
    end | end cut | end server | end overflow=9000      nothing more comes: all of it, not all of it, an error
    fail cut                the connection fails, by its code

After the last step there is nothing but silence. `answer` stands for a good answer, as it was asked for.
An upstream is a list of scripts, one for each request; the last one is repeated.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked, Standing
from trayapp.core.switching.failover import Failover
from trayapp.core.switching.failure import Fault, Said
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import To
from trayapp.core.switching.steps import (
    BreakOff,
    Cancel,
    Connected,
    Content,
    Count,
    Decision,
    End,
    Error,
    Event,
    Failed,
    Finish,
    Head,
    KeepAlive,
    Life,
    Pass,
    Send,
    Sending,
    Slow,
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
    to: To
    steps: Iterator[str]
    at: float
    event: Event | None = None
    held: list[Event] = field(default_factory=list)

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
    """One request, and what its tool and its provider see of it. `log`: all decisions, each with its second.

    `changes`: what happens around it, by its second; `None` for the tool that leaves. `reached`: the provider's
    requests. `got`: what the tool has got, each piece with its upstream. `end`: how that ended. `counted`: what it
    counts as. `heed`: what follows from that for what stands around it, None where that stays as it is.
    """

    heed: Callable[[Outcome], Standing] | None = None

    def __init__(
        self,
        asked: Asked,
        cloud: list[str],
        local: list[str] | None = None,
        standing: Standing = AUTO,
        changes: dict[float, Standing | None] | None = None,
        limits: Limits | None = None,
    ) -> None:
        self.machine = Failover(asked, standing, limits)
        self.now = 0.0
        self.log: list[str] = []
        self.got: list[tuple[To, Event]] = []
        self.end: Finish | BreakOff | Tell | None = None
        self.left = False
        self.words = 0
        self.reached = 0
        self.counted: list[tuple[Outcome, str]] = []
        self._streams = asked.streams
        self._scripts = {To.CLOUD: list(cloud), To.LOCAL: list(local or ["answer"])}
        self._changes = sorted((changes or {}).items())
        self._running: Running | None = None
        self._passing = False

    def run(self) -> "Stage":
        """Live through it, until its end or until nothing would ever happen again."""
        self._carry_out(self.machine.begin(self.now))
        for _ in range(10_000):
            if not self._once():
                break
        else:
            raise AssertionError("it goes on for ever")
        assert self._running is None, "an upstream was left behind"
        assert self.machine.deadline is None
        return self

    def _once(self) -> bool:
        running, deadline = self._running, self.machine.deadline
        event_at = running.at if running is not None and running.event is not None else None
        change_at = self._changes[0][0] if self._changes and not self.machine.over else None
        at = min((moment for moment in (event_at, deadline, change_at) if moment is not None), default=None)
        if at is None:
            return False
        self.now = max(self.now, at)
        if at == change_at:
            _, standing = self._changes.pop(0)
            if standing is not None:
                self._carry_out(self.machine.stands(standing, self.now))
            else:
                self.left = True
                self._carry_out(self.machine.left())
        elif at == event_at:
            assert running is not None
            self._hear(running)
        else:
            self._carry_out(self.machine.advance(self.now))
        return True

    def _hear(self, running: Running) -> None:
        event = running.event
        assert event is not None
        if isinstance(event, Connected) and running.to is To.CLOUD:
            self.reached += 1
        if isinstance(event, End | Failed):
            self._running = None
        else:
            running.next()
        if isinstance(event, Head | Life | Content | Error) or (isinstance(event, End) and event.said is not None):
            if self._passing:
                self.got.append((running.to, event))
            else:
                running.held.append(event)
        self._last = running
        self._carry_out(self.machine.hear(running.number, event, self.now))

    def _carry_out(self, decisions: list[Decision]) -> None:
        follows = None
        for decision in decisions:
            assert self.end is None, f"{decision} after the end"
            assert not self.left or isinstance(decision, Cancel | Count)
            self.log.append(f"{self.now:g} {word_of(decision)}")
            match decision:
                case Send():
                    assert self._running is None, "two upstreams at once"
                    scripts = self._scripts[decision.to]
                    script = scripts.pop(0) if len(scripts) > 1 else scripts[0]
                    script = script.replace("answer", STREAMED if self._streams else PLAIN)
                    steps = iter([step.strip() for step in script.split(";") if step.strip()])
                    self._running = Running(decision.attempt, decision.to, steps, self.now)
                    self._running.next()
                case Pass():
                    assert not self._passing
                    self._passing = True
                    self.got += [(self._last.to, event) for event in self._last.held]
                case Cancel():
                    assert self._running is not None, "nothing to cancel"
                    self._running = None
                case KeepAlive():
                    self.words += 1
                case Count():
                    self.counted.append((decision.outcome, decision.code))
                    if self.heed is not None:
                        follows = self.heed(decision.outcome)
                case Finish() | BreakOff() | Tell():
                    self.end = decision
                case Slow():
                    pass
        if follows is not None:
            self._carry_out(self.machine.stands(follows, self.now))

    @property
    def seen(self) -> str:
        """What the tool sees, in the words of the table."""
        sources = {to for to, _ in self.got}
        assert len(sources) <= 1, "content of two upstreams"
        match self.end:
            case Tell(code):
                return f"part:{code}" if self.got else f"fail:{code}"
            case BreakOff():
                return "broken" if sources == {To.CLOUD} else "broken here"
            case Finish():
                head = self.got[0][1]
                assert isinstance(head, Head)
                if head.status >= 300:
                    return str(head.status)
                if any(isinstance(event, Error) for _, event in self.got):
                    return "event"
                return "as-it-came" if isinstance(self.got[-1][1], End) else str(sources.pop())
        return "nothing"

    @property
    def cell(self) -> str:
        """What the tool and the provider see, as in the table."""
        return f"{self.seen} {self.reached}" + (f" @{int(self.now)}" if self.now >= 1 else "")


def word_of(decision: Decision) -> str:
    match decision:
        case Send(_, to, strips):
            return f"send {to}" + (" stripped" if strips else "")
        case Tell(code, before):
            return f"tell {code}" + (f" before={before}" if before else "")
        case Count(outcome, code):
            return f"count {outcome} {code}"
        case BreakOff():
            return "break off"
        case KeepAlive():
            return "keep alive"
        case _:
            return type(decision).__name__.lower()
