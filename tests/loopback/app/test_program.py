"""The tray program in one process: both threads, the bridge, the engine and every command, without a desktop."""

import asyncio
import json
import os
import signal
import socket
import threading
import time
from collections.abc import AsyncIterator, Callable, Generator
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import httpx
import pytest
from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QApplication, QMenu, QPushButton

from tests.support.httpserver import Request, Server, answer, for_key
from tests.support.scene import CHAT_PATH, Acme, completion, free_port, write_files
from tests.support.told import once
from tests.support.windows import button, entries, entry, window, windows
from trayapp import logs
from trayapp.app.program import Program
from trayapp.app.run import Run
from trayapp.clock import SystemClock
from trayapp.control import client
from trayapp.control.messages import AskQuit, AskShow
from trayapp.core.notify.banner import Button
from trayapp.engine.loading import Loaded, load_all
from trayapp.errors import Problem
from trayapp.paths import home
from trayapp.settings.schema import Local
from trayapp.ui.chat.window import ChatWindow
from trayapp.ui.commands import ChatTurn, CommandResult, Done, Leave
from trayapp.ui.history.window import HistoryWindow
from trayapp.ui.panel.window import Panel
from trayapp.ui.settings.dialog import SettingsDialog
from trayapp.ui.settings.pages import ServicesPage
from trayapp.ui.tray.icon import Tray

DEADLINE_S = 20.0
T = TypeVar("T")
Script = Generator[Callable[[], Any], None, None]


@pytest.fixture(autouse=True)
def no_log_file(monkeypatch: pytest.MonkeyPatch) -> None:
    """A program's log lasts as long as its process, which here is the tests'."""
    monkeypatch.setattr(logs, "setup", lambda home, verbose=False: None)


class World:
    """A provider, perhaps `others`, and a local model that live in the program's own loop. `port`: the gateway's."""

    def __init__(self) -> None:
        self.acme = Acme("acme", page=False)
        self.others: tuple[Acme, ...] = ()
        self.port = free_port()
        self.nothing_watched = False
        self.target = True
        self.model = Server()
        self.left = threading.Event()

    async def endless(self, writer: asyncio.StreamWriter, request: Request) -> None:
        """Words without end; `left` once nobody listens any more."""
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n")
        try:
            while True:
                event = json.dumps({"choices": [{"delta": {"content": "word "}, "finish_reason": None}]})
                writer.write(f"data: {event}\n\n".encode())
                await writer.drain()
                await asyncio.sleep(0.01)
        finally:
            self.left.set()

    def load(self) -> AbstractAsyncContextManager[Loaded]:
        @asynccontextmanager
        async def loaded() -> AsyncIterator[Loaded]:
            async with AsyncExitStack() as stack:
                providers = (self.acme, *self.others)
                for provider in providers:
                    await provider.open(stack)
                await stack.enter_async_context(self.model)
                self.model.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "small:1b"}]}))
                self.model.on(CHAT_PATH, answer(200, completion("small:1b")))
                local = (
                    ""
                    if not self.target
                    else f'[local]\nserver = "openai-compatible"\nurl = "{self.model.url}"\nmodel = "small:1b"\n'
                )
                write_files(home(), providers, f'{local}[gateway]\nport = {self.port}\nopenai = "acme"\n')
                if self.nothing_watched:
                    text = home().settings_file.read_text()
                    home().settings_file.write_text(text.replace('services = ["acme-api"]', "services = []"))
                yield load_all(home())

        return loaded()


def program(run: Run) -> Program:
    application = QApplication.instance()
    assert isinstance(application, QApplication)
    application.setQuitOnLastWindowClosed(False)
    return Program(application, run, Tray(QMenu(), patience_ms=3_600_000))


def live(one: Program, script: Script) -> Leave:
    """Run the program while `script` plays the user: it yields what it waits for. The program ends with it."""
    failures: list[BaseException] = []
    end = time.monotonic() + DEADLINE_S
    waiting: list[Callable[[], Any]] = [lambda: True]

    def step() -> None:
        try:
            while waiting[0]():
                waiting[0] = next(script)
            assert time.monotonic() < end, "waited in vain"
        except StopIteration:
            waiting[0] = the_end
            timer.stop()
            one.end(Leave.NOTHING_TO_KEEP)
        except BaseException as failure:  # noqa: BLE001 - raised below, where pytest sees it
            failures.append(failure)
            timer.stop()
            one.end(Leave.NOTHING_TO_KEEP)

    timer = QTimer()
    timer.timeout.connect(step)
    timer.start(10)
    try:
        leave = one.run()
        assert failures or waiting[0] is the_end, "it ended before its time"
        return leave
    finally:
        timer.stop()
        if failures:
            raise failures[0]


