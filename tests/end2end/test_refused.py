"""Outages that are no 5xx and no silence, each as those inside it lived through it: refused what was accepted."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import aiohttp
import msgspec
import pytest

from tests.support import pagefiles
from tests.support.httpserver import Behaviour, answer
from tests.support.scene import CHAT_PATH, EDGE_PATH, EPOCH, MODELS_PATH, NO_KEY, Acme, Scene, completion, free_port
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.core.evidence.observation import Badge
from trayapp.core.light.reasons import Reason
from trayapp.core.light.severity import Finding, Light
from trayapp.core.snapshot import Snapshot
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

NOW = EPOCH.timestamp()
ASKING_S = 61.0
"""Steady seconds between two requests of a tool."""
FINE = answer(200, completion("acme-1"))
GONE = answer(404, {"detail": "Unknown error"})
NOT_AUTHENTICATED = answer(401, {"error": {"type": "authentication_error", "message": "OAuth token has expired."}})
NO_SUCH_MODEL = answer(
    404, {"error": {"type": "invalid_request_error", "code": "model_not_found", "message": "Model not found"}}
)
MODEL_ENDED = answer(
    404,
    {
        "error": {
            "type": "invalid_request_error",
            "code": "model_not_found",
            "message": "The model `acme-1` has been deprecated, learn more in the documentation.",
        }
    },
)
RATE_EXCEEDED = answer(429, "Rate exceeded.", {"cf-ray": "8f0-FRA"})
THROTTLED = answer(429, {"error": {"type": "rate_limit_error", "message": "Too many requests"}})
USED_UP = answer(429, {"error": {"type": "insufficient_quota", "code": "insufficient_quota"}})
WRONG_COUNTRY = answer(403, {"error": {"code": "unsupported_country_region_territory", "type": "request_forbidden"}})
OLD_ANSWER = answer(404, {"error": {"code": "previous_response_not_found", "param": "previous_response_id"}})
CLOUDFLARE_1020 = answer(
    403, "<!DOCTYPE html><title>Access denied</title><span>Error code 1020</span>", {"cf-ray": "8f0-FRA"}
)
OVERLOADED = answer(529, {"error": {"type": "overloaded_error", "message": "Overloaded"}})
LOGIN_DOWN = answer(503, {"error": {"type": "server_error", "message": "auth circuit breaker open"}})

YELLOW = (Light.YELLOW, Finding.DEGRADED)
RED = (Light.RED, Finding.DOWN)
GREEN = (Light.GREEN, Finding.OK)
BACK = (Light.YELLOW, Finding.RECOVERING)


class Tool(NamedTuple):
    """A tool behind the gateway: its own key, and the model that it asks for."""

    credential: str
    model: str = "acme-1"


EDITOR, AGENT = Tool("sk-of-the-editor"), Tool("sk-of-the-agent")


class Play:
    """A scene with tools that ask once a minute whenever somebody waits."""

    def __init__(self, scene: Scene, *tools: Tool) -> None:
        self.scene = scene
        self.tools = tools
        self._token = scene.engine.switch.tokens.add("editor")
        self._next_at = 0.0
        # Another question each time: the same one would be taken for a retry.
        self._asked = 0

    async def ask(self, tool: Tool) -> int:
        url = f"{self.scene.engine.switch.gateway_url}/t/{self._token}/acme/v1/chat/completions"
        body: dict[str, Any] = {"model": tool.model, "messages": [{"role": "user", "content": f"hello {self._asked}"}]}
        self._asked += 1
        headers = {"authorization": f"Bearer {tool.credential}"}
        async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as got:
            await got.read()
            return got.status

    async def until(self, condition: Callable[[Snapshot], bool], what: str) -> Snapshot:
        """The first snapshot like that; meanwhile every tool asks once a minute."""
        for _ in range(60):
            now = self.scene.clock.now()
            if now >= self._next_at:
                for tool in self.tools:
                    await self.ask(tool)
                self._next_at = now + ASKING_S
            await self.scene.engine.settle()
            snapshot = await self.scene.until(lambda s: condition(s) or s.at >= self._next_at, what)
            if condition(snapshot):
                return snapshot
        raise AssertionError(f"waited in vain for {what}")

    async def shows(self, light: tuple[Light, Finding]) -> Snapshot:
        return await self.until(lambda s: _light(s) == light, "/".join(light))

    def page(self, state: str) -> None:
        """Its component's state on the page, from now on by the scene's own clock."""
        acme, clock = self.scene["acme"], self.scene.clock
        acme.changed_at = clock.wall(clock.now()).timestamp()
        acme.page(chat_completions=state)

    async def minutes(self, number: int) -> None:
        end = self.scene.clock.now() + 60.0 * number
        await self.until(lambda s: s.at >= end, f"{number} minutes")


def _light(s: Snapshot) -> tuple[Light, Finding]:
    verdict = s.judgement.services[0]
    return verdict.light, verdict.finding


def refusal(s: Snapshot) -> Reason:
    return next(one for one in s.judgement.services[0].reasons if one.code == "refused")


@asynccontextmanager
async def play(*tools: Tool, chat: Behaviour = FINE, **options: Any) -> AsyncIterator[Play]:
    """A provider with a calm page that answers everybody well, and has done so for three minutes."""
    Tokens(home()).add("editor")
    text = f"[gateway]\nport = {free_port()}\nopenai = 'acme'\n"
    async with Scene(Acme(**options), settings=text) as scene, scene.listening():
        scene["acme"].api_server.on(CHAT_PATH, chat)
        await scene.until(lambda s: s.gateway_url is not None, "the gateway")
        on = Play(scene, *tools)
        await on.shows(GREEN)
        await on.minutes(3)
        assert not {transition.light for transition in scene.transitions} & {Light.YELLOW, Light.RED}
        yield on


async def told(scene: Scene) -> str:
    status = await client.ask(scene.home, AskStatus())
    assert status is not None
    return "\n".join(status.lines)


async def test_2026_09_03_404_for_everybody_while_every_monitor_is_green() -> None:
    async with play() as on:
        on.scene["acme"].api(GONE)
        snapshot = await on.shows(YELLOW)
        said = refusal(snapshot)
        accepted_at, since_at = said.params["accepted_at"], said.params["since_at"]
        assert isinstance(accepted_at, float)
        assert isinstance(since_at, float)
        assert accepted_at < since_at <= snapshot.at - 300
        assert snapshot.judgement.services[0].since == since_at
        await on.minutes(3)
        assert _light(on.scene.engine.snapshot()) == YELLOW
        on.scene["acme"].api(NO_KEY)
        await on.shows(BACK)
        await on.shows(GREEN)


async def test_2026_09_15_404_for_an_account_whose_list_of_models_still_answers() -> None:
    async with play(EDITOR) as on:
        on.scene["acme"].api_server.on(CHAT_PATH, GONE)
        await on.shows(YELLOW)
        said = await told(on.scene)
        assert "refuse" in said
        assert "key" not in said
        on.page("partial_outage")
        await on.shows(RED)


async def test_2026_07_25_the_login_answers_503() -> None:
    async with play(edge=True, api=False) as on:
        on.scene["acme"].api_server.on(EDGE_PATH, LOGIN_DOWN)
        await on.shows(RED)


async def test_2026_06_08_one_model_that_exists_is_not_found() -> None:
    other = Tool(EDITOR.credential, "acme-2")
    async with play(EDITOR, other) as on:

        async def by_model(writer: Any, request: Any) -> None:
            ours = msgspec.json.decode(request.body)["model"] == EDITOR.model
            await (NO_SUCH_MODEL if ours else FINE)(writer, request)

        on.scene["acme"].api_server.on(CHAT_PATH, by_model)
        await on.shows(YELLOW)
        assert Badge.KEY not in on.scene.verdict().badges


async def test_2026_04_06_valid_tokens_get_401_and_nobody_blames_the_key() -> None:
    async with play(EDITOR) as on:
        on.scene["acme"].api_server.on(CHAT_PATH, NOT_AUTHENTICATED)
        await on.shows(YELLOW)
        reasons = {one.code: one for one in on.scene.verdict().reasons}
        assert "badge_key" not in reasons or reasons["badge_key"].params["accepted_at"]
        on.scene["acme"].api_server.on(CHAT_PATH, FINE)
        await on.shows(BACK)
        await on.shows(GREEN)
        assert on.scene.verdict().badges == ()


async def test_two_tokens_refused_at_once_are_an_outage() -> None:
    async with play(EDITOR, AGENT, page=False) as on:
        on.scene["acme"].api_server.on(CHAT_PATH, NOT_AUTHENTICATED)
        await on.shows(RED)


async def test_a_token_and_the_keyless_probe_refused_at_once_are_an_outage() -> None:
    async with play(EDITOR, page=False) as on:
        on.scene["acme"].api(GONE)
        on.scene["acme"].api_server.on(CHAT_PATH, GONE)
        await on.shows(RED)
        on.scene["acme"].api(NO_KEY)
        on.scene["acme"].api_server.on(CHAT_PATH, FINE)
        await on.shows(BACK)


async def test_2025_10_31_the_words_rate_exceeded_for_everybody() -> None:
    async with play(EDITOR) as on:
        on.scene["acme"].api(RATE_EXCEEDED)
        on.scene["acme"].api_server.on(CHAT_PATH, RATE_EXCEEDED)
        await on.shows(RED)
        assert on.scene.verdict().badges == ()


async def test_2025_06_09_overloaded_while_its_component_reads_operational() -> None:
    async with play(EDITOR) as on:
        on.scene["acme"].api_server.on(CHAT_PATH, OVERLOADED)
        await on.shows(RED)


async def test_what_was_accepted_is_known_after_a_restart_and_no_credential_is_stored() -> None:
    async with play(EDITOR) as on:
        await on.scene.stop()
        on.scene["acme"].api_server.on(CHAT_PATH, NOT_AUTHENTICATED)
        await on.scene.start()
        await on.scene.until(lambda s: s.gateway_url is not None, "the gateway")
        await Play(on.scene, EDITOR).shows(YELLOW)
        await on.scene.engine.settle()
        folders = (on.scene.home.data, on.scene.home.config)
        for file in (path for folder in folders for path in folder.rglob("*") if path.is_file()):
            assert EDITOR.credential.encode() not in file.read_bytes(), file


@pytest.mark.parametrize(
    ("reply", "badges"),
    [
        (USED_UP, (Badge.QUOTA,)),
        (THROTTLED, (Badge.RATE_LIMIT,)),
        (MODEL_ENDED, (Badge.MODEL,)),
        pytest.param(OLD_ANSWER, (), id="about-the-request"),
    ],
)
async def test_what_is_the_accounts_own_or_announced_is_never_a_light(
    reply: Behaviour, badges: tuple[Badge, ...]
) -> None:
    async with play(EDITOR) as on:
        on.scene["acme"].api_server.on(CHAT_PATH, reply)
        await on.minutes(8)
        assert on.scene.verdict().badges == badges
        assert not {transition.light for transition in on.scene.transitions} & {Light.YELLOW, Light.RED}


async def test_a_key_that_never_worked_is_the_users_to_mend() -> None:
    async with play(EDITOR, chat=NOT_AUTHENTICATED) as on:
        await on.minutes(8)
        assert on.scene.verdict().badges == (Badge.KEY,)
        assert not {transition.light for transition in on.scene.transitions} & {Light.YELLOW, Light.RED}


@pytest.mark.parametrize("reply", [WRONG_COUNTRY, CLOUDFLARE_1020], ids=["country", "cloudflare"])
async def test_a_refused_address_is_a_badge_and_never_green(reply: Behaviour) -> None:
    async with Scene(Acme(page=False)) as scene, scene.listening():
        scene["acme"].api(reply)
        await scene.until(lambda s: s.judgement.services[0].badges == ("region",), "the badge")
        await scene["acme"].api_server.wait_asked(MODELS_PATH, 4)
        assert scene.verdict().light is Light.GREY
        assert "VPN or country" in await told(scene)
        assert {transition.light for transition in scene.transitions} <= {Light.GREY}


async def test_an_address_refused_after_it_was_accepted_is_no_outage() -> None:
    async with play(EDITOR) as on:
        on.scene["acme"].api(WRONG_COUNTRY)
        on.scene["acme"].api_server.on(CHAT_PATH, WRONG_COUNTRY)
        await on.minutes(8)
        assert "region" in on.scene.verdict().badges
        assert not {transition.light for transition in on.scene.transitions} & {Light.YELLOW, Light.RED}


async def test_an_incident_on_the_page_alone_stays_the_pages() -> None:
    """The page's word about something else does not turn a key that never worked into an outage."""
    async with play(EDITOR, chat=NOT_AUTHENTICATED) as on:
        on.scene["acme"].incidents = [pagefiles.incident("inc1", "Elsewhere", "monitoring", NOW, impact="none")]
        on.scene["acme"].publish()
        await on.minutes(4)
        assert Light.RED not in {transition.light for transition in on.scene.transitions}


