"""Every light, finding, badge and page health, reached by the whole engine through real HTTP."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.support import pagefiles
from tests.support.commands import run
from tests.support.fakeclock import PatientClock
from tests.support.httpserver import BAD_GATEWAY, CHALLENGE, Server, answer, redirect, silent
from tests.support.scene import (
    CHAT_PATH,
    EDGE_PATH,
    EPOCH,
    FINE_MODELS,
    MODELS_PATH,
    NO_KEY,
    OVERLOADED,
    RATE,
    Acme,
    Scene,
)
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.core.evidence.observation import Badge
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.core.notify.news import YELLOW_AFTER_S
from trayapp.core.snapshot import Snapshot

NOW = EPOCH.timestamp()
KEY = '[provider.acme]\nkey = "env:ACME_KEY"\n'
# A minute down, two minutes well, and again: what failed less would be told as failing in part.
COMING_AND_GOING = ((OVERLOADED,) * 5 + (NO_KEY,) * 3) * 30
PAID = KEY + 'completion = { enabled = true, model = "acme-1", interval_s = 600 }\n'


@pytest.fixture(autouse=True)
def acme_key(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ACME_KEY", "sk-test")


def shows(light: Light, finding: Finding, service: str = "acme-api") -> "Condition":
    return Condition(light, finding, service)


class Condition:
    """`until(shows(…), …)`: the service shows this light for this finding."""

    def __init__(self, light: Light, finding: Finding, service: str) -> None:
        self.wanted = (light, finding)
        self.service = service

    def __call__(self, s: Snapshot) -> bool:
        verdict = s.judgement.service(self.service)
        return verdict is not None and (verdict.light, verdict.finding) == self.wanted


@asynccontextmanager
async def alone(**options: bool) -> AsyncIterator[Scene]:
    async with Scene(Acme(**options)) as scene:  # type: ignore[arg-type]  # every option of Acme's is a flag here
        yield scene


async def test_green_reported_with_a_page_and_an_answering_api() -> None:
    async with alone() as scene:
        await scene.until(shows(Light.GREEN, Finding.OK), "green")
        await scene.until(lambda s: s.judgement.services[0].confidence is Confidence.REPORTED, "reported")


async def test_green_reachable_without_a_page() -> None:
    async with alone(page=False) as scene:
        await scene.until(shows(Light.GREEN, Finding.OK), "green")
        assert scene.verdict().confidence is Confidence.REACHABLE


async def test_starting_before_the_first_answer() -> None:
    acme = Acme(page=False)
    async with Scene(acme) as scene:
        acme.api(silent)
        assert shows(Light.GREY, Finding.STARTING)(scene.engine.snapshot())


async def test_no_evidence_from_the_edge_alone() -> None:
    async with alone(page=False, api=False, edge=True) as scene:
        await scene.until(shows(Light.GREY, Finding.NO_EVIDENCE), "grey")


async def test_a_challenge_is_never_red() -> None:
    async with alone(page=False, api=False, edge=True) as scene:
        scene["acme"].api_server.on(EDGE_PATH, CHALLENGE)
        await scene.until(shows(Light.GREY, Finding.NO_EVIDENCE), "grey")


async def test_checking_then_down_then_recovering_then_ok() -> None:
    async with alone(page=False) as scene:
        await scene.until(shows(Light.GREEN, Finding.OK), "green")
        scene["acme"].api(OVERLOADED)
        await scene.until(shows(Light.RED, Finding.DOWN), "red")
        scene["acme"].api(NO_KEY)
        await scene.until(shows(Light.YELLOW, Finding.RECOVERING), "recovering")
        await scene.until(shows(Light.GREEN, Finding.OK), "green again")
        path = [(one.light, one.finding) for one in scene.transitions if one.service == "acme-api"]
        assert (Light.YELLOW, Finding.CHECKING) in path
        assert path.index((Light.YELLOW, Finding.CHECKING)) < path.index((Light.RED, Finding.DOWN))


async def test_a_bad_gateway_of_the_edge_is_down() -> None:
    async with alone(page=False, edge=True) as scene:
        await scene.until(shows(Light.GREEN, Finding.OK), "green")
        scene["acme"].api(BAD_GATEWAY)
        scene["acme"].api_server.on(EDGE_PATH, BAD_GATEWAY)
        await scene.until(shows(Light.RED, Finding.DOWN), "red")


async def test_degraded_as_the_page_says() -> None:
    async with alone() as scene:
        scene["acme"].page(chat_completions="degraded_performance")
        await scene.until(shows(Light.YELLOW, Finding.DEGRADED), "degraded")


async def test_red_as_the_page_says_and_over_as_it_says() -> None:
    async with alone(api=False) as scene:
        scene["acme"].page(chat_completions="major_outage")
        await scene.until(shows(Light.RED, Finding.DOWN), "red")
        scene["acme"].page(chat_completions="operational")
        await scene.until(lambda s: s.judgement.light is not Light.RED, "the end")


async def test_a_brown_out_is_degraded() -> None:
    async with alone(page=False) as scene:
        await scene.until(shows(Light.GREEN, Finding.OK), "green")
        for _ in range(40):
            scene["acme"].api(OVERLOADED, OVERLOADED, NO_KEY)
            if await _soon(scene, shows(Light.YELLOW, Finding.DEGRADED)):
                return
        raise AssertionError("never degraded")


async def _soon(scene: Scene, condition: Condition) -> bool:
    try:
        await scene.until(condition, "a while", deadline_s=1.0)
    except AssertionError:
        return False
    return True


async def test_an_open_incident_counts_even_with_green_components() -> None:
    async with alone() as scene:
        part = pagefiles.component("page-chat-completions", "Chat completions")
        told = pagefiles.incident("inc1", "Elevated errors", "investigating", NOW, components=[part])
        scene["acme"].incidents = [told]
        scene["acme"].publish()
        snapshot = await scene.until(lambda s: s.judgement.light is Light.YELLOW, "yellow")
        codes = {reason.code for reason in snapshot.judgement.services[0].reasons}
        assert any("incident" in code for code in codes), codes


async def test_reported_only_when_real_answers_contradict_the_page() -> None:
    async with Scene(Acme(completion=True), settings=PAID) as scene:
        scene["acme"].page(chat_completions="major_outage")
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        await scene.until(shows(Light.YELLOW, Finding.REPORTED_ONLY), "reported only")


async def test_answering_after_a_real_completion() -> None:
    async with Scene(Acme(completion=True), settings=PAID) as scene:
        await scene.until(lambda s: s.judgement.services[0].confidence is Confidence.ANSWERING, "answering")


async def test_maintenance_is_told_as_such_while_it_fails() -> None:
    async with alone() as scene:
        await scene.until(shows(Light.GREEN, Finding.OK), "green")
        scene["acme"].page(chat_completions="under_maintenance")
        scene["acme"].api(OVERLOADED)
        await scene.until(shows(Light.YELLOW, Finding.MAINTENANCE), "maintenance")


async def test_flapping_is_yellow_at_least() -> None:
    async with alone(page=False) as scene:
        await scene.until(shows(Light.GREEN, Finding.OK), "green")
        scene["acme"].api(*COMING_AND_GOING)
        await scene.until(shows(Light.YELLOW, Finding.FLAPPING), "flapping", deadline_s=60)


class Pair(Acme):
    """Chat and batches, each at a host of its own: both main parts of one service, or `apart` a service each."""

    def __init__(self, name: str, *, apart: bool = False) -> None:
        super().__init__(name, components=("chat", "batches"))
        self.second = Server()
        self.second.on(MODELS_PATH, NO_KEY)
        self.services = tuple(f"{name}-{part}" for part in self.components) if apart else (self.service,)

    async def open(self, stack: AsyncExitStack) -> None:
        await stack.enter_async_context(self.second)
        await super().open(stack)

    def toml(self) -> str:
        text = super().toml().partition("[[service]]")[0]
        for number, (part, server) in enumerate(zip(self.components, (self.api_server, self.second), strict=True)):
            if number < len(self.services):
                service = self.services[number]
                text += f'[[service]]\nid = "{service}"\nname = "{service.replace("-", " ").title()}"\n'
            text += f'''
                [[service.component]]
                id = "{part}"
                name = "{part}"
                main = true
                page_components = ["page-{part}"]
                [[service.probe]]
                kind = "api"
                components = ["{part}"]
                url = "{server.url}{MODELS_PATH}"
                up = [{{ status = 401, json = "error.type" }}]
                '''
        return text

    def mend_batches(self) -> None:
        """The page says that they work again and are watched."""
        part = pagefiles.component("page-batches", "batches")
        self.incidents = [pagefiles.incident("inc1", "Elevated errors", "monitoring", NOW, components=[part])]
        self.publish()

    def disturb_batches(self) -> None:
        self.second.on(MODELS_PATH, *COMING_AND_GOING)


@pytest.mark.parametrize(
    ("trouble", "finding", "headline", "stages"),
    [
        (Pair.mend_batches, Finding.RECOVERING, "{name} works again. Still watching.", []),
        (Pair.disturb_batches, Finding.FLAPPING, "{name} comes and goes.", [BannerStage.FLAPPING]),
    ],
    ids=["recovering", "flapping"],
)
async def test_of_two_troubles_the_same_is_named_in_one_service_and_in_two(
    trouble: Callable[[Pair], None], finding: Finding, headline: str, stages: list[BannerStage]
) -> None:
    """Chat fails in announced maintenance: that yields to the trouble of batches, part or service, wherever it is said.

    Maintenance is not news beside it, and recovery is none without an outage before it.
    """
    pairs = whole, apart = Pair("whole"), Pair("apart", apart=True)
    chat, batches = apart.services

    async def headline_of(*services: str) -> str:
        status = await client.ask(scene.home, AskStatus(services=services))
        assert status is not None
        return status.lines[0]

    def parts(s: Snapshot) -> dict[str, set[Finding]]:
        every = [part for service in s.judgement.services for part in service.components]
        return {name: {part.finding for part in every if part.id == name} for name in whole.components}

    for pair in pairs:
        pair.page(chat="under_maintenance")
        trouble(pair)
    async with Scene(*pairs, clock=PatientClock(EPOCH, RATE)) as scene, scene.listening():
        await scene.until(lambda s: {page.health for page in s.judgement.pages} == {PageHealth.OK}, "the pages")
        await scene.until(lambda s: parts(s)["chat"] == {Finding.OK}, "chat, which works until")
        for pair in pairs:
            pair.api(OVERLOADED)
        await scene.until(lambda s: parts(s)["batches"] == {finding}, finding)
        for pair in pairs:
            pair.second.on(MODELS_PATH, NO_KEY)
        await scene.until(lambda s: parts(s) == {"chat": {Finding.MAINTENANCE}, "batches": {finding}}, "both")
        assert await headline_of(whole.service) == headline.format(name="Whole Api")
        assert await headline_of(chat, batches) == headline.format(name="Apart Batches")
        since = scene.clock.now()
        await scene.until(lambda s: s.at > since + YELLOW_AFTER_S, "time enough for a banner")
        banners = [news for news in scene.announcements if isinstance(news, Banner) and news.provider == "whole"]
        assert [banner.stage for banner in banners][-1:] == stages
        # Another process takes its time, which is minutes here: it may end meanwhile.
        before = scene.verdict("whole").finding
        checked = await run("check", "--json", whole.service)
        (told,) = json.loads(checked.out)["services"]
        assert told["finding"] in (before, scene.verdict("whole").finding)


async def test_blocked_by_a_stranger_while_others_answer() -> None:
    async with Scene(Acme(page=False), Acme("other", page=False)) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        scene["acme"].api(answer(403, "<html><h1>Blocked by your company</h1></html>"))
        await scene.until(shows(Light.GREY, Finding.BLOCKED), "blocked")


async def test_shared_when_three_fall_together() -> None:
    names = ("acme", "bolt", "core", "dusk")
    async with Scene(*(Acme(name, page=False) for name in names)) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        for name in names[:3]:
            scene[name].api(OVERLOADED)
        await scene.until(
            lambda s: sum(one.finding is Finding.SHARED for one in s.judgement.services) == 3, "three shared"
        )
        assert any(one.shared for one in scene.engine.incidents)


@pytest.mark.parametrize(
    ("reply", "badge"),
    [
        (answer(401, {"error": {"type": "invalid_request_error", "code": "invalid_api_key"}}), Badge.KEY),
        (answer(429, {"error": {"type": "insufficient_quota", "code": "insufficient_quota"}}), Badge.QUOTA),
        (answer(429, {"error": {"type": "requests", "code": "rate_limit_exceeded"}}), Badge.RATE_LIMIT),
    ],
)
async def test_trouble_of_the_own_account_is_a_badge_and_never_a_light(reply: object, badge: Badge) -> None:
    async with Scene(Acme(key=True), settings=KEY) as scene:
        scene["acme"].api(reply)  # type: ignore[arg-type]  # a Behaviour; parametrize loses its type
        snapshot = await scene.until(lambda s: badge in s.judgement.services[0].badges, f"badge {badge}")
        assert snapshot.judgement.light in (Light.GREEN, Light.GREY)


PAGE_TROUBLES = {
    PageHealth.OK: None,
    PageHealth.UNREADABLE: answer(200, "<html>We have a new page!</html>"),
    PageHealth.REFUSED: answer(403, "no robots"),
    PageHealth.MOVED: redirect("https://status.elsewhere.example/"),
    PageHealth.WRONG_PAGE: answer(200, pagefiles.summary([pagefiles.component("x", "X")], page_id="somebodyelse")),
    PageHealth.EMPTY: answer(200, pagefiles.summary([])),
}


@pytest.mark.parametrize("health", PAGE_TROUBLES)
async def test_a_page_in_trouble_is_named_and_never_a_light(health: PageHealth) -> None:
    trouble = PAGE_TROUBLES[health]
    async with alone() as scene:
        if trouble is not None:
            for path in ("summary", "components", "incidents", "scheduled-maintenances", "incidents/unresolved"):
                scene["acme"].page_server.on(f"/api/v2/{path}.json", trouble)
        snapshot = await scene.until(lambda s: s.judgement.pages[0].health is health, f"page {health}")
        await scene.until(shows(Light.GREEN, Finding.OK), "green by the probe")
        assert (snapshot.judgement.pages[0].reason is None) == (health is PageHealth.OK)


async def test_a_page_never_read() -> None:
    acme = Acme()
    async with Scene(acme) as scene:
        for path in ("summary", "components", "incidents"):
            acme.page_server.on(f"/api/v2/{path}.json", silent)
        assert scene.engine.judgement.pages[0].health is PageHealth.NEVER


async def test_a_page_from_an_old_copy_is_stale() -> None:
    async with alone() as scene:
        await scene.until(lambda s: s.judgement.pages[0].health is PageHealth.OK, "read")
        parts = [pagefiles.component("page-chat-completions", "chat", "major_outage")]
        old = answer(200, pagefiles.summary(parts), {"age": "90000"})
        scene["acme"].page_server.on("/api/v2/summary.json", old)
        snapshot = await scene.until(lambda s: s.judgement.pages[0].health is PageHealth.STALE, "stale")
        assert snapshot.judgement.light is Light.GREEN


async def test_a_page_that_breaks_keeps_the_age_of_its_last_reading() -> None:
    async with alone() as scene:
        await scene.until(lambda s: s.judgement.pages[0].health is PageHealth.OK, "read")
        scene["acme"].page_server.on("/api/v2/summary.json", answer(500, "oops"))
        snapshot = await scene.until(lambda s: s.judgement.pages[0].health is PageHealth.UNREADABLE, "unreadable")
        fetched_at = snapshot.judgement.pages[0].fetched_at
        assert fetched_at is not None
        assert fetched_at < snapshot.at
        assert snapshot.judgement.light is Light.GREEN


async def test_a_working_key_makes_no_badge() -> None:
    async with Scene(Acme(key=True), settings=KEY) as scene:
        scene["acme"].api(FINE_MODELS)
        snapshot = await scene.until(shows(Light.GREEN, Finding.OK), "green")
        assert snapshot.judgement.services[0].badges == ()
        assert CHAT_PATH not in {one.path for one in scene["acme"].api_server.requests}
