"""What an incident takes from its page, and how long the page has been silent."""

import msgspec
import pytest

from tests.support.diary import Diary, page, trouble
from trayapp.core.evidence.page_report import Impact, PageStage, PageUpdate
from trayapp.core.incident.incident import Incident
from trayapp.core.incident.store import BACKDATED_S
from trayapp.core.light.severity import Finding
from trayapp.core.light.trouble import Trouble


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

    def test_what_the_page_said_stays_when_it_lists_it_no_more(self) -> None:
        diary = Diary()
        (before,) = diary.at(100.0, trouble("acme-api", Finding.DOWN, at=95.0, pages=(page(),)))
        diary.store.page_said({"i2": page(name="Something else", ident="i2")})
        assert diary.store.incidents() == (before,)

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