@pytest.mark.parametrize(
    ("state", "before"), [("degraded_performance", False), ("degraded_performance", True), ("partial_outage", True)]
)
async def test_a_key_revoked_in_somebodys_incident_is_no_outage(state: str, before: bool) -> None:
    """The page says nothing that would explain it: its incident is minor, or the key was accepted all through it."""
    async with play(EDITOR) as on:
        if before:
            on.page(state)
            await on.minutes(3)
        on.scene["acme"].api_server.on(CHAT_PATH, NOT_AUTHENTICATED)
        await on.until(lambda s: any(one.code == "refused" for one in on.scene.verdict().reasons), "the refusal")
        if not before:
            on.page(state)
        await on.minutes(6)
        assert _light(on.scene.engine.snapshot()) == YELLOW
        assert Light.RED not in {transition.light for transition in on.scene.transitions}


def by_key(**refused: Behaviour) -> Behaviour:
    """What each credential gets that is refused; every other one is accepted."""

    async def behave(writer: Any, request: Any) -> None:
        name = request.headers["authorization"].removeprefix("Bearer sk-of-the-")
        await refused.get(name, FINE)(writer, request)

    return behave


@pytest.mark.parametrize(("reply", "badge"), [(NOT_AUTHENTICATED, Badge.KEY), (USED_UP, Badge.QUOTA)])
async def test_a_bad_key_beside_a_good_one_is_still_a_bad_key(reply: Behaviour, badge: Badge) -> None:
    async with play(AGENT, EDITOR, chat=by_key(agent=reply)) as on:
        seen: set[tuple[Badge, ...]] = set()
        end = on.scene.clock.now() + 240.0

        def over(snapshot: Snapshot) -> bool:
            seen.add(snapshot.judgement.services[0].badges)
            return snapshot.at >= end

        await on.until(over, "four minutes")
        assert seen == {(badge,)}
        on.scene["acme"].api_server.on(CHAT_PATH, FINE)
        await on.until(lambda s: s.judgement.services[0].badges == (), "the badge to go")
