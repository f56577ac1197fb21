"""A gateway between real servers on loopback, and a raw client that sees every byte.

async with Bed() as bed:
    bed.cloud.on(CHAT, answer(200, {...}))
    got = await bed.post()
    assert got.body == ...
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

from multidict import CIMultiDict

from tests.support.httpserver import Behaviour, Request, Server
from tests.support.until import until
from trayapp.clock import Clock, SystemClock
from trayapp.core.catalogue import (
    Api,
    Auth,
    Catalogue,
    Component,
    Dialect,
    Probe,
    ProbeKind,
    Provider,
    Service,
)
from trayapp.core.evidence.observation import Try
from trayapp.core.snapshot import LocalAnswer
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import Endpoint, To, Until
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.errors import Problem
from trayapp.gateway.limits import GatewayLimits
from trayapp.gateway.server import Gateway
from trayapp.net.trust import Trust
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens
from trayapp.settings import schema

CHAT = "/v1/chat/completions"
MODELS = "/v1/models"
STREAM = b"text/event-stream"
ROLE = b'data: {"choices":[{"delta":{"role":"assistant","content":""}}]}\n\n'
TOKEN = 'data: {"choices":[{"delta":{"content":"Grüße €"}}]}\r\n\r\n'.encode()
END = b'data: {"choices":[{"delta":{},"finish_reason":"stop"}]}\n\ndata: [DONE]\n\n'
KEY = "sk-acme-canary-0123456789"
QUESTION = {"model": "big-1", "messages": [{"role": "user", "content": "Hello?"}]}
LOCAL_MODEL = "small:1b"
SAID = {"choices": [{"index": 0, "message": {"role": "assistant", "content": "Hello."}, "finish_reason": "stop"}]}
"""A plain answer."""


class Got(NamedTuple):
    """What a raw client received. `body`: without chunking; `whole`: it ended as HTTP wants it to."""

    status: int
    headers: "CIMultiDict[str]"
    body: bytes
    whole: bool

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]


class Keyring:
    """Keys by name, each for one host; a `Problem` in place of a key is raised."""

    def __init__(self) -> None:
        self.keys: dict[tuple[str, str], str | Problem] = {}
        self.asked: list[tuple[str, str]] = []

    async def get(self, name: str, host: str) -> str | None:
        self.asked.append((name, host))
        found = self.keys.get((name, host))
        if isinstance(found, Problem):
            raise found
        return found


class Client:
    """One raw connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, raw: bytes) -> None:
        self.writer.write(raw)
        await self.writer.drain()

    async def head(self) -> tuple[int, "CIMultiDict[str]"]:
        lines = (await self.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")[:-2]
        pairs = (line.partition(": ") for line in lines[1:])
        return int(lines[0].split()[1]), CIMultiDict((name, value) for name, _, value in pairs)

    async def chunk(self) -> bytes:
        """One piece of a chunked body; empty at its end."""
        size = int(await self.reader.readuntil(b"\r\n"), 16)
        return (await self.reader.readexactly(size + 2))[:-2]

    async def receive(self) -> Got:
        """A whole answer, or as much of it as there is."""
        status, headers = await self.head()
        body = bytearray()
        try:
            if "chunked" in headers.get("transfer-encoding", ""):
                while piece := await self.chunk():
                    body += piece
            else:
                left = int(headers.get("content-length", 0))
                while left > 0 and (piece := await self.reader.read(left)):
                    body += piece
                    left -= len(piece)
                return Got(status, headers, bytes(body), left == 0)
        except (asyncio.IncompleteReadError, ConnectionError):
            return Got(status, headers, bytes(body), whole=False)
        return Got(status, headers, bytes(body), whole=True)

    async def leave(self) -> None:
        """Go away without a word."""
        self.writer.transport.abort()
        with contextlib.suppress(OSError):
            await self.writer.wait_closed()


class Bed:
    """`cloud`: the provider "acme"; `local`: the target. `tries` and `answers`: what the gateway told.

    `observe`: takes each try, `answered`: each local answer; both may be exchanged.
    """

    def __init__(
        self,
        *,
        limits: GatewayLimits | None = None,
        tls: Any = None,
        trust: Trust | None = None,
        auto: AutoMode | None = None,
    ) -> None:
        self.cloud = Server(tls=tls)
        self.local = Server()
        self.keyring = Keyring()
        self.tries: list[Try] = []
        self.answers: list[LocalAnswer] = []
        self.observe: Callable[[Try], None] = self.tries.append
        self.answered: Callable[[LocalAnswer], None] = self.answers.append
        self.clock: Clock = SystemClock()
        self.tokens = Tokens(home())
        self.token = self.tokens.add("editor")
        self.settings = schema.Settings(gateway=schema.GatewaySettings(port=0, openai="acme", anthropic="brain"))
        self.auto = auto or AutoMode()
        # Real seconds for one answer; a machine that does much at once needs more of them.
        self.patience_s = 20.0
        self._limits = limits
        self._trust = trust

    async def __aenter__(self) -> Self:
        await self.cloud.__aenter__()
        await self.local.__aenter__()
        self.keyring.keys["acme", self.cloud.netloc] = KEY
        speaks = (Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES)
        self.target = TargetStatus(TargetState.READY, "ollama", LOCAL_MODEL, self.local.url, speaks=speaks)
        self.catalogue = Catalogue({"acme": acme(self.cloud.url)} | self.others())
        self.routes = Routes(self.catalogue)
        self.gateway = Gateway(
            lambda: self.settings,
            lambda: self.catalogue,
            self.routes,
            self.tokens,
            self.keyring,
            lambda: self.target,
            lambda seen: self.observe(seen),
            lambda given: self.answered(given),
            self.clock,
            limits=self._limits,
            trust=self._trust,
            auto=self.auto,
        )
        await self.gateway.start()
        self.port = int(str(self.gateway.url).rpartition(":")[2])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.gateway.stop()
        await self.cloud.__aexit__(kind, value, trace)
        await self.local.__aexit__(kind, value, trace)

    def others(self) -> dict[str, Provider]:
        """More providers of the catalogue, once the servers are up."""
        return {}

    def switch(self, to: To) -> None:
        self.routes.switch((*self.catalogue.providers,), to, Until.BACK, self.clock.now())

    def request(
        self,
        method: str = "POST",
        path: str = CHAT,
        body: bytes | Any = QUESTION,
        headers: dict[str, str | None] | None = None,
    ) -> bytes:
        """A request as bytes; a header of None is left out."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        usual: dict[str, str | None] = {
            "Host": f"127.0.0.1:{self.port}",
            "Authorization": f"Bearer {self.token}",
        }
        if method == "POST":
            usual |= {"Content-Type": "application/json", "Content-Length": str(len(raw))}
        lines = [f"{name}: {value}" for name, value in (usual | (headers or {})).items() if value is not None]
        head = "\r\n".join([f"{method} {path} HTTP/1.1", *lines]) + "\r\n\r\n"
        return head.encode("latin-1") + (raw if method == "POST" else b"")

    async def send(self, raw: bytes) -> Got:
        """One request on a connection of its own."""
        async with self.client() as client, asyncio.timeout(self.patience_s):
            await client.send(raw)
            return await client.receive()

    @contextlib.asynccontextmanager
    async def client(self, host: str = "127.0.0.1") -> AsyncIterator[Client]:
        """A connection to the gateway."""
        client = Client(*await asyncio.open_connection(host, self.port))
        try:
            yield client
        finally:
            await client.leave()

    async def post(self, body: Any = QUESTION, *, path: str = CHAT, **headers: str | None) -> Got:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.send(self.request("POST", path, body, named))

    async def get(self, path: str = MODELS, **headers: str | None) -> Got:
        return await self.send(self.request("GET", path, b"", {k.replace("_", "-"): v for k, v in headers.items()}))

    async def told(self, number: int = 1) -> Try:
        """The last of so many tries, once they are told."""
        await until(lambda: len(self.tries) >= number, f"try number {number}")
        return self.tries[number - 1]


def acme(url: str, key: str | None = "acme") -> Provider:
    """A provider whose API is at `url`."""
    chat = Component("chat-completions", "Chat completions", main=True)
    other = Component("embeddings", "Embeddings")
    probe = Probe(ProbeKind.API, ("chat-completions", "embeddings"), f"{url}/v1/models", auth=Auth.BEARER, key=key)
    service = Service("acme-api", "Acme API", components=(chat, other), probes=(probe,))
    return Provider("acme", "Acme", (service,), api=Api(url, (Dialect.OPENAI,), key))


async def begin(writer: asyncio.StreamWriter, pieces: Sequence[bytes], kind: bytes = STREAM) -> None:
    """A chunked answer in exactly these pieces, without its end."""
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: " + kind + b"\r\ntransfer-encoding: chunked\r\n\r\n")
    for piece in pieces:
        writer.write(b"%x\r\n%s\r\n" % (len(piece), piece))
        await writer.drain()
        await asyncio.sleep(0)


def chunks(pieces: Sequence[bytes], *, kind: bytes = STREAM, end: bool = True) -> Behaviour:
    """The same with its end; without `end` the connection just closes."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await begin(writer, pieces, kind)
        if end:
            writer.write(b"0\r\n\r\n")
        else:
            writer.close()
            await writer.wait_closed()

    return behave


def raw(content: bytes) -> Behaviour:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        writer.write(content)

    return behave
