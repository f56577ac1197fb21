"""A scene for whole-engine tests: made-up providers on loopback, real HTTP, and a clock that runs fast.

    async with Scene(home, Acme("acme")) as scene:
        scene["acme"].api(answer(503, …))
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")

Time-outs stay real, waits are divided by the rate. Services are the user's own files, so reading them is part of it.
"""

import asyncio
import socket
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Self

from tests.support import pagefiles
from tests.support.fakeclock import RateClock
from tests.support.httpserver import Behaviour, Server, answer
from trayapp.clock import Clock
from trayapp.control.server import ControlServer
from trayapp.control.service import Broadcast, ControlService
from trayapp.core.light.verdicts import ServiceVerdict, Transition
from trayapp.core.notify.banner import Announcement
from trayapp.core.snapshot import Snapshot
from trayapp.engine.engine import Engine
from trayapp.engine.loading import Loaded, load_all
from trayapp.paths import Home
from trayapp.paths import home as find_home

EPOCH = datetime(2026, 2, 3, 21, 0, tzinfo=UTC)
RATE = 120.0
"""Steady seconds per real second: a minute between requests is half a second, a round trip less than one."""
LOOK_EVERY_S = 1.2
"""Steady seconds between two looks of somebody who waits for something to be seen."""
MODELS_PATH, CHAT_PATH, EDGE_PATH = "/v1/models", "/v1/chat/completions", "/cdn-cgi/trace"
NO_KEY = answer(401, {"error": {"type": "invalid_request_error", "message": "no key"}})
FINE_MODELS = answer(200, {"object": "list", "data": [{"id": "acme-1", "object": "model"}]})
OVERLOADED = answer(503, {"error": {"type": "server_error", "message": "overloaded"}})
TRACE = answer(200, "fl=1\nh=acme\n")


class Acme:
    """A provider with one service, `<name>-api`, of one main component, `chat-completions`.

    `page`, `api`, `edge`, `completion`: which kinds of evidence there are. A key, when there is one, is `<name>`.
    `dialects`: those of its API; without any, none of its requests can go through the gateway.
    """

    def __init__(
        self,
        name: str = "acme",
        *,
        page: bool = True,
        api: bool = True,
        edge: bool = False,
        completion: bool = False,
        key: bool = False,
        components: tuple[str, ...] = ("chat-completions",),
        dialects: tuple[str, ...] = ("openai",),
        page_id: str | None = pagefiles.PAGE_ID,
        api_server: Server | None = None,
        page_server: Server | None = None,
    ) -> None:
        self.name = name
        self.service = f"{name}-api"
        self.services: tuple[str, ...] = (self.service,)
        self.has = {"page": page, "api": api, "edge": edge, "completion": completion, "key": key}
        self.components = components
        self.dialects = dialects
        self.page_id = page_id
        self.api_server, self.page_server = api_server or Server(), page_server or Server()
        self.states: dict[str, str] = dict.fromkeys(components, "operational")
        self.incidents: list[dict[str, Any]] = []
        self.maintenances: list[dict[str, Any]] = []
        # When its components changed, for a clock of the test's own; else just now.
        self.changed_at: float | None = None

    async def open(self, stack: AsyncExitStack) -> None:
        await stack.enter_async_context(self.api_server)
        await stack.enter_async_context(self.page_server)
        self.api(NO_KEY)
        self.api_server.on(EDGE_PATH, TRACE)
        self.api_server.on(CHAT_PATH, answer(200, completion("acme-1")))
        self.publish()

    def api(self, *behaviours: Behaviour) -> None:
        """What the models endpoint answers from now on."""
        self.api_server.on(MODELS_PATH, *behaviours)

    def page(self, **states: str) -> None:
        """Component states on the page from now on, with `-` written as `_`."""
        self.states |= {name.replace("_", "-"): state for name, state in states.items()}
        self.publish()

    def publish(self) -> None:
        """Put the page's files out as states, incidents and maintenances stand."""
        for name, content in self.files().items():
            self.page_server.on(f"/api/v2/{name}", answer(200, content))

    def files(self) -> dict[str, Any]:
        """The page's files, by name."""
        at = time.time() if self.changed_at is None else self.changed_at
        parts = [pagefiles.component(f"page-{name}", name, state, at) for name, state in self.states.items()]
        page_id = self.page_id or pagefiles.PAGE_ID
        return {
            "summary.json": pagefiles.summary(parts, self.incidents, self.maintenances, page_id=page_id),
            "components.json": pagefiles.components_file(parts, page_id),
            "incidents.json": pagefiles.incidents_file(self.incidents, page_id),
            "incidents/unresolved.json": pagefiles.incidents_file(self.incidents, page_id),
            "scheduled-maintenances.json": {
                "page": pagefiles.page(page_id),
                "scheduled_maintenances": self.maintenances,
            },
        }

    def toml(self) -> str:
        out = [f'provider = "{self.name}"', f'name = "{self.name.title()} AI"']
        if self.has["page"]:
            out += ["[page]", 'kind = "statuspage"', f'url = "{self.page_server.url}"']
            out += [f'page_id = "{self.page_id}"'] if self.page_id else []
        key = f'key = "{self.name}"'
        if self.dialects:
            spoken = ", ".join(f'"{dialect}"' for dialect in self.dialects)
            out += ["[api]", f'url = "{self.api_server.url}"', f"dialects = [{spoken}]", key]
        out += ["[[service]]", f'id = "{self.service}"', f'name = "{self.name.title()} API"']
        for number, one in enumerate(self.components):
            out += ["[[service.component]]", f'id = "{one}"', f'name = "{one}"', f"main = {str(number == 0).lower()}"]
            out += [f'page_components = ["page-{one}"]'] if self.has["page"] else []
        parts = ", ".join(f'"{one}"' for one in self.components)
        probes = {
            "edge": (EDGE_PATH, []),
            "api": (MODELS_PATH, ['up = [{ status = 401, json = "error.type" }]']),
            "completion": (CHAT_PATH, ['model = "acme-1"', 'method = "POST"']),
        }
        for kind, (path, more) in probes.items():
            if self.has[kind]:
                out += ["[[service.probe]]", f'kind = "{kind}"', f"components = [{parts}]"]
                out += [f'url = "{self.api_server.url}{path}"', *more]
                out += ['auth = "bearer"', key] if self.has["key"] or kind == "completion" else []
        return "\n".join(out) + "\n"


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def completion(model: str, text: str = "ok") -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 0,
        "model": model,
        "choices": [{"index": 0, "message": message, "finish_reason": "stop"}],
        "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
    }


