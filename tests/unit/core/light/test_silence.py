"""Two providers that fall silent together while their pages are calm: rather the network than both of them."""

import msgspec
import pytest

from tests.support.spelled import spelled
from tests.unit.core.evidence.test_own_evidence import see, seen
from tests.unit.core.evidence.test_strikes import answering, tried
from trayapp.core.catalogue import Catalogue, Component, Page, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Control, Depth, Observation, Outcome, Source, Try
from trayapp.core.evidence.odds import Level
from trayapp.core.evidence.own_evidence import Evidence
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageLight, PageReport
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.silence import KEPT_OUT_AFTER_S, SILENT_WITHIN_S, gone_since, kept_out, silent_since
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.engine.state import Memory, State

START = 1_770_156_000.0
NAMES = ("acme", "bolt")
WEB = "acme-web"
NAMES_GONE = ("no_name", "private_address")


@pytest.mark.parametrize(
    ("since", "together"),
    [
        ({}, {}),
        ({"a": 0.0}, {}),
        ({"a": 0.0, "b": 120.0}, {"a": 0.0, "b": 0.0}),
        ({"a": 0.0, "b": 121.0}, {}),
        ({"a": 0.0, "b": 100.0, "c": 600.0}, {"a": 0.0, "b": 0.0}),
    ],
    ids=spelled,
)
def test_within_two_minutes(since: dict[str, float], together: dict[str, float]) -> None:
    assert kept_out(since, {}) == together


@pytest.mark.parametrize(
    ("wordless", "together"),
    [
        ({"c": 120.0}, {"a": 0.0, "b": 0.0, "c": 0.0}),
        ({"c": 220.0}, {"a": 0.0, "b": 0.0, "c": 0.0}),
        ({"c": 221.0}, {"a": 0.0, "b": 0.0}),
        ({"c": 600.0, "d": 610.0}, {"a": 0.0, "b": 0.0}),
    ],
    ids=spelled,
)
def test_whoever_has_no_page_to_ask_goes_with_two_that_have(
    wordless: dict[str, float], together: dict[str, float]
) -> None:
    later = {name: START + at for name, at in wordless.items()}
    assert kept_out({"a": START, "b": START + 100.0}, later) == {name: START + at for name, at in together.items()}
    assert kept_out({"a": START}, later) == {}


def test_it_is_silent_once_it_is_being_checked_or_two_controls_have_answered() -> None:
    evidence = seen(tried(100.0, control=None, code="timeout"))
    assert silent_since(evidence) is None
    see(evidence, tried(110.0, code="timeout"))
    assert (evidence.level, evidence.controls_answered) == (Level.CHECKING, 1)
    assert silent_since(evidence) == 100.0


def test_where_it_is_too_shaky_for_more_two_controls_are_enough() -> None:
    shaky = answering(20, failing=10, at=99.0)
    tries = [tried(at, control=at > 100.0 or None, code="timeout") for at in (100.0, 105.0, 120.0)]
    evidence = see(Evidence(), *tries[:2], network=shaky)
    assert (evidence.level, silent_since(evidence)) == (Level.NONE, None)
    see(evidence, tries[2], network=shaky)
    assert (evidence.level, silent_since(evidence)) == (Level.NONE, 100.0)


def test_a_server_of_ones_own_and_whoever_is_replaced_are_not_silent_beside_others() -> None:
    lost = [tried(at, code="timeout", reach=Reach.LOOPBACK) for at in (100.0, 105.0, 120.0)]
    assert silent_since(seen(*lost)) is None
    page, nobody = (
        see(seen(tried(100.0, code="timeout")), tried(110.0, Outcome.FOREIGN, code=code))
        for code in ("foreign_page", "no_name")
    )
    assert (page.stranger.blocks, nobody.stranger.blocks) == (True, True)
    assert (gone_since(page), gone_since(nobody)) == (None, nobody.stranger.since)
    undecided = see(seen(tried(100.0, Outcome.GOOD)), tried(110.0, Outcome.FOREIGN, code="no_name", control=None),
                    network=OwnConnection(0.0))  # fmt: skip
    assert gone_since(undecided) is None


def provider(name: str, *hosts: str) -> Provider:
    services = tuple(map(_service, (name, *hosts)))
    return Provider(name, name.title(), services, Page("statuspage", f"https://status.{name}.example"))


def _service(name: str) -> Service:
    probe = Probe(ProbeKind.API, ("main",), f"https://{name}.example/v1/models")
    part = Component("main", "Main", True, ("id-main",))
    return Service(name, name.title(), components=(part,), probes=(probe,))


