"""A watched service: where it is thought to be, what is told of its answers, and its badges beside the light."""

import pytest
from msgspec import structs

from tests.unit.core.light.test_ruling import EDITOR, asked
from tests.unit.core.playbook import START, Play, observations
from trayapp.core.catalogue import Component, Page, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import Badge, Try
from trayapp.core.evidence.own_evidence import ANSWERING_S, Evidence
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.watched_service import WatchedService


@pytest.mark.parametrize(
    ("probe", "page", "reaches"),
    [
        ("http://192.168.1.5:8000/models", "https://status.acme.example", [Reach.PRIVATE, Reach.PUBLIC]),
        ("https://api.acme.example/models", "http://status.lan", [Reach.PUBLIC, Reach.PRIVATE]),
        ("http://localhost:8000/models", None, [Reach.LOOPBACK, Reach.PUBLIC]),
    ],
)
def test_where_it_is_thought_to_be_until_a_try_has_shown_it(probe: str, page: str | None, reaches: list[Reach]) -> None:
    """A part that is asked is where it is asked, one that only a page speaks for where the page is."""
    parts = tuple(Component(name, name, True, (f"id-{name}",)) for name in ("asked", "read"))
    service = Service("api", "API", components=parts, probes=(Probe(ProbeKind.API, ("asked",), probe),))
    provider = Provider("acme", "Acme", (service,), Page("statuspage", page) if page else None)
    watched = WatchedService(0, provider, service, {}, None, START)
    assert [part.reach(Evidence()) for part in watched.components] == reaches


def answered(play: Play, at: float, sample: str, latency_s: float | None) -> float | None:
    """The time that is told once it was answered so quickly."""
    [made] = observations(START + at, sample)
    assert isinstance(made, Try)
    play.state.observe(structs.replace(made, latency_s=latency_s))
    return play.wait(at).services[0].latency_s


def test_the_time_that_is_told_is_that_of_a_real_answer_while_there_is_one() -> None:
    play = Play(("api",))
    assert answered(play, 0.0, "api 401", None) is None
    assert answered(play, 1.0, "api 401", 0.1) == 0.1
    assert answered(play, 2.0, "real ok", 0.9) == 0.9
    assert answered(play, 60.0, "api 401", 0.2) == 0.9
    assert answered(play, 3.0 + ANSWERING_S, "api 401", 0.2) == 0.2


def test_that_a_key_is_refused_which_was_accepted_is_said_once() -> None:
    """As a badge beside the light, until it is what the light says."""
    play = Play(("api", "beta"))
    play.feed(0, "api 401")
    asked(play, EDITOR, True, 10.0)
    asked(play, EDITOR, False, 100.0, 160.0)
    assert (play.last.services[0].badges, "badge_key" in play.codes("api")) == ((Badge.KEY,), True)
    asked(play, EDITOR, False, 220.0)
    assert (play.last.services[0].badges, play.codes("api").count("refused")) == ((Badge.KEY,), 1)
    assert "badge_key" not in play.codes("api")


def test_where_the_time_of_an_answer_went_is_told_with_it() -> None:
    play, took = Play(("api",)), Phases(0.1, 0.2, 0.3, 0.4)
    [made] = observations(START, "api 401")
    assert isinstance(made, Try)
    play.state.observe(structs.replace(made, phases=took))
    assert play.wait(0.0).services[0].phases == took


def test_nothing_is_claimed_of_a_service_that_is_not_red() -> None:
    """Though a part of it is, and its page says so."""
    play = Play(("api",))
    play.feed(0, "api 401")
    play.feed(1, "page major:embeddings")
    play.expect("api yellow degraded", "that is not all of it")
    assert play.last.services[0].claim is None
