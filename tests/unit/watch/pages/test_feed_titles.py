"""Titles that say that it is over, and those that seem to."""

import pytest

from trayapp.core.evidence.page_report import PageStage
from trayapp.watch.pages.feed_titles import by_monitor, is_on, is_over


@pytest.mark.parametrize(
    "title",
    [
        "Azure OpenAI - Sweden Central - Resolved",
        "RESOLVED - Azure OpenAI - East US - Increased latency",
        "RESOLVED: Pub/Sub issues in Belgium",
        "Azure SQL Database - Service Restored",
        "Mail is not delivered - Resolved",
        "Errors (resolved)",
        "Errors resolved",
        "Resolved",
        "Post Incident Review (PIR) - Networking - Global",
        "Preliminary Post-Incident Review: Storage",
        "Final PIR - Storage",
        "Post-mortem: Errors on 3 February",
        "Root cause analysis for the outage of 3 February",
    ],
)
def test_over(title: str) -> None:
    assert is_over(title)


@pytest.mark.parametrize(
    "title",
    [
        "Azure OpenAI - Sweden Central - Not fully resolved",
        "Azure OpenAI - expected to be resolved",
        "Azure OpenAI: will be resolved",
        "Errors - hasn't been resolved",
        "Errors - hasn’t been resolved",
        "Errors - nearly resolved",
        "Errors - mostly mitigated",
        "Errors - partly restored",
        "Errors - awaiting word that it is resolved",
        "Errors - monitored until resolved",
        "Errors in names that cannot be resolved",
        "Errors in names resolved by ours",
        "Resolved in North Europe",
        "Root cause identified",
        "Postal incident",
        "PIRATE - Errors",
        "Resolved - analysis ongoing",
        "",
        " - ",
    ],
)
def test_not_over(title: str) -> None:
    assert not is_over(title)


@pytest.mark.parametrize(
    ("title", "stage"),
    [
        ("API went down", PageStage.INVESTIGATING),
        ("API recovered ", PageStage.RESOLVED),
        ("API recovered in part", None),
        ("recovered", None),
    ],
)
def test_what_a_monitor_says(title: str, stage: PageStage | None) -> None:
    assert by_monitor(title) is stage


@pytest.mark.parametrize(("title", "on"), [("Impact continues", True), ("Still slow", True), ("Discontinued", False)])
def test_what_goes_on(title: str, on: bool) -> None:
    assert is_on(title) is on
