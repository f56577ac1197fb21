"""What a request is taken to speak, and how it is refused."""

import json
from types import ModuleType
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from trayapp.gateway.dialects import chat, google, messages, responses
from trayapp.gateway.dialects.spoken import spoken
from trayapp.gateway.refusal import Refused


@pytest.mark.parametrize(
    ("target", "headers", "dialect"),
    [
        ("/v1/chat/completions", {}, chat),
        ("/v1/models", {"x-api-key": "sk"}, chat),
        ("/v1/models/messages", {}, chat),
        ("/v1/messages-of-mine", {}, chat),
        ("/v1/responses", {}, responses),
        ("/v1/responses?stream=true", {}, responses),
        ("/t/x/acme/v1/responses/resp_1/cancel", {}, responses),
        ("/v1/responses-of-mine", {}, chat),
        ("/v1/chat/completions?x=/v1/responses", {}, chat),
        ("/v1/models", {"Anthropic-Version": "2023-06-01"}, messages),
        ("/v1/models", {"anthropic-beta": "x"}, messages),
        ("/v1/messages", {}, messages),
        ("/t/x/acme/v1/messages?beta=true", {}, messages),
        ("/v1/messages/count_tokens", {"x-goog-api-key": "x"}, messages),
        ("/v1/complete", {}, messages),
        ("/v1/models", {"X-Goog-Api-Key": "x"}, google),
        ("/t/x/v1beta/models/gemini:generateContent", {}, google),
    ],
)
def test_spoken(target: str, headers: dict[str, str], dialect: ModuleType) -> None:
    assert spoken(target, CIMultiDictProxy(CIMultiDict(headers))) is dialect


@pytest.mark.parametrize(
    ("dialect", "status", "error"),
    [
        (messages, 404, {"type": "error", "error": {"type": "not_found_error", "message": "No."}}),
        (messages, 400, {"type": "error", "error": {"type": "invalid_request_error", "message": "No."}}),
        (messages, 503, {"type": "error", "error": {"type": "api_error", "message": "No."}}),
        (google, 404, {"error": {"code": 404, "message": "No.", "status": "NOT_FOUND"}}),
        (google, 400, {"error": {"code": 400, "message": "No.", "status": "INVALID_ARGUMENT"}}),
        (google, 503, {"error": {"code": 503, "message": "No.", "status": "UNAVAILABLE"}}),
    ],
)
def test_refusals(dialect: Any, status: int, error: object) -> None:
    assert json.loads(dialect.refusal(Refused(status, "code", "No."))) == error
