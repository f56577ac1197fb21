"""Who goes where: flips, policies, offers home, and what survives a restart."""

import msgspec
import pytest
from msgspec import structs

from trayapp.core.catalogue import Api, Catalogue, Component, Dialect, Provider, Service
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import ComponentVerdict, Judgement, ServiceVerdict
from trayapp.core.switching.route import Action, Decision, Endpoint, Policy, Route, To, Until
from trayapp.core.switching.routes import Routes, RoutesMemory

CHAT, MODELS = Endpoint.CHAT_COMPLETIONS, Endpoint.MODELS


def a_provider(name: str) -> Provider:
    return Provider(
        name,
        name.title(),
        (
            Service(f"{name}-web", "Web", components=(Component("chat", "Chat"),)),
            Service(f"{name}-api", "API", components=(Component("chat-completions", "Chat completions", main=True),)),
        ),
        api=Api(f"https://{name}.example", (Dialect.OPENAI,)),
    )


CATALOGUE = Catalogue({"acme": a_provider("acme"), "other": a_provider("other")})


def judged(**lights: Light | list[Light]) -> Judgement:
    """By service; a list is of its chat completions and of its files."""
    services = tuple(
        ServiceVerdict(
            name.replace("_", "-"),
            name.partition("_")[0],
            name,
            name,
            light if isinstance(light, Light) else light[0],
            Finding.OK,
            None,
            0.0,
            tuple(
                ComponentVerdict(component, component, True, each, Finding.OK, 0.0, seen=True)
                for component, each in zip(("chat-completions", "files"), light, strict=True)
            )
            if isinstance(light, list)
            else (),
        )
        for name, light in lights.items()
    )
    return Judgement(0.0, Light.GREY, services, (), NetworkStatus(NetworkState.ONLINE, 0.0))


DOWN = judged(acme_web=Light.GREEN, acme_api=Light.RED)
WELL = judged(acme_web=Light.RED, acme_api=Light.GREEN)
UNKNOWN = judged(acme_api=Light.GREY)


def local(until: Until = Until.BACK, judgement: Judgement = DOWN) -> Routes:
    routes = Routes(CATALOGUE)
    routes.judged(judgement)
    routes.switch(("acme",), To.LOCAL, until, 10.0)
    return routes


def test_everything_goes_to_the_cloud_until_somebody_says_otherwise() -> None:
    routes = Routes(CATALOGUE)
    assert routes.all() == {"acme": Route("acme"), "other": Route("other")}
    for policy in Policy:
        assert routes.decide("acme", CHAT, policy) == Decision(Action.CLOUD, "default")


@pytest.mark.parametrize(
    ("judgement", "red"),
    [
        pytest.param(UNKNOWN, False, id="nothing-known"),
        pytest.param(DOWN, False, id="one-of-its-services"),
        pytest.param(judged(acme_web=Light.RED, acme_api=Light.RED), True, id="all-of-them"),
        pytest.param(judged(other_api=Light.RED), False, id="another"),
        pytest.param(judged(acme_api=[Light.RED, Light.GREEN]), True, id="the-component"),
        pytest.param(judged(acme_api=[Light.GREEN, Light.RED]), False, id="another-component"),
    ],
)
def test_red_is_who_would_have_to_answer(judgement: Judgement, red: bool) -> None:
    routes = Routes(CATALOGUE)
    assert not routes.is_red("acme", CHAT)
    routes.judged(judgement)
    assert routes.is_red("acme", CHAT) is red


@pytest.mark.parametrize("state", NetworkState)
def test_the_own_network_is_at_fault_where_it_is_known_to_be(state: NetworkState) -> None:
    routes = Routes(CATALOGUE)
    routes.judged(UNKNOWN)
    assert not routes.offline
    routes.judged(structs.replace(UNKNOWN, network=NetworkStatus(state, 0.0)))
    assert routes.offline is (state in (NetworkState.OFFLINE, NetworkState.CAPTIVE))


def test_a_switch_moves_only_what_it_names() -> None:
    routes = local()
    assert routes.all()["acme"] == Route("acme", To.LOCAL, Until.BACK, "user", 10.0)
    assert routes.decide("acme", CHAT, Policy.SWITCH) == Decision(Action.LOCAL, "user")
    assert routes.decide("other", CHAT, Policy.SWITCH) == Decision(Action.CLOUD, "default")


def test_the_way_home() -> None:
    routes = local()
    routes.back("acme", 20.0)
    assert routes.route("acme") == Route("acme", reason="back_home", since=20.0)
    assert routes.decide("acme", CHAT, Policy.SWITCH) == Decision(Action.CLOUD, "back_home")
    routes.back("acme", 30.0)
    assert routes.route("acme").since == 20.0
    routes.back("other", 30.0)
    assert routes.route("other") == Route("other")