class Answer:
    """Where an outcome arrives; `outcome()` is what to wait for."""

    def __init__(self) -> None:
        self.got: list[CommandResult[Any]] = []
        self.threads: set[str] = set()

    def __call__(self, outcome: CommandResult[Any]) -> None:
        self.got.append(outcome)
        self.threads.add(threading.current_thread().name)

    def came(self) -> bool:
        return bool(self.got)

    @property
    def value(self) -> Any:
        (outcome,) = self.got
        assert outcome.ok, outcome.problems
        assert self.threads == {"MainThread"}
        return outcome.value

    @property
    def codes(self) -> list[str]:
        return [one.code for one in self.got[0].problems]


def asked(do: Callable[[Done[Any]], object]) -> Generator[Callable[[], Any], None, Answer]:
    one = Answer()
    do(one)
    yield one.came
    return one


def says(one: Program, headline: str) -> Callable[[], bool]:
    """What the first line of the menu says."""
    return lambda: entries(one.surface.tray.menu)[0] == headline


def fine(one: Program) -> Callable[[], bool]:
    return says(one, "Everything is reachable.")


def offers(one: Program, words: str) -> Callable[[], bool]:
    return lambda: words in entries(one.surface.tray.menu)


def notices() -> str:
    """What the panel has to say beside the light."""
    return " ".join(text for panel in windows(Panel) for text in panel.notices.texts)


def the_end() -> bool:
    """What comes by itself is waited for so; the loop is over before this is ever true."""
    return False


def in_thread(work: Callable[[], T]) -> Callable[[], list[T]]:
    """Run `work` beside; what comes back is the list that will hold its result."""
    result: list[T] = []
    threading.Thread(target=lambda: result.append(work()), daemon=True).start()
    return lambda: result


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def one(world: World) -> Program:
    return program(Run(home(), SystemClock(), load=world.load))


def test_the_picture_comes_and_a_switch_goes_there_and_back(one: Program) -> None:
    def script() -> Script:
        yield fine(one)
        commands = one.commands
        commands.check_now()
        there = yield from asked(lambda done: commands.switch_local(("acme",), done))
        assert there.value == ("acme",)
        yield offers(one, "Back to cloud (Acme AI)")
        # Nobody has a tool behind the gateway, so there is something else to work with.
        assert windows(ChatWindow)
        stay = yield from asked(lambda done: commands.stay_local(("acme",), done))
        assert stay.value == ("acme",)
        home_again = yield from asked(lambda done: commands.switch_cloud(None, done))
        assert home_again.value == ("acme",)
        yield lambda: not offers(one, "Back to cloud (Acme AI)")()

    assert live(one, script()) is Leave.NOTHING_TO_KEEP


def test_a_click_that_cannot_be_done_says_why_in_the_panel(one: Program) -> None:
    def script() -> Script:
        yield fine(one)
        one.surface.note_clicked("an older note", Button.SWITCH_LOCAL)
        yield lambda: "Nothing is down" in notices()

    live(one, script())


def test_what_is_down_and_cannot_be_moved_is_offered_nowhere_and_said_why(one: Program, world: World) -> None:
    """Button, menu and click agree: Closed AI is down, and only Acme AI can be moved."""
    closed = Acme("closed", api=False, dialects=())
    closed.changed_at = time.time() - 60.0
    closed.page(chat_completions="major_outage")
    world.others = (closed,)

    def switch() -> str:
        return next((text for text in entries(one.surface.tray.menu) if text.startswith("Switch")), "")

    def picks(menu: object) -> list[str]:
        return entries(menu) if isinstance(menu, QMenu) else []

    def script() -> Script:
        yield says(one, "Closed API is down. It is not you.")
        yield lambda: "ready" in switch()
        assert switch().startswith("Switch to local (small:1b, ready")
        assert picks(entry(one.surface.tray.menu, "Switch").menu()) == ["Acme AI"]
        one.surface.open_panel()
        there = button(window(Panel), "Switch")
        assert isinstance(there, QPushButton)
        assert there.text() == switch()
        assert picks(there.menu()) == ["Acme AI"]
        assert [text.partition(":")[0] for text in window(Panel).bar.immovable.texts] == ["Closed AI cannot be moved"]
        one.surface.note_clicked("an older note", Button.SWITCH_LOCAL)
        yield lambda: "Closed AI cannot be moved" in notices()
        asked_outside = in_thread(lambda: asyncio.run(once("switch", "local")))
        yield asked_outside
        (ended,) = asked_outside()
        assert ended.code == 1
        assert "Closed AI cannot be moved" in ended.err
        there.menu().actions()[0].trigger()
        yield offers(one, "Back to cloud (Acme AI)")

    live(one, script())


