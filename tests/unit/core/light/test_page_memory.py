"""What a page last said, and how long that outlives it."""

import pytest
from msgspec import structs

from tests.support.spelled import spelled
from tests.unit.core.playbook import START, page
from trayapp.core.evidence.own_evidence import GAP_S, QUIET_S
from trayapp.core.evidence.page_report import PageIncident
from trayapp.core.light.page_colours import MONITORED_S
from trayapp.core.light.page_memory import PAGE_HELD_S, PageMemory
from trayapp.core.light.page_opinion import Opinions, PageOpinion
from trayapp.core.light.severity import Light

FRESH_S = 600.0
NO_GAP = (START, START)


def follow(memory: PageMemory, at: float, said: str, *, now: float | None = None, afresh: bool = False) -> PageOpinion:
    """The opinion on chat of a reading at `at`, as it is `now`."""
    report = page(START + at, said.split())
    opinion = Opinions(report).of(("id-chat",), START + (at if now is None else now))
    memory.follow(opinion, report.incidents, FRESH_S, afresh=afresh, rings=False)
    return opinion


def silent() -> PageOpinion:
    return Opinions(page(START, ["unknown:chat"])).of(("id-chat",), START)


def test_red_since_it_was_first_read() -> None:
    memory = PageMemory()
    for at, said, red_at in ((0, "major:chat", 0), (120, "major:chat", 0), (240, "partial:chat", None)):
        follow(memory, at, said)
        assert memory.red_at == (None if red_at is None else START + red_at)


def test_when_a_red_began_that_was_not_seen_coming_only_the_page_knows() -> None:
    memory = PageMemory()
    first = follow(memory, 0, "major:chat")
    assert memory.fell_at(first) is None
    dated = follow(memory, 120, "degraded:chat incident:investigating:critical:chat:-300")
    assert memory.fell_at(dated) == START - 300
    follow(memory, 240, "ok")
    assert memory.fell_at(follow(memory, 360, "major:chat")) == START + 360


def test_its_trouble_ends_when_that_is_read_and_ended_when_the_page_says() -> None:
    memory = PageMemory()
    follow(memory, 0, "partial:chat incident:investigating:major:chat")
    follow(memory, 500, "ok")
    assert (memory.ended_at, memory.back_at) == (START + 500, START + 500), "the page does not say"
    follow(memory, 600, "partial:chat incident:investigating:major:chat")
    assert memory.ended_at is None
    report = page(START + 900, ["ok", "incident:resolved:major:chat"])
    told: PageIncident = structs.replace(report.incidents[0], resolved_at=START + 700)
    another = structs.replace(told, id="inc-2", resolved_at=START + 800)
    opinion = Opinions(report).of(("id-chat",), START + 900)
    memory.follow(opinion, (told, another), FRESH_S, afresh=False, rings=False)
    ended = [memory.ended_at, memory.back_at]
    assert ended == [START + 900, START + 700], "of the one that touched it"


def test_it_did_not_end_before_it_began() -> None:
    """Whatever a page that contradicts itself says."""
    memory = PageMemory()
    follow(memory, 600, "partial:chat incident:investigating:major:chat:550")
    over = structs.replace(
        page(START + 900, ["incident:resolved:major:chat:550"]).incidents[0], resolved_at=START + 500
    )
    well = Opinions(page(START + 900, ["ok"])).of(("id-chat",), START + 900)
    memory.follow(well, (structs.replace(over, started_at=START + 400),), FRESH_S, afresh=False, rings=False)
    assert memory.back_at == START + 550


def test_only_where_nothing_else_tells_its_readings_show_that_it_comes_and_goes() -> None:
    memory = PageMemory()
    for number in range(20):
        follow(memory, 120.0 * number, "ok" if number % 2 else "partial:chat")
    assert memory.flapping is None


def test_what_lapses_has_not_ended() -> None:
    """The incident is still open: only that the states may lag behind it is no longer believed."""
    memory = PageMemory()
    follow(memory, 0, "incident:investigating:major:chat:0")
    follow(memory, 300, "incident:investigating:major:chat:0", now=1900)
    assert memory.opinion is not None
    assert (memory.opinion.lapsed, memory.ended_at) == (True, None)