class Street:
    """Two providers on one street. Everything that is told is told at `now`. `web`: Acme has a second host. `lost`: why
    no page can be read, None while they can."""

    def __init__(self, *more: str, web: bool = False, lost: str | None = None) -> None:
        self.names = (*more, *NAMES)
        self.lost = lost
        self.catalogue = Catalogue({name: provider(name) for name in self.names})
        if web:
            self.catalogue = Catalogue({"acme": provider("acme", WEB), "bolt": provider("bolt")})
        self.state = State(self.catalogue, (*self.names, WEB) if web else self.names, START)
        self.now = 0.0
        for name in self.names:
            self.page(name)
            self.try_(name, "http_200")

    def tell(self, *observations: Observation) -> None:
        for one in observations:
            self.state.observe(one)
        self.state.advance(START + self.now)

    def page(self, name: str, light: PageLight = PageLight.OPERATIONAL) -> None:
        at, link = START + self.now, f"https://{name}"
        if self.lost is None:
            self.tell(PageReport(at, name, PageHealth.OK, link, (PageComponent("id-main", "Main", light),)))
        else:
            self.tell(PageReport(at, name, PageHealth.UNREADABLE, link, reason=self.lost))

    def try_(self, name: str, code: str, reach: Reach = Reach.PUBLIC) -> None:
        at = START + self.now
        good = code == "http_200"
        status = int(code[5:]) if code.startswith("http_") else None
        controls = [Control(at, at - 0.2, host, Reach.PUBLIC, True, "http_204") for host in ("one", "two")]
        t = Try(
            at, at - 1, Source.PROBE, "acme" if name == WEB else name, f"{name}.example", (Part(name, "main"),),
            Depth.API,
            Outcome.GOOD if good else Outcome.FOREIGN if code in NAMES_GONE else Outcome.FAIL, code, reach, status,
            control=None if good else True, proven=status is not None,
        )  # fmt: skip
        self.tell(*controls, t)

    def restart(self) -> None:
        """Kill the rules and start others with what was remembered, a second later."""
        self.now += 1.0
        kept = msgspec.json.decode(msgspec.json.encode(self.state.remember()), type=Memory)
        self.state = State(self.catalogue, NAMES, START + self.now, kept)
        self.tell()

    def fail(self, until: float, codes: dict[str, str], reach: Reach = Reach.PUBLIC) -> None:
        """Each fails every 15 s until then; the pages are read as they were."""
        while self.now < until:
            self.now += 15.0
            for name in self.names if self.now % 120.0 == 0.0 else ():
                self.page(name)
            for name, code in codes.items():
                self.try_(name, code, reach)

    def of(self, name: str) -> ServiceVerdict:
        found = self.state.judgement.service(name)
        assert found is not None
        return found

    def claims(self) -> str:
        return ", ".join(str(v.claim.kind) for v in map(self.of, NAMES) if v.claim is not None)

    def lights(self) -> str:
        return ", ".join(f"{v.light} {v.finding}" for v in map(self.of, NAMES))


BOTH = dict.fromkeys(NAMES, "timeout")


def test_two_that_fall_silent_are_yellow_and_then_grey_and_never_red() -> None:
    street = Street()
    street.fail(90, BOTH)
    assert street.lights() == "yellow checking, yellow checking"
    street.fail(KEPT_OUT_AFTER_S, BOTH)
    assert street.lights() == "yellow checking, yellow checking"
    street.now = 15 + KEPT_OUT_AFTER_S
    street.tell()
    assert street.lights() == "grey blocked, grey blocked"
    assert "kept_out" in [one.code for one in street.of("acme").reasons]
    street.fail(1800, BOTH)
    assert street.lights() == "grey blocked, grey blocked"
    assert not street.state.result.snapshot.incidents


def test_whoever_answers_hides_nobody_who_does_not() -> None:
    street = Street("able")
    street.fail(120, {"able": "http_200", **BOTH})
    assert street.lights() == "yellow checking, yellow checking"


@pytest.mark.parametrize("code", ["connect", "tls", "cut"])
def test_a_firewall_that_speaks_below_http_is_silence_as_well(code: str) -> None:
    street = Street()
    street.fail(120, {"acme": "timeout", "bolt": code})
    assert street.lights() == "yellow checking, yellow checking"


def test_one_that_answers_in_any_way_is_not_silent() -> None:
    street = Street()
    street.fail(120, {"acme": "timeout", "bolt": "http_502"})
    assert street.lights() == "red down, red down"
    assert street.claims() == "silent, not_you"


def test_a_page_that_speaks_ends_it_for_both() -> None:
    street = Street()
    street.fail(120, BOTH)
    street.page("bolt", PageLight.PARTIAL)
    assert street.lights() == "red down, red down"
    assert street.claims() == "silent, not_you"


def test_one_after_the_other_is_not_together() -> None:
    street = Street()
    street.fail(15 + SILENT_WITHIN_S, {"acme": "timeout", "bolt": "http_200"})
    street.fail(360, BOTH)
    assert street.lights() == "red down, red down"


def test_what_comes_back_was_never_down_and_the_other_is_alone() -> None:
    street = Street()
    street.fail(400, BOTH)
    street.fail(490, {"acme": "timeout", "bolt": "http_200"})
    assert street.lights() == "red down, green ok"


def test_what_the_way_explained_is_no_strike_once_the_other_answers_again() -> None:
    """The firewall lets go: whoever is asked a little later is not down meanwhile."""
    street = Street()
    street.fail(400, BOTH)
    street.now += 15
    street.try_("bolt", "http_200")
    assert street.lights() == "yellow checking, green ok"
    street.now += 10
    street.try_("acme", "http_200")
    assert street.of("acme").light == "green"
    assert not street.state.result.snapshot.incidents


