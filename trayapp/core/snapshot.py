"""The immutable picture that the engine publishes and tray, panel, command line and socket draw."""

from msgspec import Struct

from trayapp.core.incident.incident import Incident
from trayapp.core.light.verdicts import Judgement
from trayapp.core.switching.route import Mode, Route
from trayapp.core.switching.target import TargetStatus


class LocalAnswer(Struct, frozen=True):
    """One request that the local target answered: what the user is told on the way home. No content."""

    at: float
    provider: str
    tool: str
    model: str


class ToolStatus(Struct, frozen=True):
    """A program pointed at the gateway. `last_seen`: its last request."""

    name: str
    policy: str
    last_seen: float | None = None


class Snapshot(Struct, frozen=True):
    """`at` is steady; `wall_offset_s` turns steady seconds into Unix time for display at the moment of publishing.

    `offers`: providers that are back while their route is still local until back. `gateway_url`: None while
    nothing listens; `gateway_problem`: a problem code, with `gateway_params`, when it should listen and cannot.
    """

    at: float
    wall_offset_s: float
    judgement: Judgement
    routes: dict[str, Route]
    mode: Mode
    target: TargetStatus
    offers: tuple[str, ...] = ()
    local_answers: tuple[LocalAnswer, ...] = ()
    tools: tuple[ToolStatus, ...] = ()
    gateway_url: str | None = None
    gateway_problem: str | None = None
    gateway_params: dict[str, str | int | float | None] = {}
    switching: str | None = None
    problems: tuple[tuple[str, dict[str, str | int | float | None]], ...] = ()
    bytes_today: int = 0
    demo: bool = False

    @property
    def standing_problems(self) -> tuple[tuple[str, dict[str, str | int | float | None]], ...]:
        """All that needs attention: `problems`, and the gateway's."""
        gateway = () if self.gateway_problem is None else ((self.gateway_problem, self.gateway_params),)
        return (*self.problems, *gateway)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return self.judgement.incidents
