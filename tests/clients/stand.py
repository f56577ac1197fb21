"""A gateway between providers and local servers of our own, and beside it the same servers to be asked straight."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Iterator
from enum import StrEnum
from pathlib import Path

from msgspec import structs

from tests.clients.desk import Where
from tests.clients.door import Door
from tests.clients.model import Script, ScriptedServer
from tests.clients.tools import Tool
from tests.support import llama_server
from tests.support.gguf import write_tiny_gguf
from trayapp.clock import SystemClock
from trayapp.core.catalogue import Catalogue, Provider
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import Endpoint, Mode, To, Until
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.gateway.server import Gateway
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens
from trayapp.settings import schema
from trayapp.settings.services import load_services

CLOUD_MODEL = "m-ok"
LOCAL_MODEL = "small:1b"
_CONTEXT_TOKENS = 131072
"""Claude Code's first prompt alone has 77,000 bytes, of which the tiny model makes as many tokens."""
_SOON, _NEVER = 3.0, 0.0
"""How much the tiny models want to end: after some fifty words, or not before their context is full."""
_ALL = (Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES, Endpoint.MESSAGES, Endpoint.COUNT_TOKENS)
_LOGIN = "/codex"
"""At its real address, Codex asks for the workspaces of the account first."""


class Route(StrEnum):
    """Who answers: the provider, llama.cpp, or a local server that speaks Chat Completions alone."""

    CLOUD = "cloud"
    LLAMA = "llama.cpp"
    CHAT = "chat server"


class Stand:
    """`cloud`: a server for each provider and for the ChatGPT login. `chat`: the scripted local server. `llama`: what
    stands before the real one, by whether its model ends."""

    def __init__(self) -> None:
        self.cloud = {
            "openai": ScriptedServer("/chat/completions", "/responses"),
            "chatgpt": ScriptedServer("/responses", below=_LOGIN),
            "anthropic": ScriptedServer("/messages", "/messages/count_tokens"),
        }
        self.chat = ScriptedServer("/chat/completions")
        self.llama: dict[bool, Door] = {}

    @contextlib.asynccontextmanager
    async def standing(self, folder: Path, *, llama: bool = True) -> AsyncIterator[None]:
        """All of it until the block ends; the models are kept in `folder`. `llama`: with the real llama.cpp."""
        async with contextlib.AsyncExitStack() as stack:
            for server in (*self.cloud.values(), self.chat):
                await stack.enter_async_context(server)
            for ends, ending in ((True, _SOON), (False, _NEVER)) if llama else ():
                file = folder / f"tiny-{ending}.gguf"
                await asyncio.to_thread(write_tiny_gguf, file, context_tokens=_CONTEXT_TOKENS, ending=ending)
                url = await stack.enter_async_context(llama_server.running(file, _CONTEXT_TOKENS))
                self.llama[ends] = await stack.enter_async_context(Door(url.removeprefix("http://")))
            settings = schema.Settings(gateway=schema.GatewaySettings(port=0))
            shipped = load_services(home(), settings, {}, ("incidentio", "statuspage")).catalogue
            self._catalogue = Catalogue(dict(self._moved(shipped)))
            self._target = TargetStatus(TargetState.NONE)
            self._routes, self._auto = Routes(self._catalogue), AutoMode()
            tokens = Tokens(home())
            self._token = tokens.add("editor")
            self._gateway = Gateway(
                lambda: settings, lambda: self._catalogue, self._routes, tokens, _NoKeys(), lambda: self._target,
                lambda seen: None, lambda given: None, SystemClock(), auto=self._auto,
            )  # fmt: skip
            await self._gateway.start()
            stack.push_async_callback(self._gateway.stop)
            yield

    def _moved(self, shipped: Catalogue) -> Iterator[tuple[str, Provider]]:
        """The shipped providers with addresses of our own in place of theirs."""
        for name, provider in shipped.providers.items():
            if provider.api is not None:
                api = structs.replace(provider.api, url=self.cloud[name].url)
                logins = (structs.replace(one, url=self.cloud[one.id].url + _LOGIN) for one in provider.logins)
                yield name, structs.replace(provider, api=api, logins=tuple(logins))

    def play(self, tool: Tool, route: Route, script: Script) -> "Door | ScriptedServer":
        """Who answers the tool on this route, from now on by this script; the gateway sends everything there, and
        moves nothing by itself."""
        self._auto.switch(Mode.MANUAL)
        self._routes.switch(
            tuple(self._catalogue.providers), To.CLOUD if route is Route.CLOUD else To.LOCAL, Until.CHANGED,
            SystemClock().now(),
        )  # fmt: skip
        if route is Route.LLAMA:
            door = self.llama[script is not Script.ENDLESS]
            door.watch()
            self._target = TargetStatus(TargetState.READY, "llama-server", LOCAL_MODEL, door.url, speaks=_ALL)
            return door
        server = self.cloud[tool.provider] if route is Route.CLOUD else self.chat
        server.play(script)
        if route is Route.CHAT:
            self._target = TargetStatus(TargetState.READY, "openai-compatible", LOCAL_MODEL, server.url)
        return server

    def rescue(self) -> None:
        """From now on the gateway is in auto mode, with the scripted local server as its target."""
        self.chat.play(Script.SPEAK)
        self._target = TargetStatus(TargetState.READY, "openai-compatible", LOCAL_MODEL, self.chat.url)
        self._auto.switch(Mode.AUTO)

    def through(self, tool: Tool) -> Where:
        """The gateway's address, as the README gives it."""
        base = f"{self._gateway.url}/t/{self._token}"
        return Where(f"{base}/{tool.provider}", f"{base}/chatgpt/v1", CLOUD_MODEL)

    def straight(self, tool: Tool, route: Route, script: Script) -> Where:
        """The address of who answers there."""
        url = self.play(tool, route, script).url
        if route is Route.CLOUD:
            return Where(url, url + _LOGIN, CLOUD_MODEL)
        return Where(url, f"{url}/v1", LOCAL_MODEL)


class _NoKeys:
    """Nobody stored a key: every tool brings its own."""

    async def get(self, name: str, host: str) -> str | None:
        return None
