"""Providers whose API is not at /v1 of a host: a tool asks for /<provider>/v1/… all the same, in the cloud and locally.

Each is the shipped provider, with its host replaced and nothing else.
"""

import json
from urllib.parse import urlsplit

import pytest
from msgspec import structs

from tests.support.gatewaybed import KEY, LOCAL_MODEL, QUESTION, SAID, Bed
from tests.support.httpserver import answer
from trayapp.core.catalogue import Api, Provider
from trayapp.core.switching.route import To
from trayapp.paths import home
from trayapp.settings.schema import Settings
from trayapp.settings.services import load_services
from trayapp.watch.pages.registry import page_kinds

MESSAGES = {"model": "big-1", "max_tokens": 8, "messages": QUESTION["messages"]}
MESSAGE = {
    "type": "message", "role": "assistant", "content": [{"type": "text", "text": "Hello."}], "stop_reason": "end_turn",
}  # fmt: skip


def shipped(name: str, at: str) -> Provider:
    """The provider of that name, at another host."""

    def moved(url: str) -> str:
        return f"{at}{urlsplit(url).path}".rstrip("/")

    provider = load_services(home(), Settings(), {}, page_kinds()).catalogue.providers[name]
    api = provider.api
    assert isinstance(api, Api)
    messages = None if api.anthropic is None else moved(api.anthropic)
    services = tuple(
        structs.replace(one, probes=tuple(structs.replace(each, url=moved(each.url)) for each in one.probes))
        for one in provider.services
    )
    return structs.replace(
        provider, api=structs.replace(api, url=moved(api.url), anthropic=messages), services=services
    )


class ShippedBed(Bed):
    """A gateway in front of the shipped provider `name`, whose host is `cloud`; its key is set."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def others(self) -> dict[str, Provider]:
        provider = shipped(self.name, self.cloud.url)
        assert provider.api is not None
        self.keyring.keys[str(provider.api.key), self.cloud.netloc] = KEY
        return {self.name: provider}


CHAT = [
    ("mistral", "/v1/chat/completions"),
    ("xai", "/v1/chat/completions"),
    ("deepseek", "/v1/chat/completions"),
    ("groq", "/openai/v1/chat/completions"),
    ("openrouter", "/api/v1/chat/completions"),
    ("fireworks", "/inference/v1/chat/completions"),
    ("cohere", "/compatibility/v1/chat/completions"),
    ("qwen", "/compatible-mode/v1/chat/completions"),
    ("google", "/v1beta/openai/chat/completions"),
    ("zai", "/api/paas/v4/chat/completions"),
]
MESSAGE_PATHS = [
    ("openrouter", "/api/v1/messages"),
    ("deepseek", "/anthropic/v1/messages"),
    ("moonshot", "/anthropic/v1/messages"),
    ("minimax", "/anthropic/v1/messages"),
    ("zai", "/api/anthropic/v1/messages"),
    ("qwen", "/apps/anthropic/v1/messages"),
]


@pytest.mark.parametrize(("name", "path"), CHAT)
async def test_a_tool_asks_each_at_its_own_path(name: str, path: str) -> None:
    async with ShippedBed(name) as bed:
        bed.cloud.on(path, answer(200, SAID))
        got = await bed.post(QUESTION, path=f"/{name}/v1/chat/completions")
        assert (got.status, got.json, got.headers["x-llm-ampel-route"]) == (200, SAID, "cloud; default")
        (asked,) = bed.cloud.requests
        assert (asked.path, asked.headers["authorization"], json.loads(asked.body)) == (path, f"Bearer {KEY}", QUESTION)
        assert not bed.local.requests


@pytest.mark.parametrize(("name", "path"), MESSAGE_PATHS)
async def test_in_anthropics_dialect_too(name: str, path: str) -> None:
    async with ShippedBed(name) as bed:
        bed.cloud.on(path, answer(200, MESSAGE))
        got = await bed.post(MESSAGES, path=f"/{name}/v1/messages", anthropic_version="2023-06-01")
        assert (got.status, got.json) == (200, MESSAGE)
        (asked,) = bed.cloud.requests
        assert (asked.path, asked.headers["x-api-key"]) == (path, KEY)


@pytest.mark.parametrize("name", [name for name, _ in CHAT])
async def test_locally_they_are_all_one(name: str) -> None:
    async with ShippedBed(name) as bed:
        bed.local.on("/v1/chat/completions", answer(200, SAID))
        bed.switch(To.LOCAL)
        got = await bed.post(QUESTION, path=f"/{name}/v1/chat/completions")
        assert (got.status, got.headers["x-llm-ampel-route"]) == (200, "local; user")
        (asked,) = bed.local.requests
        assert (asked.path, json.loads(asked.body)["model"]) == ("/v1/chat/completions", LOCAL_MODEL)
        assert "authorization" not in asked.headers
        assert not bed.cloud.requests


@pytest.mark.parametrize("name", ["google", "zai", "groq"])
async def test_other_paths_and_queries_go_along(name: str) -> None:
    base = dict(CHAT)[name].removesuffix("/chat/completions")
    async with ShippedBed(name) as bed:
        bed.cloud.on(f"{base}/models", answer(200, {"data": []}))
        bed.cloud.on(f"{base}/images/generations", answer(200, {"data": []}))
        bed.keyring.keys.clear()
        path = f"/t/{bed.token}/{name}/v1"
        assert (await bed.get(f"{path}/models?limit=2", Authorization="Bearer own")).status == 200
        got = await bed.post({"prompt": "x"}, path=f"{path}/images/generations", Authorization="Bearer own")
        assert got.status == 200
        assert [one.path for one in bed.cloud.requests] == [f"{base}/models?limit=2", f"{base}/images/generations"]


async def test_what_it_answers_is_seen_by_the_light() -> None:
    """Also where the provider's own path is another one."""
    async with ShippedBed("google") as bed:
        bed.cloud.on("/v1beta/openai/chat/completions", answer(503, {"error": {"message": "overloaded"}}))
        await bed.post(QUESTION, path="/google/v1/chat/completions")
        seen = await bed.told()
        assert [(part.service, part.component) for part in seen.parts] == [("gemini-api", "chat-completions")]
        assert (seen.host, seen.status) == (bed.cloud.netloc, 503)
