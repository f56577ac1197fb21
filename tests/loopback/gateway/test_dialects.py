"""Who speaks another dialect than the provider is told so in its own, and takes its key home again."""

import base64
from typing import Any

import pytest

from tests.support.gatewaybed import CHAT, KEY, MODELS, SAID, Bed
from tests.support.httpserver import answer
from trayapp.core.switching.route import To

ANTHROPIC = {"anthropic-version": "2023-06-01", "x-api-key": "sk-ant-own"}
GOOGLE = {"x-goog-api-key": "AIza-own"}


def shape(got: Any) -> str:
    """Whose error object this is."""
    if got.get("type") == "error":
        return "messages" if got["error"]["type"] in ("not_found_error", "invalid_request_error") else "odd"
    return "google" if got["error"].get("status") == "NOT_FOUND" else "chat"


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
@pytest.mark.parametrize(
    ("method", "path", "headers", "expected"),
    [
        ("GET", MODELS, ANTHROPIC, "messages"),
        ("GET", "/v1/models/claude-9", ANTHROPIC, "messages"),
        ("GET", "/acme/v1/models?limit=1000", ANTHROPIC, "messages"),
        ("GET", MODELS, {"Anthropic-Beta": "x", "Authorization": "Bearer sk-ant-oat"}, "messages"),
        ("POST", "/v1/messages", {}, "messages"),
        ("POST", "/v1/messages?beta=true", ANTHROPIC, "messages"),
        ("POST", "/acme/v1/messages/count_tokens?beta=true", {}, "messages"),
        ("GET", MODELS, GOOGLE, "google"),
        ("POST", "/v1beta/models/gemini-9:streamGenerateContent?alt=sse", GOOGLE, "google"),
        ("POST", "/acme/v1beta/models/gemini-9:generateContent", {}, "google"),
        ("GET", MODELS, {"X-Goog-Api-Client": "genai-js/1"}, "google"),
    ],
)
async def test_another_dialect_is_answered_in_its_own_shape(
    route: To, method: str, path: str, headers: dict[str, str | None], expected: str
) -> None:
    async with Bed() as bed:
        bed.switch(route)
        bed.cloud.always(answer(200, {}))
        bed.local.always(answer(200, SAID))
        named: dict[str, str | None] = {"Authorization": None, **headers}
        got = await bed.send(bed.request(method, f"/t/{bed.token}{path}", headers=named))
        # Of what Claude Code posts it shows no 404.
        hidden = method == "POST" and expected == "messages"
        assert (got.status, got.headers["x-should-retry"]) == (400 if hidden else 404, "false")
        assert shape(got.json) == expected
        assert ("Messages" if expected == "messages" else "Chat Completions") in got.error["message"]
        assert bed.cloud.requests == bed.local.requests == []
        assert bed.tries == []


async def test_a_stranger_is_refused_in_the_shape_that_it_reads() -> None:
    async with Bed() as bed:
        got = await bed.post(
            path="/v1/messages", Authorization=None, Anthropic_Version="2023-06-01", X_Api_Key="sk-own"
        )
        assert (got.status, got.json["type"], got.error["type"]) == (401, "error", "authentication_error")


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        ("", {"X-Goog-Api-Key": "{token}"}),
        ("", {"X-Goog-Api-Key": "{token}", "Authorization": "Bearer sk-own"}),
        ("", {"Authorization": "Bearer {token}, Bearer sk-own"}),
        ("", {"Authorization": "Bearer sk-own {token}"}),
        ("", {"Authorization": "Bearer x{token}"}),
        ("", {"Authorization": "Basic {basic}"}),
        ("", {"Authorization": "Bearer sk-own", "X-Api-Key": "key={token}"}),
        ("", {"Authorization": "Bearer sk-own", "Api-Key": '"{token}"'}),
        ("", {"Authorization": "Bearer sk-own", "Referer": "http://127.0.0.1/t/{token}/v1"}),
        ("", {"Authorization": "Bearer sk-own", "X-Key": "{token}"}),
        ("?key={token}", {"Authorization": "Bearer sk-own"}),
        ("?key={token}", {"Authorization": None}),
        ("?a=1&access_token=%61mpel{rest}", {}),
    ],
    ids=str,
)
async def test_a_token_of_ours_never_travels_on(query: str, headers: dict[str, str | None]) -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        basic = base64.b64encode(f"me:{bed.token}".encode()).decode()
        fill = {"{token}": bed.token, "{basic}": basic, "{rest}": bed.token.removeprefix("ampel")}

        def filled(text: str) -> str:
            for mark, value in fill.items():
                text = text.replace(mark, value)
            return text

        named = {name: value and filled(value) for name, value in headers.items()}
        got = await bed.post(path=f"/t/{bed.token}{CHAT}{filled(query)}", **named)
        sent = str(bed.cloud.requests)
        assert bed.token.removeprefix("ampel-") not in sent
        assert basic not in sent
        if got.status == 200:
            # Whoever has a key of its own keeps it; what held the token stays here.
            assert "sk-own" in sent
            assert KEY not in sent
        else:
            assert (got.status, got.error.get("code")) in ((401, "wrong_token"), (404, 404))
