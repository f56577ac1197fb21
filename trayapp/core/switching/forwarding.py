"""Servers that answer in another's place, by what they say of it in their headers.

No answer proves that a model runs on this machine; some prove that it does not.
"""

from collections.abc import Mapping
from typing import Protocol
from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, reach_of_url

_PREFIXES = {"x-litellm-": "LiteLLM"}
"""The beginning of the headers' names, in lower case, and the product that has them."""
_ASKED = "x-litellm-model-api-base"
"""Where LiteLLM has asked: https://docs.litellm.ai/docs/proxy/response_headers."""


class Answered(Protocol):
    """An answer with its headers, whose names are in lower case."""

    @property
    def headers(self) -> Mapping[str, str]: ...


def product_in_front(headers: Mapping[str, str]) -> str | None:
    """The product that answers in the server's place, where it says so."""
    names = [name.lower() for name in headers]
    return next((what for prefix, what in _PREFIXES.items() if any(n.startswith(prefix) for n in names)), None)


def cloud_behind(answer: Answered) -> str | None:
    """The host on the internet that was asked for this answer, where its headers name one."""
    base = answer.headers.get(_ASKED, "")
    try:
        host = urlsplit(base).hostname
        return host if host and reach_of_url(base) is Reach.PUBLIC else None
    except ValueError:
        return None
