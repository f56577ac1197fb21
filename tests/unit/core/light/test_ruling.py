"""Which rule has the word: what the plays do not come by."""

import pytest
from msgspec import structs

from tests.unit.core.evidence.test_own_evidence import seen
from tests.unit.core.evidence.test_strikes import GOOD, tried
from tests.unit.core.playbook import ACME, CATALOGUE, START, Play, Row, observations, page
from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.failure_share import Kind
from trayapp.core.evidence.known_networks import KnownNetworks
from trayapp.core.evidence.observation import Badge, Depth, OnNetwork, Source, Try, Witness
from trayapp.core.evidence.own_evidence import GAP_S, QUIET_S
from trayapp.core.light.judge import Judge
from trayapp.core.light.ruling import good_since
from trayapp.core.light.severity import Confidence

PATH = "/v1/chat/completions"
EDITOR, AGENT, NOBODY = Witness("aa11", PATH, "big"), Witness("bb22", PATH, "big"), Witness("", "/v1/models")


def asked(play: Play, who: Witness, accepted: bool, *times: float) -> str:
    """A request by whom, accepted or refused, at each of these times: the light of the API then."""
    for at in times:
        [made] = observations(START + at, "use ok")
        assert isinstance(made, Try)
        if not accepted:
            made = structs.replace(made, code="http_401", status=401, depth=Depth.API, badge=Badge.KEY)
        source = Source.TRAFFIC if who.credential else Source.PROBE
        depth = made.depth if who.credential else Depth.API
        play.state.observe(structs.replace(made, source=source, depth=depth, witness=who, accepted=accepted))
        play.wait(at)
    return play.lights()["api"]


def completions(play: Play) -> str:
    """The light of the part that real requests speak for."""
    part = next(part for part in play.last.services[0].components if part.id == "completions")
    return f"{part.light.value} {part.finding.value}"


class TestRefusedWhatWasAccepted:
    @pytest.fixture
    def play(self) -> Play:
        play = Play(("api", "beta"))
        play.run([Row(0, "api 401; page ok; beta 200", "api green ok", "all is well")])
        for who, at in ((EDITOR, 10.0), (AGENT, 20.0), (NOBODY, 30.0)):
            asked(play, who, True, at)
        return play

    def test_three_refusals_are_yellow_and_no_second_credential_says_otherwise(self, play: Play) -> None:
        assert asked(play, EDITOR, False, 100, 160) == "green ok"
        assert asked(play, EDITOR, False, 220) == "yellow degraded"
        assert "refused" in play.codes("api")

    def test_two_credentials_that_are_refused_are_red(self, play: Play) -> None:
        asked(play, EDITOR, False, 100, 160, 220)
        assert asked(play, AGENT, False, 230, 290) == "yellow degraded"
        assert asked(play, AGENT, False, 350) == "red down"

    @pytest.mark.parametrize(
        ("said", "light"),
        [
            ("page partial:completions incident:investigating:major:completions:90", "red down"),
            ("page partial:completions incident:investigating:major:completions:5", "yellow degraded"),
            ("page degraded:completions incident:investigating:major:completions:90", "yellow degraded"),
            ("page ok", "yellow degraded"),
        ],
    )
    def test_the_page_makes_it_red_where_it_explains_it(self, play: Play, said: str, light: str) -> None:
        asked(play, EDITOR, False, 100, 160, 220)
        play.feed(230, said)
        assert play.lights()["api"] == light

    @pytest.mark.parametrize(("between", "light"), [("change", "green ok"), ("resume", "yellow degraded")])
    def test_on_another_network_what_was_not_yet_certain_starts_afresh(
        self, play: Play, between: str, light: str
    ) -> None:
        asked(play, EDITOR, False, 100, 160)
        play.feed(170, between)
        assert asked(play, EDITOR, False, 220) == light

    def test_it_is_no_answer_that_would_end_a_run_of_failures(self, play: Play) -> None:
        play.feed(60, "api 503")
        play.feed(65, "api 503 +")
        asked(play, EDITOR, False, 70)
        assert completions(play) == "yellow checking"

    def test_real_answers_contradict_what_a_request_without_a_key_is_told(self, play: Play) -> None:
        assert asked(play, NOBODY, False, *range(100, 460, 60)) == "yellow degraded"
        rows = [
            Row(410, "real ok", "api yellow degraded", "one answer", every=10, until=420),
            Row(430, "real ok", "api green ok", "three of them"),
        ]
        play.run(rows)

    def test_what_is_accepted_again_is_watched_for_ten_minutes(self, play: Play) -> None:
        asked(play, EDITOR, False, 100, 160, 220)
        assert asked(play, EDITOR, True, 240) == "yellow degraded", "one may be luck"
        assert asked(play, EDITOR, True, 300) == "yellow recovering"
        assert completions(play) == "yellow recovering"
        play.feed(700, "page ok")
        play.feed(800, "real ok")
        play.wait(240 + QUIET_S - 0.1)
        assert play.lights()["api"] == "yellow recovering"
        play.wait(240 + QUIET_S)
        assert play.lights()["api"] == "green ok"

    def test_announced_maintenance_explains_it_from_its_first_refusal_on(self, play: Play) -> None:
        play.feed(50, "page incident:in_progress:maintenance:completions,responses,embeddings")
        assert asked(play, EDITOR, False, 100, 160, 220) == "yellow maintenance"
        part = next(part for part in play.last.services[0].components if part.id == "completions")
        assert part.since == START + 100

    def test_but_not_what_a_credential_is_told(self, play: Play) -> None:
        asked(play, EDITOR, False, 100, 160, 220)
        play.run([Row(230, "real ok", "api yellow degraded", "whose are these?", every=10, until=280)])


