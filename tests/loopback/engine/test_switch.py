"""The switch of a whole engine: real servers on loopback, and what a click does, in good order and out of it."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest

from tests.support.gguf import write_tiny_gguf
from tests.support.httpserver import Server, answer
from tests.support.scene import CHAT_PATH, NO_KEY, OVERLOADED, Acme, Scene, completion, free_port
from tests.support.until import until
from trayapp.core.evidence.observation import Disturbance, DisturbanceKind
from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.core.switching.route import To, Until
from trayapp.core.switching.target import TargetState
from trayapp.demo.target import MODEL, SimulatedTarget
from trayapp.errors import Problem
from trayapp.settings.file import change


def settings(target: str | None, port: int | None = None, more: str = "") -> str:
    local = f'[local]\nserver = "openai-compatible"\nurl = "{target}"\nmodel = "{MODEL}"\n' if target else ""
    return f"{local}[gateway]\nport = {port or free_port()}\nopenai = 'acme'\n{more}"


@asynccontextmanager
async def local_model() -> AsyncIterator[SimulatedTarget]:
    target = SimulatedTarget()
    await target.start()
    try:
        yield target
    finally:
        await target.close()


@asynccontextmanager
async def ready_scene(*providers: Acme, port: int | None = None, more: str = "") -> AsyncIterator[Scene]:
    """A scene whose target is ready."""
    async with local_model() as target, Scene(*providers, settings=settings(target.url, port, more)) as scene:
        await scene.until(lambda s: s.target.state is TargetState.READY, "a target that is ready")
        yield scene


def told(scene: Scene, stage: BannerStage) -> list[Banner]:
    return [one for one in scene.announcements if isinstance(one, Banner) and one.stage is stage]


async def ask(scene: Scene, token: str, provider: str = "acme") -> tuple[int, str, str]:
    """One chat completion through the gateway: status, route, model."""
    url = f"{scene.engine.switch.gateway_url}/t/{token}/{provider}/v1/chat/completions"
    body = {"model": "acme-1", "messages": [{"role": "user", "content": "hello"}], "max_tokens": 4}
    headers = {"authorization": "Bearer sk-of-the-client"}
    async with aiohttp.ClientSession() as session, session.post(url, json=body, headers=headers) as got:
        return got.status, got.headers.get("x-llm-ampel-route", ""), (await got.json()).get("model", "")


async def test_what_is_down_moves_and_comes_home() -> None:
    async with ready_scene(Acme("acme"), Acme("bravo")) as scene:
        switch = scene.engine.switch
        token = switch.tokens.add("editor")
        assert (await ask(scene, token))[2] == "acme-1"
        scene["acme"].api(OVERLOADED)
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        done = await switch.to_local()
        assert (done.to, done.providers, done.tools, done.model) == (To.LOCAL, ("acme",), 1, MODEL)
        status, route, model = await ask(scene, token)
        assert (status, route.split(";")[0], model) == (200, "local", MODEL)
        assert (await ask(scene, token, "bravo"))[1].startswith("cloud")
        await scene.until(lambda s: len(s.local_answers) == 1, "the answer to be counted")
        assert scene.engine.snapshot().local_answers[0].tool == "editor"
        scene["acme"].api(NO_KEY)
        await scene.until(lambda s: s.offer.back == ("acme",), "the offer home")
        home = await switch.to_cloud()
        assert (home.providers, home.tools) == (("acme",), 1)
        assert (await ask(scene, token))[2] == "acme-1"
        await scene.engine.settle()
        assert told(scene, BannerStage.SWITCHED)[0].params["tools"] == 1
        assert told(scene, BannerStage.HOME)[0].params == {"answered": 1, "tools": 1}
        # The list of what was answered stays to be read until the next local time begins.
        assert len(switch.local_answers) == 1
        await switch.to_local(("acme",))
        assert not switch.local_answers


async def test_a_target_that_fails_changes_nothing_and_says_why() -> None:
    async with Server() as server:
        server.on("/v1/models", answer(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]}))
        server.on(CHAT_PATH, answer(500, {"error": {"message": "out of memory"}}))
        async with Scene(Acme("acme"), settings=settings(server.url)) as scene:
            with pytest.raises(Problem) as failed:
                await scene.engine.switch.to_local(("acme",))
            await scene.engine.settle()
            snapshot = scene.engine.snapshot()
            assert snapshot.routes["acme"].to is To.CLOUD
            assert snapshot.switching is None
            (banner,) = told(scene, BannerStage.SWITCH_FAILED)
            assert banner.params["code"] == failed.value.code
            assert banner.services == ("Acme AI",)
            # And it can be tried again at once.
            server.on(CHAT_PATH, answer(200, completion(MODEL)))
            await scene.engine.switch.to_local(("acme",))
            assert scene.engine.routes.route("acme").to is To.LOCAL


async def test_a_second_click_waits_for_the_first() -> None:
    async with ready_scene(Acme("acme")) as scene:
        switch = scene.engine.switch
        first, second = await asyncio.gather(
            switch.to_local(("acme",)), switch.to_local(("acme",)), return_exceptions=True
        )
        assert not isinstance(first, BaseException)
        assert isinstance(second, Problem)
        assert second.code == "already_switching"
        await scene.engine.settle()
        assert not told(scene, BannerStage.SWITCH_FAILED)
        assert len(told(scene, BannerStage.SWITCHED)) == 1


async def test_starting_the_target_alone_leaves_the_switch_usable() -> None:
    async with ready_scene(Acme("acme")) as scene:
        assert (await scene.engine.switch.start_target()).first_token_s is not None
        assert scene.engine.switch.switching is None
        await scene.engine.switch.to_local(("acme",))


@pytest.mark.parametrize(
    ("providers", "code", "named"),
    [(None, "nothing_down", "acme"), (("nobody",), "unknown_provider", "acme")],
)
async def test_a_click_without_sense_is_refused(providers: tuple[str, ...] | None, code: str, named: str) -> None:
    async with ready_scene(Acme("acme")) as scene:
        with pytest.raises(Problem) as refused:
            await scene.engine.switch.to_local(providers)
        assert (refused.value.code, refused.value.params["providers"]) == (code, named)


async def test_without_a_target_there_is_nothing_to_switch_to() -> None:
    async with Scene(Acme("acme"), settings=settings(None)) as scene:
        with pytest.raises(Problem, match="local_no_target"):
            await scene.engine.switch.to_local(("acme",))
        with pytest.raises(Problem, match="local_no_target"):
            await scene.engine.switch.start_target()
        # And nothing listens that nobody needs.
        assert scene.engine.switch.gateway_url is None


async def test_the_tools_that_move_are_those_that_follow_the_switch() -> None:
    more = '[tool.nightly]\npolicy = "fail"\n[tool.batch]\npolicy = "wait"\n'
    async with ready_scene(Acme("acme"), more=more) as scene:
        for name in ("editor", "shell", "nightly", "batch"):
            scene.engine.switch.tokens.add(name)
        assert (await scene.engine.switch.to_local(("acme",))).tools == 2
        assert (await scene.engine.switch.to_cloud()).tools == 2


async def test_who_only_ever_asked_for_others_notices_nothing() -> None:
    async with ready_scene(Acme("acme"), Acme("beta")) as scene, aiohttp.ClientSession() as session:
        scene.engine.switch.tokens.add("silent")
        for name, providers in {"editor": ("acme",), "shell": ("beta",), "agent": ("acme", "beta", "acme")}.items():
            token = scene.engine.switch.tokens.add(name)
            for provider in providers:
                url = f"{scene.engine.switch.gateway_url}/t/{token}/{provider}/v1/models"
                async with session.get(url, headers={"authorization": "Bearer sk-x"}) as got:
                    await got.read()
        assert (await scene.engine.switch.to_local(("acme",))).tools == 3, "all but the shell"
        assert (await scene.engine.switch.to_local(("beta",))).tools == 3, "all but the editor"
        assert (await scene.engine.switch.to_cloud()).tools == 4


async def test_a_provider_without_an_api_is_not_moved() -> None:
    async with ready_scene(Acme("acme"), Acme("site")) as scene:
        scene.engine.switch.tokens.add("editor")
        file = scene.home.services_dir / "site.toml"
        head, _, rest = file.read_text().partition("[api]")
        file.write_text(head + rest[rest.index("[[service]]") :])
        await scene.engine.reload()
        with pytest.raises(Problem, match="cannot_move_no_api"):
            await scene.engine.switch.to_local(("site",))
        assert scene.engine.routes.route("site").to is To.CLOUD


async def test_going_home_names_only_who_was_away() -> None:
    async with ready_scene(Acme("acme"), Acme("bravo")) as scene:
        switch = scene.engine.switch
        assert (await switch.to_cloud(("acme",))).providers == ()
        await switch.to_local(("acme",))
        assert (await switch.to_cloud(("acme", "bravo"))).providers == ("acme",)
        await scene.engine.settle()
        assert len(told(scene, BannerStage.HOME)) == 1


async def test_what_is_local_until_changed_is_not_touched_by_a_click_on_the_rest() -> None:
    async with ready_scene(Acme("acme"), Acme("bravo")) as scene:
        switch = scene.engine.switch
        await switch.to_local(("acme",), Until.CHANGED)
        for one in ("acme", "bravo"):
            scene[one].api(OVERLOADED)
        await scene.until(lambda s: all(one.light is Light.RED for one in s.judgement.services), "both red")
        assert (await switch.to_local()).providers == ("bravo",)
        assert scene.engine.routes.route("acme").until is Until.CHANGED
        # A click on what is local already keeps its count.
        scene.engine.routes.count_answer("bravo")
        assert (await switch.to_local(("bravo",), Until.CHANGED)).providers == ("bravo",)
        route = scene.engine.routes.route("bravo")
        assert (route.answered, route.until) == (1, Until.CHANGED)


async def test_staying_local_is_remembered_at_once() -> None:
    async with ready_scene(Acme("acme"), Acme("bravo")) as scene:
        await scene.engine.switch.to_local(("acme",))
        assert scene.engine.switch.stay_local(("acme", "bravo")) == ("acme",)
        await scene.engine.settle()
        await scene.stop()
        await scene.start()
        route = scene.engine.routes.route("acme")
        assert (route.to, route.until) == (To.LOCAL, Until.CHANGED)
        assert scene.engine.routes.route("bravo").to is To.CLOUD


async def test_a_port_that_was_taken_is_tried_again() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with ready_scene(Acme("acme"), port=port) as scene:
            snapshot = scene.engine.snapshot()
            assert ("port_in_use", {"port": port}) in snapshot.problems
            with pytest.raises(Problem, match="port_in_use"):
                await scene.engine.switch.to_local(("acme",))
            assert scene.engine.routes.route("acme").to is To.CLOUD
            taken.close()
            # Nobody has to click for it: tools may be pointed at it.
            snapshot = await scene.until(lambda s: s.gateway_url is not None, "the gateway to listen")
            assert snapshot.problems == ()
            await scene.engine.switch.to_local(("acme",))


async def test_the_port_follows_the_settings() -> None:
    async with ready_scene(Acme("acme")) as scene:
        port = free_port()
        change(scene.home, {("gateway", "port"): port})
        await scene.engine.reload()
        assert scene.engine.snapshot().gateway_url == f"http://127.0.0.1:{port}"
        change(scene.home, {("local", "server"): None, ("local", "url"): None, ("local", "model"): None})
        await scene.engine.reload()
        assert scene.engine.snapshot().gateway_url is None
        scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.apply()
        assert scene.engine.snapshot().gateway_url == f"http://127.0.0.1:{port}"


async def test_another_target_takes_over_a_route_that_is_local() -> None:
    async with ready_scene(Acme("acme")) as scene, Server() as other:
        other.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "other:2b", "object": "model"}]}))
        other.on(CHAT_PATH, answer(200, completion("other:2b")))
        token = scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.to_local(("acme",))
        change(scene.home, {("local", "url"): other.url, ("local", "model"): "other:2b"})
        await scene.engine.reload()
        assert scene.engine.routes.route("acme").to is To.LOCAL
        await scene.until(lambda s: s.target.state is TargetState.READY and s.target.model == "other:2b", "the other")
        assert await ask(scene, token) == (200, "local; user", "other:2b")


async def test_a_target_that_is_stopped_refuses_in_dialect_and_keeps_the_route() -> None:
    async with local_model() as target, Scene(Acme("acme"), settings=settings(target.url)) as scene:
        token = scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.to_local(("acme",))
        await target.close()
        await scene.engine.switch.target.stop()
        assert scene.engine.switch.target_status.state is TargetState.DOWN
        status, route, _ = await ask(scene, token)
        assert (status, route.split(";")[0]) == (400, "local")
        assert scene.engine.routes.route("acme").to is To.LOCAL


async def test_a_long_local_time_keeps_the_latest_answers_and_counts_them_all() -> None:
    async with ready_scene(Acme("acme")) as scene:
        switch = scene.engine.switch
        tokens = {switch.tokens.add("early"): 50, switch.tokens.add("late"): 200}
        await switch.to_local(("acme",))
        for token, times in tokens.items():
            for _ in range(times):
                await ask(scene, token)
        assert [answer.tool for answer in switch.local_answers] == ["late"] * 200
        assert scene.engine.routes.route("acme").answered == 250


async def test_a_server_of_ours_is_started_again_where_routes_lead_to_it(tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf")
    local = f'[local]\nserver = "embedded"\nfile = "{file}"\ncontext = 512\n'
    text = f"{local}[gateway]\nport = {free_port()}\n"
    async with Scene(Acme("acme"), settings=text, rate=1.0) as scene:
        assert (await scene.engine.switch.to_local(("acme",))).model == file.name
        await scene.stop()
        await scene.start()
        await until(
            lambda: scene.engine.switch.target_status.state is TargetState.READY or None, "the model to be back"
        )
        assert scene.engine.routes.route("acme").to is To.LOCAL


@pytest.mark.parametrize("kind", list(DisturbanceKind))
async def test_after_a_suspend_or_on_another_network_the_gateway_connects_anew(kind: DisturbanceKind) -> None:
    async with Scene(Acme("acme"), settings=settings(None)) as scene:
        await scene.engine.stop_watching()
        token = scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.apply()
        server = scene["acme"].api_server
        assert (await ask(scene, token))[0] == 200
        before = server.connections
        assert (await ask(scene, token))[0] == 200
        assert server.connections == before
        scene.engine.observe(Disturbance(scene.engine.clock.now(), kind))
        assert (await ask(scene, token))[0] == 200
        assert server.connections == before + 1


async def test_a_tool_waits_for_a_server_of_ours_that_is_being_started(tmp_path: Path) -> None:
    file = write_tiny_gguf(tmp_path / "tiny.gguf")
    local = f'[local]\nserver = "embedded"\nfile = "{file}"\ncontext = 512\n'
    text = f"{local}[gateway]\nport = {free_port()}\n"
    async with Scene(Acme("acme"), settings=text, rate=1.0) as scene:
        token = scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.to_local(("acme",))
        assert (await ask(scene, token))[0] == 200
        await scene.stop()
        await scene.start()
        await until(lambda: scene.engine.switch.target_status.state is TargetState.STARTING or None, "the start")
        status, route, model = await ask(scene, token)
        assert (status, route, model) == (200, "local; user", file.name)


async def test_right_after_a_restart_a_tool_waits_until_the_target_was_looked_at() -> None:
    port = free_port()
    async with local_model() as target, Scene(Acme("acme"), settings=settings(target.url, port)) as scene:
        token = scene.engine.switch.tokens.add("editor")
        await scene.engine.switch.to_local(("acme",))
        await scene.stop()
        await scene.start()
        assert scene.engine.switch.target_status.state is TargetState.DOWN
        assert await ask(scene, token) == (200, "local; user", MODEL)
        # The same where it is really gone: then it is said as soon as that is seen.
        await scene.stop()
        await target.close()
        await scene.start()
        async with asyncio.timeout(60):
            assert await ask(scene, token) == (400, "local; user", "")


async def test_a_server_that_is_loading_is_looked_at_often() -> None:
    head = {"server": "llama.cpp"}
    async with Server() as server:
        server.on("/health", answer(503, {"error": {"message": "Loading model"}}, head))
        server.on("/v1/models", answer(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]}))
        local = f'[local]\nserver = "llama-server"\nurl = "{server.url}"\n[gateway]\nport = {free_port()}\n'
        async with Scene(Acme("acme"), settings=local, rate=1.0) as scene:
            await scene.until(lambda s: s.target.state is TargetState.LOADING, "the model to load")
            server.on("/health", answer(200, {"status": "ok"}, head))
            await scene.until(lambda s: s.target.state is TargetState.READY, "it to be ready", 10.0)
