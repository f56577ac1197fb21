"""What of a page's words is given as a reason."""

import pytest

from tests.unit.core.playbook import LINK, START
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageReport,
    PageStage,
)
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.page_said import MOST_SAID, heaviest, wanted


def _incident(number: int, impact: Impact) -> PageIncident:
    return PageIncident(f"i{number}", "Errors", PageStage.INVESTIGATING, impact, ("id-chat",), START - number, START)


def test_of_very_many_incidents_the_heaviest_are_said() -> None:
    told = (*(_incident(number, Impact.MINOR) for number in range(300)), _incident(900, Impact.CRITICAL))
    part = PageComponent("id-chat", "Chat", PageLight.DEGRADED, START)
    report = PageReport(START, "acme", PageHealth.OK, LINK, (part,), told)
    opinion = Opinions(report).of(("id-chat",), START)
    said = [each.params["impact"] for each in opinion.reasons if each.code == "page_incident"]
    assert said == ["critical", *["minor"] * (MOST_SAID - 1)]
    assert len(opinion.incidents) == len(told)


def test_a_few_are_said_in_the_order_of_the_page() -> None:
    told = [*(_incident(number, Impact.MINOR) for number in range(MOST_SAID - 1)), _incident(99, Impact.CRITICAL)]
    assert heaviest(told) == told


@pytest.mark.parametrize(("entry", "told"), [("01ABC", "01ABC"), ("name:*GLM*", "GLM"), ("name:A*B", "A*B")])
def test_what_the_catalogue_asks_for_as_it_is_told(entry: str, told: str) -> None:
    assert wanted(entry) == told
