"""Incidents: opened, led back, closed, kept over a restart, forgotten."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.diary import FINDINGS, Diary, page, trouble
from trayapp.core.evidence.own_evidence import GAP_S
from trayapp.core.evidence.page_report import PageStage
from trayapp.core.incident.incident import Bout, IncidentStage
from trayapp.core.incident.store import BACKDATED_S, OVER_KEPT_S
from trayapp.core.light.severity import Finding


def test_opened_by_red_with_its_first_failure() -> None:
    (incident,) = Diary().at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    assert (incident.id, incident.started_at, incident.red_at, incident.stage) == (
        "acme-80",
        80.0,
        100.0,
        IncidentStage.OPEN,
    )
    assert (incident.services, incident.down) == (("acme-api",), ("acme-api",))


def test_it_ended_with_the_last_of_its_services() -> None:
    diary = Diary()
    diary.at(100.0, *[trouble(name, Finding.DOWN, at=90.0) for name in ("acme-api", "acme-chat")])
    back = trouble("acme-api", Finding.OK, back=190.0)
    diary.at(200.0, back, trouble("acme-chat", Finding.DOWN, at=90.0))
    (incident,) = diary.at(300.0, back, trouble("acme-chat", Finding.OK, back=290.0))
    assert incident.ended_at == 290.0


def test_it_began_with_its_first_failure_not_with_its_light() -> None:
    red = trouble("acme-api", Finding.DOWN, at=80.0)
    late = msgspec.structs.replace(red, verdict=msgspec.structs.replace(red.verdict, since=95.0))
    (incident,) = Diary().at(100.0, late)
    assert (incident.id, incident.started_at) == ("acme-80", 80.0)


@pytest.mark.parametrize(
    "finding",
    [Finding.DEGRADED, Finding.REPORTED_ONLY, Finding.SLOW, Finding.FLAPPING, Finding.MAINTENANCE, Finding.RECOVERING],
)
def test_opened_by_yellow_without_a_red_time(finding: Finding) -> None:
    (incident,) = Diary().at(100.0, trouble("acme-api", finding, at=80.0))
    assert (incident.red_at, incident.down) == (None, ())


@pytest.mark.parametrize("finding", [Finding.OK, Finding.CHECKING, Finding.NO_EVIDENCE])
def test_not_opened_by_what_is_no_outage(finding: Finding) -> None:
    assert Diary().at(100.0, trouble("acme-api", finding)) == ()


def test_each_has_a_name_of_its_own_though_they_begin_in_one_second() -> None:
    diary, names = Diary(), []
    for at in (100.0, 300.0, 500.0):
        names.append(diary.at(at, trouble("acme-api", Finding.DOWN, at=80.0))[-1].id)
        diary.at(at + 100.0, trouble("acme-api", Finding.OK))
    assert names == ["acme-80", "acme-80b", "acme-80bb"]


def test_services_of_one_provider_are_one_incident() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0), trouble("acme-chat", Finding.OK))
    (incident,) = diary.at(
        200.0, trouble("acme-api", Finding.DOWN, at=80.0), trouble("acme-chat", Finding.DOWN, at=190.0)
    )
    assert incident.down == ("acme-api", "acme-chat")
    assert incident.id == "acme-80"


def test_other_providers_have_their_own() -> None:
    troubles = trouble("acme-api", Finding.DOWN, at=80.0), trouble("beta-api", Finding.DOWN, at=85.0)
    incidents = Diary().at(100.0, *troubles)
    assert [incident.id for incident in incidents] == ["acme-80", "beta-85"]


def test_stages() -> None:
    diary = Diary()
    api, chat = "acme-api", "acme-chat"
    stages = [
        diary.at(now, trouble(api, of_api, at=80.0), trouble(chat, of_chat, at=80.0))[0].stage
        for now, of_api, of_chat in (
            (100.0, Finding.DOWN, Finding.DOWN),
            (200.0, Finding.DOWN, Finding.RECOVERING),
            (300.0, Finding.DOWN, Finding.OK),
            (400.0, Finding.RECOVERING, Finding.OK),
            (500.0, Finding.CHECKING, Finding.OK),
            (600.0, Finding.DOWN, Finding.OK),
            (700.0, Finding.RECOVERING, Finding.OK),
            (800.0, Finding.OK, Finding.OK),
        )
    ]
    assert stages == [
        IncidentStage.OPEN,
        IncidentStage.PARTLY_BACK,
        IncidentStage.PARTLY_BACK,
        IncidentStage.RECOVERING,
        IncidentStage.RECOVERING,
        IncidentStage.PARTLY_BACK,
        IncidentStage.RECOVERING,
        IncidentStage.OVER,
    ]
    assert len(diary.store.records) == 1, "a relapse is the same incident"


def test_grey_changes_nothing() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    (incident,) = diary.at(5000.0, trouble("acme-api", Finding.NO_EVIDENCE))
    assert (incident.stage, incident.down) == (IncidentStage.OPEN, ("acme-api",))


def test_it_ended_when_it_came_back_not_when_that_was_certain() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    (incident,) = diary.at(400.0, trouble("acme-api", Finding.RECOVERING, at=330.0, back=330.0))
    assert (incident.back_at, incident.ended_at) == (330.0, None)
    (incident,) = diary.at(1000.0, trouble("acme-api", Finding.OK))
    assert (incident.ended_from, incident.ended_at, incident.back_at) == (330.0, 330.0, None)


def test_one_that_was_first_seen_when_it_was_over_ended_when_its_page_says() -> None:
    diary = Diary()
    diary.at(5000.0, trouble("acme-api", Finding.RECOVERING, at=4900.0, back=4900.0))
    (incident,) = diary.at(5600.0, trouble("acme-api", Finding.OK))
    assert (incident.ended_from, incident.ended_at) == (4900.0, 4900.0)


def test_after_a_gap_it_ended_between_two_times() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    (incident,) = diary.at(100.0 + GAP_S + 1, trouble("acme-api", Finding.OK))
    assert (incident.ended_from, incident.ended_at) == (100.0, 101.0 + GAP_S)


def test_a_look_that_settles_nothing_does_not_shorten_the_gap() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    restarted = diary.restarted(110.0)
    restarted.at(5000.0, trouble("acme-api", Finding.CHECKING))
    (incident,) = restarted.at(5010.0, trouble("acme-api", Finding.OK))
    assert (incident.ended_from, incident.ended_at) == (110.0, 5010.0)


def test_unless_the_page_tells_when() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(),)))
    diary.store.page_said({"i1": page(PageStage.RESOLVED, resolved_at=500.0)})
    (incident,) = diary.at(1000.0, trouble("acme-api", Finding.OK))
    assert (incident.ended_from, incident.ended_at) == (500.0, 500.0)


def test_an_ended_incident_is_kept_for_a_while_and_a_new_one_is_another() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    diary.at(200.0, trouble("acme-api", Finding.OK))
    assert len(diary.at(200.0 + OVER_KEPT_S - 1, trouble("acme-api", Finding.OK))) == 1
    incidents = diary.at(200.0 + OVER_KEPT_S - 1, trouble("acme-api", Finding.DOWN, at=700.0))
    assert [incident.stage for incident in incidents] == [IncidentStage.OVER, IncidentStage.OPEN]
    assert diary.at(200.0 + OVER_KEPT_S, trouble("acme-api", Finding.DOWN, at=700.0))[0].id == "acme-700"


def test_two_incidents_that_began_in_the_same_second_have_different_names() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    diary.at(110.0, trouble("acme-api", Finding.OK))
    incidents = diary.at(120.0, trouble("acme-api", Finding.DOWN, at=80.0))
    assert len({incident.id for incident in incidents}) == 2


def test_what_is_no_longer_watched_takes_its_incident_along() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
    assert diary.at(200.0, trouble("beta-api", Finding.OK)) == ()


class TestRestart:
    def test_incidents_survive_it(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(),)))
        assert diary.restarted(100.0).store.incidents() == diary.store.incidents()

    def test_until_when_it_was_bad_is_when_that_was_last_known(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
        diary.at(150.0, trouble("acme-api", Finding.DOWN, at=80.0))
        (incident,) = diary.restarted(150.0).at(151.0 + GAP_S, trouble("acme-api", Finding.OK))
        assert (incident.ended_from, incident.ended_at) == (150.0, 151.0 + GAP_S)

    def test_what_had_been_out_of_sight_before_it_was_bad_until_then(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
        for now in (150.0, 900.0):
            diary.at(now, trouble("acme-api", Finding.NO_EVIDENCE))
        (incident,) = diary.restarted(900.0).at(950.0, trouble("acme-api", Finding.OK))
        assert (incident.ended_from, incident.ended_at) == (100.0, 950.0)

    def test_a_restart_in_between_is_no_gap(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
        again = diary.restarted(130.0)
        down = trouble("acme-api", Finding.DOWN, at=80.0)
        for now in (140.0, 4990.0):
            again.at(now, down)
        (incident,) = again.at(5000.0, trouble("acme-api", Finding.OK, back=4900.0))
        assert (incident.ended_from, incident.ended_at) == (4900.0, 4900.0)

    def test_three_that_turned_red_before_it_are_still_one(self) -> None:
        names = ("acme-api", "beta-api", "gamma-api")
        diary = Diary()
        diary.at(100.0, *[trouble(name, Finding.DOWN, at=90.0) for name in names], network_fine=False)
        (incident,) = diary.restarted(100.0).at(110.0, *[trouble(name, Finding.DOWN, at=90.0) for name in names])
        assert incident.shared


class TestOnlyWhatIsNew:
    """Trouble that has not changed is the same object, and is not followed again: that may change nothing but time."""

    def test_long_trouble_that_nobody_repeats_did_not_end_in_a_gap(self) -> None:
        diary = Diary()
        down = trouble("acme-api", Finding.DOWN, at=80.0)
        for now in (100.0, 5000.0, 9000.0):
            diary.at(now, down)
        (incident,) = diary.at(9010.0, trouble("acme-api", Finding.OK, back=9005.0))
        assert (incident.ended_from, incident.ended_at) == (9005.0, 9005.0)

    def test_the_same_incidents_while_nothing_changes(self) -> None:
        diary = Diary()
        down = trouble("acme-api", Finding.DOWN, at=80.0)
        assert diary.at(100.0, down) is diary.at(110.0, down)

    def test_the_same_incident_where_only_the_evidence_is_newer(self) -> None:
        diary = Diary()
        (before,) = diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
        (after,) = diary.at(110.0, trouble("acme-api", Finding.DOWN, at=80.0))
        (other,) = diary.at(120.0, trouble("acme-api", Finding.DOWN, at=70.0))
        assert (after is before, other.started_at) == (True, 70.0)

    @given(
        st.lists(
            st.tuples(
                st.sampled_from([1.0, 60.0, 130.0, 700.0]),
                st.sampled_from(["acme-api", "acme-chat", "beta-api", "gamma-api"]),
                st.sampled_from([Finding.DOWN, Finding.DOWN, *FINDINGS]),
                st.booleans(),
            ),
            max_size=40,
        )
    )
    def test_told_only_what_changed_it_knows_what_it_knows_when_told_all_anew(
        self, steps: list[tuple[float, str, Finding, bool]]
    ) -> None:
        quick, slow = Diary(), Diary()
        troubles = {name: trouble(name, Finding.OK) for name in ("acme-api", "acme-chat", "beta-api", "gamma-api")}
        now = 1000.0
        for pause_s, name, finding, network_fine in steps:
            now += pause_s
            troubles[name] = trouble(name, finding, at=now - 5.0)
            anew = [msgspec.structs.replace(each) for each in troubles.values()]
            assert quick.at(now, *troubles.values(), network_fine=network_fine) == slow.at(
                now, *anew, network_fine=network_fine
            )


def test_what_is_over_waits_until_it_is_asked_for() -> None:
    diary = Diary()
    for at in (100.0, 2000.0):
        diary.at(at, trouble("acme-api", Finding.DOWN, at=at, pages=(page(ident=f"i{at}"),)))
        diary.at(at + 100.0, trouble("acme-api", Finding.OK, back=at + 50.0))
        diary.at(at + 100.0 + OVER_KEPT_S, trouble("acme-api", Finding.OK))
    assert [ended.page_id for ended in diary.store.take_ended()] == ["i100.0", "i2000.0"]


def test_what_is_over_is_handed_on_once_with_its_page() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(),)), trouble("beta-api", Finding.DOWN))
    well = (trouble("acme-api", Finding.OK, back=200.0), trouble("beta-api", Finding.OK, back=200.0))
    diary.at(300.0, *well)
    assert diary.store.take_ended() == []
    diary.at(300.0 + OVER_KEPT_S, *well)
    (ended,) = diary.store.take_ended()
    assert (ended.incident.id, ended.incident.stage, ended.page_id) == ("acme-80", IncidentStage.OVER, "i1")
    assert ended.over_at == 300.0
    assert diary.store.take_ended() == []


def test_what_is_over_can_be_forgotten_and_what_goes_on_is_followed() -> None:
    diary = Diary()
    diary.at(100.0, trouble("acme-api", Finding.DOWN, at=100.0), trouble("acme-web", Finding.DOWN, at=100.0))
    well = trouble("acme-api", Finding.OK, back=300.0), trouble("acme-web", Finding.OK, back=300.0)
    now = *well, trouble("bolt-api", Finding.DOWN, at=300.0)
    _, open_ = diary.at(300.0, *now)
    diary.store.forget(frozenset({"acme-web", "bolt-api"}))
    over, still_open = diary.store.incidents()
    assert (over.services, over.stage) == (("acme-api",), IncidentStage.OVER)
    assert still_open is open_
    diary.store.forget(frozenset({"another"}))
    assert diary.store.incidents()[0] is over, "or it would be noted anew"
    diary.store.forget(None)
    assert diary.store.incidents() == (open_,)
    assert diary.at(300.0 + 2 * OVER_KEPT_S, *now) == (open_,)
    assert diary.store.take_ended() == []


class TestBouts:
    """Since when each service is in trouble, and is down: they fall one after the other."""

    def test_of_each_its_own(self) -> None:
        diary = Diary()
        api = trouble("acme-api", Finding.DOWN, at=80.0)
        diary.at(100.0, api)
        (incident,) = diary.at(1000.0, api, trouble("acme-chat", Finding.DOWN, at=970.0))
        assert incident.bouts == (Bout("acme-api", 80.0, 80.0), Bout("acme-chat", 970.0, 970.0))
        assert incident.begun_at(("acme-chat",)) == incident.fell_at(("acme-chat",)) == 970.0
        assert incident.begun_at(incident.services) == 80.0

    def test_it_is_down_since_it_fell_and_in_trouble_since_before(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DEGRADED, at=80.0))
        (incident,) = diary.at(5000.0, trouble("acme-api", Finding.DOWN, at=4900.0))
        assert incident.bouts == (Bout("acme-api", 80.0, 4900.0),)
        (incident,) = diary.at(6000.0, trouble("acme-api", Finding.DEGRADED, at=5900.0))
        assert incident.bouts == (Bout("acme-api", 80.0),)

    def test_with_its_failures_and_not_with_its_light(self) -> None:
        red = trouble("acme-api", Finding.DOWN, at=80.0)
        verdict = msgspec.structs.replace(red.verdict, since=95.0)
        (incident,) = Diary().at(100.0, msgspec.structs.replace(red, fell_at=85.0, verdict=verdict))
        assert incident.bouts == (Bout("acme-api", 80.0, 85.0),)

    def test_after_a_return_it_begins_anew_however_early_its_page_says(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
        (incident,) = diary.at(400.0, trouble("acme-api", Finding.RECOVERING, at=340.0, back=340.0))
        assert incident.bouts == (Bout("acme-api", 80.0, 80.0, 340.0),)
        (incident,) = diary.at(700.0, trouble("acme-api", Finding.DOWN, at=90.0))
        assert incident.bouts == (Bout("acme-api", 340.0, 340.0),)
        assert incident.started_at == 80.0

    def test_a_gap_in_which_nobody_watched_and_a_restart_end_none(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=80.0))
        diary.at(200.0, trouble("acme-api", Finding.NO_EVIDENCE))
        diary = diary.restarted(250.0)
        later = 3 * BACKDATED_S
        diary.at(later, trouble("acme-api", Finding.CHECKING, at=later - 10.0))
        (incident,) = diary.at(later + 30.0, trouble("acme-api", Finding.DOWN, at=later - 10.0))
        assert incident.bouts == (Bout("acme-api", 80.0, 80.0),)

    def test_what_its_page_dates_back_begins_then(self) -> None:
        diary = Diary()
        diary.at(500.0, trouble("acme-api", Finding.DOWN, at=480.0))
        (incident,) = diary.at(900.0, trouble("acme-api", Finding.DOWN, at=300.0))
        assert incident.bouts == (Bout("acme-api", 300.0, 480.0),)
        (incident,) = diary.at(1000.0, trouble("acme-api", Finding.DOWN, at=299.0 - BACKDATED_S))
        assert incident.bouts == (Bout("acme-api", 300.0, 480.0),), "so early is another story"
