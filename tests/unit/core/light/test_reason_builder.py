"""Which reasons are given, in which order."""

import inspect

import pytest
from msgspec import structs

from tests.unit.core.evidence.test_own_evidence import see, seen
from tests.unit.core.evidence.test_strikes import GOOD, answering, tried
from tests.unit.core.playbook import LINK, Play
from trayapp.core.evidence.observation import Source
from trayapp.core.evidence.own_evidence import Evidence, Sight
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageLight, PageReport
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach
from trayapp.core.light import reasons
from trayapp.core.light.page_opinion import ALL, Opinions
from trayapp.core.light.reason_builder import ReasonBuilder
from trayapp.core.light.reasons import Code, reason

QUIET = ["0 beta 200", "1 api 401", "2 page ok"]
FAILING = ["60 api 503", "61 beta 200", "65 api 503 +", "80 api 503 +", "95 api 503 +"]

TABLE = [
    ("nothing yet", "api", [], ["starting"]),
    ("well", "api", QUIET, ["answers", "page_operational"]),
    ("well without a page", "beta", QUIET, ["answers", "no_page"]),
    ("checking, the page is silent", "api", [*QUIET, *FAILING[:3]], ["page_silent", "failures", "network_fine"]),
    ("down, the page is silent", "api", [*QUIET, *FAILING], ["page_silent", "failures", "network_fine"]),
    ("down, the page knows", "api", [*QUIET, *FAILING, "99 page incident:identified:major:completions"],
     ["page_incident", "failures", "network_fine"]),
    ("down, by the page alone", "api", [*QUIET, "90 page major:completions"], ["page_component"]),
    ("back, and the page has not closed it", "api",
     [*QUIET, *FAILING, "99 page incident:identified:major:completions", "200 api 401", "261 api 401"],
     ["recovering", "page_not_closed", "answers"]),
    ("back", "api", [*QUIET, *FAILING, "200 api 401", "261 api 401"], ["recovering", "page_operational", "answers"]),
    ("a challenge and no page", "chat", ["0 site challenge", "1 page html"], ["challenge", "page_unknown"]),
    ("a challenge in place of the answers of a minute ago", "api", [*QUIET, "60 api challenge"],
     ["challenge", "page_operational"]),
    ("a challenge a minute ago", "api", [*QUIET, "60 api challenge", "120 api 401"], ["answers", "page_operational"]),
    ("the edge and no page", "chat", ["0 site ok", "1 page html"], ["edge_only", "page_unknown"]),
    ("blocked", "beta", ["0 api 401", "1 beta foreign +"], ["blocked", "network_fine", "no_page"]),
    ("own network", "api", [*QUIET, "60 network offline dns"], ["network_down"]),
    ("own network, nobody knows where", "api", [*QUIET, "60 network offline"], ["network_down"]),
    ("nothing was asked for minutes", "beta", ["130 api 401"], ["no_page", "not_answering_lately"]),
    ("resumed a while ago", "api", ["0 resume", "40 beta 200"], ["starting"]),
    ("proxy", "api", [*QUIET, "60 api 407", "61 beta 200"], ["network_down"]),
    ("just resumed", "api", ["0 resume"], ["grace"]),
    ("nobody vouches", "beta", ["0 beta 503", "200 beta 503"], ["failures", "network_unproven", "no_page"]),
    ("just started, and it fails", "beta", ["0 beta timeout"], ["failures", "network_unproven"]),
    ("nothing to compare with", "beta", [f"{at} beta timeout" for at in range(0, 330, 15)],
     ["nothing_to_compare", "failures", "no_page"]),
    ("only strangers answer", "beta", ["0 beta foreign", "5 beta foreign", "20 beta foreign"],
     ["no_page", "blocked", "network_unproven"]),
    ("answers once and is still down", "api", [*QUIET, *FAILING, "130 api 401"],
     ["page_silent", "failures", "network_fine"]),
    ("maintenance", "api",
     [*QUIET, "50 page incident:in_progress:maintenance:completions,responses,embeddings", *FAILING[:3]],
     ["page_maintenance", "failures", "network_fine"]),
    ("a dead page's last word", "api", [*QUIET, "60 page major:completions", "180 page html", "300 page html"],
     ["page_component", "page_unknown"]),
    ("contradicted", "api", [*QUIET, "60 page major:completions", "70 real ok", "80 real ok", "90 real ok"],
     ["page_component", "page_contradicted", "answers"]),
]  # fmt: skip


@pytest.mark.parametrize(("what", "service", "samples", "codes"), TABLE, ids=[row[0] for row in TABLE])
def test_reasons(what: str, service: str, samples: list[str], codes: list[str]) -> None:
    play = Play(("chat", "api", "beta"))
    for timed in samples:
        at, _, sample = timed.partition(" ")
        play.feed(float(at), sample)
    assert play.codes(service) == codes


def test_of_a_server_on_this_machine_no_network_is_said() -> None:
    play = Play(("beta",), reach=Reach.LOOPBACK)
    for at in (0, 5, 20):
        play.feed(at, "beta timeout")
    assert play.codes("beta") == ["no_page", "failures"]


