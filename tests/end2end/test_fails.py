"""`llm-ampel fails`: on whose side it is, with a running instance and without one, by the real command."""

import json
import time
from typing import Any

import pytest

from tests.support.commands import Ended, run
from tests.support.httpserver import answer, silent
from tests.support.scene import MODELS_PATH, NO_KEY, OVERLOADED, Acme, Scene, write_files
from tests.support.told import in_both, providers
from trayapp.core.evidence.observation import Source
from trayapp.core.light.severity import Light
from trayapp.paths import home

THEM, YOU, NEITHER = 2, 1, 3
PROMISED_S = 20.0


def told(ended: Ended) -> dict[str, Any]:
    assert ended.err == "", ended.err
    report: dict[str, Any] = json.loads(ended.out)
    assert report["schema"] == 1
    return report


async def test_a_running_instance_answers_from_what_it_knows_and_looks_afresh() -> None:
    async with Scene(Acme(page=False), Acme("bolt")) as scene, scene.listening():
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        ended = await run("fails", "acme-api", "too", "many", "requets", "--json")
        report = told(ended)
        assert ended.code == YOU
        assert (report["side"], report["why"], report["sure"]) == ("you", "symptom", False)
        assert report["symptoms"][0]["id"] == "rate-limit"
        assert any("fails for you" in line for line in report["sees"])
        # What the user says stays here, and colours nothing.
        assert (await run("status")).code == 0
        verdict = scene.verdict()
        assert [one.source for one in verdict.reasons].count(Source.USER) == 1
        scene["acme"].api(OVERLOADED)
        await scene.until(lambda s: scene.verdict().light is Light.RED, "red")
        both = await in_both("fails", "acme-api", "429")
        assert both.codes == {THEM}
        both.says(("It is them, not you. Acme API is down.", "Reloading does not help."),
                  ("Es liegt an denen, nicht an dir. Acme-API ist gestört.", "Neuladen hilft nicht."))  # fmt: skip


async def test_without_an_instance_it_looks_for_itself() -> None:
    acme, bolt = Acme(), Acme("bolt")
    async with providers(acme, bolt):
        write_files(home(), (acme, bolt))
        ended = await run("fails", "acme-api", "--json")
        assert (ended.code, told(ended)["why"]) == (NEITHER, "calm")
        acme.page(chat_completions="major_outage")
        ended = await run("fails", "acme-api", "--json")
        report = told(ended)
        assert (ended.code, report["side"], report["sure"]) == (THEM, "them", True)
        assert any("page" in line for line in report["sees"])


async def test_a_host_that_hangs_is_answered_for_in_time() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        acme.api_server.on(MODELS_PATH, silent)
        begun = time.monotonic()
        ended = await run("fails", "acme-api", "stuck", "--json")
        report = told(ended)
        assert ended.code in (THEM, NEITHER)
        assert report["why"] in ("checking", "silent", "trouble", "no_evidence")
        assert report["symptoms"][0]["id"] == "stuck"
        assert report["next"]
        # Not a measurement: what was promised, with the start of an interpreter on a busy machine beside it.
        assert time.monotonic() - begun < 2 * PROMISED_S


async def test_what_others_report_is_a_link_that_is_never_asked() -> None:
    acme, map_of_reports = Acme(), Acme("map")
    async with providers(acme, map_of_reports):
        write_files(home(), (acme,))
        file = next(one for one in home().services_dir.iterdir() if one.stem == "acme")
        link = f"{map_of_reports.api_server.url}/status/acme/"
        file.write_text(file.read_text().replace('name = "Acme API"', f'name = "Acme API"\nreports = "{link}"'))
        ended = await run("fails", "acme-api")
        assert f"What others report: {link}" in ended.out
        assert map_of_reports.api_server.requests == []


@pytest.mark.parametrize(
    "said", [["ACME-api"], ["Acme", "API"], ["acme api", "429"], ["acme", "api", "too", "many requests"]]
)
async def test_a_service_is_found_by_the_name_that_is_shown(said: list[str]) -> None:
    acme = Acme(page=False)
    async with providers(acme):
        write_files(home(), (acme,))
        report = told(await run("fails", *said, "--json"))
        assert report["service"] == "acme-api"
        assert bool(report["symptoms"]) == (len(said) > 1 and said[-1] != "API")
        assert (await run("check", "Acme API")).code == 0


async def test_what_asks_without_a_key_blames_none() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        acme.api(answer(429, {"error": {"type": "rate_limit", "message": "slow down"}}))
        ended = await run("fails", "acme-api")
        assert ended.code == YOU
        assert "Most likely it is on your side. Acme API slows down whoever asks from your address." in ended.out
        assert "your key" not in ended.out


async def test_errors_that_have_just_begun_are_most_likely_theirs() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        acme.api(OVERLOADED)
        ended = await run("fails", "acme-api")
        assert ended.code == THEM
        assert "Most likely it is them. Acme API answers 503 here." in ended.out


@pytest.mark.parametrize("name", ["nonsense", "ACME", "x" * 7_000, ""])
async def test_a_service_that_there_is_not(name: str) -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        both = await in_both("fails", name)
        assert both.codes == {64}
        both.says((f"no service called {name[:40]}", "acme-api"), (name[:40], "acme-api"))


async def test_words_that_nobody_knows_are_said_to_be_so() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        acme.api(NO_KEY)
        both = await in_both("fails", "acme-api", "blorp\x1b[31m")
        both.says(("I do not know “blorp",), ("„blorp",))
        assert "\x1b" not in both.en.out


async def test_a_wrong_address_is_not_their_fault() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        acme.api(answer(404, "<html><h1>Not Found</h1></html>"))
        ended = await run("fails", "acme-api")
        assert ended.code == NEITHER
        assert "Nobody's fault can be seen from here. Acme API answers 404 here." in ended.out
        assert "look whether it is right" in ended.out