def test_what_the_page_calls_an_outage_is_one_whatever_was_announced() -> None:
    play = Play(("api", "beta"))
    said = "incident:in_progress:maintenance:completions,responses,embeddings"
    rows = [
        Row(0, f"api 401; page ok {said}; beta 200", "api green ok", "announced, and nothing fails"),
        Row(60, "api 503; api 503 +; api 503 +", "api yellow maintenance", "failures are the maintenance"),
        Row(70, f"page major:completions {said}", "api red down", "that is no maintenance"),
    ]
    play.run(rows[:1])
    for sample in rows[1].samples.split(";"):
        play.feed(60, sample)
    play.expect(rows[1].lights, rows[1].why)
    play.run(rows[2:])


def test_real_answers_contradict_no_page_where_a_part_of_the_requests_fails() -> None:
    play = Play(("api", "beta"))
    play.run([Row(0, "beta 200; page ok", "beta green ok", "all is well")])
    for number in range(12):
        play.feed(15.0 * (number + 1), "real 500 +" if number % 2 else "real ok")
    play.expect("api yellow degraded", "every other request fails")
    play.feed(200, "page major:completions,responses,embeddings")
    play.expect("api red down", "its page says so")
    for number in range(4):
        play.feed(215.0 + 15.0 * number, "real ok")
    assert completions(play) == "red down", "some are always answered"


@pytest.mark.parametrize(
    ("late", "light"),
    [
        ((), "yellow reported_only"),
        ((Row(7000, "api 503 +", "api red down", "fails"), Row(7060, "api 401", "api red down", "once")),
         "grey no_evidence"),
        ((Row(7100, "real ok", "api red down", "answers"),), "green ok"),
    ],
    ids=["well for long", "failed lately", "answers"],
)  # fmt: skip
def test_a_page_that_died_while_it_was_red(late: tuple[Row, ...], light: str) -> None:
    play = Play(("api", "beta"))
    rows = [
        Row(0, "api 401; page ok; beta 200", "api green ok", "all is well"),
        Row(60, "page major:completions", "api red down", "red"),
        Row(120, "page html; api 401; beta 200", "api red down", "its last word stands", every=290, until=7100),
        *late,
        Row(7200, "page html; api 401", "api red down", "for two hours"),
    ]
    play.run(rows)
    play.feed(7262, "page html")
    assert completions(play) == light, "and no longer"


