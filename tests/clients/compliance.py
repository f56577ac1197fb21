"""llm-comply's checks of three formats, at servers straight and through the local route.

A check has complaints, or it passes. What the gateway adds to them is our fault; what the server itself is blamed for
is not. Where nobody can be asked straight, because the server speaks Chat Completions alone, there is to be none.
"""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any, NamedTuple

from msgspec import structs

from tests.clients.install import Package, installed
from tests.clients.model import WORDS, Turn, plain, streamed
from tests.support import llama_server
from tests.support.gatewaybed import CHAT, LOCAL_MODEL, chunks
from tests.support.gguf import write_tiny_gguf
from tests.support.httpserver import Request, Server, answer
from tests.support.messagesbed import VERSION, MessagesBed
from trayapp.core.switching.route import Endpoint, To

PACKAGE = Package("pypi", "llm-comply", "0.5.0")
ROUNDS = 4
"""Chances for a random model, which now and then says nothing, or too much, to behave."""
_KEY = "sk-made-up-key"
_CONTEXT_TOKENS = 2048
_ALL = (Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES, Endpoint.MESSAGES, Endpoint.COUNT_TOKENS)
_CALLED = Turn("", "get_weather", '{"location": "San Francisco"}')
_THOUGHT = "They want"
_GOT = re.compile(r", got '.*'$", re.S)
_NO_SCHEMA = re.compile(r"(?:([\w.]+): )?.* is not valid under any of the given schemas", re.S)


class Format(StrEnum):
    CHAT = "openai-chat"
    RESPONSES = "open-responses"
    MESSAGES = "anthropic"

    @property
    def model(self) -> str:
        """A name by which llm-comply plays its checks of reasoning, too."""
        return "claude-sonnet-4" if self is Format.MESSAGES else "gpt-5"


class Served(StrEnum):
    """Who is the target: llama.cpp, which has all three; the same, of which the gateway knows Chat Completions alone;
    a server that has nothing else, with a model that calls tools, thinks and sees."""

    LLAMA = "llama.cpp"
    LLAMA_CHAT = "llama.cpp, translated"
    CHAT = "chat server"


EXPECTED: Mapping[str, frozenset[str]] = {
    # What the local route lacks is a 400 with words for a person: a 404 would send them looking for a wrong address.
    "compact-response": frozenset(
        (
            "HTTP 400 (expected [200, 404])",
            "response.output is missing or empty",
            "expected object containing 'compact'",
            "no output item with type='compaction' (found: [])",
        )
    ),
    # No model is asked for where only one can answer, so none is missing.
    "error-handling": frozenset({"HTTP 200 (expected [400, 422])"}),
    # A local model may write as much as it can, whoever says nothing of a limit.
    "anth-error-handling": frozenset(
        {"invalid request returned a successful response instead of an error (server may add default max_tokens)"}
    ),
    # Its own schemas have these events, as OpenAI has; the table in which it looks them up has older names.
    **dict.fromkeys(
        ("streaming-response", "streaming-usage"),
        frozenset(f"unknown SSE event type: response.reasoning_summary_text.{verb}" for verb in ("delta", "done")),
    ),
}
"""What a check says against the gateway, and why we leave it so."""

Complaints = Mapping[str, frozenset[str] | None]
"""By check; None: llm-comply left it out."""


class Check(NamedTuple):
    """One check. `straight`: complaints about the server itself, None where it does not have the format."""

    name: str
    straight: frozenset[str] | None
    through: frozenset[str] | None

    @property
    def ours(self) -> frozenset[str]:
        """What only the gateway can be blamed for."""
        known = (self.straight or frozenset()) | EXPECTED.get(self.name, frozenset())
        return (self.through or frozenset()) - known


class Bench:
    """`url`: of the server; `bed`: the gateway before it."""

    def __init__(self, served: Served, bed: MessagesBed, url: str) -> None:
        self._served = served
        self._bed = bed
        self._url = url
        speaks = _ALL if served is Served.LLAMA else (Endpoint.CHAT_COMPLETIONS,)
        bed.target = structs.replace(bed.target, url=url, speaks=speaks)
        bed.switch(To.LOCAL)

    async def checks(self, spoken: Format) -> list[Check]:
        """All of a format, each at its best of a few rounds."""
        straight: Complaints = {}
        if self._served is not Served.CHAT or spoken is Format.CHAT:
            first, second = [await _complaints(f"{self._url}/v1", _KEY, spoken) for _ in range(2)]
            straight = _better(first, second)
        through: Complaints = {}
        for _ in range(ROUNDS):
            through = _better(
                through, await _complaints(f"http://127.0.0.1:{self._bed.port}/v1", self._bed.token, spoken)
            )
            checks = [Check(name, straight.get(name), told) for name, told in through.items()]
            if not any(check.ours for check in checks):
                break
        return checks


