"""Probes over real HTTP: from an answer to a `Try`, and from a keyring to a header."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.support import httpserver
from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Authority, Behaviour, Server, answer, events
from trayapp.core.catalogue import Auth, Part, Probe, ProbeKind, Up
from trayapp.core.evidence.observation import Badge, Depth, NetworkStep, Outcome, Source
from trayapp.core.evidence.reach import Reach
from trayapp.errors import Problem
from trayapp.net.addresses import Addresses
from trayapp.secrets.fingerprints import Fingerprints
from trayapp.settings.schema import Completion
from trayapp.watch.http import Http
from trayapp.watch.probes import runner as probes
from trayapp.watch.probes.runner import Attempt, Probes
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.schedule.probe_jobs import ProbeJob

NO_KEY = answer(401, {"error": {"type": "invalid_request_error", "message": "no key"}})
TRACE = answer(200, "fl=1f1\nh=acme\n")
KEY = "sk-canary"


class Keyring:
    """Has what it is given; `problem` is raised, `opening` is waited for."""

    def __init__(self, **keys: str) -> None:
        self.keys = keys
        self.asked: list[tuple[str, str]] = []
        self.problem: Problem | None = None
        self.opening: asyncio.Event | None = None

    async def get(self, name: str, host: str) -> str | None:
        self.asked.append((name, host))
        if self.opening is not None:
            await self.opening.wait()
        if self.problem is not None:
            raise self.problem
        return self.keys.get(name)


class Scene:
    def __init__(self, server: Server, http: Http) -> None:
        self.server = server
        self.keyring = Keyring()
        self.clock = FakeClock()
        self.budget = Budget(self.clock)
        self.probes = Probes(http, self.keyring, self.budget, Addresses(), self.clock, Fingerprints().of)

    def job(self, kind: ProbeKind = ProbeKind.API, path: str = "/v1/models", **more: Any) -> ProbeJob:
        completion = Completion(enabled=True, daily_tokens=1000) if kind is ProbeKind.COMPLETION else None
        probe = Probe(kind=kind, components=("chat",), url=self.server.url + path, **({"timeout_s": 2.0} | more))
        return ProbeJob("acme", probe, (Part("acme-api", "chat"),), 60.0, completion)

    async def run(self, job: ProbeJob | None = None) -> Attempt:
        attempt = await self.probes.run(job or self.job())
        assert attempt is not None
        return attempt


@pytest.fixture
async def scene() -> AsyncIterator[Scene]:
    async with Server() as server:
        http = Http()
        scene = Scene(server, http)
        yield scene
        await scene.probes.close()
        await http.close()


async def test_a_good_answer(scene: Scene) -> None:
    scene.server.on("/v1/models", answer(200, {"data": []}))
    got = (await scene.run()).observed
    assert (got.outcome, got.code, got.status, got.depth) == (Outcome.GOOD, "http_200", 200, Depth.API)
    assert (got.source, got.provider, got.host, got.parts) == (
        Source.PROBE,
        "acme",
        scene.server.netloc,
        (Part("acme-api", "chat"),),
    )
    assert got.reach is Reach.LOOPBACK
    assert got.latency_s is not None
    assert 0 < got.latency_s < 2
    assert got.control is None


@pytest.mark.parametrize(
    ("behaviour", "outcome", "code"),
    [
        (httpserver.BAD_GATEWAY, Outcome.FAIL, "http_502"),
        (answer(529, {"type": "error", "error": {"type": "overloaded_error"}}), Outcome.FAIL, "http_529"),
        (answer(200, b"{"), Outcome.FAIL, "malformed"),
        (httpserver.silent, Outcome.FAIL, "timeout"),
        (httpserver.drip, Outcome.FAIL, "timeout"),
        (httpserver.drip_body, Outcome.FAIL, "timeout"),
        (httpserver.cut, Outcome.FAIL, "cut"),
        (httpserver.hang_up, Outcome.FAIL, "cut"),
        (httpserver.garbage, Outcome.FAIL, "malformed"),
        (httpserver.bomb(), Outcome.FAIL, "malformed"),
        (httpserver.endless, Outcome.GOOD, "http_200"),
        (httpserver.huge(), Outcome.FAIL, "malformed"),
        (httpserver.CHALLENGE, Outcome.GOOD, "challenge"),
        (httpserver.redirect("/v1/models"), Outcome.FOREIGN, "foreign_page"),
        (answer(200, "<title>Log in to the Wi-Fi</title>"), Outcome.FOREIGN, "foreign_page"),
        (answer(407), Outcome.PROXY, "proxy_login"),
        (answer(429, {"error": {"type": "rate_limit_error"}}), Outcome.NEUTRAL, "http_429"),
    ],
)
async def test_whatever_a_server_does_has_a_name(
    scene: Scene, behaviour: Behaviour, outcome: Outcome, code: str
) -> None:
    scene.server.on("/v1/models", behaviour)
    got = (await scene.run(scene.job(timeout_s=0.5))).observed
    assert (got.outcome, got.code) == (outcome, code)
    assert scene.server.asked("/v1/models") == 1


@pytest.mark.parametrize(
    ("behaviour", "outcome"),
    [
        (answer(400, {"error": {"type": ["x"], "code": "y"}}), Outcome.GOOD),
        (answer(403, {"error": {"type": "x", "code": {"a": 1}}}), Outcome.GOOD),
        (answer(503, {}, {"retry-after": f"Mon, {'9' * 20} Jan 2026 00:00:00 GMT", "date": "x"}), Outcome.FAIL),
    ],
)
async def test_words_of_another_kind_lose_no_try(scene: Scene, behaviour: Behaviour, outcome: Outcome) -> None:
    scene.server.on("/v1/models", behaviour)
    assert (await scene.run()).observed.outcome is outcome


async def test_a_bad_certificate_is_a_failure_at_tls(scene: Scene) -> None:
    async with Server(tls=Authority().server()) as server:
        scene.server = server
        attempt = await scene.run()
    assert (attempt.observed.outcome, attempt.observed.code) == (Outcome.FOREIGN, "untrusted")
    assert attempt.failure is not None
    assert (attempt.failure.step, attempt.failure.rejected) == (NetworkStep.TLS, True)
    assert attempt.observed.step is NetworkStep.TLS


async def test_where_it_failed_is_evidence_until_the_providers_side_is_reached(scene: Scene) -> None:
    scene.server.on("/v1/models", httpserver.silent)
    silent = (await scene.run(scene.job(timeout_s=0.5))).observed
    async with Server() as server:
        scene.server = server
    gone = (await scene.run(scene.job(timeout_s=0.5))).observed
    assert [(each.code, each.step) for each in (silent, gone)] == [("timeout", None), ("connect", NetworkStep.TCP)]


async def test_proxy_settings_that_no_client_takes_are_the_proxys_trouble(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", "socks5://127.0.0.1:1")
    probe = Probe(kind=ProbeKind.API, components=("chat",), url="https://far.invalid/v1/models")
    got = (await scene.run(ProbeJob("acme", probe, (), 60.0))).observed
    assert (got.outcome, got.code, got.reach) == (Outcome.PROXY, "proxy_settings", Reach.PUBLIC)


async def test_retry_after_is_passed_on(scene: Scene) -> None:
    scene.server.on("/v1/models", answer(503, {"error": {}}, {"retry-after": "17"}))
    assert (await scene.run()).observed.retry_after_s == 17


async def test_the_edge_proves_the_edge(scene: Scene) -> None:
    scene.server.on("/cdn-cgi/trace", TRACE)
    got = (await scene.run(scene.job(ProbeKind.EDGE, "/cdn-cgi/trace"))).observed
    assert (got.outcome, got.depth) == (Outcome.GOOD, Depth.EDGE)


async def test_every_request_is_on_the_budget(scene: Scene) -> None:
    scene.server.on("/v1/models", NO_KEY)
    await scene.run()
    assert scene.budget.last_sent(scene.server.netloc) == scene.clock.now()


class TestKeys:
    @pytest.mark.parametrize(
        ("auth", "header", "value"),
        [
            (Auth.BEARER, "authorization", f"Bearer {KEY}"),
            (Auth.X_API_KEY, "x-api-key", KEY),
            (Auth.X_GOOG_API_KEY, "x-goog-api-key", KEY),
            (Auth.API_KEY, "api-key", KEY),
            (Auth.XI_API_KEY, "xi-api-key", KEY),
        ],
    )
    async def test_each_provider_has_its_header(self, scene: Scene, auth: Auth, header: str, value: str) -> None:
        scene.keyring.keys["acme"] = KEY
        scene.server.on("/v1/models", answer(200, {"data": []}))
        await scene.run(scene.job(auth=auth, key="acme", headers={"x-version": "1"}))
        assert scene.server.requests[0].headers[header] == value
        assert scene.server.requests[0].headers["x-version"] == "1"
        assert scene.keyring.asked == [("acme", scene.server.netloc)]

    async def test_a_refused_key_is_a_badge(self, scene: Scene) -> None:
        scene.keyring.keys["acme"] = KEY
        scene.server.on("/v1/models", NO_KEY)
        got = (await scene.run(scene.job(auth=Auth.BEARER, key="acme"))).observed
        assert (got.outcome, got.badge) == (Outcome.GOOD, Badge.KEY)

    async def test_without_a_key_the_refusal_is_what_counts_as_up(self, scene: Scene) -> None:
        scene.server.on("/v1/models", NO_KEY)
        up = (Up(status=401, json="error.type"),)
        got = (await scene.run(scene.job(auth=Auth.BEARER, key="acme", up=up))).observed
        assert (got.outcome, got.badge) == (Outcome.GOOD, None)
        assert "authorization" not in scene.server.requests[0].headers

    async def test_no_key_goes_anywhere_in_the_clear(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        scene.keyring.keys["acme"] = KEY
        monkeypatch.setenv("HTTP_PROXY", scene.server.url)
        scene.server.always(NO_KEY)
        probe = Probe(
            kind=ProbeKind.API, components=("chat",), url="http://far.invalid/x", auth=Auth.BEARER, key="acme"
        )
        await scene.run(ProbeJob("acme", probe, (), 60.0))
        assert "authorization" not in scene.server.requests[0].headers
        assert scene.keyring.asked == []

    async def test_no_key_follows_a_redirect(self, scene: Scene) -> None:
        scene.keyring.keys["acme"] = KEY
        async with Server() as elsewhere:
            scene.server.on("/v1/models", httpserver.redirect(elsewhere.url + "/v1/models"))
            await scene.run(scene.job(auth=Auth.BEARER, key="acme"))
            assert elsewhere.requests == []

    async def test_a_locked_keyring_costs_the_key_not_the_probe(self, scene: Scene) -> None:
        scene.keyring.problem = Problem("keyring_locked")
        scene.server.on("/v1/models", NO_KEY)
        assert (await scene.run(scene.job(auth=Auth.BEARER, key="acme"))).observed.outcome is Outcome.GOOD

    async def test_an_open_prompt_blocks_nothing(self, scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(probes, "KEY_PATIENCE_S", 0.05)
        scene.keyring.keys["acme"] = KEY
        scene.keyring.opening = asyncio.Event()
        scene.server.on("/v1/models", NO_KEY)
        job = scene.job(auth=Auth.BEARER, key="acme")
        await scene.run(job)
        scene.keyring.opening.set()
        await asyncio.sleep(0)
        await scene.run(job)
        sent = ["authorization" in one.headers for one in scene.server.requests]
        assert sent == [False, True]
        assert len(scene.keyring.asked) == 1


TOKEN = events('{"choices":[{"delta":{"role":"assistant"}}]}', '{"choices":[{"delta":{"content":"H"}}]}', "[DONE]")


class TestCompletions:
    path = "/v1/chat/completions"

    def _job(self, scene: Scene, **more: Any) -> ProbeJob:
        scene.keyring.keys["acme"] = KEY
        told: dict[str, Any] = {"method": "POST", "model": "small", "auth": Auth.BEARER, "key": "acme"}
        return scene.job(ProbeKind.COMPLETION, self.path, **(told | more))

    async def test_a_token_is_a_real_answer(self, scene: Scene) -> None:
        scene.server.on(self.path, TOKEN)
        got = (await scene.run(self._job(scene))).observed
        assert (got.outcome, got.depth, got.code) == (Outcome.GOOD, Depth.COMPLETION, "http_200")
        assert got.first_token_s is not None
        assert got.latency_s is not None
        assert got.first_token_s >= got.latency_s
        asked = scene.server.requests[0]
        assert (asked.method, asked.headers["content-type"]) == ("POST", "application/json")
        assert b'"stream":true' in asked.body

    async def test_it_does_not_wait_for_the_rest(self, scene: Scene) -> None:
        scene.server.on(self.path, events(*['{"choices":[{"delta":{"content":"H"}}]}'] * 1000, gap_s=0.05))
        assert (await scene.run(self._job(scene))).observed.outcome is Outcome.GOOD

    async def test_a_model_that_only_thought_did_answer(self, scene: Scene) -> None:
        scene.server.on(self.path, events('{"choices":[{"delta":{},"finish_reason":"length"}]}', "[DONE]"))
        got = (await scene.run(self._job(scene))).observed
        assert (got.outcome, got.depth, got.first_token_s) == (Outcome.GOOD, Depth.COMPLETION, None)

    async def test_an_answer_in_one_piece_is_an_answer(self, scene: Scene) -> None:
        scene.server.on(self.path, answer(200, {"choices": [{"message": {"content": "H"}}]}))
        got = (await scene.run(self._job(scene))).observed
        assert (got.outcome, got.depth) == (Outcome.GOOD, Depth.COMPLETION)

    @pytest.mark.parametrize(
        ("behaviour", "outcome", "code", "depth"),
        [
            (events('{"error":{"message":"overloaded"}}'), Outcome.FAIL, "cut", Depth.COMPLETION),
            (events('{"error":{"code":429,"message":"slower"}}'), Outcome.NEUTRAL, "http_429", Depth.COMPLETION),
            (events('{"error":{"code":"insufficient_quota"}}'), Outcome.GOOD, "http_429", Depth.API),
            (events('{"type":"error","error":{"type":"permission_error"}}'), Outcome.GOOD, "http_403", Depth.API),
            (events('{"type":"error","error":{"type":"api_error"}}'), Outcome.FAIL, "cut", Depth.COMPLETION),
            (events('{"type":"error"}'), Outcome.FAIL, "cut", Depth.COMPLETION),
            (events('{"choices":[{"delta":{}}]}', end=False), Outcome.FAIL, "cut", Depth.COMPLETION),
            (events(), Outcome.FAIL, "malformed", Depth.COMPLETION),
            (answer(500, {"error": {"type": "server_error"}}), Outcome.FAIL, "http_500", Depth.COMPLETION),
            (answer(404, {"error": {"code": "model_not_found"}}), Outcome.GOOD, "http_404", Depth.API),
            (answer(429, {"error": {"code": "insufficient_quota"}}), Outcome.GOOD, "http_429", Depth.API),
        ],
    )
    async def test_what_is_no_token(
        self, scene: Scene, behaviour: Behaviour, outcome: Outcome, code: str, depth: Depth
    ) -> None:
        scene.server.on(self.path, behaviour)
        got = (await scene.run(self._job(scene))).observed
        assert (got.outcome, got.code, got.depth) == (outcome, code, depth)

    async def test_without_a_key_nothing_is_asked(self, scene: Scene) -> None:
        job = self._job(scene)
        scene.keyring.keys.clear()
        assert await scene.probes.run(job) is None
        assert scene.server.requests == []

    async def test_the_users_tokens_have_an_end(self, scene: Scene) -> None:
        scene.server.on(self.path, TOKEN)
        job = self._job(scene)
        tries = 0
        while await scene.probes.run(job) is not None:
            tries += 1
        assert tries == scene.server.asked(self.path) == 50

    async def test_what_fails_costs_nothing(self, scene: Scene) -> None:
        scene.server.on(self.path, answer(500))
        job = self._job(scene)
        for _ in range(60):
            assert await scene.probes.run(job) is not None
