"""Whom an incident concerns: said where the page says it, and nowhere else."""

import pytest
from msgspec import structs

from tests.unit.core.playbook import CATALOGUE, START, Play, observations, page
from trayapp.core.catalogue import Catalogue, Provider
from trayapp.core.evidence.families import Use
from trayapp.core.evidence.observation import Try, Witness
from trayapp.core.incident.concerns import Concerned, Concerns, concerns
from trayapp.core.incident.incident import Incident, IncidentStage

FAMILIES = ("Opus", "Sonnet", "Haiku", "GPT-5", "GPT-4o")
USED = Use(FAMILIES, frozenset({"Sonnet"}))
UNKNOWN = Use(FAMILIES, frozenset())


def told(title: str, *updates: str, use: Use = UNKNOWN) -> Concerns:
    return concerns(title, updates, (use,))


@pytest.mark.parametrize(
    ("texts", "families"),
    [
        (("Elevated errors on Claude Opus 4.5",), ("Opus",)),
        (("Elevated errors", "Requests to Claude Haiku 4.5 and Opus 4.1 fail."), ("Opus", "Haiku")),
        (("Elevated errors for all models, including Opus",), ()),
        (("Several models degraded", "Opus and others are slow."), ()),
        (("Elevated errors",), ()),
        (("Opus errors", "Sonnet is not affected."), ("Opus",)),
        (("Opus errors", "Haiku has recovered; Opus still fails."), ("Opus",)),
        (("Opus errors", "Resolved for Haiku."), ("Opus",)),
        (("gpt-5-mini returns errors",), ("GPT-5",)),
        (("Elevated errors on all models", "It is limited to Opus."), ("Opus",)),
    ],
)
def test_families(texts: tuple[str, ...], families: tuple[str, ...]) -> None:
    assert told(*texts).families == families
    assert told(*texts).hit is None, "nobody knows which of them is used"


@pytest.mark.parametrize(("title", "hit"), [("Opus errors", False), ("Opus and Sonnet errors", True), ("Errors", None)])
def test_whether_it_hits_this_user(title: str, hit: bool | None) -> None:
    assert told(title, use=USED).hit is hit
    assert bool(told(title, use=USED).used) is (hit is not None)


@pytest.mark.parametrize(
    ("text", "plans"),
    [
        ("Free plan users cannot log in", ("Free",)),
        ("Elevated errors for free users", ("Free",)),
        ("ChatGPT Plus and Pro subscribers see errors", ("Plus", "Pro")),
        ("Issue for Team, Enterprise, and Edu workspaces", ("Team", "Enterprise", "Edu")),
        ("Free-tier accounts are rate limited", ("Free",)),
        ("Errors for Enterprise customers. Free users are not affected.", ()),
        ("All users including Free users", ()),
        ("All paid customers, Plus and Pro users first", ()),
        ("Gemini 2.5 Pro returns errors", ()),
        ("Our team members are looking into it. Team members met.", ()),
        ("Feel free to reach out; users are back", ()),
        ("The issue affects users", ()),
        ("plus users in Europe see it, too", ()),
        ("gpt-5-pro users", ()),
        ("This is resolved for Free users", ()),
        ("Unlike Plus users, Team users see errors", ()),
        ("Increased Error Rate For Pro and Plus Plan Conversations", ("Pro", "Plus")),
        ("Education workspaces cannot sign in", ("Education",)),
        ("Only Free users are affected", ("Free",)),
        ("Only Enterprise customers can log in", ()),
        ("Enterprise customers remain operational", ()),
        ("Free users can log in again; Plus users still cannot", ()),
        ("Errors for all but Enterprise customers", ()),
        ("Errors for users who are not on Free plans", ()),
        ("Errors primarily for Free users", ()),
        ("Users cannot upgrade to Plus plans", ()),
        ("We are limiting Free users to keep service for Enterprise customers", ()),
        ("Errors for Free users. This affects everybody.", ()),
        ("Errors for Free users. Impact has widened to paid users.", ()),
        ("Errors for Free users, not only for them", ()),
        ("Gemini Pro users see errors", ()),
        ("GPT-5 Pro users see errors", ()),
        ("Errors for Sonnet Max users", ()),
        ("Errors for ChatGPT Pro users", ("Pro",)),
    ],
)
def test_plans(text: str, plans: tuple[str, ...]) -> None:
    assert told("Elevated errors", text).plans == plans


