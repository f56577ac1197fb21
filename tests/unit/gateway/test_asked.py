"""What the failover machine has to know of a request."""

import json
from typing import Any

import pytest
from multidict import CIMultiDict

from trayapp.core.switching.asked import Asked, Rescue
from trayapp.core.switching.route import Endpoint, Policy
from trayapp.gateway.asked import asked_of, model_in
from trayapp.gateway.dialects.kept import fields_of

CHAT, RESPONSES, MESSAGES = Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES, Endpoint.MESSAGES
PYTHON = {"User-Agent": "OpenAI/Python 3.57.0", "X-Stainless-Retry-Count": "0"}


def asked(endpoint: Endpoint, body: Any, headers: dict[str, str] | None = None) -> Asked:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    return asked_of(endpoint, CIMultiDict(headers or {}), raw, Policy.SWITCH, Rescue.STREAM)


def test_a_plain_request() -> None:
    body = {"model": "gpt-4.1", "messages": [{"role": "user", "content": "Hi"}]}
    assert asked(CHAT, body, PYTHON) == Asked(CHAT, streams=False, foreign=True)


def test_what_the_gateway_knows_goes_in_as_it_is() -> None:
    seen = asked_of(CHAT, {}, b'{"stream":true}', Policy.WAIT, Rescue.WHOLE)
    assert seen == Asked(CHAT, streams=True, policy=Policy.WAIT, rescue=Rescue.WHOLE, foreign=True)


@pytest.mark.parametrize(
    "body",
    [b"", b"[]", b"\xff{", b'{"stream": "true"}', b'{"stream": 1}', b'{"stream": null, "model": 7}', b"{" * 99_999],
)
def test_what_cannot_be_read_says_nothing(body: bytes) -> None:
    assert asked(CHAT, body) == Asked(CHAT, streams=False, foreign=True)


@pytest.mark.parametrize(
    ("fields", "reasons"),
    [
        ({"reasoning": {"summary": "auto"}}, True),
        ({"reasoning": {"effort": "high"}}, True),
        ({"reasoning": {"effort": "none", "summary": "auto"}, "model": "gpt-5.4-nano"}, False),
        ({"reasoning": {"enabled": False}, "model": "deepseek/deepseek-r1"}, False),
        ({"reasoning": None, "model": "gpt-4.1"}, False),
        ({"reasoning_effort": "low"}, True),
        ({"reasoning_effort": "none", "model": "gpt-5"}, False),
        ({"thinking": {"type": "adaptive"}}, True),
        ({"thinking": {"type": "enabled", "budget_tokens": 16000}}, True),
        ({"thinking": {"type": "disabled"}, "model": "claude-opus-4-5-thinking"}, False),
        ({"enable_thinking": True}, True),
        ({"enable_thinking": False, "model": "qwq-32b"}, False),
        *(({"model": model}, True) for model in ("o3", "o4-mini", "openai/o1-pro", "gpt-5", "gpt-5.6-sol", "gpt-10")),
        *(
            ({"model": model}, True)
            for model in ("claude-opus-4-5-thinking", "deepseek-reasoner", "deepseek/deepseek-r1:free")
        ),
        *(
            ({"model": model}, True)
            for model in ("qwq-32b", "magistral-medium-3", "grok-4-fast-reasoning", "GPT-5-Codex")
        ),
        *(
            ({"model": model}, False)
            for model in ("gpt-4o", "gpt-4.1-mini", "gpt-3.5-turbo", "o", "foo3", "claude-sonnet-5")
        ),
        *(
            ({"model": model}, False)
            for model in ("qwen3:8b", "gpt-oss:20b", "pro1", "grok-4-fast-non", 7, None, "x" * 5000)
        ),
        ({}, False),
    ],
)
@pytest.mark.parametrize("endpoint", [CHAT, RESPONSES, MESSAGES])
def test_who_thinks_before_it_writes(endpoint: Endpoint, fields: dict[str, Any], reasons: bool) -> None:
    assert asked(endpoint, fields).reasons is reasons


def test_what_rests_on_the_provider() -> None:
    assert asked(RESPONSES, {"previous_response_id": "resp_1"}).rests
    assert asked(RESPONSES, {"tools": [{"type": "mcp", "server_url": "https://x"}]}).rests
    assert asked(MESSAGES, {"tools": [{"type": "web_search_20250305", "name": "web_search"}]}).rests
    assert not asked(RESPONSES, {"tools": [{"type": "web_search"}, {"type": "function", "name": "f"}]}).rests


@pytest.mark.parametrize("endpoint", Endpoint)
def test_a_conversation_may_hold_what_another_wrote(endpoint: Endpoint) -> None:
    conversations = (CHAT, RESPONSES, MESSAGES, Endpoint.COUNT_TOKENS)
    assert asked(endpoint, {"model": "m"}).foreign is (endpoint in conversations)


@pytest.mark.parametrize(
    ("count", "again"),
    [("0", False), ("1", True), ("12", True), ("", False), ("-1", False), ("²", False), ("9" * 5000, False)],
)
def test_what_a_library_asks_once_more(count: str, again: bool) -> None:
    assert asked(MESSAGES, {}, {"X-Stainless-Retry-Count": count}).again is again


@pytest.mark.parametrize(
    ("headers", "multiplies"),
    [
        ({"User-Agent": "codex_exec/0.171.0 (Debian 12.0.0; x86_64) dumb (codex_exec; 0.171.0)"}, True),
        ({"User-Agent": "Codex Desktop/1.0"}, True),
        ({"User-Agent": "Mozilla/5.0", "originator": "codex_vscode"}, True),
        ({"User-Agent": "opencode/1.18.33 ai-sdk/provider-utils/4.0.40 runtime/bun/1.3.14"}, True),
        ({"User-Agent": "claude-cli/2.1.197 (external, cli)"}, False),
        ({"User-Agent": "OpenAI/Python 2.20.0"}, False),
        ({"User-Agent": "my-codex-reader/1"}, False),
        ({}, False),
    ],
)
def test_who_asks_an_error_again_and_again(headers: dict[str, str], multiplies: bool) -> None:
    assert asked(RESPONSES, {}, headers).multiplies is multiplies


@pytest.mark.parametrize(
    ("body", "model"),
    [(b'{"model":"gpt-5"}', "gpt-5"), (b'{"model":7}', ""), (b"{}", ""), (b'{"model":"a\\u00e9"}', "aé")],
)
def test_which_model_is_asked(body: bytes, model: str) -> None:
    fields = fields_of(body)
    assert fields is not None
    assert model_in(fields) == model