@pytest.mark.parametrize(
    ("policy", "endpoint", "judgement", "expected"),
    [
        (Policy.SWITCH, CHAT, DOWN, Decision(Action.LOCAL, "user")),
        (Policy.SWITCH, MODELS, WELL, Decision(Action.LOCAL, "user")),
        (Policy.FAIL, CHAT, DOWN, Decision(Action.CLOUD, "policy_fail")),
        (Policy.FAIL, MODELS, DOWN, Decision(Action.CLOUD, "policy_fail")),
        (Policy.WAIT, CHAT, DOWN, Decision(Action.HOLD, "policy_wait")),
        (Policy.WAIT, CHAT, UNKNOWN, Decision(Action.HOLD, "policy_wait")),
        (Policy.WAIT, CHAT, WELL, Decision(Action.CLOUD, "policy_wait")),
        (Policy.WAIT, MODELS, DOWN, Decision(Action.CLOUD, "policy_wait")),
    ],
)
def test_policies_on_a_local_route(
    policy: Policy, endpoint: Endpoint, judgement: Judgement, expected: Decision
) -> None:
    routes = local()
    routes.judged(judgement)
    assert routes.decide("acme", endpoint, policy) == expected


def test_an_offer_needs_a_verified_green_of_the_service_that_the_gateway_speaks_to() -> None:
    routes = local()
    for judgement in (
        DOWN,
        UNKNOWN,
        judged(acme_web=Light.GREEN, acme_api=Light.YELLOW),
        judged(other_api=Light.GREEN),
    ):
        routes.judged(judgement)
        assert routes.offers() == ()
    routes.judged(WELL)
    assert routes.offers() == ("acme",)
    routes.judged(DOWN)
    assert routes.offers() == ()
    routes.judged(WELL)
    routes.back("acme", 99.0)
    assert routes.offers() == ()


def test_when_only_the_website_is_watched_its_light_has_to_do() -> None:
    routes = local()
    routes.judged(judged(acme_web=Light.RED))
    assert routes.offers() == ()
    routes.judged(judged(acme_web=Light.GREEN))
    assert routes.offers() == ("acme",)


def test_until_changed_is_never_offered_home() -> None:
    routes = local(Until.CHANGED)
    routes.judged(WELL)
    assert routes.offers() == ()
    routes.switch(("acme",), To.LOCAL, Until.BACK, 50.0)
    assert routes.route("acme").since == 10.0
    assert routes.offers() == ("acme",)


def test_who_was_moved_while_well_is_offered_home_only_after_trouble() -> None:
    routes = local(judgement=WELL)
    assert routes.offers() == ()
    routes = Routes(CATALOGUE, routes.remember())
    routes.judged(UNKNOWN)
    routes.judged(WELL)
    assert routes.offers() == ()
    routes.judged(DOWN)
    routes.judged(WELL)
    assert routes.offers() == ("acme",)


def test_answers_are_counted_on_the_local_route_alone() -> None:
    routes = local()
    routes.count_answer("acme")
    routes.count_answer("acme")
    routes.count_answer("other")
    assert routes.route("acme").answered == 2
    routes.back("acme", 20.0)
    routes.count_answer("acme")
    assert routes.route("acme").answered == 0


def test_a_restart_forgets_nothing() -> None:
    routes = local(Until.CHANGED)
    routes.count_answer("acme")
    memory = msgspec.json.decode(msgspec.json.encode(routes.remember()), type=RoutesMemory)
    again = Routes(CATALOGUE, memory)
    assert again.all() == routes.all()
    assert again.remember() == memory


def test_every_change_that_may_free_a_held_request_is_told() -> None:
    told: list[str] = []
    routes = local()
    routes.on_change.append(lambda: told.append("changed"))
    routes.judged(DOWN)
    assert told == []
    routes.judged(WELL)
    assert len(told) == 1
    routes.back("acme", 20.0)
    assert len(told) == 2


def test_routes_outlive_another_catalogue_and_the_same_verdicts_are_looked_at_anew() -> None:
    routes = local()
    routes.judged(WELL)
    website = Service("acme-web", "Web", components=(Component("chat-completions", "Chat", main=True),))
    moved = msgspec.structs.replace(a_provider("acme"), services=(website,))
    routes.use(Catalogue({"acme": moved}))
    assert set(routes.all()) == {"acme"}
    assert routes.route("acme").to is To.LOCAL
    routes.judged(WELL)
    assert routes.offers() == (), "the gateway speaks to the website now, which is down"
    routes.use(Catalogue({}))
    assert set(routes.all()) == {"acme"}, "who is local stays until somebody says otherwise"