@pytest.mark.parametrize(
    ("said", "since"),
    [
        ("major:completions incident:investigating:critical:completions:-300", -300),
        ("major:completions", 60),
    ],
    ids=["as it says", "when it was read"],
)
def test_since_when_is_the_last_word_of_a_page_that_died(said: str, since: float) -> None:
    play = Play(("api", "beta"))
    rows = [
        Row(0, "api 401; page ok; beta 200", "api green ok", "all is well"),
        Row(60, f"page {said}", "api red down", "red"),
        Row(120, "page html; api 401; beta 200", "api red down", "its last word stands", every=290, until=7240),
    ]
    play.run(rows)
    play.feed(7262, "page html")
    part = next(part for part in play.last.services[0].components if part.id == "completions")
    assert (part.finding, part.since) == ("reported_only", START + since)


def test_since_when_a_page_is_red_is_its_own_word() -> None:
    play = Play(("api",))
    play.feed(0, "api 401")
    play.feed(60, "page major:completions incident:investigating:critical:completions:-300")
    part = next(part for part in play.last.services[0].components if part.id == "completions")
    assert (part.finding, part.since) == ("down", START - 300)


def test_a_page_that_died_while_it_was_yellow_holds_nothing_back_after_two_hours() -> None:
    play = Play(("api", "beta"))
    rows = [
        Row(0, "api 401; page ok; beta 200", "api green ok", "all is well"),
        Row(60, "page partial:completions", "api yellow degraded", "yellow"),
        Row(120, "page html; api 401; beta 200", "api yellow degraded", "its last word", every=290, until=7240),
    ]
    play.run(rows)
    play.feed(7262, "page html")
    assert completions(play) == "green ok"


def test_what_the_page_ended_came_back_when_it_says_and_is_watched_from_when_that_was_read() -> None:
    play = Play(("api", "beta"))
    rows = [
        Row(0, "api 401; page ok; beta 200", "api green ok", "all is well"),
        Row(60, "page major:completions incident:investigating:critical:completions:-300", "api red down", "red"),
    ]
    play.run(rows)
    said = page(START + 500, ["ok", "incident:resolved:critical:completions:-300"])
    [over] = said.incidents
    play.state.observe(structs.replace(said, incidents=(structs.replace(over, resolved_at=START + 200),)))
    play.wait(500)
    play.expect("api yellow recovering", "over")
    part = next(part for part in play.last.services[0].components if part.id == "completions")
    told = next(reason for reason in part.reasons if reason.code == "recovering")
    assert part.since == told.at == told.params["back_at"] == START + 200
    assert told.params["until_at"] == START + 500 + QUIET_S


def test_a_page_that_fails_before_and_after_a_resume_has_failed_once() -> None:
    play = Play(("chat",))
    play.feed(0, "site ok")
    rows = [
        Row(1, "page ok", "chat green ok", "all is well"),
        Row(100, "page timeout", "chat green ok", "one is no news"),
        Row(110, "resume", "chat green ok", "that was another time"),
        Row(150, "page timeout", "chat green ok", "so this is one"),
        Row(160, "page timeout", "chat grey starting", "and this two"),
    ]
    play.run(rows)


def test_since_when_a_fix_is_watched_is_the_pages_word() -> None:
    play = Play(("api", "beta"))
    play.feed(0, "api 401")
    play.feed(60, "page incident:monitoring:major:completions:-900")
    play.expect("api yellow recovering", "being watched")
    assert play.last.services[0].since == START + 60, "its only update says so"


