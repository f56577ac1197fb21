"""Instatus: what it calls a page in trouble, and its components within others."""

import copy
from typing import Any

import pytest

from tests.support.pagescene import PageScene
from tests.support.vendorfiles import WELL, Files, Told, instatus
from trayapp.core.evidence.page_report import PageHealth, PageLight
from trayapp.watch.pages.recognition import is_instatus_word

KINDS = ("UNDERMAINTENANCE", "DEGRADEDPERFORMANCE", "MINOROUTAGE", "PARTIALOUTAGE", "MAJOROUTAGE")
WORDS = ("UP", "HASISSUES", "UNDERMAINTENANCE", *(f"{many}{kind}" for many in ("ALL", "SOME", "ONE") for kind in KINDS))


def _serve(scene: PageScene, files: Files) -> None:
    for path, file in files.items():
        scene.serve(path, file)


@pytest.mark.parametrize("word", WORDS)
async def test_what_is_going_on_is_read_whatever_it_calls_itself(word: str) -> None:
    async with PageScene("instatus") as scene:
        files = instatus(WELL | {"id-chat": PageLight.MAJOR}, [Told("i1", scene.now - 300)])
        files["/summary.json"]["page"]["status"] = word
        _serve(scene, files)
        report = await scene.report()
        assert (report.health, [one.id for one in report.incidents]) == (PageHealth.OK, ["i1"])
        assert scene.light() == "red down"


@pytest.mark.parametrize("word", ["up", "OPERATIONAL", "HAS_ISSUES", "ONE", "ONEUP", "MAJOROUTAGES", "", None, 1])
def test_what_is_none_of_its_words(word: object) -> None:
    assert not is_instatus_word(word)


def _within(files: Files) -> list[dict[str, Any]]:
    """Chat and Login within a parent, in the list as well or there alone."""
    parts: list[dict[str, Any]] = files["/v2/components.json"]["components"]
    parent = {"id": "id-site", "name": "Site", "status": "MAJOROUTAGE", "group": None, "isParent": True}
    return [*copy.deepcopy(parts[2:]), parent | {"children": copy.deepcopy(parts[:2])}]


@pytest.mark.parametrize("listed_too", [True, False])
async def test_components_within_a_parent(listed_too: bool) -> None:
    async with PageScene("instatus") as scene:
        files = instatus(WELL | {"id-chat": PageLight.MAJOR})
        parts = files["/v2/components.json"]["components"]
        files["/v2/components.json"]["components"] = _within(files) + (parts[:2] if listed_too else [])
        _serve(scene, files)
        report = await scene.report()
        assert sorted(one.id for one in report.components) == sorted([*WELL, "id-site"])
        assert [one.id for one in report.components if one.group] == ["id-site"]
        assert scene.light() == "red down"


async def test_a_parent_is_told_by_its_children() -> None:
    """The newer file says of each component in which it is, and no more of the parent."""
    async with PageScene("instatus") as scene:
        files = instatus(WELL)
        parts = files["/v2/components.json"]["components"]
        for one in parts[1:]:
            one["group"] = {"id": parts[0]["id"], "name": "Site"}
            del one["isParent"]
        _serve(scene, files)
        assert [one.id for one in (await scene.report()).components if one.group] == [parts[0]["id"]]


async def test_an_address_that_makes_no_sense_is_no_name() -> None:
    async with PageScene("instatus") as scene:
        files = instatus(WELL)
        files["/summary.json"]["page"] |= {"url": "https://[acme", "id": None}
        _serve(scene, files)
        assert (await scene.report()).health is PageHealth.WRONG_PAGE


@pytest.mark.parametrize(
    ("stage", "light"), [("MONITORING", "yellow recovering"), ("IDENTIFIED", "red down"), ("NONSENSE", "red down")]
)
async def test_what_is_only_watched_leaves_a_component_well(stage: str, light: str) -> None:
    """The component that carries it says itself how it is."""
    async with PageScene("instatus") as scene:
        _serve(scene, instatus(WELL, [Told("i1", scene.now - 300, stage=stage)]))
        await scene.read()
        assert scene.light() == light


async def test_a_summary_of_the_newer_kind_alone() -> None:
    async with PageScene("instatus") as scene:
        files = instatus(WELL | {"id-chat": PageLight.MAJOR}, [Told("i1", scene.now - 300)])
        files = {f"/v3/{path.rpartition('/')[2]}": file for path, file in files.items()}
        _serve(scene, files)
        for _ in range(2):
            report = await scene.report()
            assert (report.health, [one.id for one in report.incidents]) == (PageHealth.OK, ["i1"])
        assert [scene.server.asked(path) for path in ("/summary.json", "/v3/summary.json")] == [1, 2]


async def test_an_incident_that_names_its_components_itself() -> None:
    async with PageScene("instatus") as scene:
        files = instatus(WELL | {"id-chat": PageLight.MAJOR}, [Told("i1", scene.now - 300, parts=())])
        files["/summary.json"]["activeIncidents"][0]["components"] = [{"id": "id-chat", "name": "Chat"}, 7]
        _serve(scene, files)
        assert [one.components for one in (await scene.report()).incidents] == [("id-chat",)]