def write_files(home: Home, providers: tuple[Acme, ...], settings: str = "", *, newcomer: bool = False) -> None:
    """The user's files: only these providers, all of them watched, one of them as the network's control.

    `newcomer`: the user starts the tray for the first time.
    """
    home.services_dir.mkdir(parents=True, exist_ok=True)
    for one in providers:
        (home.services_dir / f"{one.name}.toml").write_text(one.toml())
    watched = ", ".join(f'"{service}"' for one in providers for service in one.services)
    text = f"version = 1\n[watch]\nservices = [{watched}]\n{settings}"
    if "[catalogue]" not in settings:
        text += "[catalogue]\nbuiltin = false\n"
    if "[network]" not in settings:
        text += "[network]\ncontrols = []\n"
    home.settings_file.write_text(text)
    if not newcomer:
        home.data.mkdir(parents=True, exist_ok=True)
        home.welcomed_file.touch()


class Scene:
    """The engine on stage. `transitions` and `announcements` are everything that happened so far.

    `clock`: another one than that which runs at `rate`. `look_around`: as the engine's. `socket()` lets commands ask
    this engine.
    """

    def __init__(
        self,
        *providers: Acme,
        settings: str = "",
        rate: float = RATE,
        clock: Clock | None = None,
        look_around: bool = False,
    ) -> None:
        self.home = find_home()
        self.broadcast = Broadcast()
        self._clock = clock
        self.providers = {one.name: one for one in providers}
        self.settings = settings
        self.rate = rate
        # Whoever looks a hundred times a second has a slow scene do little else.
        self._look_again_s = max(0.01, min(0.1, LOOK_EVERY_S / rate))
        self._look_around = look_around
        self.transitions: list[Transition] = []
        self.announcements: list[Announcement] = []
        # What the engine is given, to be changed while it runs.
        self.announce: Callable[[Announcement, Snapshot], Awaitable[None]] = self._note
        self.reload: Callable[[], Loaded] = lambda: load_all(self.home)
        self.publish: Callable[[Snapshot], None] = lambda snapshot: self.broadcast.publish(snapshot)
        self._stack = AsyncExitStack()

    def __getitem__(self, name: str) -> Acme:
        return self.providers[name]

    async def __aenter__(self) -> Self:
        for one in self.providers.values():
            one.changed_at = EPOCH.timestamp()
            await one.open(self._stack)
        write_files(self.home, tuple(self.providers.values()), self.settings)
        self.clock = self._clock or RateClock(EPOCH, self.rate)
        await self.start()
        return self

    async def start(self) -> None:
        """Start the engine on the files as they are now; also after `stop`, as a restart."""
        loaded = load_all(self.home)
        assert not loaded.problems, [str(one) for one in loaded.problems]
        self.engine = Engine(
            self.home,
            self.clock,
            loaded,
            reload=lambda: self.reload(),
            publish=lambda snapshot: self.publish(snapshot),
            announce=lambda announcement, snapshot: self.announce(announcement, snapshot),
            on_transition=self.transitions.append,
            watch_machine=False,
            look_around=self._look_around,
        )
        await self.engine.__aenter__()
        self.engine.start_watching()

    def socket(self) -> ControlServer:
        """The control socket of the engine that runs now; the caller starts and closes it."""
        return ControlService(self.engine, self.broadcast, show=lambda page: None, end=lambda: None).server()

    @asynccontextmanager
    async def listening(self) -> AsyncIterator[None]:
        """Commands can ask this engine as long as the block lasts."""
        control = self.socket()
        await control.start()
        try:
            yield
        finally:
            await control.close()

    async def stop(self) -> None:
        await self.engine.__aexit__(None, None, None)

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._stack.aclose()

    async def _note(self, announcement: Announcement, snapshot: Snapshot) -> None:
        self.announcements.append(announcement)

    def verdict(self, name: str = "acme") -> ServiceVerdict:
        found = self.engine.judgement.service(self[name].service)
        assert found is not None
        return found

    async def until(self, condition: Callable[[Snapshot], bool], what: str, deadline_s: float = 30.0) -> Snapshot:
        """The first snapshot that fulfils the condition; fails with `what` and the state after real seconds."""
        end = time.monotonic() + deadline_s
        while not condition(snapshot := self.engine.snapshot()):
            if time.monotonic() > end:
                raise AssertionError(f"waited in vain for {what}; it is {_gist(snapshot)}")
            await asyncio.sleep(self._look_again_s)
        return snapshot


def _gist(snapshot: Snapshot) -> str:
    services = [
        f"{one.id} {one.light}/{one.finding} {[reason.code for reason in one.reasons]}"
        for one in snapshot.judgement.services
    ]
    pages = [f"{one.provider} {one.health} {one.reason}" for one in snapshot.judgement.pages]
    return "; ".join([*services, *pages, str(snapshot.judgement.network.state)])
