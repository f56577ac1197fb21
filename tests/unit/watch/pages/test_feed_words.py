"""What items of feeds mean, by the words that vendors mark up."""

import pytest

from trayapp.core.evidence.page_report import Impact, PageLight, PageStage
from trayapp.watch.pages.feed_file import MAX_CHARS, Item
from trayapp.watch.pages.feed_words import meaning

S = PageStage


def _item(body: str = "", title: str = "Errors", *categories: str) -> Item:
    return Item({"title": title, "description": body}, categories)


@pytest.mark.parametrize(
    ("item", "stage"),
    [
        (_item("<h3>Status: RESOLVED</h3><h3>Investigating</h3>"), S.RESOLVED),
        (_item("<h3>Status: ACTIVE</h3><h3>Monitoring</h3><h3>Investigating</h3>"), S.MONITORING),
        (_item("<h3>Status: ACTIVE</h3>"), S.INVESTIGATING),
        (_item("<h3>Status: ACTIVE</h3><h3>Resolved</h3>"), S.INVESTIGATING),
        (_item("<h3>Status: SHRUGGING</h3>"), S.UNKNOWN),
        (_item("<b>Status: Identified</b><br/>Words."), S.IDENTIFIED),
        (_item("<strong>Update</strong> - Still.<p><strong>Identified</strong> - It."), S.IDENTIFIED),
        (_item("<strong>RESOLVED</strong> - Over."), S.RESOLVED),
        (_item("<h3>Investigating outage</h3>"), S.INVESTIGATING),
        (_item("<p>It is <b>not resolved</b> yet; a resolved issue came back.</p>"), S.UNKNOWN),
        (_item("<h3>Unresolved</h3>"), S.UNKNOWN),
        (_item("", "Errors", "outage", "active"), S.INVESTIGATING),
        (_item("", "Errors", "outage", "resolved"), S.RESOLVED),
        (_item("", "Errors", "active", "resolved"), S.RESOLVED),
        (_item("<h3>Status: ACTIVE</h3>", "Errors", "resolved"), S.UNKNOWN),
        (_item("<h3>Investigating</h3>", "Errors", "outage", "resolved"), S.UNKNOWN),
        (_item("", "RESOLVED: Errors"), S.RESOLVED),
        (_item("", "Service is operating normally: [RESOLVED] Errors"), S.RESOLVED),
        (_item("", "Service is operating normally in part; errors continue"), S.UNKNOWN),
        (_item("<b>Status: Maintenance scheduled</b>"), S.SCHEDULED),
        (_item("<b>Status: Maintenance in progress</b>"), S.IN_PROGRESS),
        (_item("<b>Status: Maintenance complete</b>"), S.RESOLVED),
        (_item("", "[Resolved] Errors"), S.RESOLVED),
        (_item("", "Errors - West US - Mitigated"), S.RESOLVED),
        (_item("", "Errors with resolved domain names"), S.UNKNOWN),
        (_item("", "[Investigating] Errors"), S.INVESTIGATING),
        (_item("", "[Ended] Errors"), S.RESOLVED),
        (_item("", "[Monitoring] Errors", "resolved"), S.UNKNOWN),
        (_item("<h3>Status: RESOLVED</h3>", "[Investigating] Errors"), S.RESOLVED),
        (_item("", "Chat API went down"), S.INVESTIGATING),
        (_item("", "Chat API recovered"), S.RESOLVED),
        (_item("", "Chat API recovered in part"), S.UNKNOWN),
        (_item("", "Resolved Service Disruption"), S.RESOLVED),
        (_item("", "(Resolved) Errors in West US"), S.RESOLVED),
        # Over somewhere, or nearly: not over.
        (_item("", "Resolved in North Europe. Impact continues in West Europe"), S.UNKNOWN),
        (_item("", "Resolved for Storage; mitigation underway for Compute"), S.UNKNOWN),
        (_item("", "Errors - Resolved in East US, degraded in West US"), S.UNKNOWN),
        (_item("", "[Resolved] Storage, still investigating Compute"), S.UNKNOWN),
        (_item("", "Errors - not resolved"), S.UNKNOWN),
        (_item("", "Errors - not yet resolved"), S.UNKNOWN),
        (_item("", "Errors - partially resolved"), S.UNKNOWN),
        (_item("", "Unresolved"), S.UNKNOWN),
        (_item("", "Unresolved", "resolved"), S.RESOLVED),
        (_item("", "Errors"), S.UNKNOWN),
        (_item("<strong>Scheduled</strong> - Tonight."), S.SCHEDULED),
        (_item("<strong>In progress</strong> - Now."), S.IN_PROGRESS),
        (_item("<strong>Completed</strong> - Done."), S.RESOLVED),
    ],
)
def test_stages(item: Item, stage: PageStage) -> None:
    assert meaning(item).stage is stage


@pytest.mark.parametrize(
    ("item", "impact"),
    [
        (_item("<p>Severity: outage</p>"), Impact.CRITICAL),
        (_item("<p>Severity: disruption</p>"), Impact.MAJOR),
        (_item("<p>Severity: degraded</p>"), Impact.MINOR),
        (_item("<p>Severity: info</p>", "Notes", "info"), Impact.NONE),
        (_item("<p>Severity: dire</p>"), Impact.UNKNOWN),
        (_item("", "Errors", "Outage"), Impact.CRITICAL),
        (_item("<p>No outage at all</p>"), Impact.UNKNOWN),
        (_item("<p>Severity: unavailable</p>", "Errors", "unavailable", "active"), Impact.CRITICAL),
        (_item("<p>Severity: degraded</p>", "Errors", "outage"), Impact.MINOR),
        (_item("", "Errors", "degraded", "investigating", "unavailable"), Impact.CRITICAL),
        (_item("", "Errors", "major_outage", "monitoring"), Impact.CRITICAL),
        (_item("", "Errors", "degraded_performance"), Impact.MINOR),
    ],
)
def test_gravity(item: Item, impact: Impact) -> None:
    assert meaning(item).impact is impact


