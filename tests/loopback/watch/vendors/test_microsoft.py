"""Microsoft: a list of rows, a word for each, and posts that say in a sentence when it was."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from tests.support.vendorpages import BEGAN_S, Files, files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.core.light.severity import Light

Make = Callable[[str], VendorScene]
PATH = "/api/posts/m365Consumer"


def _rows(page: VendorScene, state: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = json.loads(files("microsoft", state, page.clock.now())[PATH])
    return rows


def _file(rows: object) -> Files:
    return {PATH: json.dumps(rows).encode()}


@pytest.mark.parametrize(
    ("state", "stage", "impact"),
    [
        ("degraded", PageStage.INVESTIGATING, Impact.MINOR),
        ("major", PageStage.INVESTIGATING, Impact.CRITICAL),
        ("resolved", PageStage.RESOLVED, Impact.UNKNOWN),
        ("maintenance", PageStage.UNKNOWN, Impact.UNKNOWN),
    ],
)
async def test_a_post_is_an_incident(scene: Make, state: str, stage: PageStage, impact: Impact) -> None:
    page = scene("microsoft")
    (told,) = (await page.show(state)).incidents
    now = page.clock.now()
    assert (told.name, told.stage, told.impact) == ("Some users may encounter failures", stage, impact)
    assert told.components == ("chat",)
    # Said to the minute.
    assert told.started_at == pytest.approx(now - BEGAN_S, abs=60)
    assert told.updated_at == pytest.approx(now - BEGAN_S + 360, abs=1)
    assert (told.resolved_at is not None) is (state == "resolved")
    assert told.resolved_at is None or told.resolved_at == pytest.approx(now - BEGAN_S + 300, abs=60)
    assert told.updates[0].text.startswith("User impact: Failures. Start time: ")


@pytest.mark.parametrize(
    ("word", "state"),
    [
        ("Operational", PageLight.OPERATIONAL),
        ("Available", PageLight.OPERATIONAL),
        ("service  Restored ", PageLight.OPERATIONAL),
        ("Service degradation", PageLight.DEGRADED),
        ("Service interruption", PageLight.MAJOR),
        ("Unknown", PageLight.UNKNOWN),
        ("Restored", PageLight.UNKNOWN),
        ("Not operational", PageLight.UNKNOWN),
        ("Investigating", PageLight.DEGRADED),
        ("Restoring service", PageLight.DEGRADED),
        ("extendedRecovery", PageLight.DEGRADED),
        ("Post-incident report published", PageLight.OPERATIONAL),
        ("MitigatedExternal", PageLight.OPERATIONAL),
        ("Investigation suspended", PageLight.UNKNOWN),
        ("Reported", PageLight.UNKNOWN),
        ("🟢", PageLight.UNKNOWN),
    ],
)
async def test_what_a_word_means(scene: Make, word: str, state: PageLight) -> None:
    page = scene("microsoft")
    first, *others = _rows(page, "healthy")
    report = await page.serve(_file([first | {"Status": word}, *others]))
    assert [one.state for one in report.components] == [state, PageLight.OPERATIONAL]
    assert not report.incidents, "without a post there is nothing to tell"
    assert page.opinion("login").light is Light.GREEN


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("Investigating", PageStage.INVESTIGATING),
        ("Restoring service", PageStage.IDENTIFIED),
        ("Verifying service", PageStage.MONITORING),
        ("False positive", PageStage.RESOLVED),
        ("Resolved", PageStage.RESOLVED),
        ("Reported", PageStage.UNKNOWN),
    ],
)
async def test_the_stage_in_a_word(scene: Make, word: str, stage: PageStage) -> None:
    page = scene("microsoft")
    first, *others = _rows(page, "major")
    report = await page.serve(_file([first | {"Status": word}, *others]))
    assert [one.stage for one in report.incidents] == [stage]


@pytest.mark.parametrize("status", [None, 7, "", [], {"Status": "Operational"}])
async def test_a_row_without_a_word_is_of_no_state(scene: Make, status: object) -> None:
    page = scene("microsoft")
    first, *others = _rows(page, "healthy")
    report = await page.serve(_file([first | {"Status": status}, *others]))
    assert (report.health, report.reason, report.params) == (PageHealth.INCOMPLETE, "records", {"lost": 1})
    assert (page.opinion("chat").light, page.opinion("login").light) == (Light.GREY, Light.GREEN)


@pytest.mark.parametrize("rows", [[7, None], [{}], [{"Status": "Operational"}], [{"ServiceWorkloadName": "chat"}]])
async def test_rows_of_which_none_can_be_read(scene: Make, rows: object) -> None:
    page = scene("microsoft")
    report = await page.serve(_file(rows))
    assert (report.health, report.reason) == (PageHealth.UNREADABLE, "shape")
    assert page.opinion("chat").light is Light.GREY


async def test_a_list_of_nothing_is_empty(scene: Make) -> None:
    page = scene("microsoft")
    report = await page.serve(_file([]))
    assert (report.health, report.reason) == (PageHealth.EMPTY, "no_components")
    assert page.opinion("chat").light is Light.GREY


async def test_a_service_that_is_listed_no_more_is_not_well(scene: Make) -> None:
    page = scene("microsoft")
    await page.serve(_file(_rows(page, "healthy")[1:]))
    assert (page.opinion("chat").light, page.opinion("login").light) == (Light.GREY, Light.GREEN)


@pytest.mark.parametrize(
    "said",
    [
        "Start time: soon",
        "Start time: Monday, Smarch 3, 2026, at 6:57 AM UTC",
        "Start time: Tuesday, February 3, 2026, at 16:57 AM UTC",
        "Start time: Tuesday, February 3, 2026, at 6:99 AM UTC",
        "Start time: Tuesday, February 3, 2026, at 6:57 AM PST",
        "Start time: Saturday, February 3, 1601, at 6:57 AM UTC",
        "Start time: Saturday, February 3, 2099, at 6:57 AM UTC",
        None,
        [],
    ],
)
async def test_a_post_that_does_not_say_when_it_began_began_when_it_was_written(scene: Make, said: object) -> None:
    page = scene("microsoft")
    first, *others = _rows(page, "major")
    (told,) = (await page.serve(_file([first | {"Message": said}, *others]))).incidents
    assert told.started_at == told.updated_at
    assert page.opinion("chat").light is Light.RED


@pytest.mark.parametrize(
    ("said", "at_its_start"),
    [
        ("End time: Wednesday, January 1, 2014, at 12:00 PM UTC", True),
        ("End time: Friday, January 1, 2100, at 12:00 PM UTC", False),
        ("End time: this evening", False),
    ],
)
async def test_nothing_ends_before_it_began_nor_after_that_was_said(scene: Make, said: str, at_its_start: bool) -> None:
    page = scene("microsoft")
    first, *others = _rows(page, "resolved")
    message = f"{first['Message'].partition('End time')[0]}{said}"
    (told,) = (await page.serve(_file([first | {"Message": message}, *others]))).incidents
    assert told.resolved_at == (told.started_at if at_its_start else told.updated_at)
    assert told.started_at < told.updated_at


async def test_a_post_without_any_time_is_left_out_and_its_state_is_not(scene: Make) -> None:
    page = scene("microsoft")
    first, *others = _rows(page, "major")
    report = await page.serve(_file([first | {"LastUpdatedTime": "0001-01-01T00:00:00+00:00"}, *others]))
    assert (report.health, report.incidents) == (PageHealth.OK, ())
    assert page.opinion("chat").light is Light.RED


async def test_the_next_incident_is_another(scene: Make) -> None:
    page = scene("microsoft")
    names = []
    for state in ("degraded", "major", "resolved"):
        names += [one.id for one in (await page.serve(_file(_rows(page, state)))).incidents]
    page.clock.move(86400)
    names += [one.id for one in (await page.show("major")).incidents]
    assert len(names) == 4
    assert len(set(names)) == 2


async def test_of_an_old_and_a_new_copy_the_new_one_counts(scene: Make) -> None:
    page = scene("microsoft")
    well = _rows(page, "healthy")
    page.clock.move(300)
    await page.serve(_file(_rows(page, "major")))
    page.clock.move(60)
    await page.serve(_file(well))
    assert page.opinion("chat").light is Light.RED


async def test_a_service_that_is_listed_twice_is_as_bad_as_the_worse(scene: Make) -> None:
    page = scene("microsoft")
    first, *others = _rows(page, "healthy")
    await page.serve(_file([first, *others, first | {"Status": "Service degradation"}, first]))
    assert page.opinion("chat").light is Light.YELLOW