@pytest.mark.parametrize(
    ("text", "regions"),
    [
        ("Elevated errors for users in Europe", ("Europe",)),
        ("EU customers see errors", ("EU",)),
        ("Requests to the EU region fail", ("EU",)),
        ("Increased latency in us-east-1", ("us-east-1",)),
        ("Vertex AI in europe-west4 and us-central1 is degraded", ("europe-west4", "us-central1")),
        ("Login fails in the US and in India", ("US", "India")),
        ("Let us know if users in trouble", ()),
        ("Resolved at 9:00 US/Pacific", ()),
        ("From 10:00 in US Pacific time", ()),
        ("Errors worldwide, first in Europe", ()),
        ("All regions, first in the EU", ()),
        ("Errors in the EU. US customers are not affected.", ()),
        ("Services have recovered in Europe", ()),
        ("Errors primarily in Europe", ()),
        ("Errors outside the EU", ()),
        ("Our provider's us-east-1 data center is down", ()),
        ("We are failing over from us-east-1 to us-west-2", ()),
        ("Errors in us-east-1. We are moving traffic to us-west-2.", ()),
        ("Engineers in the US are looking into it", ()),
    ],
)
def test_regions(text: str, regions: tuple[str, ...]) -> None:
    assert told("Elevated errors", text).regions == regions


def test_each_service_that_it_touches_has_its_own_families() -> None:
    uses = (Use(("Opus", "Sonnet"), frozenset({"Opus"})), Use(("GPT-5",), frozenset({"GPT-5"})))
    told = concerns("Errors on Opus, Sonnet and GPT-5", (), uses)
    assert told == Concerns(("Opus", "Sonnet", "GPT-5"), ("Opus", "GPT-5"))


def test_the_newest_word_is_the_last_one_whether_there_is_a_title_or_not() -> None:
    for title in (None, "Elevated errors"):
        widened = concerns(title, ("Now all models are affected.", "Opus returns errors."), (USED,))
        narrowed = concerns(title, ("The issue is limited to Opus.", "All models are affected."), (USED,))
        assert (widened.families, narrowed.families) == ((), ("Opus",))


def test_a_page_that_says_nothing_leaves_nothing() -> None:
    assert concerns(None, (), ()) == Concerns()
    assert concerns("", ("",), (USED,)) == Concerns()


def test_what_is_used_here_is_set_beside_what_the_page_names() -> None:
    acme = CATALOGUE.providers["acme"]
    services = tuple(structs.replace(one, families=("Opus", "Sonnet")) for one in acme.services)
    play = Play(("api",), Catalogue({"acme": structs.replace(acme, services=services)}))
    for at in (*[0.0] * 20, 86_400.0):
        [answer] = observations(START + at, "use 200")
        assert isinstance(answer, Try)
        play.state.observe(structs.replace(answer, witness=Witness("", "/v1/messages", "claude-opus-4-5")))
        play.wait(at)
    said = page(START + 86_460.0, ["major:completions", "incident:investigating:major:completions"])
    named = tuple(structs.replace(one, name="Elevated errors on Opus and Sonnet") for one in said.incidents)
    play.state.observe(structs.replace(said, incidents=named))
    play.wait(86_460.0)
    (concerned,) = play.state.result.snapshot.concerns.values()
    assert concerned == Concerns(("Opus", "Sonnet"), ("Opus",))


def incident(title: str | None, ident: str = "i") -> Incident:
    return Incident(ident, "acme", ("api",), ("api",), IncidentStage.OPEN, START, title=title)


def listing() -> dict[str, Provider]:
    acme = CATALOGUE.providers["acme"]
    services = tuple(structs.replace(one, families=("Opus", "Sonnet")) for one in acme.services)
    return {"acme": structs.replace(acme, services=services)}


def test_one_of_which_its_page_has_said_nothing_hides_no_other() -> None:
    told = Concerned().of([incident(None, "a"), incident("Errors on Opus", "b")], {}, lambda service: USED)
    assert told == {"b": Concerns(("Opus",), tuple(family for family in USED.families if family in USED.used))}


def test_where_nobody_knows_what_is_used_the_house_knows_its_own_names() -> None:
    told = Concerned().of([incident("Errors on Opus")], listing(), lambda service: None)
    assert told == {"i": Concerns(("Opus",))}
    assert Concerned().of([incident("Errors on Opus")], {}, lambda service: None) == {}


def test_it_is_looked_through_again_where_something_has_changed_and_only_there() -> None:
    concerned, first = Concerned(), incident("Errors on Opus")
    opus, sonnet = (Use(("Opus", "Sonnet"), frozenset({name})) for name in ("Opus", "Sonnet"))
    before = concerned.of([first], {}, lambda service: opus)["i"]
    assert (before.hit, concerned.of([first], {}, lambda service: opus)["i"] is before) == (True, True)
    assert concerned.of([first], {}, lambda service: sonnet)["i"].hit is False, "something else is used"
    assert concerned.of([incident("Errors on Sonnet")], {}, lambda service: sonnet)["i"].hit is True, "of another"
