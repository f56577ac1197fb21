"""Fetches a signed catalogue and its signature: only when it has changed, bounded, and judged by nobody here."""

from collections.abc import Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from trayapp.errors import Problem
from trayapp.settings.bundle import MAX_BYTES
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer, Limit

_FILE = Limit(deadline_s=60.0, body_bytes=MAX_BYTES)
_SIGNATURE = Limit(deadline_s=20.0, body_bytes=4_096)
"""Four lines."""
REDIRECTS = 3
_VALIDATORS = {"if-none-match": "etag", "if-modified-since": "last-modified"}


class Fetched(NamedTuple):
    """`validators`: what to ask with the next time, by header."""

    raw: bytes
    signature: bytes
    validators: Mapping[str, str]


async def fetch(http: Http, url: str, validators: Mapping[str, str]) -> Fetched | None:
    """File and signature; None where nothing has changed. Raises Problem `catalogue_unreachable` (host, reason) or
    `catalogue_too_large` (host, limit)."""
    answer = await _ask(http, url, _FILE, validators)
    if answer.status == 304 and validators:
        return None
    _demand(url, answer)
    signature = await _ask(http, f"{url}.minisig", _SIGNATURE, {})
    _demand(url, signature)
    given = {ask: answer.headers[have] for ask, have in _VALIDATORS.items() if have in answer.headers}
    return Fetched(answer.body, signature.body, given)


async def _ask(http: Http, url: str, limit: Limit, headers: Mapping[str, str]) -> HttpAnswer:
    try:
        return await http.ask(url, limit, headers=headers, redirects=REDIRECTS)
    except Failure as failure:
        raise Problem("catalogue_unreachable", host=urlsplit(url).netloc, reason=failure.code) from failure


def _demand(url: str, answer: HttpAnswer) -> None:
    host = urlsplit(url).netloc
    if answer.status != 200:
        raise Problem("catalogue_unreachable", host=host, reason=f"HTTP {answer.status}")
    if answer.truncated:
        raise Problem("catalogue_too_large", host=host, limit=MAX_BYTES)
