"""What the running instance answers, asked over its socket with a whole engine behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from typing import Any

import msgspec
import pytest
from msgspec import structs

from tests.support.breakers import failing
from tests.support.httpserver import Request as HttpRequest
from tests.support.httpserver import Server, answer, drip_until
from tests.support.scene import CHAT_PATH, Acme, Scene, completion, free_port
from tests.support.schema1 import Report
from tests.support.snapshots import snapshot
from trayapp.control import client, protocol, server
from trayapp.control.messages import (
    AskLight,
    AskLocal,
    AskQuit,
    AskReload,
    AskRound,
    AskShow,
    AskStatus,
    AskSwitch,
    AskWatch,
    Request,
    StatusAnswer,
)
from trayapp.control.service import Broadcast, ControlService
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Mode, To, Until
from trayapp.core.switching.target import TargetState
from trayapp.engine.publish import MIN_GAP_S
from trayapp.errors import Problem
from trayapp.tasks import Tasks
from trayapp.text.language import language, speaking

MODEL = "small:1b"


class Listener(Broadcast):
    """Hears every snapshot that the engine publishes; `languages`: in which it would be told here."""

    def __init__(self) -> None:
        super().__init__()
        self.languages: set[str] = set()

    def publish(self, snapshot: Snapshot) -> None:
        self.languages.add(language())
        super().publish(snapshot)


class World(Scene):
    """A provider, and a local server whose model has to be asked once before it is ready."""

    def __init__(self, model: Server, **more: Any) -> None:
        local = f'[local]\nserver = "openai-compatible"\nurl = "{model.url}"\nmodel = "{MODEL}"\n'
        super().__init__(Acme("acme"), Acme("bolt"), settings=f"{local}[gateway]\nport = {free_port()}\n", **more)
        self.model = model
        self.broadcast = self.listener = Listener()


@asynccontextmanager
async def world(**more: Any) -> AsyncIterator[World]:
    async with Server() as model:
        model.on("/v1/models", answer(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]}))
        model.on(CHAT_PATH, answer(200, completion(MODEL)))
        async with World(model, **more) as one:
            control = one.socket()
            await control.start()
            try:
                yield one
            finally:
                await control.close()


@pytest.fixture
async def scene() -> AsyncIterator[World]:
    async with world() as one:
        yield one


async def status(scene: Scene, **more: Any) -> StatusAnswer:
    seen = await client.ask(scene.home, AskStatus(**more))
    assert seen is not None
    return seen


async def refusal(scene: Scene, request: Request[Any]) -> str:
    with pytest.raises(Problem) as refused:
        await client.ask(scene.home, request)
    return refused.value.code


async def test_the_status_is_the_report_and_the_lines_of_all_or_some(scene: World) -> None:
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
    scene["bolt"].page(chat_completions="major_outage")
    await scene.until(lambda s: s.judgement.light is Light.RED, "red")
    whole = await status(scene)
    assert [one.id for one in msgspec.convert(whole.report, Report).services] == ["acme-api", "bolt-api"]
    assert (whole.light, whole.lines[0]) == ("red", "Bolt API is down. It is not you.")
    some = await status(scene, services=("acme-api",))
    assert [one.id for one in msgspec.convert(some.report, Report).services] == ["acme-api"]
    assert some.light == "green"
    assert await refusal(scene, AskStatus(services=("nobody",), max_age_s=60.0)) == "not_watched"
    assert await refusal(scene, AskRound(services=("nobody",))) == "not_watched"


async def test_how_long_it_may_take_is_told_of_what_is_down(scene: World) -> None:
    """In the report and in words, and no more once it is back; a provider that nobody knows rests on what is known."""
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
    scene["bolt"].page(chat_completions="major_outage")
    await scene.until(lambda s: s.judgement.light is Light.RED, "red")
    seen = await status(scene)
    well, down = msgspec.convert(seen.report, Report).services
    assert well.forecast is None
    assert down.forecast is not None
    assert (down.forecast.basis, down.forecast.outages) == ("published", 639)
    assert down.forecast.low_s < down.forecast.median_s < down.forecast.high_s
    (words,) = [line.strip() for line in seen.lines if "Half of such" in line and "quarter" in line]
    assert words.endswith("a quarter later (from 639 published outages of AI services, until 2024).")
    scene["bolt"].page(chat_completions="operational")
    await scene.until(lambda s: s.judgement.light is not Light.RED, "back")
    assert all(service["forecast"] is None for service in (await status(scene)).report["services"])


async def test_a_status_may_be_wanted_fresh(scene: World) -> None:
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
    services = ("acme-api", "bolt-api")
    assert await client.ask(scene.home, AskStatus(services=services, max_age_s=1e-6)) is None
    assert (await status(scene, services=services, max_age_s=1e6)).light == "green"
    assert (await client.ask(scene.home, AskRound(services=services, timeout_s=10.0))).light == "green"


async def test_every_answer_is_in_the_language_of_who_asked(scene: World) -> None:
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
    with speaking("de"):
        assert (await status(scene)).lines[-1].startswith("Deine Verbindung")
        moved = await client.ask(scene.home, AskSwitch(to="local", providers=("acme",)))
        assert "beantwortet" in moved.line
        assert "bereit" in (await client.ask(scene.home, AskLocal())).line
        await client.ask(scene.home, AskSwitch(to="cloud"))
    assert (await status(scene)).lines[-1].startswith("Your connection")


async def test_what_a_request_sets_off_goes_on_in_the_language_of_the_instance() -> None:
    # So slow that nothing else is about to be published when a switch is.
    async with world(rate=5.0) as scene:
        there, back = AskSwitch(to="local", providers=("acme",)), AskSwitch(to="cloud")
        for request in (there, back, there, back):
            await asyncio.sleep(2 * MIN_GAP_S)
            with speaking("de"):
                await client.ask(scene.home, request)
        await asyncio.sleep(2 * MIN_GAP_S)
        assert scene.listener.languages == {"en"}


async def test_the_switch_goes_there_and_back(scene: World) -> None:
    there = await client.ask(scene.home, AskSwitch(to="local", providers=("acme",), until="until_changed"))
    assert (there.to, there.providers, there.model) == ("local", ("acme",), MODEL)
    assert there.line == f"Requests to acme are answered locally by {MODEL} now. 0 tools moved."
    route = scene.engine.routes.route("acme")
    assert (route.to, route.until) == (To.LOCAL, Until.CHANGED)
    back = await client.ask(scene.home, AskSwitch(to="cloud"))
    assert (back.to, back.providers, back.line) == ("cloud", ("acme",), "acme is back in the cloud.")
    assert (await client.ask(scene.home, AskSwitch(to="cloud"))).line == "Nothing was local."
    assert await refusal(scene, AskSwitch(to="local", providers=("nobody",))) == "unknown_provider"


async def test_who_switches_is_said_with_what_is_missing_for_it(scene: World) -> None:
    await scene.until(lambda s: s.target.state is TargetState.READY, "the first look")
    on = await client.ask(scene.home, AskSwitch(to="auto"))
    assert (on.to, on.providers) == ("auto", ())
    assert on.line.endswith("Nothing can move by itself yet: no tool that may move uses the gateway.")
    assert scene.engine.snapshot().mode is Mode.AUTO
    assert 'mode = "auto"' in scene.home.settings_file.read_text()
    scene.engine.switch.tokens.add("editor")
    told = "From now on what a provider fails to answer is answered locally, until it is back."
    assert (await client.ask(scene.home, AskSwitch(to="auto"))).line == told
    assert "Automatic switching is on." in (await status(scene)).lines
    failing(scene.engine.auto, "acme", scene.clock.now(), 3)
    off = await client.ask(scene.home, AskSwitch(to="manual"))
    assert (off.to, off.providers) == ("manual", ("acme",))
    assert off.line == "From now on nothing moves by itself. Acme AI is back in the cloud."
    assert "Automatic switching is on." not in (await status(scene)).lines
    assert (await client.ask(scene.home, AskSwitch(to="manual"))).line == "From now on nothing moves by itself."


async def test_settings_that_cannot_be_written_leave_the_mode_as_it_was(scene: World) -> None:
    whole = scene.home.settings_file.read_text()
    scene.home.settings_file.write_text(whole + "[nonsense]\n")
    assert await refusal(scene, AskSwitch(to="auto")) == "settings_broken"
    assert scene.engine.snapshot().mode is Mode.MANUAL
    scene.home.settings_file.write_text(whole)
    assert (await client.ask(scene.home, AskSwitch(to="auto"))).to == "auto"


async def test_who_is_sent_back_in_auto_mode_stays_there_and_that_is_said(scene: World) -> None:
    await client.ask(scene.home, AskSwitch(to="auto"))
    failing(scene.engine.auto, "acme", scene.clock.now(), 3)
    back = await client.ask(scene.home, AskSwitch(to="cloud"))
    held = "Acme AI stays in the cloud until it is well, as you wished."
    assert (back.providers, back.line) == (("acme",), f"acme is back in the cloud. {held}")
    assert held in (await status(scene)).lines
    again = await client.ask(scene.home, AskSwitch(to="cloud", providers=("acme",)))
    assert (again.providers, again.line) == ((), held)


async def test_a_switch_that_takes_its_time_says_what_it_waits_for(
    scene: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(server, "BEAT_S", 0.05)
    loaded = asyncio.Event()

    async def load(writer: asyncio.StreamWriter, request: HttpRequest) -> None:
        await loaded.wait()
        await answer(200, completion(MODEL))(writer, request)

    scene.model.on(CHAT_PATH, load)
    heard: list[str] = []

    def hear(line: str) -> None:
        heard.append(line)
        asyncio.get_running_loop().call_later(2.0, loaded.set)

    moved = await client.ask(scene.home, AskSwitch(to="local", providers=("acme",)), silence_s=1.5, doing=hear)
    assert moved.model == MODEL
    loading = f"{MODEL} on OpenAI-compatible server: loading the model"
    # Said once, not with every beat; that it was ready for a look may come before, that it is may follow.
    assert heard.count(loading) == 1


async def test_the_local_model_is_looked_at_started_and_stopped(scene: World) -> None:
    assert (await client.ask(scene.home, AskLocal(what="check"))).state == "ready"
    started = await client.ask(scene.home, AskLocal(what="start"))
    assert started.state == "ready"
    assert started.line.startswith(f"{MODEL} on OpenAI-compatible server: ready in ")


async def test_who_stops_a_server_of_somebody_else_is_told_that_it_goes_on(scene: World) -> None:
    await scene.until(lambda s: s.target.state is TargetState.READY, "the first look")
    assert await refusal(scene, AskLocal(what="stop")) == "local_not_ours"
    # What does not run is stopped.
    await scene.model.__aexit__()
    assert (await client.ask(scene.home, AskLocal(what="stop"))).state == "down"
    await scene.model.__aenter__()


async def test_showing_says_whether_there_is_anything_to_show(scene: World) -> None:
    done: list[str] = []
    assert await client.ask(scene.home, AskShow()) is True
    assert await client.ask(scene.home, AskReload()) is True
    headless = ControlService(scene.engine, scene.broadcast, show=None, end=lambda: done.append("end")).server()
    await headless.start()
    try:
        assert await client.ask(scene.home, AskShow()) is False
        assert await client.ask(scene.home, AskQuit()) is True
        assert done == ["end"]
    finally:
        await headless.close()


async def test_a_follower_gets_the_picture_at_once_and_then_each_change(scene: World) -> None:
    async with asyncio.timeout(30), aclosing(client.stream(scene.home, AskWatch())) as answers:
        told = await anext(answers)
        # Green by one sense is not all there is to say: both pages are read, and the model is looked at.
        while told.report["target"]["state"] != "ready" or any(
            one["confidence"] != "reported" for one in told.report["services"]
        ):
            told = await anext(answers)
        assert told.light == "green"
        # Minutes pass on the engine's clock without a word, until there is something to say.

        async def next_light() -> str:
            return (await anext(answers)).light

        async with asyncio.TaskGroup() as group:
            news = group.create_task(next_light())
            begun = scene.engine.clock.now()
            await scene.until(lambda s: s.at > begun + 120.0, "two quiet minutes")
            assert not news.done()
            scene["acme"].page(chat_completions="degraded_performance")
        assert news.result() == "yellow"


async def test_whoever_waits_hears_one_light_and_its_changes(scene: World) -> None:
    await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
    async with asyncio.timeout(30), aclosing(client.stream(scene.home, AskLight(service="acme-api"))) as answers:
        assert (await anext(answers)).light == "green"
        scene["bolt"].page(chat_completions="major_outage")
        await scene.until(lambda s: s.judgement.light is Light.RED, "the other one red")
        scene["acme"].page(chat_completions="degraded_performance")
        assert (await anext(answers)).light == "yellow"
        scene["acme"].page(chat_completions="major_outage")
        assert (await anext(answers)).light == "red"
    assert await refusal(scene, AskLight(service="nobody")) == "not_watched"


async def test_a_slow_follower_skips_and_holds_nobody_up() -> None:
    broadcast = Broadcast()
    pictures = [msgspec.structs.replace(snapshot(), bytes_today=number) for number in range(100)]
    slow, fast = broadcast.follow(), broadcast.follow()
    broadcast.publish(pictures[0])
    assert (await anext(slow)).bytes_today == 0
    for number, one in enumerate(pictures):
        broadcast.publish(one)
        if number:
            assert (await anext(fast)).bytes_today == number
    assert (await anext(slow)).bytes_today == 99


async def test_a_follower_waits_for_the_first_picture_and_for_the_next() -> None:
    broadcast = Broadcast()
    follower = broadcast.follow()
    asyncio.get_running_loop().call_later(0.05, broadcast.publish, snapshot())
    assert await asyncio.wait_for(anext(follower), 5) == snapshot()
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(anext(follower), 0.05)


@asynccontextmanager
async def asking(scene: World, request: Request[Any], path: str) -> AsyncIterator[asyncio.Event]:
    """Ask for something that takes the model's server for ever, and leave once that is under way.

    The event is set when the server is left as well.
    """
    left, asked = asyncio.Event(), scene.model.asked(path)
    scene.model.on(path, drip_until(left))
    async with Tasks("asking") as tasks:
        tasks.spawn(client.ask(scene.home, request), "command")
        await scene.model.wait_asked(path, asked + 1)
    yield left


@pytest.mark.parametrize(
    "request_", [AskSwitch(to="local", providers=("acme",)), AskLocal(what="start")], ids=["switch", "start"]
)
async def test_a_command_that_ends_takes_its_work_with_it(scene: World, request_: Request[Any]) -> None:
    async with asking(scene, request_, CHAT_PATH) as left, asyncio.timeout(5.0):
        await left.wait()
    await scene.until(lambda s: s.switching is None, "the work to end", 5.0)
    assert scene.engine.routes.route("acme").to is To.CLOUD
    # Nothing is left behind that would be in the way of the next one.
    scene.model.on(CHAT_PATH, answer(200, completion(MODEL)))
    assert (await client.ask(scene.home, AskSwitch(to="local", providers=("acme",)))).model == MODEL


async def test_a_look_that_nobody_waits_for_any_more_ends(scene: World) -> None:
    await scene.until(lambda s: s.target.state is TargetState.READY, "the first look")
    # A look has 3 s by itself.
    async with asking(scene, AskLocal(what="check"), "/v1/models") as left, asyncio.timeout(2.0):
        await left.wait()


def line(request: Request[Any]) -> bytes:
    return protocol.ask(structs.replace(request, language="en"))


async def test_what_must_not_be_left_half_done_is_not_broken_off(scene: World) -> None:
    await scene.until(lambda s: s.target.state is TargetState.READY, "the first look")
    await client.ask(scene.home, AskSwitch(to="local", providers=("acme",)))
    scene.home.settings_file.write_text(scene.home.settings_file.read_text().replace(MODEL, "other:2b"))
    scene.model.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "other:2b", "object": "model"}]}))
    for request in (AskReload(), AskSwitch(to="cloud")):
        _, writer = await asyncio.open_unix_connection(str(scene.home.socket))
        writer.write(line(request))
        writer.close()
        await writer.wait_closed()
    await scene.until(lambda s: s.target.model == "other:2b", "the new settings")
    await scene.until(lambda s: s.routes["acme"].to is To.CLOUD, "the way home")


@pytest.mark.parametrize("request_", [AskStatus(), AskLocal(what="start")], ids=["status", "start"])
async def test_who_has_said_all_and_still_listens_is_answered(scene: World, request_: Request[Any]) -> None:
    reader, writer = await asyncio.open_unix_connection(str(scene.home.socket), limit=protocol.MAX_ANSWER_BYTES)
    writer.write(line(request_))
    writer.write_eof()
    async with asyncio.timeout(10.0):
        answered = await reader.readline()
    writer.close()
    await writer.wait_closed()
    assert b'"ok":{' in answered