def test_a_port_that_is_taken_is_said_once_in_the_panel(one: Program, world: World) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", world.port))
        taken.listen()

        def script() -> Script:
            yield fine(one)
            one.surface.open_panel()
            yield notices
            assert [text.partition(".")[0] for text in window(Panel).notices.texts] == [f"Port {world.port} is taken"]

        live(one, script())


def test_a_port_that_is_taken_is_refused_where_it_was_typed_and_nowhere_else(one: Program) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        before = home().settings_file

        def script() -> Script:
            yield fine(one)
            text = before.read_text()
            one.surface.open_settings("gateway")
            dialog = window(SettingsDialog)
            yield dialog.stack.isEnabled
            field = dialog.pages["gateway"].forms[0].fields["port"]
            field.editor.set(port)
            dialog.ok_button.click()
            yield lambda: field.mistakes
            assert field.mistakes == (
                f"Another program listens on port {port}. Choose another port in the settings, then set up your tools"
                " again.",
            )
            assert dialog.isVisible()
            assert dialog.notices.texts == ()
            assert before.read_text() == text
            one.surface.open_panel()
            assert notices() == ""
            # The own port is not taken by anybody else.
            field.editor.set(one_port(text))
            dialog.ok_button.click()
            yield lambda: not dialog.isVisible()

        live(one, script())


def one_port(settings: str) -> int:
    return int(settings.partition("port = ")[2].partition("\n")[0])


def test_a_tool_is_called_what_its_user_calls_it(one: Program) -> None:
    name = "Mein Editor (Büro) 2.0"

    def script() -> Script:
        yield fine(one)
        tool = (yield from asked(lambda done: one.commands.create_tool(f"  {name} ", done))).value
        assert tool.name == name
        again = (yield from asked(lambda done: one.commands.create_tool(name, done))).value
        assert again == tool
        key = ("tool", name, "policy")
        saved = (yield from asked(lambda done: one.commands.save_settings({key: "fail"}, done))).value
        assert saved.tools[name].policy == "fail"
        got = in_thread(lambda: httpx.get(f"{tool.url}/models", headers={"authorization": "Bearer sk-its-own"}))
        yield got
        assert got()[0].status_code == 401
        checked = in_thread(lambda: asyncio.run(once("config", "check")))
        yield checked
        assert (checked()[0].code, checked()[0].err) == (0, "")
        yield from asked(lambda done: one.commands.forget_tool(name, done))
        assert (yield from asked(one.commands.view_settings)).value.tools == ()

    live(one, script())


def test_a_chat_without_a_model_leads_to_one(one: Program, world: World) -> None:
    world.target = False

    def script() -> Script:
        yield fine(one)
        one.surface.open_chat()
        button(window(ChatWindow), "Set up a local model").click()
        dialog = window(SettingsDialog)
        assert dialog.stack.currentWidget() is dialog.pages["local"]
        yield dialog.stack.isEnabled

    live(one, script())


def test_the_history_is_shown_saved_and_forgotten(one: Program, world: World, tmp_path: Path) -> None:
    file = tmp_path / "history.csv"

    def script() -> Script:
        yield fine(one)
        one.surface.open_history()
        table = window(HistoryWindow).services
        yield table.topLevelItemCount
        item = table.topLevelItem(0)
        assert item is not None
        assert item.text(0) == "Acme API"
        assert (yield from asked(lambda done: one.commands.export_history(None, file, done))).codes == []
        assert file.read_text().splitlines()[1].startswith("acme-api,")
        nowhere = file / "h.json"
        assert (yield from asked(lambda done: one.commands.export_history(None, nowhere, done))).codes == [
            "not_writable"
        ]
        before = sum(month.good for month in (yield from asked(one.commands.view_history)).value.history.months)
        hours = (yield from asked(one.commands.latest_hours)).value["acme-api"]
        assert len(hours) == 24
        assert hours[-1].light is not None
        assert (yield from asked(lambda done: one.commands.forget_history("acme-api", done))).codes == []
        view = (yield from asked(one.commands.view_history)).value
        assert view.names["acme-api"] == "Acme API"
        assert sum(month.good for month in view.history.months) < before

    live(one, script())