def test_a_page_that_only_lists_something_is_silent_about_the_rest() -> None:
    """Of a great many parts one is in trouble, and that is not what fails here."""
    states = [PageLight.MAJOR, *[PageLight.OPERATIONAL] * 20]
    parts = tuple(PageComponent(f"c{n}", f"C{n}", state) for n, state in enumerate(states))
    opinion = Opinions(PageReport(100.0, "acme", PageHealth.OK, "https://s", parts)).of((ALL,), 100.0)
    network = answering(100, at=103.0)
    evidence = see(Evidence(), tried(100.0), tried(105.0), network=network)
    tell = ReasonBuilder(evidence, opinion, opinion, network, 105.0, has_page=True, probed=True)
    assert [each.code for each in tell.trouble(Sight.CHECKING)] == [
        "page_silent", "page_component", "failures", "network_fine",
    ]  # fmt: skip


def test_a_name_that_is_gone_is_told_of_the_one_request_that_found_none() -> None:
    gone = tried(100.0, code="no_name")
    tell = ReasonBuilder(seen(gone), None, None, answering(3), 100.0, has_page=False, probed=True)
    params = tell.nameless(gone)[0].params
    assert (params["failed"], params["tries"], params["what"], params["since_at"]) == (1, 1, "no_name", 100.0)


def test_where_the_time_of_a_slow_answer_went_is_said() -> None:
    slow = structs.replace(tried(100.0, GOOD), phases=Phases(tls_s=1.5, answer_s=0.5))
    network = answering(100)
    tell = ReasonBuilder(seen(slow), None, None, network, 100.0, has_page=False, probed=True)
    params = tell.well()[0].params
    assert (params["phase"], params["phase_s"], params["of_s"], params["depth"]) == ("tls", 1.5, 2.0, "api")
    theirs = structs.replace(tried(100.0, GOOD), phases=Phases(tls_s=0.5, answer_s=1.5))
    assert (
        "phase"
        not in ReasonBuilder(seen(theirs), None, None, network, 100.0, has_page=False, probed=True).well()[0].params
    )
    assert tell.slow(theirs, 9.0, 1.0)[0].params["phase"] == "answer", "of what is slow even that is worth a word"


def test_which_parts_a_page_is_silent_about_is_said_where_it_is_not_silent_about_all() -> None:
    play = Play(("api", "beta"))
    for timed in [*QUIET[:2], "2 page major:login", *FAILING]:
        at, _, sample = timed.partition(" ")
        play.feed(float(at), sample)
    part = next(part for part in play.last.services[0].components if part.id == "completions")
    assert (part.reasons[0].code, part.reasons[0].params) == ("page_silent", {"components": "Completions"})
    assert part.reasons[0].link == LINK


@pytest.mark.parametrize(
    ("code", "state", "shows"),
    [("page_component", "major", True), ("page_component", "maintenance", False), ("page_incident", "major", False)],
)
def test_a_page_shows_it_where_it_calls_a_part_out_of_order(code: str, state: str, *, shows: bool) -> None:
    made = [reason(Code.NO_PAGE, Source.PAGE, 0.0), reason(Code(code), Source.PAGE, 0.0, state=state)]
    assert reasons.page_shows(made) is shows


def test_a_shaky_network_is_said() -> None:
    play = Play(("beta", "gamma"))
    for n in range(12):
        play.feed(10.0 * n, "gamma timeout" if n % 2 else "gamma 200")
    for at, sample in ((130, "beta timeout"), (131, "gamma 200"), (140, "beta timeout ~"), (155, "beta timeout ~")):
        play.feed(at, sample)
    play.feed(200, "beta timeout ~")
    play.feed(230, "beta timeout ~")
    shaky = next(reason for reason in play.last.services[0].reasons if reason.code == "network_shaky")
    assert isinstance(shaky.params["percent"], int)
    assert 3 <= shaky.params["percent"] <= 100


def test_what_is_proven_shows_that_the_connection_is_fine_whoever_else_is_silent() -> None:
    """Two providers fall at once: the error of the one came over a connection that the other one's silence says nothing
    about."""
    play = Play(("beta", "gamma"))
    play.feed(0, "gamma 200")
    for at in (60, 65, 74, 83, 92):
        play.feed(at, "gamma timeout")
        play.feed(at + 1, "beta 503 !")
    assert play.lights()["beta"] == "red down"
    assert play.codes("beta") == ["no_page", "failures", "network_fine"]


def test_brown_outs_are_counted() -> None:
    play = Play(("beta", "gamma"))
    for n in range(14):
        play.feed(60.0 * n, "gamma 200")
        play.feed(60.0 * n + 1, "beta 503 +" if n in (7, 9, 12) else "beta 200")
    some = next(reason for reason in play.last.services[0].reasons if reason.code == "some_failures")
    assert (some.params["failed"], some.params["tries"], some.params["what"]) == (3, 7, "http_503")


def test_every_code_says_what_it_means() -> None:
    source = inspect.getsource(reasons)
    for code in Code:
        _, _, after = source.partition(f'{code.name} = "{code.value}"\n')
        assert after.strip().startswith('"""'), code


def test_a_reason_carries_its_parameters() -> None:
    made = reason(Code.FLAPPING, Source.PROBE, 5.0, "https://status.example", percent=40)
    assert (made.code, made.params, made.link, made.at) == ("flapping", {"percent": 40}, "https://status.example", 5.0)
