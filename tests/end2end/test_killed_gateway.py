"""kill -9 of the program while tools wait for answers in every dialect: none hangs, none takes half an answer for a
whole one, and all are served again as soon as it listens again.
"""

import asyncio
import contextlib
import json
import signal
from collections.abc import AsyncIterator

from tests.support.commands import Running, running
from tests.support.gatewaybed import CHAT, SAID, Client, Got, begin
from tests.support.httpserver import Behaviour, Request, Server, answer
from tests.support.ports import free_port, listens
from tests.support.scene import FINE_MODELS, MODELS_PATH, Acme, write_files
from tests.support.tagged import SPEECH, Sent, Speech, pieces, tag_of, tagged
from tests.support.told import providers
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskSwitch
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

KINDS = [(dialect, streams) for dialect in SPEECH for streams in (True, False)]
EACH = 3
"""Tools of each kind on each route."""


class Stage:
    """A provider that speaks every dialect, a local server that speaks Chat alone, and a tool with a token."""

    def __init__(self) -> None:
        self.acme = Acme("acme", page=False, dialects=("openai", "anthropic"))
        self.local = Server()
        self.port = free_port()
        self.token = Tokens(home()).add("editor")
        self.sent = Sent()
        self.go_on = asyncio.Event()
        self.stuck = 0

    def write(self) -> None:
        self.acme.api(FINE_MODELS)
        for speech in SPEECH.values():
            self.acme.api_server.on(speech.path, self._tagged("cloud", speech))
        self.local.on(MODELS_PATH, FINE_MODELS)
        self.local.on(CHAT, self._tagged("local", SPEECH["chat"]))
        local = f'[local]\nserver = "openai-compatible"\nurl = "{self.local.url}"\nmodel = "acme-1"\n'
        gateway = f'[gateway]\nport = {self.port}\nopenai = "acme"\nanthropic = "acme"\n'
        write_files(home(), (self.acme,), local + gateway)

    def _tagged(self, who: str, speech: Speech) -> Behaviour:
        """Stops in the middle of a stream, and before a plain answer, until it may go on."""
        whole = tagged(who, speech, self.sent)

        async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
            if b"tag-" not in request.body:
                # The program itself looks whether the model answers.
                await answer(200, SAID)(writer, request)
                return
            if not self.go_on.is_set():
                if json.loads(request.body).get("stream"):
                    parts = speech.stream(pieces(who, tag_of(request.body)))
                    await begin(writer, parts[: len(parts) // 2])
                self.stuck += 1
                await self.go_on.wait()
                return
            await whole(writer, request)

        return behave

    async def ask(self, dialect: str, tag: str, streams: bool) -> Got | None:
        """What one tool gets; None for no answer at all. Does not wait for a connection."""
        speech = SPEECH[dialect]
        body = json.dumps(speech.ask(tag) | ({"stream": True} if streams else {})).encode()
        head = (
            f"POST /t/{self.token}{speech.path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n"
            f"Authorization: Bearer own\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        one = Client(*await asyncio.open_connection("127.0.0.1", self.port))
        try:
            await one.send(head.encode() + body)
            return await one.receive()
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        finally:
            await one.leave()

    async def switch(self, to: str) -> None:
        answered = await client.ask(home(), AskSwitch("local" if to == "local" else "cloud", ("acme",)))
        assert answered is not None

    @contextlib.asynccontextmanager
    async def program(self) -> AsyncIterator[Running]:
        async with running("watch", "--json") as watch:
            await until(lambda: listens(self.port), "the gateway")
            yield watch


async def test_a_killed_gateway_leaves_nobody_waiting_and_serves_again() -> None:
    stage = Stage()
    async with providers(stage.acme), stage.local:
        stage.write()
        async with stage.program() as watch, asyncio.TaskGroup() as group:
            await watch.shows("green")
            asked: list[asyncio.Task[Got | None]] = []
            for to in ("cloud", "local"):
                if to == "local":
                    await stage.switch(to)
                for number in range(EACH):
                    for at, (dialect, streams) in enumerate(KINDS):
                        tag = f"tag-{number}-{at}"
                        asked.append(group.create_task(stage.ask(dialect, tag, streams)))
                await until(lambda: stage.stuck == len(asked), f"all to be under way {to}")
            await watch.end(signal.SIGKILL)
            # The servers behind it say nothing more: whoever waited for them would wait for ever.
            async with asyncio.timeout(20):
                await asyncio.gather(*asked)
        got = [one.result() for one in asked]
        assert not [one for one in got if one is not None and one.whole]
        assert {one.headers["x-llm-ampel-route"] for one in got if one} == {"cloud; default", "local; user"}

        stage.go_on.set()
        async with stage.program() as watch:
            for number in range(2):
                # The first one comes as soon as anybody listens, and the route is the one of before.
                for at, (dialect, streams) in enumerate(KINDS):
                    tag = f"tag-{EACH + number}-{at}"
                    again = await stage.ask(dialect, tag, streams)
                    assert again is not None
                    assert (again.status, again.whole) == (200, True), again
                    who = "cloud" if number else "local"
                    assert again.headers["x-llm-ampel-route"].startswith(who)
                    assert SPEECH[dialect].told(again.body, streams) == "".join(pieces(who, tag))
                await stage.switch("cloud")
            assert watch.errors == []
    assert len(stage.sent.tags) == 2 * len(KINDS)
