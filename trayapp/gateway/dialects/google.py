"""Google's Gemini API. A request in it is known and refused in its own shape; none is passed on.

The shape of errors: https://cloud.google.com/apis/design/errors#http_mapping
"""

from collections.abc import Container

import msgspec

from trayapp.gateway.refusal import Refused

NAME = "Google's Gemini API"
CREDENTIAL_HEADERS: tuple[str, ...] = ("x-goog-api-key", "authorization")
HIDES: Container[int] = ()

_STATUSES = {401: "UNAUTHENTICATED", 403: "PERMISSION_DENIED", 404: "NOT_FOUND", 429: "RESOURCE_EXHAUSTED"}


def speaks(target: str, headers: Container[str]) -> bool:
    return "x-goog-api-key" in headers or "x-goog-api-client" in headers or "/v1beta/" in target


def refusal(refused: Refused) -> bytes:
    status = _STATUSES.get(refused.status, "INVALID_ARGUMENT" if refused.status < 500 else "UNAVAILABLE")
    return msgspec.json.encode({"error": {"code": refused.status, "message": refused.message, "status": status}})
