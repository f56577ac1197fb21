"""Rule 4, as a table: what is on the page, and what it says of one component."""

import pytest

from tests.unit.core.playbook import LINK, START, page
from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageLight, PageReport
from trayapp.core.light.page_opinion import ALL, PAGE_FRESH_S, PageView, speak
from trayapp.core.light.severity import Finding, Light

G, Y, R, U = Light.GREEN, Light.YELLOW, Light.RED, Light.GREY

TABLE = [
    # what the page says, the light and the finding of chat, and why
    ("ok", G, Finding.OK, "everything operational"),
    ("degraded:chat", Y, Finding.DEGRADED, "degraded performance"),
    ("partial:chat", Y, Finding.DEGRADED, "partial outage"),
    ("major:chat", R, Finding.DOWN, "major outage"),
    ("maintenance:chat", G, Finding.OK, "maintenance is no outage"),
    ("unknown:chat", U, Finding.NO_EVIDENCE, "a value nobody knows"),
    ("major:login", G, Finding.OK, "another component"),
    ("incident:investigating:minor:chat", Y, Finding.DEGRADED, "counts with green components"),
    ("incident:investigating:none:chat", Y, Finding.DEGRADED, "Statuspage's impact of such"),
    ("incident:identified:major:chat", Y, Finding.DEGRADED, "major is not critical"),
    ("incident:investigating:critical:chat", R, Finding.DOWN, "critical impact"),
    ("incident:investigating:unknown:chat", Y, Finding.DEGRADED, "an unknown impact is not red"),
    ("incident:unknown:critical:chat", U, Finding.NO_EVIDENCE, "an unknown stage is unknown"),
    ("incident:monitoring:critical:chat", Y, Finding.RECOVERING, "a fix is being watched"),
    ("partial:chat incident:monitoring:major:chat", Y, Finding.DEGRADED, "the component is not there yet"),
    ("major:chat incident:monitoring:major:chat", R, Finding.DOWN, "nor here"),
    ("incident:resolved:critical:chat", G, Finding.OK, "over"),
    ("incident:scheduled:maintenance:chat", G, Finding.OK, "announced only"),
    ("incident:in_progress:maintenance:chat", G, Finding.OK, "maintenance alone"),
    ("incident:investigating:critical:login", G, Finding.OK, "names another component"),
    ("incident:investigating:major:", Y, Finding.DEGRADED, "names none, touches none: all"),
    ("incident:investigating:critical:", Y, Finding.DEGRADED, "yellow, whatever the impact"),
    ("incident:investigating:minor:", G, Finding.OK, "listed only"),
    ("incident:monitoring:major:", G, Finding.OK, "listed only"),
    ("partial:chat incident:investigating:minor:", Y, Finding.DEGRADED, "names none, means this one"),
    ("partial:login incident:investigating:major:", G, Finding.OK, "names none, means the other"),
    ("partial:chat incident:investigating:critical:", R, Finding.DOWN, "critical for what it touches"),
]  # fmt: skip


@pytest.mark.parametrize(("said", "light", "finding", "why"), TABLE, ids=[row[0] for row in TABLE])
def test_what_a_page_says(said: str, light: Light, finding: Finding, why: str) -> None:
    voice = speak(page(START, said.split()), ("id-chat",))
    assert (voice.light, voice.finding) == (light, finding), why


def test_reasons_name_incident_and_component() -> None:
    voice = speak(page(START, ["partial:chat", "incident:identified:major:chat"]), ("id-chat",))
    assert [one.code for one in voice.reasons] == ["page_incident", "page_component"]
    assert voice.reasons[0].params["title"] == "Elevated error rates"
    assert voice.reasons[0].link == f"{LINK}/incidents/inc-1"
    assert voice.unsettled
    assert voice.partial
    assert voice.since == START - 600


def test_an_incident_that_is_only_listed_is_no_incident_of_this_component() -> None:
    voice = speak(page(START, ["incident:investigating:minor:"]), ("id-chat",))
    assert [one.code for one in voice.reasons] == ["page_incident"]
    assert voice.incidents == ()
    assert not voice.unsettled


