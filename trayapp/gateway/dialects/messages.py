"""Anthropic's Messages. A request in it is known and refused in its own shape; none is passed on.

The shape of errors: https://docs.anthropic.com/en/api/errors
"""

import re
from collections.abc import Container

import msgspec

from trayapp.gateway.refusal import Refused

NAME = "Anthropic's Messages"
CREDENTIAL_HEADERS: tuple[str, ...] = ("x-api-key", "authorization")

_PATH = re.compile(r"/v1/(?:messages|complete)(?![\w-])")
_ERROR_TYPES = {401: "authentication_error", 403: "permission_error", 404: "not_found_error", 429: "rate_limit_error"}


def speaks(target: str, headers: Container[str]) -> bool:
    """Its libraries send `anthropic-version` with everything, also with what has a path of OpenAI's."""
    return "anthropic-version" in headers or "anthropic-beta" in headers or bool(_PATH.search(target))


def refusal(refused: Refused) -> bytes:
    kind = _ERROR_TYPES.get(refused.status, "invalid_request_error" if refused.status < 500 else "api_error")
    return msgspec.json.encode({"type": "error", "error": {"type": kind, "message": refused.message}})
