"""What a click would do, as a table: lights, routes and target in, an offer out."""

from typing import Any

import pytest

from tests.support.breakers import half_open, held, tripped
from trayapp.core.catalogue import Api, Catalogue, Component, Dialect, Provider, Service
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.offer import Immovable, Offer, WhyNot, make_offer, movable, why_not
from trayapp.core.switching.route import Endpoint, Mode, To, Until
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus

GREEN, GREY, YELLOW, RED = Light.GREEN, Light.GREY, Light.YELLOW, Light.RED


def provider(name: str, *dialects: Dialect) -> Provider:
    """With a website and an API; without dialects there is no [api]."""
    services = tuple(
        Service(f"{name}-{kind}", kind, components=(Component(component, component, main=True),))
        for kind, component in (("web", "chat"), ("api", "chat-completions"))
    )
    return Provider(name, name.title(), services, api=Api(f"https://{name}.example", dialects) if dialects else None)


ACME, BETA = provider("acme", Dialect.OPENAI), provider("beta", Dialect.OPENAI, Dialect.ANTHROPIC)
CLAUDE, SITE = provider("claude", Dialect.ANTHROPIC), provider("site")
CATALOGUE = Catalogue({each.provider: each for each in (BETA, SITE, CLAUDE, ACME)})
READY = TargetStatus(TargetState.READY)


def judged(**lights: Light) -> Judgement:
    """`acme_web=RED`; whoever is not named is not watched."""
    services = tuple(
        ServiceVerdict(name.replace("_", "-"), name.partition("_")[0], name, name, light, Finding.OK, None, 0.0, ())
        for name, light in lights.items()
    )
    return Judgement(0.0, worst(lights.values()), services, (), NetworkStatus(NetworkState.ONLINE, 0.0))


def offer(
    *judgements: Judgement,
    local: tuple[str, ...] = (),
    until: Until = Until.BACK,
    target: TargetStatus = READY,
    auto: AutoMode | None = None,
) -> Offer:
    """The offer at the last of these, when `local` were moved at the first."""
    routes = Routes(CATALOGUE)
    routes.judged(judgements[0])
    routes.switch(local, To.LOCAL, until, 1.0)
    routes.judged(judgements[-1])
    return make_offer(judgements[-1], routes, auto or AutoMode(), target)


def off(auto: AutoMode) -> AutoMode:
    auto.switch(Mode.MANUAL)
    return auto


TRIPPED, OFF = tripped("acme", 1.0), off(tripped("acme", 1.0))
WELL = judged(acme_api=GREEN, beta_api=GREEN, claude_api=GREEN, site_web=GREEN)
DOWN = judged(acme_api=RED, beta_api=GREEN)
BOTH = judged(acme_api=RED, beta_web=RED)
PICKS = ("beta", "claude", "acme")

NO_TARGET = TargetStatus(TargetState.NONE)

# What is judged, first and last; what was moved in between, and how; what is offered.
TABLE = [
    ("nothing is down", [WELL], {}, Offer(False, healthy=PICKS)),
    ("nothing is known", [judged(acme_api=GREY, claude_api=GREY)], {}, Offer(False, healthy=PICKS)),
    ("yellow is not down", [judged(acme_api=YELLOW)], {}, Offer(False, healthy=PICKS)),
    ("nothing is watched", [judged()], {}, Offer(False, healthy=PICKS, choose=True)),
    ("one is down", [DOWN], {}, Offer(False, down=("acme",))),
    ("two are, in the order of the catalogue", [BOTH], {}, Offer(False, down=("beta", "acme"))),
    ("its website alone is enough", [judged(acme_web=RED, acme_api=GREEN)], {}, Offer(False, down=("acme",))),
    (
        "down without an API: it stays, and the healthy may still be picked",
        [judged(site_web=RED)],
        {},
        Offer(False, healthy=PICKS, immovable=(Immovable("site", WhyNot.NO_API),)),
    ),
    ("down with a dialect of its own: it is translated", [judged(claude_api=RED)], {}, Offer(False, down=("claude",))),
    (
        "of several that are down each by itself",
        [judged(claude_web=RED, acme_api=RED, site_web=RED)],
        {},
        Offer(False, down=("claude", "acme"), immovable=(Immovable("site", WhyNot.NO_API),)),
    ),
    ("local already", [DOWN], {"local": ("acme",)}, Offer(False, home=("acme",))),
    ("one is local, another is down", [BOTH], {"local": ("acme",)}, Offer(False, down=("beta",), home=("acme",))),
    ("back", [DOWN, WELL], {"local": ("acme",)}, Offer(False, home=("acme",), back=("acme",))),
    (
        "back, and meant to stay",
        [DOWN, WELL],
        {"local": ("acme",), "until": Until.CHANGED},
        Offer(False, home=("acme",)),
    ),
    ("not yet well", [DOWN, judged(acme_api=YELLOW)], {"local": ("acme",)}, Offer(False, home=("acme",))),
    ("picked while well: nothing to come back from", [WELL], {"local": ("beta",)}, Offer(False, home=("beta",))),
    (
        "moved by itself: the way home is the same click, and there is nothing left to move",
        [DOWN],
        {"auto": TRIPPED},
        Offer(False, home=("acme",), moved=("acme",)),
    ),
    (
        "trying its provider again, while nothing is known of it",
        [judged(acme_api=GREY)],
        {"auto": half_open("acme", 1.0)},
        Offer(False, home=("acme",), moved=("acme",)),
    ),
    ("held at the cloud", [DOWN], {"auto": held("acme", 1.0)}, Offer(False, down=("acme",))),
    (
        "moved, and no target any more",
        [DOWN],
        {"auto": TRIPPED, "target": NO_TARGET},
        Offer(True, down=("acme",)),
    ),
    (
        "moved by a click",
        [DOWN],
        {"auto": TRIPPED, "local": ("acme",)},
        Offer(False, home=("acme",)),
    ),
    (
        "moved, and then by hand alone",
        [DOWN],
        {"auto": OFF},
        Offer(False, down=("acme",)),
    ),
    ("no target, nothing down", [WELL], {"target": NO_TARGET}, Offer(True, healthy=PICKS)),
    ("no target, one down", [DOWN], {"target": NO_TARGET}, Offer(True, down=("acme",))),
]


@pytest.mark.parametrize(("what", "judgements", "more", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_offers(what: str, judgements: list[Judgement], more: dict[str, Any], expected: Offer) -> None:
    assert offer(*judgements, **more) == expected, what


@pytest.mark.parametrize("state", [state for state in TargetState if state is not TargetState.NONE])
def test_a_target_that_is_configured_is_not_set_up_again(state: TargetState) -> None:
    assert offer(DOWN, target=TargetStatus(state)) == Offer(False, down=("acme",))


@pytest.mark.parametrize(("asked", "why"), [(ACME, None), (BETA, None), (CLAUDE, None), (SITE, WhyNot.NO_API)])
def test_why_a_provider_cannot_be_moved(asked: Provider, why: WhyNot | None) -> None:
    assert why_not(asked) is why


@pytest.mark.parametrize("state", TargetState)
def test_what_a_target_speaks_is_in_nobodys_way(state: TargetState) -> None:
    for speaks in ((Endpoint.CHAT_COMPLETIONS,), (Endpoint.CHAT_COMPLETIONS, Endpoint.MESSAGES)):
        assert offer(judged(claude_api=RED), target=TargetStatus(state, speaks=speaks)).down == ("claude",)


def test_who_can_be_moved_in_the_order_given() -> None:
    assert movable((SITE, BETA, CLAUDE, ACME)) == ("beta", "claude", "acme")
