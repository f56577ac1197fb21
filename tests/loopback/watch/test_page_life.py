"""A page that dies while it says red, lists less than before or counts one thing twice: through real HTTP."""

import pytest
from msgspec.structs import replace

from tests.support.pagefiles import component, incident, moment
from tests.support.pagescene import API, DAY_S, HOUR_S, MINUTE_S, NAMES, SITE, PageScene, codes
from trayapp.core.catalogue import Component
from trayapp.core.evidence.observation import Depth
from trayapp.text.rows import component_line


async def _red_then_dead(scene: PageScene, answers: Depth | None) -> None:
    """The API's page says red, then nothing; own requests go on."""
    if answers is not None:
        scene.answers(answers)
    scene.show({"id-api": "major_outage"}, changed_at=scene.now - MINUTE_S)
    await scene.read()
    assert scene.light("api") == "red down"
    scene.die()


async def _pass(scene: PageScene, seconds: float, answers: Depth | None) -> None:
    """Time with a failed reading every two minutes, and own requests that are answered at this depth."""
    until = scene.now + seconds
    while scene.now < until:
        scene.move(min(120.0, until - scene.now))
        if answers is not None:
            scene.answers(answers)
        await scene.report()


class TestRedThenDead:
    @pytest.mark.parametrize("answers", [None, Depth.API])
    async def test_its_last_word_stands_for_two_hours(self, answers: Depth | None) -> None:
        async with PageScene() as scene:
            await _red_then_dead(scene, answers)
            await _pass(scene, 2 * HOUR_S - MINUTE_S, answers)
            assert scene.light("api") == "red down"
            assert codes(scene.verdict("api"))[:2] == ["page_component", "page_unknown"], "with its age"

    async def test_three_real_answers_contradict_it(self) -> None:
        async with PageScene() as scene:
            await _red_then_dead(scene, Depth.API)
            await _pass(scene, 20 * MINUTE_S, Depth.COMPLETION)
            assert scene.light("api") == "yellow reported_only"

    @pytest.mark.parametrize(
        ("answers", "light"),
        [(None, "grey no_evidence"), (Depth.API, "yellow reported_only")],
    )
    async def test_after_two_hours_own_eyes_must_be_good(self, answers: Depth | None, light: str) -> None:
        async with PageScene() as scene:
            await _red_then_dead(scene, answers)
            await _pass(scene, 2 * HOUR_S + 2 * MINUTE_S, answers)
            assert scene.light("api") == light
            await _pass(scene, 20 * MINUTE_S, answers)
            assert scene.light("api") == light, "nothing new"
            await _pass(scene, 4 * MINUTE_S, Depth.COMPLETION)
            assert scene.light("api") == "green ok", "a real answer"

    async def test_for_ten_minutes_before_anything_is_said_on_them(self) -> None:
        async with PageScene() as scene:
            await _red_then_dead(scene, None)
            await _pass(scene, 2 * HOUR_S + 2 * MINUTE_S, None)
            await _pass(scene, 8 * MINUTE_S, Depth.API)
            assert scene.light("api") == "grey no_evidence"
            await _pass(scene, 4 * MINUTE_S, Depth.API)
            assert scene.light("api") == "yellow reported_only"

    async def test_a_restart_changes_nothing_about_it(self) -> None:
        async with PageScene() as scene:
            await _red_then_dead(scene, Depth.API)
            await _pass(scene, HOUR_S, Depth.API)
            scene.restart()
            await _pass(scene, 2 * MINUTE_S, Depth.API)
            assert scene.light("api") == "red down"

    async def test_after_a_gap_the_verdict_starts_afresh(self) -> None:
        async with PageScene() as scene:
            await _red_then_dead(scene, Depth.API)
            scene.move(HOUR_S)
            await _pass(scene, 4 * MINUTE_S, Depth.API)
            assert scene.light("api") == "green ok"

    async def test_it_ends_with_the_page(self) -> None:
        async with PageScene() as scene:
            await _red_then_dead(scene, Depth.API)
            await _pass(scene, HOUR_S, Depth.API)
            scene.show()
            await scene.report()
            assert scene.light("api") == "green ok"


async def test_a_maintenance_that_is_a_day_overdue_excuses_no_failures() -> None:
    async with PageScene() as scene:
        told = incident(
            "m1", "Upgrade", "in_progress", scene.now - DAY_S, impact="maintenance",
            components=[component("id-api", "API")],
            scheduled_for=moment(scene.now - DAY_S), scheduled_until=moment(scene.now - DAY_S + HOUR_S),
        )  # fmt: skip
        scene.answers()
        scene.show({"id-api": "under_maintenance"}, maintenances=[told])
        await scene.read()
        for _ in range(5):
            scene.move(15)
            scene.answers(status=502)
        assert scene.light("api") == "red down"


