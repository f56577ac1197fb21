"""The history after what befalls a machine, through the whole program: kill -9, and a file damaged in ten places."""

import json
import random
from pathlib import Path

import pytest

from tests.bench.journal import BEGIN_DAY, fill
from tests.bench.kills import play
from tests.support.commands import run
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene
from trayapp.core.journal.history import day_name
from trayapp.core.light.severity import Finding, Light
from trayapp.paths import home

DAYS, SERVICES = 20, 3


def month_day(day: int) -> str:
    return day_name(BEGIN_DAY + day)


async def test_kill_9_loses_nothing_that_was_shown() -> None:
    due, told = await play(5, seed=3)
    assert told >= due > 0


def damage(file: Path, dice: random.Random) -> None:
    with file.open("r+b") as raw:
        for _ in range(10):
            raw.seek(dice.randrange(file.stat().st_size))
            raw.write(dice.randbytes(40))


@pytest.mark.expects_log("is damaged")
async def test_a_file_damaged_in_ten_places_is_said_and_the_rest_is_there() -> None:
    file = home().journal_file
    file.parent.mkdir(parents=True, exist_ok=True)
    fill(file, DAYS, SERVICES, 1)
    whole = json.loads((await run("history", "--json")).out)
    damage(file, random.Random(5))
    async with Scene(Acme(page=False)) as scene, scene.listening():
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        scene["acme"].api(OVERLOADED)
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        scene["acme"].api(NO_KEY)
        await scene.until(lambda s: scene.verdict().finding is Finding.RECOVERING, "recovering")
        said = await scene.until(lambda s: bool(s.problems), "what is lost")
        assert {code for code, _ in said.problems} <= {
            "journal_damaged",
            "journal_gaps",
            "journal_doubtful",
            "journal_mended",
        }
        left = json.loads((await run("history", "--json")).out)
        words = (await run("status")).err
    assert "history" in words
    assert set(left["lost_days"]) < {month_day(day) for day in range(DAYS)}, "what is lost is still said"
    assert [one["services"] for one in left["incidents"] if one["provider"] == "acme"] == [["acme-api"]]
    before, after = len(whole["changes"]), len(left["changes"])
    assert before == DAYS * SERVICES * 5
    assert after > 0.9 * before
    assert len(left["months"]) >= len(whole["months"]) - 1
    assert list(file.parent.glob(f"{file.name}.damaged-*"))
