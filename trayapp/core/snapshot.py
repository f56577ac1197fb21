"""The immutable picture that the engine publishes and tray, panel, command line and socket draw."""

from collections.abc import Collection, Iterable
from enum import StrEnum

from msgspec import Struct

from trayapp.core.evidence.network_picture import NetworkPicture, network_picture
from trayapp.core.evidence.passages import Passage
from trayapp.core.evidence.sparing import Sparing
from trayapp.core.evidence.surroundings import Surroundings
from trayapp.core.incident.concerns import Concerns
from trayapp.core.incident.forecast import Forecast
from trayapp.core.incident.incident import Incident
from trayapp.core.light.shown import ShownLight, shown_light
from trayapp.core.light.verdicts import Judgement
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.breaker import BreakerView
from trayapp.core.switching.offer import Lack, Offer, make_offer
from trayapp.core.switching.route import Mode, Policy, Route
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Param

ProblemNote = tuple[str, dict[str, Param]]
"""A problem's code and parameters; the words are `trayapp.text.problems`'."""


class LocalAnswer(Struct, frozen=True):
    """One request that the local target answered: what the user is told on the way home. No content."""

    at: float
    provider: str
    tool: str
    model: str


class ToolStatus(Struct, frozen=True):
    """A program pointed at the gateway. `last_seen`: its last request. `asked_for`: ids of the providers that it has
    asked for, as far as that is known."""

    name: str
    policy: str
    last_seen: float | None = None
    asked_for: tuple[str, ...] = ()


def how_many_move(tools: Iterable[ToolStatus], providers: Collection[str]) -> int:
    """How many of these tools notice where requests for `providers` go: who only ever asked for others does not."""
    return sum(
        tool.policy == Policy.SWITCH and (not tool.asked_for or not set(tool.asked_for).isdisjoint(providers))
        for tool in tools
    )


class AnsweredBy(StrEnum):
    """Whence a request got its answer, if it got one."""

    CLOUD = "cloud"
    LOCAL = "local"
    NOBODY = "nobody"


class DemoScene(Struct, frozen=True):
    """What the demo's own tool lives through. `answered`: by whom its latest request was, None before the first.

    `requests`: how many it has sent.
    """

    answered: AnsweredBy | None = None
    requests: int = 0


class Spending(Struct, frozen=True):
    """What completions of a provider have cost today and may cost at most: tokens, and money in the user's currency."""

    provider: str
    tokens: int
    daily_tokens: int
    cost: float
    daily_cost: float


class Circumstances(Struct, frozen=True):
    """What stands beside the evidence: the fallback, the tools, the gateway, and what needs attention.

    `gateway_url`: None while nothing listens. `switching`: the step of a switch that is under way. `problems`: all of
    them, whoever has them. `bytes_today`: what watching has cost, and `spent_today` what completions have. `demo`: None
    where all of it is real. `around`: how this machine is connected. `sparing`: why it is asked less often, if it is.
    """

    target: TargetStatus = TargetStatus(TargetState.NONE)
    tools: tuple[ToolStatus, ...] = ()
    local_answers: tuple[LocalAnswer, ...] = ()
    gateway_url: str | None = None
    switching: str | None = None
    problems: tuple[ProblemNote, ...] = ()
    bytes_today: int = 0
    spent_today: tuple[Spending, ...] = ()
    demo: DemoScene | None = None
    around: Surroundings = Surroundings()
    sparing: Sparing = Sparing()


class Snapshot(Struct, frozen=True):
    """`at` is steady; `wall_offset_s` turns steady seconds into Unix time for display at the moment of publishing.

    `breakers`: in auto mode, that of every provider in `routes`; `lack`: why nothing can move all the same.
    `forecasts`: of services in an outage, by their ids, where something is known. `aftermath`: incidents that are over
    and of which their pages have said something since. `concerns`: whom incidents concern, by their ids, where their
    providers say so. `hushed`: ids of incidents of which only the end is told. `passages`: the latest requests that got
    through, one a host. The other fields are as in `Circumstances`.
    """

    at: float
    wall_offset_s: float
    judgement: Judgement
    shown: ShownLight
    incidents: tuple[Incident, ...]
    routes: dict[str, Route]
    mode: Mode
    offer: Offer
    target: TargetStatus
    tools: tuple[ToolStatus, ...] = ()
    local_answers: tuple[LocalAnswer, ...] = ()
    gateway_url: str | None = None
    switching: str | None = None
    problems: tuple[ProblemNote, ...] = ()
    bytes_today: int = 0
    spent_today: tuple[Spending, ...] = ()
    demo: DemoScene | None = None
    breakers: dict[str, BreakerView] = {}
    lack: Lack | None = None
    forecasts: dict[str, Forecast] = {}
    aftermath: tuple[Incident, ...] = ()
    concerns: dict[str, Concerns] = {}
    hushed: tuple[str, ...] = ()
    around: Surroundings = Surroundings()
    passages: tuple[Passage, ...] = ()
    sparing: Sparing = Sparing()

    @property
    def network(self) -> NetworkPicture:
        """The own network, stretch by stretch; drawn when somebody asks, as most snapshots are asked for no picture."""
        return network_picture(self.judgement.network, self.around, self.passages)


def compose(
    judgement: Judgement,
    incidents: tuple[Incident, ...],
    routes: Routes,
    auto: AutoMode,
    circumstances: Circumstances,
    now: float,
    wall_offset_s: float,
    forecasts: dict[str, Forecast] | None = None,
    passages: tuple[Passage, ...] = (),
    aftermath: tuple[Incident, ...] = (),
    concerns: dict[str, Concerns] | None = None,
    hushed: tuple[str, ...] = (),
) -> Snapshot:
    """The picture of this moment: everything that follows from these is worked out here and nowhere else."""
    return Snapshot(
        at=now,
        wall_offset_s=wall_offset_s,
        judgement=judgement,
        shown=shown_light(judgement, now),
        incidents=incidents,
        routes=routes.all(),
        mode=auto.mode,
        offer=make_offer(judgement, routes, auto, circumstances.target),
        target=circumstances.target,
        tools=circumstances.tools,
        local_answers=circumstances.local_answers,
        gateway_url=circumstances.gateway_url,
        switching=circumstances.switching,
        problems=tuple({_key(problem): problem for problem in circumstances.problems}.values()),
        bytes_today=circumstances.bytes_today,
        spent_today=circumstances.spent_today,
        demo=circumstances.demo,
        breakers={name: auto.view(name, now) for name in routes.all()} if auto.mode is Mode.AUTO else {},
        lack=_lack(circumstances) if auto.mode is Mode.AUTO else None,
        forecasts=forecasts or {},
        sparing=circumstances.sparing,
        aftermath=aftermath,
        concerns=concerns or {},
        hushed=hushed,
        around=circumstances.around,
        passages=passages,
    )


def _lack(circumstances: Circumstances) -> Lack | None:
    if circumstances.target.state is not TargetState.READY:
        return Lack.TARGET
    return None if any(tool.policy == Policy.SWITCH for tool in circumstances.tools) else Lack.TOOL


def _key(problem: ProblemNote) -> tuple[object, ...]:
    code, params = problem
    return (code, *sorted((name, str(value)) for name, value in params.items()))