async def test_one_under_way_does() -> None:
    async with PageScene() as scene:
        told = incident(
            "m1", "Upgrade", "in_progress", scene.now - HOUR_S, impact="maintenance",
            components=[component("id-api", "API")],
            scheduled_for=moment(scene.now - HOUR_S), scheduled_until=moment(scene.now - 50 * MINUTE_S),
        )  # fmt: skip
        scene.answers()
        scene.show(maintenances=[told])
        await scene.read()
        for _ in range(5):
            scene.move(15)
            scene.answers(status=502)
        assert scene.light("api") == "yellow maintenance", "until an hour after its announced end"


async def test_own_failures_make_no_less_of_what_the_page_calls_an_outage() -> None:
    async with PageScene() as scene:
        told = incident(
            "m1", "Upgrade", "in_progress", scene.now - HOUR_S, impact="maintenance",
            components=[component("id-api", "API")],
            scheduled_for=moment(scene.now - HOUR_S), scheduled_until=moment(scene.now + HOUR_S),
        )  # fmt: skip
        scene.answers()
        scene.show({"id-api": "major_outage"}, maintenances=[told], changed_at=scene.now - MINUTE_S)
        await scene.read()
        assert scene.light("api") == "red down"
        for _ in range(5):
            scene.move(15)
            scene.answers(status=502)
            assert scene.light("api") == "red down"


@pytest.mark.parametrize("impact", ["critical", "major"])
async def test_an_incident_beside_maintenance_is_not_only_listed(impact: str) -> None:
    async with PageScene() as scene:
        told = incident(
            "i1", "Errors", "investigating", scene.now - MINUTE_S, impact=impact,
            components=[component("id-api", "API")],
        )  # fmt: skip
        scene.answers()
        scene.show({"id-api": "under_maintenance"}, [told], changed_at=scene.now - HOUR_S)
        await scene.read()
        assert scene.light("api") == "yellow degraded"
        await scene.watch(40 * MINUTE_S)
        assert scene.light("api") == "yellow degraded"


async def test_a_green_service_is_so_since_the_last_of_its_parts() -> None:
    async with PageScene() as scene:
        scene.show()
        await scene.read()
        began = scene.now
        await scene.watch(HOUR_S)
        scene.show({"id-chat": "major_outage"}, changed_at=scene.now)
        await scene.watch(HOUR_S)
        assert scene.light() == "red down"
        scene.show()
        await scene.watch(HOUR_S)
        assert scene.light() == "green ok"
        assert scene.verdict().since > began + 2 * HOUR_S


async def test_a_main_part_that_the_page_no_longer_lists_hides_not_the_others() -> None:
    async with PageScene() as scene:
        parts = [component(one, NAMES[one]) for one in NAMES if one != "id-login"]
        scene.show(file={"components": parts})
        verdict = await scene.read()
        assert (scene.light(), scene.part("login").light) == ("green ok", "grey")
        assert "parts_unknown" in codes(verdict), "and that is said"


async def test_parts_that_rest_on_one_page_component_count_once() -> None:
    history = Component("history", "History", True, ("id-chat",))
    site = replace(SITE, components=(*SITE.components[:2], history))
    async with PageScene(services=(site, API)) as scene:
        scene.show({"id-chat": "partial_outage"})
        await scene.read()
        assert scene.light() == "yellow degraded"
        scene.show({"id-chat": "partial_outage", "id-login": "partial_outage"})
        await scene.read()
        assert scene.light() == "red down", "two of two"


async def test_minor_parts_never_add_up_to_red() -> None:
    parts = [replace(one, main=one.id == "chat") for one in SITE.components]
    async with PageScene(services=(replace(SITE, components=tuple(parts)), API)) as scene:
        scene.show({"id-login": "major_outage", "id-history": "major_outage"})
        await scene.read()
        assert scene.light() == "yellow degraded"


async def test_a_part_without_an_entry_of_its_own_says_what_it_rests_on() -> None:
    shared = {"history": ("id-chat",), "chat": ("id-chat",)}
    parts = tuple(replace(one, page_components=shared.get(one.id, one.page_components)) for one in SITE.components)
    async with PageScene(services=(replace(SITE, components=parts), API)) as scene:
        scene.show({"id-chat": "partial_outage"})
        await scene.read()
        snapshot = scene.state.result.snapshot
        assert scene.light() == "yellow degraded"
        assert component_line(scene.part("history"), snapshot).startswith(
            "History (the page has one entry for it and Chat): "
        )
        assert component_line(scene.part("chat"), snapshot).startswith("Chat: ")