def test_a_host_that_answers_again_was_never_down_although_the_other_is_still_kept_out() -> None:
    street = Street(web=True)
    street.fail(400, BOTH | {WEB: "timeout"})
    street.now += 15
    street.try_("acme", "http_200")
    assert (street.of("acme").finding, street.lights()) == ("ok", "green ok, grey blocked")
    assert street.of(WEB).finding == "blocked"
    street.now += 15
    street.try_("bolt", "http_200")
    assert [street.of(name).finding for name in (*NAMES, WEB)] == ["ok", "ok", "checking"]
    assert not street.state.result.snapshot.incidents


def test_what_fell_silent_last_stays_beside_the_other_when_the_first_answers() -> None:
    street = Street(web=True)
    street.fail(120, {"acme": "http_200", "bolt": "timeout", WEB: "http_200"})
    street.fail(225, {"acme": "timeout", "bolt": "timeout", WEB: "http_200"})
    street.fail(450, BOTH | {WEB: "timeout"})
    street.fail(600, {"acme": "http_200", "bolt": "timeout", WEB: "timeout"})
    assert [street.of(name).finding for name in (*NAMES, WEB)] == ["ok", "blocked", "blocked"]


@pytest.mark.parametrize("read", [True, False])
def test_what_cannot_be_reached_with_its_page_is_kept_out_as_well(read: bool) -> None:
    """A way that is broken takes the pages, too; those that were never read as well as those that were calm."""
    street = Street(lost=None if read else "timeout")
    street.lost = "timeout"
    street.fail(120, BOTH)
    assert street.lights() == "yellow checking, yellow checking"
    street.fail(1800, BOTH)
    assert street.lights() == "grey blocked, grey blocked"
    assert [one.params for one in street.of("acme").reasons if one.code == "kept_out"] == [{"pages": "unreached"}]
    assert not street.state.result.snapshot.incidents


def test_one_whose_page_says_nothing_is_kept_out_with_two_whose_pages_are_calm() -> None:
    street = Street("cool", lost="http")
    street.lost, street.names = None, NAMES
    street.fail(400, BOTH | {"cool": "timeout"})
    assert [street.of(name).finding for name in ("cool", *NAMES)] == ["blocked"] * 3


def test_one_that_answers_with_errors_beside_them_is_down_and_stays_so_when_they_answer_again() -> None:
    street = Street("cool")
    street.fail(400, {"cool": "http_502"} | BOTH)
    assert (street.of("cool").finding, street.lights()) == ("down", "grey blocked, grey blocked")
    street.now += 15
    street.try_("bolt", "http_200")
    assert (street.of("cool").finding, street.lights()) == ("down", "yellow checking, green ok")


def test_a_page_that_answers_with_an_error_is_not_out_of_reach() -> None:
    street = Street()
    street.lost = "http"
    street.fail(1800, BOTH)
    assert street.lights() == "red down, red down"


def test_a_page_that_told_of_trouble_before_it_was_lost_is_not_calm() -> None:
    street = Street()
    street.page("bolt", PageLight.PARTIAL)
    street.lost = "timeout"
    street.fail(600, BOTH)
    assert street.lights() == "red down, red down"


@pytest.mark.parametrize("code", NAMES_GONE)
def test_one_that_is_kept_out_by_its_name_counts_with_one_that_is_silent(code: str) -> None:
    street = Street()
    street.fail(120, {"acme": "timeout", "bolt": code})
    assert street.lights() == "yellow checking, grey blocked"
    street.fail(1800, {"acme": "timeout", "bolt": code})
    assert street.lights() == "grey blocked, grey blocked"


@pytest.mark.parametrize("until", [120, 240, 480, 900])
def test_a_restart_takes_it_for_no_outage(until: float) -> None:
    """The pages are not read again at once: what they said a moment ago is true for as long as it always is."""
    street = Street()
    street.fail(until, BOTH)
    before = street.lights()
    street.restart()
    assert street.lights() == before
    street.fail(street.now + 30, BOTH)
    assert street.lights() == before
    assert not street.state.result.snapshot.incidents


def test_what_silence_explained_stays_explained_after_a_restart() -> None:
    street = Street()
    street.fail(240, BOTH)
    street.now += 5.0
    street.try_("acme", "http_200")
    assert street.lights() == "green ok, yellow checking"
    street.restart()
    street.now += 5.0
    street.try_("bolt", "timeout")
    assert street.lights() == "green ok, yellow checking"
    assert not street.state.result.snapshot.incidents


@pytest.mark.parametrize("said", [PageLight.PARTIAL, PageLight.MAJOR])
def test_a_page_that_called_it_trouble_still_does_after_a_restart(said: PageLight) -> None:
    street = Street()
    street.fail(110, BOTH)
    street.page("bolt", said)
    assert street.lights() == "red down, red down"
    street.restart()
    assert street.lights() == "red down, red down"
