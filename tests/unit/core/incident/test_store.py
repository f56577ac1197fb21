"""Incidents: opened, joined, led back, merged, closed, and the provider's own words."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.spelled import spelled
from trayapp.core.evidence.own_evidence import GAP_S
from trayapp.core.evidence.page_report import Impact, PageIncident, PageStage, PageUpdate
from trayapp.core.incident.incident import Bout, Incident, IncidentStage
from trayapp.core.incident.store import BACKDATED_S, OVER_KEPT_S, SHARED_WITHIN_S, IncidentRecord, IncidentStore
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.trouble import Trouble
from trayapp.core.light.verdicts import ServiceVerdict

FINDINGS = [Finding.OK, Finding.DOWN, Finding.DEGRADED, Finding.RECOVERING, Finding.CHECKING, Finding.NO_EVIDENCE]
LIGHTS = {Finding.OK: Light.GREEN, Finding.DOWN: Light.RED, Finding.NO_EVIDENCE: Light.GREY}


def trouble(
    service: str, finding: Finding, *, at: float | None = None, back: float | None = None, provider: str = "",
    pages: tuple[PageIncident, ...] = (),
) -> Trouble:  # fmt: skip
    """`service` names its provider up to the dash."""
    light = LIGHTS.get(finding, Light.YELLOW)
    provider = provider or service.partition("-")[0]
    verdict = ServiceVerdict(service, provider, service, provider, light, finding, None, at or 0.0, ())
    fell_at = at if light is Light.RED else None
    return Trouble(verdict, at, back, pages, fell_at, fell_at is not None)


def page(
    stage: PageStage = PageStage.INVESTIGATING, name: str = "Errors", ident: str = "i1", **kwargs: object
) -> PageIncident:
    made = PageIncident(ident, name, stage, Impact.MAJOR, (), 90.0, 100.0, f"https://status.example/{ident}")
    return msgspec.structs.replace(made, **kwargs)


class Diary:
    """A store and the time."""

    def __init__(self, store: IncidentStore | None = None) -> None:
        self.store = store or IncidentStore()

    def at(
        self, now: float, *troubles: Trouble, network_fine: bool = True, patience_s: float | None = None
    ) -> tuple[Incident, ...]:
        self.store.update(troubles, now, network_fine=network_fine, patience_s=lambda provider: patience_s)
        return self.store.incidents()

    def restarted(self, saved_at: float) -> "Diary":
        kept = msgspec.json.decode(msgspec.json.encode(self.store.records), type=list[IncidentRecord])
        return Diary(IncidentStore(kept, saved_at))


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


class TestShared:
    @staticmethod
    def fall(*times: float, network_fine: bool = True) -> tuple[Incident, ...]:
        diary = Diary()
        incidents: tuple[Incident, ...] = ()
        names = ("acme", "beta", "gamma", "delta")
        for now in sorted(times):
            troubles = [
                trouble(f"{name}-api", Finding.DOWN if at <= now else Finding.OK, at=at)
                for name, at in zip(names, times, strict=False)
            ]
            incidents = diary.at(now, *troubles, network_fine=network_fine)
        return incidents

    def test_three_providers_within_two_minutes_are_one(self) -> None:
        (incident,) = self.fall(100.0, 150.0, 100.0 + SHARED_WITHIN_S)
        assert incident.shared
        assert (incident.id, incident.provider) == ("acme-100", "acme")
        assert incident.services == ("acme-api", "beta-api", "gamma-api")

    def test_the_first_to_fall_keeps_its_name(self) -> None:
        (incident,) = self.fall(150.0, 200.0, 100.0)
        assert (incident.id, incident.provider, incident.services[0]) == ("gamma-100", "gamma", "gamma-api")
        falls = (("acme", 150.0), ("beta", 170.0), ("gamma", 100.0))
        (told_at_once,) = Diary().at(200.0, *(trouble(f"{name}-api", Finding.DOWN, at=at) for name, at in falls))
        assert told_at_once.id == "gamma-100"

    def test_a_fourth_joins_them(self) -> None:
        (incident,) = self.fall(100.0, 110.0, 120.0, 130.0)
        assert len(incident.services) == 4

    def test_one_that_fell_long_before_them_is_apart(self) -> None:
        alone, shared = self.fall(100.0, 500.0, 510.0, 520.0)
        assert (alone.shared, alone.services) == (False, ("acme-api",))
        assert (shared.shared, len(shared.services)) == (True, 3)

    @pytest.mark.parametrize("times", [(100.0, 110.0), (100.0, 110.0, 101.0 + SHARED_WITHIN_S)], ids=spelled)
    def test_two_are_not_nor_three_over_a_longer_time(self, times: tuple[float, ...]) -> None:
        incidents = self.fall(*times)
        assert len(incidents) == len(times)
        assert not any(incident.shared for incident in incidents)

    @pytest.mark.parametrize(
        ("proven", "shared"),
        [((True, True, False), True), ((False, True, False), False), ((False, False, False), False)],
        ids=spelled,
    )
    def test_two_of_them_must_be_proven(self, proven: tuple[bool, ...], shared: bool) -> None:
        names = ("acme-api", "beta-api", "gamma-api")
        down = [trouble(name, Finding.DOWN, at=90.0) for name in names]
        diary = Diary()
        told = [msgspec.structs.replace(one, proven=known) for one, known in zip(down, proven, strict=True)]
        assert any(incident.shared for incident in diary.at(100.0, *told)) is shared
        assert any(incident.shared for incident in diary.at(110.0, *down)), "or become so"

    def test_nor_where_nobody_knows_when_they_fell(self) -> None:
        names = ("acme-api", "beta-api", "gamma-api")
        down = [msgspec.structs.replace(trouble(name, Finding.DOWN, at=90.0), fell_at=None) for name in names]
        assert not any(incident.shared for incident in Diary().at(100.0, *down))

    def test_one_that_falls_into_silence_beside_two_that_are_proven_joins_them(self) -> None:
        diary = Diary()
        down = [trouble(name, Finding.DOWN, at=90.0) for name in ("acme-api", "beta-api")]
        assert len(diary.at(100.0, *down)) == 2
        silent = msgspec.structs.replace(trouble("gamma-api", Finding.DOWN, at=140.0), proven=False)
        (incident,) = diary.at(150.0, *down, silent)
        assert incident.shared

    def test_and_proven_once_is_proven(self) -> None:
        diary = Diary()
        down = [trouble(name, Finding.DOWN, at=90.0) for name in ("acme-api", "beta-api")]
        assert len(diary.at(100.0, *down)) == 2
        names = ("acme-api", "beta-api", "gamma-api")
        later = [msgspec.structs.replace(trouble(name, Finding.DOWN, at=140.0), proven=False) for name in names]
        (incident,) = diary.at(150.0, *later)
        assert incident.shared

    def test_a_relapse_counts_among_them(self) -> None:
        """By when it fell first, which is still the same incident."""
        diary = Diary()
        down = {name: trouble(f"{name}-api", Finding.DOWN, at=100.0) for name in ("acme", "beta", "gamma")}
        diary.at(100.0, down["acme"])
        back = trouble("acme-api", Finding.RECOVERING, back=130.0)
        assert len(diary.at(130.0, back, down["beta"], down["gamma"])) == 3
        again = msgspec.structs.replace(down["acme"])
        (incident,) = diary.at(160.0, again, down["beta"], down["gamma"])
        assert incident.shared

    def test_of_two_such_falls_each_is_told(self) -> None:
        """When the own network is no longer in doubt."""
        names = [f"p{number}" for number in range(6)]
        down = [trouble(f"{name}-api", Finding.DOWN, at=100.0 + 400.0 * (n // 3)) for n, name in enumerate(names)]
        diary = Diary()
        assert len(diary.at(600.0, *down, network_fine=False)) == 6
        incidents = diary.at(610.0, *down)
        assert [(incident.shared, len(incident.services)) for incident in incidents] == [(True, 3), (True, 3)]

    def test_not_while_the_own_network_is_in_doubt(self) -> None:
        assert len(self.fall(100.0, 110.0, 120.0, network_fine=False)) == 3

    def test_another_service_of_one_of_them_belongs_to_it(self) -> None:
        diary = Diary()
        names = ("acme-api", "beta-api", "gamma-api")
        diary.at(100.0, *[trouble(name, Finding.DOWN, at=90.0) for name in names])
        (incident,) = diary.at(110.0, *[trouble(name, Finding.DOWN, at=90.0) for name in (*names, "beta-chat")])
        assert "beta-chat" in incident.services


class TestWords:
    def test_the_page_is_quoted(self) -> None:
        updates = (PageUpdate(100.0, PageStage.IDENTIFIED, "Found it."),)
        said = page(PageStage.IDENTIFIED, "Elevated errors", updates=updates)
        (incident,) = Diary().at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(said,)))
        assert (incident.title, incident.page_stage, incident.updates) == (
            "Elevated errors",
            PageStage.IDENTIFIED,
            updates,
        )
        assert incident.link == "https://status.example/i1"
        assert incident.cause is None

    def test_what_the_page_says_later_is_shown_though_nothing_else_has_changed(self) -> None:
        diary = Diary()
        (before,) = diary.at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(page(),)))
        diary.store.page_said({"i1": page(PageStage.IDENTIFIED, "Errors in chat")})
        (after,) = diary.store.incidents()
        assert (before.title, after.title, after.page_stage) == ("Errors", "Errors in chat", PageStage.IDENTIFIED)

    def test_a_cause_that_was_stated_stays_until_another_incident_speaks(self) -> None:
        cause = PageUpdate(100.0, PageStage.IDENTIFIED, "The errors were caused by a bad deploy.")
        told = page(PageStage.RESOLVED, updates=(cause,))
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(told,)))
        diary.store.page_said({"i1": page(PageStage.RESOLVED)})
        assert diary.store.incidents()[0].cause == "The errors were caused by a bad deploy"
        (incident,) = diary.at(110.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(page(ident="i2"),)))
        assert incident.cause is None

    def test_what_its_page_only_lists_is_no_word_on_it(self) -> None:
        listed = page(impact=Impact.NONE)
        (incident,) = Diary().at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(listed,)))
        assert (incident.title, incident.word_at) == (None, None)

    def test_the_first_that_explains_it_speaks_until_it_is_resolved(self) -> None:
        diary = Diary()
        diary.at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(page(),)))
        later = page(name="Something else", ident="i2")
        (incident,) = diary.at(110.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(later,)))
        assert incident.title == "Errors"
        diary.store.page_said({"i1": page(PageStage.RESOLVED, resolved_at=115.0)})
        (incident,) = diary.at(120.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(later,)))
        assert incident.title == "Something else"

    @pytest.mark.parametrize(
        ("began", "components", "quoted"),
        [(90.0 - BACKDATED_S, (), True), (89.0 - BACKDATED_S, (), False), (89.0 - BACKDATED_S, ("id-api",), True)],
    )
    def test_one_that_names_no_part_and_began_long_before_means_something_else(
        self, began: float, components: tuple[str, ...], quoted: bool
    ) -> None:
        said = page(started_at=began, components=components)
        (incident,) = Diary().at(100.0, trouble("acme-api", Finding.DOWN, at=90.0, pages=(said,)))
        assert (incident.title is not None) is quoted

    @pytest.mark.parametrize(
        ("stage", "written_at", "quoted"),
        [
            (PageStage.INVESTIGATING, 89.0, True),  # it goes on, however long nobody has written
            (PageStage.MONITORING, 89.0, False),  # that was fixed before
            (PageStage.MONITORING, 91.0, True),
            (PageStage.MONITORING, 91.0 + BACKDATED_S, True),
        ],
    )
    def test_what_was_fixed_long_before_is_about_something_else(
        self, stage: PageStage, written_at: float, quoted: bool
    ) -> None:
        began = 90.0 + BACKDATED_S
        said = page(stage, components=("id-api",), updated_at=written_at)
        (incident,) = Diary().at(began + 10.0, trouble("acme-api", Finding.DOWN, at=began, pages=(said,)))
        assert (incident.title is not None) is quoted

    def test_the_pages_start_counts_when_it_is_believable(self) -> None:
        (incident,) = Diary().at(100_000.0, trouble("acme-api", Finding.DOWN, at=99_000.0))
        assert incident.started_at == 99_000.0
        diary = Diary()
        diary.at(100_000.0, trouble("acme-api", Finding.DOWN, at=99_000.0))
        (incident,) = diary.at(100_100.0, trouble("acme-api", Finding.DOWN, at=98_000.0))
        assert (incident.id, incident.started_at) == ("acme-99000", 98_000.0)
        (incident,) = diary.at(100_200.0, trouble("acme-api", Finding.DOWN, at=10.0))
        assert incident.started_at == 98_000.0


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


DOWN = trouble("acme-api", Finding.DOWN, at=80.0)
PATIENCE_S = 4200.0


def listened(diary: Diary, since: float, until: float, patience_s: float = PATIENCE_S) -> tuple[Incident, ...]:
    """What is shown at the end of a time in which it was down and its page could be heard."""
    for now in range(int(since), int(until), 300):
        diary.at(float(now), DOWN, patience_s=patience_s)
    return diary.at(until, DOWN, patience_s=patience_s)


class TestSilence:
    def test_of_a_page_that_says_nothing_of_what_is_down(self) -> None:
        diary = Diary()
        (incident,) = listened(diary, 100.0, 80.0 + PATIENCE_S - 100.0)
        assert incident.silent_since is None
        (incident,) = diary.at(80.0 + PATIENCE_S, DOWN, patience_s=PATIENCE_S)
        assert (incident.silent_since, incident.word_at) == (80.0, None)
        (same,) = diary.at(90.0 + PATIENCE_S, DOWN, patience_s=PATIENCE_S)
        assert same is incident, "nothing has changed since"
        (same,) = diary.restarted(90.0 + PATIENCE_S).at(95.0 + PATIENCE_S, DOWN, patience_s=PATIENCE_S)
        assert same.silent_since == 80.0

    def test_ends_with_a_word_and_begins_anew_after_it(self) -> None:
        diary = Diary()
        diary.at(100.0, DOWN, patience_s=PATIENCE_S)
        diary.at(5000.0, DOWN, patience_s=PATIENCE_S)
        told = trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(updated_at=5050.0),))
        (incident,) = diary.at(5100.0, told, patience_s=PATIENCE_S)
        assert (incident.silent_since, incident.word_at) == (None, 5050.0)
        (incident,) = diary.at(5050.0 + PATIENCE_S, told, patience_s=PATIENCE_S)
        assert incident.silent_since == 5050.0

    def test_ends_with_a_word_though_nothing_can_be_heard_after_it(self) -> None:
        diary = Diary()
        (before,) = listened(diary, 100.0, 100.0 + PATIENCE_S)
        told = trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(updated_at=4350.0),))
        (after,) = diary.at(4400.0, told)
        assert (before.silent_since, after.silent_since) == (80.0, None)

    def test_ends_when_the_page_calls_it_fixed(self) -> None:
        """And stays so where the page can no longer be heard."""
        said = page(updated_at=90.0)
        seen = trouble("acme-api", Finding.DOWN, at=80.0, pages=(said,))
        diary = Diary()
        diary.at(100.0, seen, patience_s=PATIENCE_S)
        (incident,) = diary.at(90.0 + PATIENCE_S, seen, patience_s=PATIENCE_S)
        assert incident.silent_since == 90.0
        diary.store.page_said({"i1": msgspec.structs.replace(said, stage=PageStage.MONITORING)})
        (incident,) = diary.at(200.0 + PATIENCE_S, seen)
        assert incident.silent_since is None

    def test_is_not_said_of_a_page_that_cannot_be_heard_nor_could_be(self) -> None:
        diary = Diary()
        for now in range(100, 5000, 300):
            (incident,) = diary.at(now, DOWN)
            assert incident.silent_since is None
        for now in range(5000, 4900 + int(PATIENCE_S), 300):
            (incident,) = diary.at(now, DOWN, patience_s=PATIENCE_S)
            assert incident.silent_since is None, "it may have spoken before, and have closed it"
        (incident,) = diary.at(4900.0 + PATIENCE_S, DOWN, patience_s=PATIENCE_S)
        assert incident.silent_since == 4900.0

    def test_is_counted_from_when_somebody_listened(self) -> None:
        """Of what it has not spoken of; what it wrote has its time."""
        told = trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(updated_at=90.0),))
        for seen, since in ((DOWN, 40_000.0), (told, 90.0)):
            diary = Diary()
            diary.at(100.0, seen, patience_s=PATIENCE_S)
            (incident,) = diary.at(40_000.0, seen, patience_s=PATIENCE_S)
            assert incident.silent_since == (None if since > 90.0 else since)
            for now in range(40_300, 40_000 + int(PATIENCE_S) + 1, 300):
                (incident,) = diary.at(now, seen, patience_s=PATIENCE_S)
            assert incident.silent_since == since

    @pytest.mark.parametrize(
        ("seen", "silent"),
        [
            (trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(PageStage.IDENTIFIED),)), True),
            (trouble("acme-api", Finding.DEGRADED, at=80.0, pages=(page(),)), True),
            (trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(PageStage.MONITORING),)), False),
            (trouble("acme-api", Finding.DOWN, at=80.0, pages=(page(PageStage.IN_PROGRESS),)), False),
            # What is slow, or fails in part, is none of its page's as long as it says nothing of it.
            (trouble("acme-api", Finding.SLOW, at=80.0), False),
            (trouble("acme-api", Finding.DEGRADED, at=80.0), False),
            (trouble("acme-api", Finding.RECOVERING, at=80.0, back=90.0), False),
        ],
    )
    def test_who_owes_a_word(self, seen: Trouble, silent: bool) -> None:
        diary = Diary()
        diary.at(100.0, seen, patience_s=PATIENCE_S)
        (incident,) = diary.at(5000.0, seen, patience_s=PATIENCE_S)
        assert (incident.silent_since is not None) is silent

    def test_a_page_that_writes_often_owes_sooner(self) -> None:
        diary = Diary()
        assert listened(diary, 100.0, 80.0 + 1700.0, 1800.0)[0].silent_since is None
        assert diary.at(80.0 + 1800.0, DOWN, patience_s=1800.0)[0].silent_since == 80.0


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