@contextlib.asynccontextmanager
async def bench(served: Served, folder: Path) -> AsyncIterator[Bench]:
    """A target and a gateway until the block ends; the model is kept in `folder`."""
    await asyncio.to_thread(installed, PACKAGE)
    async with contextlib.AsyncExitStack() as stack:
        if served is Served.CHAT:
            server = await stack.enter_async_context(Server())
            server.on(CHAT, _able)
            url = server.url
        else:
            file = await asyncio.to_thread(write_tiny_gguf, folder / "tiny.gguf", tools=True)
            url = await stack.enter_async_context(llama_server.running(file, _CONTEXT_TOKENS))
        yield Bench(served, await stack.enter_async_context(MessagesBed()), url)


def _better(one: Complaints, other: Complaints) -> Complaints:
    return {name: min((one.get(name, told), told), key=lambda said: len(said or ())) for name, told in other.items()}


async def _complaints(base: str, key: str, spoken: Format) -> Complaints:
    """What llm-comply says about a base URL."""
    header = ("--auth-header", "x-api-key", "--no-bearer", "-H", f"anthropic-version:{VERSION}")
    process = await asyncio.create_subprocess_exec(
        str(PACKAGE.programs / "llm-comply"), "-u", base, "-k", key, "-m", spoken.model, "--format", spoken, "--json",
        *(header if spoken is Format.MESSAGES else ()), stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    told, _ = await process.communicate()
    return {
        result["id"]: None if result["status"] == "skipped" else frozenset(_said(result))
        for result in json.loads(told)["results"]
    }


def _said(result: Mapping[str, Any]) -> Iterator[str]:
    """Errors and warnings, without what the model wrote."""
    for complaint in (*result.get("errors", ()), *result.get("warnings", ())):
        found = _NO_SCHEMA.fullmatch(complaint)
        yield f"{found[1] or 'it'} is not valid" if found else _GOT.sub("", complaint)


async def _able(writer: asyncio.StreamWriter, request: Request) -> None:
    """A model that thinks, sees, and calls the tool that it is given."""
    asked = json.loads(request.body)
    turn = _CALLED if asked.get("tools") else Turn(WORDS)
    if not asked.get("stream"):
        whole = plain(CHAT, turn, LOCAL_MODEL)
        more: dict[str, Any] = {"refusal": None, "annotations": [], "reasoning_content": _THOUGHT}
        whole["choices"] = [one | {"logprobs": None, "message": one["message"] | more} for one in whole["choices"]]
        whole["usage"] |= {"completion_tokens_details": {"reasoning_tokens": 4}}
        await answer(200, whole)(writer, request)
        return
    first, last = streamed(CHAT, turn, LOCAL_MODEL)
    thought = first[0].replace(b'"content": ""', f'"reasoning_content": "{_THOUGHT}"'.encode())
    await chunks((first[0], thought, *first[1:], *last))(writer, request)


async def table(folder: Path) -> bool:
    """Play all and print what came of it; whether the gateway is to blame for nothing."""
    good = True
    print("| llm-comply | target | check | straight | through the gateway |\n|---|---|---|---|---|", flush=True)
    for served in Served:
        for spoken in Format:
            (below := folder / f"{served} {spoken}").mkdir()
            async with bench(served, below) as stands:
                for check in await stands.checks(spoken):
                    good = good and not check.ours
                    told = f"{_cell(check.through)}{' OURS: ' if check.ours else ''}{'; '.join(sorted(check.ours))}"
                    print(f"| {spoken} | {served} | {check.name} | {_cell(check.straight)} | {told} |", flush=True)
    return good


def _cell(complaints: frozenset[str] | None) -> str:
    return "" if complaints is None else f"{len(complaints)} complaints" if complaints else "passes"