def test_settings_tools_and_targets_by_command(one: Program, world: World) -> None:
    def script() -> Script:
        commands = one.commands
        view = (yield from asked(commands.view_settings)).value
        assert [service.id for service in view.services] == ["acme-api"]
        assert [(slot.name, slot.host) for slot in view.keys] == [("acme", world.acme.api_server.netloc)]
        assert (yield from asked(lambda done: commands.set_key("nobody", "x", done))).codes == ["unknown_key"]
        assert (yield from asked(commands.stored_keys)).value == {}
        tool = (yield from asked(lambda done: commands.create_tool("editor", done))).value
        assert tool.token in tool.url
        assert (yield from asked(commands.view_settings)).value.tools == ("editor",)
        got = in_thread(lambda: httpx.get(f"{tool.url}/models", headers={"authorization": "Bearer sk-its-own"}))
        yield got
        assert got()[0].json() == {"error": {"type": "invalid_request_error", "message": "no key"}}
        yield from asked(lambda done: commands.forget_tool("editor", done))
        assert (yield from asked(commands.view_settings)).value.tools == ()
        good = Local(server="openai-compatible", url=world.model.url, model="small:1b")
        assert (yield from asked(lambda done: commands.test_target(good, "", done))).value.state == "ready"
        bad = Local(server="openai-compatible", url=f"http://127.0.0.1:{free_port()}", model="small:1b")
        failed = yield from asked(lambda done: commands.test_target(bad, "", done))
        assert failed.codes == ["local_unreachable"]
        saved = yield from asked(lambda done: commands.save_settings({("ui", "language"): "de"}, done))
        assert saved.value.ui.language == "de"
        yield offers(one, "Jetzt prüfen")
        yield from asked(lambda done: commands.save_settings({("ui", "language"): "en"}, done))
        yield offers(one, "Check now")
        wrong = yield from asked(lambda done: commands.save_settings({("gateway", "port"): 1}, done))
        assert wrong.codes == ["setting_range"]

    live(one, script())


def test_an_endpoint_of_ones_own_is_looked_at_added_and_watched_at_once(one: Program, world: World) -> None:
    def script() -> Script:
        commands = one.commands
        yield from asked(commands.view_settings)
        found = (yield from asked(lambda done: commands.look_at(world.model.url, "Team", done))).value
        assert (found.models, found.provider.provider) == (("small:1b",), "team")
        assert (yield from asked(lambda done: commands.add_service(found, False, done))).codes == []
        view = (yield from asked(commands.view_settings)).value
        assert [service.id for service in view.services if service.own] == ["acme-api", "team"]
        assert view.settings.watch.services == ("acme-api", "team")
        again = yield from asked(lambda done: commands.add_service(found, False, done))
        assert again.codes == ["service_file_exists"]
        known = yield from asked(lambda done: commands.look_at(world.model.url, None, done))
        assert known.codes == ["endpoint_own"]
        wrong = yield from asked(lambda done: commands.look_at(f"127.0.0.1:{free_port()}", None, done))
        assert wrong.codes == ["endpoint_refused"]

    live(one, script())


def test_a_server_that_wants_a_key_is_tried_with_the_one_that_was_typed(one: Program, world: World) -> None:
    key = "jan-canary-0123456789"

    def script() -> Script:
        yield fine(one)
        world.model.on("/v1/models", for_key(key, answer(200, {"object": "list", "data": [{"id": "small:1b"}]})))
        world.model.on(CHAT_PATH, for_key(key, answer(200, completion("small:1b"))))
        local = Local(server="openai-compatible", url=world.model.url, model="small:1b")
        refusals = {"": "local_needs_key", "another": "local_wrong_key", "Schlüssel": "key_malformed"}
        for typed, code in refusals.items():
            tried = yield from asked(partial(one.commands.test_target, local, typed))
            assert tried.codes == [code]
        tried = yield from asked(lambda done: one.commands.test_target(local, key, done))
        assert tried.value.state == "ready"
        # Tried is not stored, and nothing is stored that would travel in the clear.
        assert (yield from asked(one.commands.stored_keys)).value == {}
        away = Local(server="openai-compatible", url="http://192.0.2.1:1337")
        assert (yield from asked(lambda done: one.commands.set_local_key(away, key, done))).codes == ["key_plain_http"]

    live(one, script())


