"""Real one-token answers at the user's cost: what they may cost, and what is no outage though they are refused."""

import pytest

from tests.support.httpserver import Behaviour, answer, events
from tests.support.scene import CHAT_PATH, Acme, Scene
from trayapp.control.report import report
from trayapp.core.evidence.observation import Badge
from trayapp.core.light.severity import Confidence, Light
from trayapp.core.snapshot import Snapshot
from trayapp.engine.engine import Engine
from trayapp.engine.loading import load_all
from trayapp.text import reasons
from trayapp.watch.schedule.budget import ONE_ANSWER_TOKENS

KEY = '[provider.acme]\nkey = "env:ACME_KEY"\n'
TOKEN = events('{"choices":[{"delta":{"content":"H"}}]}', "[DONE]")
GONE = answer(404, {"error": {"code": "model_not_found", "message": "The model `acme-1` does not exist."}})
NO_MONEY = answer(429, {"error": {"code": "insufficient_quota", "message": "You exceeded your current quota."}})


@pytest.fixture(autouse=True)
def acme_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", "sk-test")


def paid(**limits: float) -> str:
    stated = "".join(f", {name} = {value}" for name, value in limits.items())
    return KEY + f'completion = {{ enabled = true, model = "acme-1", interval_s = 600{stated} }}\n'


def answering(s: Snapshot) -> bool:
    return s.judgement.services[0].confidence is Confidence.ANSWERING


async def _hours(scene: Scene, hours: float) -> None:
    end = scene.clock.now() + 3600.0 * hours
    await scene.until(lambda s: s.at >= end, f"{hours} hours")


@pytest.mark.parametrize(("told", "badge"), [(GONE, Badge.MODEL), (NO_MONEY, Badge.QUOTA)])
async def test_what_is_the_models_or_the_accounts_end_is_a_badge_and_never_a_light(
    told: Behaviour, badge: Badge
) -> None:
    async with Scene(Acme(completion=True), settings=paid(), rate=1200.0) as scene:
        await scene.until(answering, "a real answer")
        scene["acme"].api_server.on(CHAT_PATH, told)
        snapshot = await scene.until(lambda s: badge in s.judgement.services[0].badges, "the badge")
        said = [reasons.reason(one, snapshot) for one in snapshot.judgement.services[0].reasons]
        await _hours(scene, 1.5)
        verdict = scene.verdict()
        assert verdict.badges == (badge,), "a list of models that is given does not take it back"
        assert scene["acme"].api_server.asked(CHAT_PATH) >= 4, "rule 3 has had its three refusals"
        assert not {one.light for one in scene.transitions} & {Light.YELLOW, Light.RED}
        if badge is Badge.MODEL:
            assert "Acme AI does not offer the model acme-1 (any more): choose another." in said
        scene["acme"].api_server.on(CHAT_PATH, TOKEN)
        await scene.until(lambda s: not s.judgement.services[0].badges, "no badge")


@pytest.mark.parametrize(
    "limits",
    [
        {"daily_tokens": 3 * ONE_ANSWER_TOKENS},
        {"daily_cost": 0.006},  # 60 tokens at the 100 a million that it is reckoned with
        {"daily_cost": 0.00006, "price": 1.0},
    ],
)
async def test_neither_cap_is_passed_and_both_survive_a_restart(limits: dict[str, float]) -> None:
    acme = Acme(completion=True)
    async with Scene(acme, settings=paid(**limits), rate=1200.0) as scene:
        acme.api_server.on(CHAT_PATH, TOKEN)
        await scene.until(lambda s: s.spent_today[0].tokens == 2 * ONE_ANSWER_TOKENS, "two answers")
        await scene.stop()
        await scene.start()
        (spending,) = scene.engine.snapshot().spent_today
        assert spending.tokens == 2 * ONE_ANSWER_TOKENS, "a restart forgets nothing"
        await scene.until(lambda s: acme.api_server.asked(CHAT_PATH) == 3, "the third")
        await _hours(scene, 1.0)
        assert acme.api_server.asked(CHAT_PATH) == 3
        told = report(scene.engine.snapshot())["spent_today"]["acme"]
        assert told["tokens"] == 3 * ONE_ANSWER_TOKENS
        assert told["cost"] <= told["daily_cost"]


async def test_a_single_round_that_nobody_remembers_spends_nothing() -> None:
    acme = Acme(completion=True)
    async with Scene(acme, settings=paid(daily_tokens=0)) as scene:
        await scene.stop()
        acme.api_server.on(CHAT_PATH, TOKEN)
        scene.home.settings_file.write_text(
            scene.home.settings_file.read_text().replace("daily_tokens = 0", "daily_tokens = 1000")
        )
        async with Engine(scene.home, scene.clock, load_all(scene.home), watch_machine=False, remember=False) as engine:
            await engine.one_round(10.0)
            assert engine.judgement.light is Light.GREEN
            assert engine.snapshot().spent_today == ()
        assert acme.api_server.asked(CHAT_PATH) == 0
        await scene.start()