@pytest.mark.parametrize(
    ("before", "elsewhere", "ended"),
    [
        ("degraded:chat incident:identified:minor:chat", {"inc-1"}, False),
        ("degraded:chat incident:identified:minor:chat", {"inc-1", "inc-9"}, False),
        ("degraded:chat incident:identified:minor:chat", {"inc-9"}, True),
        ("degraded:chat", set(), True),
        ("major:chat incident:identified:critical:chat", {"inc-1"}, True),
    ],
    ids=spelled,
)
def test_trouble_that_is_found_to_be_about_other_models_has_not_ended(
    before: str, elsewhere: set[str], ended: bool
) -> None:
    """What was down was so for all, whatever is left of it."""
    memory = PageMemory()
    follow(memory, 0, before)
    well = Opinions(page(START + 300, ["ok"])).of(("id-chat",), START + 300)
    memory.follow(structs.replace(well, elsewhere=frozenset(elsewhere)), (), FRESH_S, afresh=False, rings=False)
    assert (memory.ended_at is not None) is ended


def test_only_another_reading_can_come_after_a_gap() -> None:
    """That time has changed the opinion on the same reading is nothing new."""
    memory = PageMemory()
    follow(memory, 0, "major:chat", afresh=True)
    follow(memory, 0, "major:chat", now=60, afresh=True)
    assert memory.red_at == START
    follow(memory, 120, "major:chat", afresh=True)
    assert memory.red_at == START + 120


def test_what_time_ends_has_ended_though_the_reading_came_after_a_gap() -> None:
    """A feed's fix that has been watched for a day, on the one reading there is."""
    feed = structs.replace(page(START, ["incident:monitoring:major:chat"]), components=(), stated=False)
    opinions, memory = Opinions(feed), PageMemory()
    for now, light in ((START, Light.YELLOW), (START + MONITORED_S, Light.GREEN)):
        opinion = opinions.of(("id-chat",), now)
        memory.follow(opinion, feed.incidents, FRESH_S, afresh=True, rings=False)
        assert opinion.light is light
    assert memory.ended_at == START


def test_what_was_listed_does_not_come_back_as_recovering() -> None:
    memory = PageMemory()
    follow(memory, 0, "incident:investigating:major:chat:-9000")
    fixed = Opinions(page(START + 120, ["incident:monitoring:major:chat:-9000"])).of(("id-chat",), START + 120)
    assert fixed.finding == "recovering"
    assert memory.without_doubt(fixed, 0, 3) is fixed.calm
    assert PageMemory().without_doubt(fixed, 0, 3) is fixed, "who has just come sees it"
    assert PageMemory().without_doubt(fixed, 3, 3) is fixed.calm


@pytest.mark.parametrize(
    ("gap", "held"),
    [((0, 0), True), ((100, 600), True), ((100, 800), False), ((-9000, -100), False), ((-9000, -1), False)],
    ids=spelled,
)
def test_its_last_trouble_outlives_it_but_no_gap(gap: tuple[float, float], held: bool) -> None:
    memory = PageMemory()
    opinion = follow(memory, -200, "major:chat")
    gap_from, gap_to = gap
    last = memory.last_word(silent(), (START + gap_from, START + gap_to), FRESH_S)
    assert (last is opinion) is held


def test_it_is_known_when_time_alone_will_change_what_it_makes() -> None:
    memory = PageMemory()
    assert memory.moments == []
    follow(memory, 0, "major:chat")
    assert memory.moments == [START + PAGE_HELD_S]
    follow(memory, 120, "ok")
    ended_at = START + 120
    assert memory.moments == [ended_at + PAGE_HELD_S, ended_at + QUIET_S, ended_at + QUIET_S + GAP_S]


@pytest.mark.parametrize(
    ("after_s", "heard", "over"),
    [
        (QUIET_S - 1, True, False),
        (QUIET_S, True, True),
        (QUIET_S, False, False),
        (QUIET_S + GAP_S - 1, False, False),
        (QUIET_S + GAP_S, False, True),
    ],
)
def test_minutes_in_which_nobody_could_listen_end_no_recovery(after_s: float, heard: bool, over: bool) -> None:
    memory = PageMemory()
    follow(memory, 0, "major:chat")
    follow(memory, 120, "ok")
    memory.settle(START + 120 + after_s, heard=heard)
    assert (memory.ended_at is None) is over


def test_what_was_well_is_not_held_nor_what_is_still_said() -> None:
    memory = PageMemory()
    follow(memory, 0, "ok")
    assert memory.last_word(silent(), NO_GAP, FRESH_S) is None
    now = follow(memory, 120, "major:chat")
    assert memory.last_word(now, NO_GAP, FRESH_S) is None
    assert memory.last_word(None, NO_GAP, FRESH_S) is now