@pytest.mark.parametrize(
    ("title", "name", "part"),
    [
        ("[Grok (Web)] Models outage", "Models outage", "Grok (Web)"),
        ("Models outage", "Models outage", ""),
        ("[] Models outage", "[] Models outage", ""),
        ("[Grok]", "[Grok]", ""),
        ("[Resolved] Models outage", "Models outage", ""),
        ("[in progress] Upgrade", "Upgrade", ""),
    ],
)
def test_the_part_in_a_title(title: str, name: str, part: str) -> None:
    means = meaning(_item(title=title))
    assert (means.name, means.title_part) == (name, part)


def test_the_parts_in_a_list() -> None:
    body = (
        "<ul><li>Search (Degraded performance)</li><li>Log&amp;in (Full outage)</li><li>Files</li><li>A (Odd)</li>"
        "<li> Apps (EU) (Partial outage) </li><li> (Full outage)</li><li>Chat (Degraded) Chat (Full outage)</li></ul>"
    )
    assert meaning(_item(body)).parts == {
        "Search": PageLight.DEGRADED,
        "Log&in": PageLight.MAJOR,
        "A": PageLight.UNKNOWN,
        "Apps (EU)": PageLight.PARTIAL,
        "Chat": PageLight.MAJOR,
    }


def test_updates() -> None:
    body = (
        "<h3>Status: RESOLVED</h3><p>Severity: outage</p><p>Resolved: Tue, 22 Sep 2026 01:28:30 GMT</p>"
        "<p><strong>Tue, 22 Sep 2026 01:28:43 GMT</strong></p><h3>Resolved</h3><p>All <i>well</i> &amp; fine.</p>"
        "<p><strong>Tue, 22 Sep 2026 01:03:07 GMT</strong></p><h3>Investigating</h3><p>We are.</p>"
    )
    means = meaning(_item(body))
    assert [(said.stage, " ".join(said.text.split())) for said in means.updates] == [
        (S.RESOLVED, "All well & fine."),
        (S.INVESTIGATING, "We are."),
    ]
    first, second = (said.at for said in means.updates)
    assert first is not None
    assert second is not None
    assert first - second == 25 * 60 + 36
    assert means.resolved_at == first - 13


PUBLISHED = "Sun, 20 Sep 2026 10:00:00 GMT"


def test_updates_with_times_of_the_day_alone() -> None:
    """Statuspage's; what stands before the next update is none of the words of this one."""
    body = (
        "<p><small>Sep <var data-var='date'>20</var>, <var data-var='time'>11:05</var> UTC</small><br>"
        "<strong>Monitoring</strong> - Fixed.</p>"
        "<p><small>Sep <var data-var='date'>20</var>, <var data-var='time'>09:45</var> UTC</small><br>"
        "<strong>Investigating</strong> - Looking.</p>"
    )
    first, second = meaning(Item({"title": "Errors", "description": body, "pubdate": PUBLISHED}, ())).updates
    assert (first.stage, first.text, second.text) == (S.MONITORING, "Fixed.", "Looking.")
    assert (first.at, second.at) == (1_789_902_300.0, 1_789_897_500.0)


def _instatus(kind: str, parts: str = "Trading API (CLOB), Web &amp; App") -> Item:
    return _item(
        f"<p><strong>Type:</strong> {kind}</p><p><strong>Duration:</strong> 1 hour</p>"
        f"<p><strong>Affected Components:</strong> {parts}</p>"
        "<p><small>Sep <var data-var='date'> 20</var>, <var data-var='time'>11:00:00</var> GMT+0</small><br />"
        "<strong>Identified</strong> - Found.</p>"
    )


@pytest.mark.parametrize(("kind", "maintenance"), [("Maintenance", True), ("Incident", False)])
def test_fields_of_instatus(kind: str, maintenance: bool) -> None:
    means = meaning(_instatus(kind))
    assert (means.stage, means.maintenance) == (S.IDENTIFIED, maintenance)
    assert means.parts == {"Trading API (CLOB)": PageLight.UNKNOWN, "Web & App": PageLight.UNKNOWN}
    assert meaning(_instatus(kind, " ")).parts == {}


@pytest.mark.timeout(10)
@pytest.mark.parametrize(
    "part",
    ["<b>", "<li>", "<p>severity: ", "<b>a</b>", "<li>(", "<li>a (", "[", "<p>resolved:", "<h1 ", "status: ", "<var ",
     "<strong>type:", "<strong>affected components:</strong> ", "not - ", "- ", " resolve "],
)  # fmt: skip
def test_no_text_is_gone_through_again_and_again(part: str) -> None:
    assert meaning(_item(part * (MAX_CHARS // len(part)), part * 1000)).stage is S.UNKNOWN


@pytest.mark.parametrize("word", ["Scheduled", "In progress", "Maintenance in progress", "Maintenance complete"])
def test_a_maintenance_by_its_words(word: str) -> None:
    assert meaning(_item(f"<b>Status: {word}</b>")).maintenance
    assert not meaning(_item("<b>Status: Identified</b>")).maintenance