class TestFlapping:
    @pytest.fixture(params=["login", "chat"])
    def part(self, request: pytest.FixtureRequest) -> str:
        part: str = request.param
        return part

    @pytest.fixture
    def play(self, part: str) -> Play:
        """For forty minutes the page calls a part well and partly out, in turn; of one of them an edge answers."""
        play = Play(("chat",))
        play.feed(0, "site ok")
        for number in range(20):
            play.feed(120.0 * number, "site ok")
            play.feed(120.0 * number, "page ok" if number % 2 else f"page partial:{part}")
        return play

    def test_it_is_yellow_even_where_it_is_well_for_the_moment(self, play: Play) -> None:
        play.expect("chat yellow flapping", "well since a moment")
        for number in range(20, 27):
            play.feed(120.0 * number, "page ok")
        play.expect("chat yellow flapping", "well for ten minutes, and who knows for how long")
        for number in range(27, 45):
            play.feed(120.0 * number, "page ok")
        play.expect("chat green ok", "for good")

    def test_what_it_ends_in_is_told(self, play: Play, part: str) -> None:
        play.feed(2400.0, f"page major:{part}")
        play.expect("chat red down", "no more coming and going")
        assert play.codes("chat")[0] == "flapping"
        play.feed(2400.0 + 700.0, "page html")
        play.feed(2400.0 + 701.0, "network offline interface")
        play.expect("chat grey own_network", "nor is it told of what cannot be seen")


@pytest.mark.parametrize(("network", "light"), [("home", "yellow checking"), ("train", "green ok")])
def test_a_strike_weighs_what_the_network_that_it_is_on_has_shown(network: str, light: str) -> None:
    known = KnownNetworks()
    for name, lost in (("train", 50), ("home", 0)):
        known.moved(name)
        for number in range(200):
            at = START - 3000.0 + number
            if number < lost:
                known.failed(at, at - 0.2, "gamma", f"gamma {number}", Kind.ANSWER, lambda since, until: True)
            else:
                known.good(at, at - 0.2, "gamma", "gamma")
    judge = Judge(CATALOGUE, ("beta",), START, known=known)
    judge.observe(OnNetwork(START, network))
    for at, sample in ((1.0, "beta 200"), (60.0, "beta 503"), (65.0, "beta 503 +")):
        for observation in observations(START + at, sample):
            judge.observe(observation)
        said = judge.advance(START + at).services[0]
    assert f"{said.light.value} {said.finding.value}" == light


def test_after_failing_in_part_it_takes_eight_in_a_row() -> None:
    play = Play(("beta",))
    for number in range(12):
        play.feed(15.0 * number, "beta 200" if number % 2 else "beta 503 +")
    rows = [
        Row(180, "beta 503 +", "beta yellow degraded", "seven are chance where every other fails", every=15, until=270),
        Row(285, "beta 503 +", "beta red down", "eight are not"),
    ]
    play.run(rows)


def test_a_real_answer_is_worth_the_word_for_ten_minutes_however_well_it_is_reached() -> None:
    play = Play(("api",))
    worth = {}
    for at, sample in ((0, "real ok"), (1, "page ok"), (300, "api 401"), (590, "api 401; page ok"), (610, "api 401")):
        for each in sample.split(";"):
            play.feed(at, each)
        worth[at] = play.last.services[0].confidence
    assert (worth[300], worth[590], worth[610]) == (Confidence.ANSWERING, Confidence.ANSWERING, Confidence.REPORTED)


def test_since_when_its_host_has_answered_without_a_failure() -> None:
    answers = [tried(at, GOOD) for at in (10.0, 70.0, 130.0)]
    assert good_since(seen(*answers), 130.0) == 10.0
    assert good_since(seen(answers[0], tried(40.0), *answers[1:]), 130.0) == 70.0
    assert good_since(seen(*answers, tried(140.0)), 140.0) is None, "it fails now"
    assert good_since(seen(*answers), 131.0 + GAP_S) is None, "nobody knows"
    assert good_since(seen(tried(10.0, GOOD, Depth.EDGE)), 10.0) is None


def test_of_a_part_that_its_providers_page_does_not_list_no_page_is_told() -> None:
    api = ACME.services[1]
    parts = tuple(structs.replace(one, page_components=()) for one in api.components)
    services = (ACME.services[0], structs.replace(api, components=parts))
    play = Play(("api",), Catalogue({"acme": structs.replace(ACME, services=services)}))
    play.feed(0, "api 401")
    play.feed(1, "page ok")
    assert play.codes("api") == ["answers", "no_page"]
