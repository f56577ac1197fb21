"""`llm-ampel history` and `forget`: an outage lived through by the real engine, asked for by the real command."""

import csv
import io
import json
import math
from typing import Any

import pytest
from msgspec import structs

from tests.loopback.store.test_journal import AT, INCIDENT, written
from tests.support.commands import run
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.journal.batch import Batch
from trayapp.core.light.severity import Finding, Light
from trayapp.core.snapshot import Snapshot
from trayapp.paths import home


def green(s: Snapshot) -> bool:
    return s.judgement.light is Light.GREEN


def red(s: Snapshot) -> bool:
    return s.judgement.light is Light.RED


async def outage(scene: Scene) -> None:
    await scene.until(green, "green")
    scene["acme"].api(OVERLOADED)
    await scene.until(red, "red")
    scene["acme"].api(NO_KEY)
    await scene.until(lambda s: scene.verdict().finding is Finding.OK, "well")


async def history(*arguments: str) -> dict[str, Any]:
    ended = await run("history", *arguments, "--json")
    assert ended.code == 0, ended
    told: dict[str, Any] = json.loads(ended.out)
    return told


async def test_an_outage_is_in_the_history_while_it_runs_and_after_a_restart() -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene:
        async with scene.listening():
            await outage(scene)
            running = await history()
        await scene.stop()
        (incident,) = running["incidents"]
        assert (incident["services"], incident["stage"]) == (["acme-api"], "over")
        # The scene's clock is months away from the computer's: the history has the scene's.
        (acme, bolt) = running["months"]
        assert (acme["service"], acme["month"], acme["failed"] >= 3) == ("acme-api", "2026-02", True)
        assert 60.0 < acme["down_s"] < acme["impaired_s"] + acme["down_s"] < 3600.0
        assert 0.0 < acme["uptime"] < 1.0
        assert 0.0 < acme["answer_p50_s"] <= (acme["answer_p95_s"] or math.inf)
        assert (bolt["uptime"], bolt["down_s"], bolt["failed"]) == (1.0, 0.0, 0)
        seen = [(one["light"], one["was_light"]) for one in running["changes"] if one["service"] == "acme-api"]
        assert seen == [(one.light, one.was_light) for one in scene.transitions if one.service == "acme-api"]
        stopped = await history()
        assert stopped["incidents"] == running["incidents"]
        assert stopped["months"][0]["down_s"] == acme["down_s"]
        await scene.start()
        await scene.until(green, "green")
        assert len((await history())["incidents"]) == 1


async def test_it_is_told_in_words_in_csv_and_by_service() -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene:
        await outage(scene)
        await scene.stop()
        said = await run("history")
        assert "Acme API" in said.out
        assert "2026-02: up 9" in said.out or "2026-02: up 8" in said.out, said.out
        assert "Cause not stated." in said.out
        german = await run("history", LANGUAGE="de")
        assert "Bolt-API" in german.out
        assert "2026-02: 100,00 % von" in german.out, german.out
        rows = list(csv.DictReader(io.StringIO((await run("history", "--csv")).out)))
        assert [(row["service"], row["month"]) for row in rows] == [("acme-api", "2026-02"), ("bolt-api", "2026-02")]
        assert float(rows[0]["down_s"]) > 60.0
        one = await history("bolt-api")
        assert [month["service"] for month in one["months"]] == ["bolt-api"]
        assert one["incidents"] == []
        assert (await history("--since", "2026-03-01"))["months"] == []
        assert await history("Bolt API") | {"generated_at": 0} == one | {"generated_at": 0}
        await scene.start()
        await scene.stop()
        (scene.home.services_dir / "bolt.toml").unlink()
        left = {month["service"] for month in (await history("bolt-api"))["months"]}
        assert left == {"bolt-api"}, "its past outlives its entry in the catalogue"


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("history", "nobody"), "nobody"),
        (("history", "openai"), "Did you mean one of these: chatgpt, openai-api, codex?"),
        (("history", "--since", "soon"), "--since"),
        (("history", "--json", "--csv"), "not allowed"),
        (("forget", "nobody", "--yes"), "nobody"),
        (("forget", "openai", "--yes"), "Did you mean one of these: chatgpt, openai-api, codex?"),
    ],
)
async def test_what_cannot_be_asked(arguments: tuple[str, ...], said: str) -> None:
    ended = await run(*arguments)
    assert (ended.code, ended.out) == (64, "")
    assert said in ended.err


async def test_without_any_history() -> None:
    ended = await run("history")
    assert (ended.code, ended.err) == (0, "")
    assert ended.out.startswith("There is no history yet")
    assert (await history())["months"] == []


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
async def test_a_page_of_another_script_is_told_where_few_letters_are_known(encoding: str) -> None:
    title = 'Störung → 中断 \u202e"=cmd\r\n😀'
    incident = structs.replace(INCIDENT, title=title, cause=title, updates=(PageUpdate(AT, PageStage.RESOLVED, title),))
    await written(home().journal_file, Batch(incidents={incident.id: incident}))
    ended = await run("history", "--json", PYTHONIOENCODING=encoding)
    assert (ended.code, ended.err) == (0, "")
    assert json.loads(ended.out)["incidents"][0]["title"].endswith('"=cmd\r\n😀')
    ended = await run("history", PYTHONIOENCODING=encoding)
    assert ended.code == 0
    assert "=cmd" in ended.out.splitlines()[-1], "a line is a line"


@pytest.mark.parametrize(
    ("running", "called"), [(True, "acme-api"), (False, "acme-api"), (True, "Acme API"), (False, "ACME api")]
)
async def test_what_is_forgotten_is_gone_from_memory_and_disk(running: bool, called: str) -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene:
        async with scene.listening():
            await outage(scene)
            assert (await run("forget", "acme-api")).code == 1, "nobody said yes"
            assert len((await history())["incidents"]) == 1
            if running:
                ended = await run("forget", called, "--yes")
        await scene.stop()
        if not running:
            ended = await run("forget", called, "--yes")
        assert (ended.code, ended.err) == (0, "")
        for restarted in (False, True):
            if restarted:
                # What it remembers of an outage that has just ended must not come back, either.
                await scene.start()
                await scene.until(green, "green")
                await scene.stop()
            left = await history()
            assert left["incidents"] == []
            if not restarted:
                assert {one["service"] for one in left["changes"]} == {"bolt-api"}
            acme = [one for one in left["months"] if one["service"] == "acme-api"]
            assert all(one["down_s"] == 0.0 for one in acme), "what comes after is another story"
        assert (await run("forget", "--yes")).code == 0
        assert (await history())["months"] == []
        await scene.start()


async def test_an_outage_of_what_is_no_longer_watched_has_no_seen_end() -> None:
    async with Scene(Acme(page=False), Acme("bolt", page=False)) as scene:
        await scene.until(green, "green")
        scene["acme"].api(OVERLOADED)
        await scene.until(red, "red")
        settings = scene.home.settings_file.read_text()
        scene.home.settings_file.write_text(settings.replace('"acme-api", ', ""))
        await scene.engine.reload()
        await scene.until(green, "green without it")
        await scene.stop()
        (incident,) = (await history())["incidents"]
        assert (incident["stage"], incident["ended_at"]) == ("over", None)
        assert incident["ended_from"] > incident["started_at"]
        assert "end not seen" in (await run("history")).out
        await scene.start()
