"""A gateway in front of two providers: "acme", which speaks OpenAI's dialect, and "brain", which speaks Anthropic's.

async with MessagesBed() as bed:
    bed.brain.on(MESSAGES, answer(200, SAID_SO))
    got = await bed.ask()
"""

import json
from types import TracebackType
from typing import Any, Self

from tests.support.gatewaybed import Bed, Got
from tests.support.httpserver import Server
from trayapp.core.catalogue import Api, Auth, Component, Dialect, Probe, ProbeKind, Provider, Service

MESSAGES = "/v1/messages"
COUNT = "/v1/messages/count_tokens"
VERSION = "2023-06-01"
BRAIN_KEY = "sk-ant-brain-canary-0123456789"
ASKED = {"model": "claude-9", "max_tokens": 32000, "messages": [{"role": "user", "content": "Hello?"}]}
SAID_SO = {
    "id": "msg_01",
    "type": "message",
    "role": "assistant",
    "model": "claude-9",
    "content": [{"type": "text", "text": "Grüße €"}],
    "stop_reason": "end_turn",
    "usage": {"input_tokens": 9, "output_tokens": 3},
}
"""A plain answer."""


def event(**data: Any) -> bytes:
    """One event of a stream, as Anthropic spells it. `type` is its kind."""
    return f"event: {data['type']}\ndata: {json.dumps(data, ensure_ascii=False)}\n\n".encode()


def delta(**what: Any) -> bytes:
    return event(type="content_block_delta", index=0, delta=what)


START = event(type="message_start", message=SAID_SO | {"content": [], "stop_reason": None})
PING = event(type="ping")
BLOCK = event(type="content_block_start", index=0, content_block={"type": "text", "text": ""})
WORD = delta(type="text_delta", text="Grüße €")
BLOCK_STOP = event(type="content_block_stop", index=0)
STOP_REASON = event(type="message_delta", delta={"stop_reason": "end_turn"}, usage={"output_tokens": 3})
STOP = event(type="message_stop")
OVERLOADED = event(type="error", error={"type": "overloaded_error", "message": "Overloaded"})
WHOLE = (START, PING, BLOCK, WORD, BLOCK_STOP, STOP_REASON, STOP)
"""A whole stream."""


class MessagesBed(Bed):
    """`brain`: the second provider's server."""

    def __init__(self, **how: Any) -> None:
        super().__init__(**how)
        self.brain = Server()

    def others(self) -> dict[str, Provider]:
        self.keyring.keys["brain", self.brain.netloc] = BRAIN_KEY
        return {"brain": brain(self.brain.url)}

    async def __aenter__(self) -> Self:
        await self.brain.__aenter__()
        return await super().__aenter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, value: BaseException | None, trace: TracebackType | None
    ) -> None:
        await super().__aexit__(kind, value, trace)
        await self.brain.__aexit__(kind, value, trace)

    async def ask(self, body: Any = ASKED, *, path: str = MESSAGES, **headers: str | None) -> Got:
        """One request in the dialect. The token comes as its libraries send a key, unless it is said otherwise."""
        usual: dict[str, str | None] = {
            "Authorization": None, "x_api_key": self.token, "anthropic_version": VERSION
        }  # fmt: skip
        return await self.post(body, path=path, **(usual | headers))


def brain(url: str) -> Provider:
    """A provider that is made like Anthropic: a second service works through the API of the first."""
    probe = Probe(ProbeKind.API, ("messages",), f"{url}/v1/models?limit=1", auth=Auth.X_API_KEY, key="brain")
    api = Service("brain-api", "Brain API", components=(Component("messages", "Messages", main=True),), probes=(probe,))
    through = Probe(ProbeKind.API, ("brain-code",), f"{url}/v1/models?limit=1", auth=Auth.X_API_KEY, key="brain")
    code = Service(
        "brain-code", "Brain Code", components=(Component("brain-code", "Brain Code", main=True),), probes=(through,)
    )
    return Provider("brain", "Brain", (api, code), api=Api(url, (Dialect.ANTHROPIC,), "brain"))