def test_stopping_the_chat_ends_the_work_upstream_and_is_its_last_word(one: Program, world: World) -> None:
    def script() -> Script:
        one.surface.open_chat()
        yield lambda: "ready" in window(ChatWindow).model.text()
        world.model.on(CHAT_PATH, world.endless)
        pieces: list[str] = []
        done = Answer()
        late: list[str] = []

        def take(text: str) -> None:
            (late if done.got else pieces).append(text)

        stream = one.commands.chat((ChatTurn("user", "hello"),), take, done)
        yield lambda: len(pieces) > 3
        assert not done.got
        stream.stop()
        yield done.came
        assert done.codes == ["cancelled"]
        yield world.left.is_set
        assert late == []
        # Stopped before it began, and once more when it is over.
        second = Answer()
        stream = one.commands.chat((ChatTurn("user", "hello"),), take, second)
        stream.stop()
        yield second.came
        assert second.codes == ["cancelled"]
        stream.stop()

    live(one, script())


def test_the_socket_shows_and_ends_the_program(one: Program) -> None:
    def script() -> Script:
        yield fine(one)
        yield in_thread(lambda: asyncio.run(client.ask(home(), AskShow())))
        yield lambda: windows(Panel)
        in_thread(lambda: asyncio.run(client.ask(home(), AskQuit())))
        yield the_end

    assert live(one, script()) is Leave.NOTHING_TO_KEEP
    assert not home().socket.exists()


def test_a_signal_ends_the_program(one: Program) -> None:
    def script() -> Script:
        yield fine(one)
        os.kill(os.getpid(), signal.SIGTERM)
        yield the_end

    live(one, script())


def test_an_end_before_the_beginning_ends_at_once(one: Program) -> None:
    one.end(Leave.NOTHING_TO_KEEP)
    one.run()


def test_quitting_carries_what_becomes_of_the_gateway(one: Program) -> None:
    def script() -> Script:
        yield fine(one)
        one.commands.quit(Leave.KEEP_GATEWAY)

    assert live(one, script()) is Leave.KEEP_GATEWAY


def test_a_run_with_an_end_ends_the_program(world: World) -> None:
    ended = threading.Event()

    async def end(engine: object, ui: object) -> None:
        ended.set()

    one = program(Run(home(), SystemClock(), load=world.load, end=end))

    def script() -> Script:
        yield the_end

    live(one, script())
    assert ended.is_set()


def test_a_service_file_is_there_when_the_settings_are_opened(one: Program, world: World) -> None:
    def script() -> Script:
        yield fine(one)
        (home().services_dir / "other.toml").write_text(world.acme.toml().replace("acme", "other"))
        view = (yield from asked(one.commands.view_settings)).value
        assert [service.id for service in view.services] == ["acme-api", "other-api"]
        assert all(service.own for service in view.services)

    live(one, script())


def test_who_watches_nothing_is_led_to_the_services(one: Program, world: World) -> None:
    """By the panel's button and by the menu's entry."""
    world.nothing_watched = True

    def script() -> Script:
        yield offers(one, "Choose services…")
        one.surface.open_panel()
        button(window(Panel), "Choose services").click()
        yield lambda: windows(SettingsDialog)
        dialog = window(SettingsDialog)
        assert dialog.stack.currentWidget() is dialog.pages["services"]
        dialog.open_at("general")
        entry(one.surface.tray.menu, "Choose services").trigger()
        assert dialog.stack.currentWidget() is dialog.pages["services"]
        yield dialog.stack.isEnabled
        services = dialog.pages["services"]
        assert isinstance(services, ServicesPage)
        services.list.item(0).setCheckState(Qt.CheckState.Checked)
        dialog.ok_button.click()
        yield fine(one)
        assert not offers(one, "Choose services…")()

    live(one, script())


@pytest.mark.expects_log("the core thread died")
def test_an_engine_that_cannot_start_says_so_where_it_is_seen(world: World) -> None:
    home().runtime.mkdir(parents=True)
    home().socket.mkdir()
    one = program(Run(home(), SystemClock(), load=world.load))

    def script() -> Script:
        yield lambda: str(home().runtime) in notices()
        # What is clicked now is answered, too.
        assert (yield from asked(one.commands.view_settings)).codes == ["not_running"]

    with pytest.raises(Problem, match="runtime_folder"):
        live(one, script())


@pytest.mark.expects_log("the core thread died")
def test_an_engine_that_dies_takes_its_light_along(world: World) -> None:
    die = threading.Event()

    async def end(engine: object, ui: object) -> None:
        await asyncio.to_thread(die.wait)
        raise RuntimeError("a mistake of ours")

    one = program(Run(home(), SystemClock(), load=world.load, end=end))

    def script() -> Script:
        yield fine(one)
        die.set()
        yield lambda: "A mistake in LLM Ampel" in notices()
        assert says(one, "Nothing can be told at the moment.")()

    with pytest.raises(Problem, match="internal"):
        live(one, script())
