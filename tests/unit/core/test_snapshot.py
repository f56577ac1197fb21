"""One picture of a moment: what follows is worked out once, and said once."""

from typing import Any

import pytest

from tests.support.breakers import tripped
from trayapp.core.catalogue import Api, Catalogue, Dialect, Provider
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.shown import ShownLight
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.snapshot import (
    AnsweredBy,
    Circumstances,
    DemoScene,
    LocalAnswer,
    ProblemNote,
    Snapshot,
    ToolStatus,
    compose,
)
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.breaker import BreakerState, BreakerView, Trip
from trayapp.core.switching.offer import make_offer
from trayapp.core.switching.route import Mode, To, Until
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus

AT = 1000.0
CATALOGUE = Catalogue({"acme": Provider("acme", "Acme", (), api=Api("https://acme.example", (Dialect.OPENAI,)))})
READY = TargetStatus(TargetState.READY)
INCIDENT = Incident("i1", "acme", ("acme-api",), ("acme-api",), IncidentStage.OPEN, 900.0)


def judged(light: Light, finding: Finding, state: NetworkState = NetworkState.ONLINE) -> Judgement:
    service = ServiceVerdict("acme-api", "acme", "API", "Acme", light, finding, None, 0.0, (),
                             last_known=Light.RED, last_known_at=AT - 60)  # fmt: skip
    return Judgement(AT, light, (service,), (), NetworkStatus(state, 0.0))


DOWN = judged(Light.RED, Finding.DOWN)


def composed(
    judgement: Judgement = DOWN,
    *,
    incidents: tuple[Incident, ...] = (),
    routes: Routes | None = None,
    auto: AutoMode | None = None,
    wall_offset_s: float = 0.0,
    **circumstances: Any,
) -> Snapshot:
    given = Circumstances(**circumstances)
    return compose(
        judgement, incidents, routes or Routes(CATALOGUE), auto or AutoMode(), given, judgement.at, wall_offset_s
    )


def test_what_is_given_is_in_it() -> None:
    tool, answer = ToolStatus("tool", "switch"), LocalAnswer(1.0, "acme", "tool", "qwen")
    given: dict[str, Any] = {
        "target": READY,
        "tools": (tool,),
        "local_answers": (answer,),
        "gateway_url": "http://127.0.0.1:17502",
        "switching": "warm",
        "problems": (("port_in_use", {"port": 17502}),),
        "bytes_today": 7,
        "demo": DemoScene(AnsweredBy.LOCAL, 3),
    }
    snapshot = composed(incidents=(INCIDENT,), wall_offset_s=5.0, **given)
    assert {name: getattr(snapshot, name) for name in given} == given
    assert (snapshot.at, snapshot.wall_offset_s, snapshot.mode) == (AT, 5.0, Mode.MANUAL)
    assert (snapshot.judgement, snapshot.incidents) == (DOWN, (INCIDENT,))


def test_breakers_are_those_of_every_route_where_requests_move_by_themselves() -> None:
    assert composed().breakers == {}
    auto = tripped("acme", AT - 20)
    snapshot = composed(auto=auto, target=READY)
    assert snapshot.mode is Mode.AUTO
    assert snapshot.breakers == {"acme": BreakerView(BreakerState.OPEN, Trip.FAILURES, AT - 20, AT + 40, 0)}
    assert snapshot.offer.moved == ("acme",)
    # Looking says what is due by now, and does nothing about it.
    assert auto.view("acme", AT + 40).state is BreakerState.HALF_OPEN
    assert auto.view("acme", AT).state is BreakerState.OPEN


def test_the_offer_is_that_of_this_moment() -> None:
    routes = Routes(CATALOGUE)
    assert composed(routes=routes, target=READY).offer == make_offer(DOWN, routes, AutoMode(), READY)
    assert composed(routes=routes, target=READY).offer.down == ("acme",)
    routes.switch(("acme",), To.LOCAL, Until.BACK, AT)
    snapshot = composed(routes=routes, target=READY)
    assert (snapshot.offer.down, snapshot.offer.home) == ((), ("acme",))
    assert snapshot.routes == routes.all()
    assert composed().offer.set_up, "no target was given"


def test_a_picture_that_was_made_does_not_change_with_the_routes() -> None:
    routes = Routes(CATALOGUE)
    snapshot = composed(routes=routes)
    routes.switch(("acme",), To.LOCAL, Until.BACK, AT)
    routes.count_answer("acme")
    assert snapshot.routes["acme"].to is To.CLOUD


def test_the_light_that_is_shown_is_the_last_known_one_while_the_own_network_is_away() -> None:
    assert composed().shown == ShownLight(Light.RED)
    away = judged(Light.GREY, Finding.OWN_NETWORK, NetworkState.OFFLINE)
    assert composed(away).shown == ShownLight(Light.RED, offline=True)


TAKEN: ProblemNote = ("port_in_use", {"port": 17502, "host": "127.0.0.1"})
OTHER: ProblemNote = ("port_in_use", {"port": 17503, "host": "127.0.0.1"})
KEYRING: ProblemNote = ("keyring_locked", {})


@pytest.mark.parametrize(
    ("problems", "said"),
    [
        ((), ()),
        ((TAKEN, KEYRING), (TAKEN, KEYRING)),
        ((TAKEN, KEYRING, TAKEN), (TAKEN, KEYRING)),
        ((TAKEN, ("port_in_use", {"host": "127.0.0.1", "port": 17502})), (TAKEN,)),
        ((KEYRING, TAKEN, OTHER), (KEYRING, TAKEN, OTHER)),
        ((("port_in_use", {}), TAKEN), (("port_in_use", {}), TAKEN)),
    ],
)
def test_a_problem_is_said_once_whoever_has_it(
    problems: tuple[ProblemNote, ...], said: tuple[ProblemNote, ...]
) -> None:
    assert composed(problems=problems).problems == said