@pytest.mark.parametrize(("changed_at", "touched"), [(START - 700, False), (START - 500, True), (None, True)])
def test_unnamed_means_what_is_not_operational_since_it_began(changed_at: float | None, touched: bool) -> None:
    """The incident began 600 s before the start; a page without believable times leaves only the state."""
    said = page(START, ["incident:investigating:critical:"])
    parts = tuple(
        PageComponent(one.id, one.name, PageLight.DEGRADED, changed_at) if one.id == "id-chat" else one
        for one in said.components
    )
    voice = speak(PageReport(START, "acme", PageHealth.OK, LINK, parts, said.incidents), ("id-chat",))
    assert voice.light is (Light.RED if touched else Light.YELLOW)


class TestEveryComponent:
    @staticmethod
    def voice(troubled: int, of: int, state: PageLight = PageLight.MAJOR) -> Light:
        parts = tuple(
            PageComponent(f"c{n}", f"C{n}", state if n < troubled else PageLight.OPERATIONAL) for n in range(of)
        )
        return speak(PageReport(START, "acme", PageHealth.OK, LINK, parts), (ALL,)).light

    def test_the_worst_of_them(self) -> None:
        assert self.voice(1, 1) is Light.RED
        assert self.voice(1, 5) is Light.RED
        assert self.voice(1, 5, PageLight.DEGRADED) is Light.YELLOW

    def test_less_than_a_tenth_is_listed_only(self) -> None:
        assert self.voice(1, 28) is Light.GREEN
        assert self.voice(3, 28) is Light.RED

    def test_any_incident_touches_it(self) -> None:
        assert speak(page(START, ["incident:investigating:minor:uploads"]), (ALL,)).light is Light.YELLOW


class TestView:
    def test_never_read(self) -> None:
        assert PageView().voice(("id-chat",), START) is None

    def test_not_meant_to_speak_for_it(self) -> None:
        view = PageView()
        view.observe(page(START, ["ok"]))
        assert view.voice((), START) is None

    def test_a_missing_component_is_unknown(self) -> None:
        view = PageView()
        view.observe(page(START, ["ok"]))
        voice = view.voice(("id-chat", "id-gone"), START)
        assert voice is not None
        assert voice.light is Light.GREY

    @pytest.mark.parametrize("health", [one for one in PageHealth if one is not PageHealth.OK])
    def test_no_health_but_ok_is_ever_green_or_red(self, health: PageHealth) -> None:
        view = PageView()
        view.observe(PageReport(START, "acme", health, LINK, reason="http", params={"status": 500}))
        voice = view.voice(("id-chat",), START)
        assert voice is not None
        assert voice.light is Light.GREY
        assert voice.reasons[0].params["health"] == health

    def test_one_failed_reading_may_be_chance_two_are_not(self) -> None:
        view = PageView()
        view.observe(page(START, ["ok"]))
        view.observe(page(START + 120, ["html"]))
        assert view.usable(START + 120) is not None
        view.observe(page(START + 240, ["html"]))
        assert view.usable(START + 240) is None

    def test_unless_the_own_network_explains_them(self) -> None:
        view = PageView()
        view.observe(page(START, ["ok"]))
        for at in (120, 240, 360):
            view.observe(page(START + at, ["timeout"]), excused=True)
        assert view.usable(START + 360) is not None

    @pytest.mark.parametrize("health", ["moved", "wrong_page", "empty", "stale"])
    def test_what_a_page_itself_shows_counts_at_once(self, health: str) -> None:
        view = PageView()
        view.observe(page(START, ["ok"]))
        view.observe(page(START + 120, [health]))
        assert view.usable(START + 120) is None

    def test_an_old_reading_does_not_speak(self) -> None:
        view = PageView()
        view.observe(page(START, ["ok"]))
        assert view.usable(START + PAGE_FRESH_S) is not None
        assert view.usable(START + PAGE_FRESH_S + 1) is None

    def test_unless_the_page_is_read_so_rarely_as_a_rule(self) -> None:
        view = PageView()
        view.observe(page(START, ["ok"]))
        view.observe(page(START + 1200, ["ok"]))
        assert view.starts_afresh
        assert view.usable(START + 2400) is not None
        view.observe(page(START + 2400, ["ok"]))
        assert not view.starts_afresh

    def test_readings_may_come_in_any_order(self) -> None:
        view = PageView()
        view.observe(page(START + 120, ["ok"]))
        view.observe(page(START, ["html"]))
        assert view.usable(START + 120) is not None
        assert view.fetched_at == START + 120
