"""Fetching a file of a status page: bounded, conditional, JSON decoded, and every misfit named.

What cannot be used is an `Unfit` with the page's health and a reason code:

- `unreadable`: a code of `watch.failure.Failure` (no answer); `http` (`status`); `html`; `too_large` (`limit_bytes`);
  `too_many` (`limit`); `too_deep`; `json`; `xml`; `shape` (`where`); `inactive`
- `refused`: `http` (`status`); `challenge`; `login`
- `moved`: `redirect` (`host`); `html` (after a redirect); `gone` (`status`)
- `stale`: `old_copy` (`age_s`); found by the reader: the reasons of no answer when the last good reading is several
  intervals old

What vendors and the reader add: `unreadable`: `fault` (ours), `parts`; `empty`: `no_components`, `no_items`;
`incomplete`: `records` (`lost`), `incidents`, `impacts`; `moved`: `redirect` with what was read at the new place,
`vendor` (`vendor`: who publishes it now).
"""

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, NamedTuple, TypeVar

import msgspec

from trayapp.core.evidence.answers import challenges, is_html, redirected, retry_after_s
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.evidence.reach import Reach, reach_of_address, reach_of_url
from trayapp.core.remote_text import plain
from trayapp.errors import Param
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer, Limit
from trayapp.watch.pages.recognition import barrier, is_door, pieces

LIMIT = Limit(deadline_s=15.0, body_bytes=4_000_000)
"""Real pages have 20 to 300 kB; the limit leaves room and is reached in no time by what is not a page."""
REDIRECTS = 3
MAX_CONTAINERS = 250_000
"""Records and lists in a file: ten times those of the largest page. Millions of empty ones would fit into the limit and
take a second to build."""
MAX_WHOLE_BYTES = 1_000_000
"""Of a file that is read as a whole: records of records can be so many that four megabytes of them keep everything else
waiting for a third of a second. Readers of larger ones pick out what they need while decoding."""
MAX_KNOWN = 20
"""Files of a page and its mirrors that are remembered: a few each."""
JSON = "application/json"
FEED = "application/rss+xml, application/atom+xml, application/xml, text/xml"
OLD_COPY_S = 900.0
"""A cache that hands out a copy older than this tells the past: pages themselves are cached for a minute at most."""

_REFUSALS = frozenset({401, 403, 405, 429})
_GONE = frozenset({404, 410})
_BEFORE_JSON = b"\xef\xbb\xbf\xfe\xff\0 \t\r\n"
"""What may stand before its first character, whatever it is encoded in."""
_WHERE = re.compile(r"at `\$?(.*)`$")

T = TypeVar("T")


class Unfit(Exception):
    """The page cannot be used. `retry_after_s`: what a refusal asked for."""

    def __init__(self, health: PageHealth, reason: str, *, retry_after_s: float | None = None, **params: Param) -> None:
        super().__init__(f"{health}: {reason}")
        self.health = health
        self.reason = reason
        self.retry_after_s = retry_after_s
        self.params = params


class _Known(NamedTuple):
    headers: dict[str, str]
    value: Any


class Fetcher:
    """Fetches files and remembers what the server gave to ask again only for changes.

    `reach`: the kind of address that the latest answer came from. `moved_to`: the other host to which a redirect led,
    since `begin`. `first`: what the first answer since then held, for telling whose it is. `heard`: gets every head.
    """

    def __init__(self, http: Http, heard: Callable[[Mapping[str, str]], None] = lambda headers: None) -> None:
        self._http = http
        self._heard = heard
        self._known: dict[str, _Known] = {}
        self.reach = Reach.PUBLIC
        self.moved_to: str | None = None
        self.first = b""

    def begin(self) -> None:
        """Another reading begins."""
        self.moved_to = None

    def forget(self) -> None:
        """The reading is over; nobody needs what its first answer held."""
        self.first = b""

    async def json(self, url: str, kind: type[T]) -> T:
        """The JSON file at `url` as `kind`; the last one again when it has not changed. Raises `Unfit`."""
        return await self._fetch(url, JSON, lambda body: _at_once(decoded(body, kind)))

    async def body(self, url: str, accept: str) -> bytes:
        """The bytes at `url`, which is asked for the media type `accept`, for instance that of a feed or `text/html`.

        As they are: XML names its encoding itself. Raises `Unfit`, for HTML unless that was asked for.
        """
        return await self._fetch(url, accept, _at_once)

    async def made(self, url: str, accept: str, make: Callable[[bytes], T]) -> T:
        """What `make` makes of the file at `url`, off the loop's thread; the same again when it has not changed.

        For what takes a while to read. Raises `Unfit`, as `make` may.
        """
        return await self._fetch(url, accept, lambda body: asyncio.to_thread(make, body))

    async def made_once(self, url: str, accept: str, make: Callable[[bytes], T]) -> T:
        """As `made`, of the file as it is now, and nothing of it is remembered. Raises `Unfit`, as `make` may."""
        answer = await self._ask(url, {"accept": accept})
        _check(answer, url, accept)
        return await asyncio.to_thread(make, answer.body)

    async def _fetch(self, url: str, accept: str, decode: Callable[[bytes], Awaitable[T]]) -> T:
        known = self._known.get(url)
        answer = await self._ask(url, {"accept": accept} | (known.headers if known else {}))
        if answer.status == 304 and known is not None:
            self._known[url] = self._known.pop(url)
            value: T = known.value
            return value
        self.first = self.first or answer.body
        _check(answer, url, accept)
        value = await decode(answer.body)
        given = {
            ask: answer.headers[have]
            for ask, have in (("if-none-match", "etag"), ("if-modified-since", "last-modified"))
            if have in answer.headers
        }
        self._known.pop(url, None)
        if given:
            self._known[url] = _Known(given, value)
            if len(self._known) > MAX_KNOWN:
                # The least recently read: some addresses hold a span of time, and are asked once.
                del self._known[next(iter(self._known))]
        return value

    async def _ask(self, url: str, headers: dict[str, str]) -> HttpAnswer:
        """The answer at `url`, or at the other host that it moved to: one such redirect is followed."""
        try:
            answer = await self._http.ask(url, LIMIT, headers=headers, redirects=REDIRECTS)
        except Failure as failure:
            raise Unfit(PageHealth.UNREADABLE, failure.code) from failure
        self._heard(answer.headers)
        # Behind a proxy only the name tells.
        self.reach = reach_of_address(answer.address) if answer.address else reach_of_url(answer.url)
        target = redirected(answer.url, answer.headers)
        if not 300 <= answer.status < 400 or answer.status == 304 or not _may_follow(answer.url, target):
            return answer
        try:
            moved = await self._http.ask(target, LIMIT, headers=headers, redirects=REDIRECTS)
        except Failure:
            return answer
        reach = reach_of_address(moved.address) if moved.address else reach_of_url(moved.url)
        # A page out there that leads into the own network is none of ours.
        if 300 <= moved.status < 400 or reach is not self.reach:
            return answer
        self._heard(moved.headers)
        self.moved_to = plain(pieces(moved.url).hostname or "", 200)
        return moved


def _may_follow(url: str, target: str) -> bool:
    """Whether a redirect leads to another host of the same kind, over nothing worse."""
    there = pieces(target)
    safe = there.scheme == "https" or (there.scheme == "http" and url.startswith("http:"))
    return safe and bool(there.hostname) and reach_of_url(target) is reach_of_url(url)


def _check(answer: HttpAnswer, url: str, accept: str) -> None:
    """Is this the file that was asked for, fresh and whole?"""
    headers = answer.headers
    patience = retry_after_s(headers)
    if challenges(headers):
        raise Unfit(PageHealth.REFUSED, "challenge", retry_after_s=patience)
    if answer.status < 500:
        _check_barriers(answer, url, accept)
    if answer.status in _REFUSALS:
        raise Unfit(PageHealth.REFUSED, "http", retry_after_s=patience, status=answer.status)
    if 300 <= answer.status < 400 and answer.status != 304:
        host = pieces(redirected(answer.url, answer.headers)).hostname or ""
        raise Unfit(PageHealth.MOVED, "redirect", host=plain(host, 200))
    if answer.status in _GONE:
        raise Unfit(PageHealth.MOVED, "gone", status=answer.status)
    if answer.status != 200:
        raise Unfit(PageHealth.UNREADABLE, "http", retry_after_s=patience, status=answer.status)
    if _is_for_people(answer, accept):
        raise Unfit(PageHealth.UNREADABLE if answer.url == url else PageHealth.MOVED, "html")
    if answer.truncated:
        raise Unfit(PageHealth.UNREADABLE, "too_large", limit_bytes=LIMIT.body_bytes)
    age = headers.get("age", "")
    age_s = float(age) if age.isascii() and age.isdigit() else 0.0
    if age_s > OLD_COPY_S:
        raise Unfit(PageHealth.STALE, "old_copy", age_s=age_s)


def _check_barriers(answer: HttpAnswer, url: str, accept: str) -> None:
    """Is the page switched off, or open only to those who sign in?"""
    # Any page may ask for a password somewhere, a page for those who are lost as well.
    kept_out = barrier(answer.body, wanted_html="html" in accept or answer.status in _GONE)
    target = redirected(answer.url, answer.headers)
    if kept_out is None and (300 <= answer.status < 400 or _is_for_people(answer, accept)):
        # A page that has moved may live behind any path of its own; only the way there tells of a door.
        kept_out = "login" if target != url and is_door(target) else None
    if kept_out is not None:
        health = PageHealth.UNREADABLE if kept_out == "inactive" else PageHealth.REFUSED
        raise Unfit(health, kept_out, retry_after_s=retry_after_s(answer.headers))


def _is_for_people(answer: HttpAnswer, accept: str) -> bool:
    """Whether HTML came in place of what was asked for; XML begins like it."""
    if "html" in accept:
        return False
    if "xml" not in accept:
        # Some servers call everything HTML; no web page begins like JSON.
        return is_html(answer.headers, answer.body) and answer.body[:64].lstrip(_BEFORE_JSON)[:1] not in (b"{", b"[")
    head = answer.body[:256].lstrip().lower()
    return "html" in answer.headers.get("content-type", "").lower() or head.startswith((b"<!doctype html", b"<html"))


def _in_utf8(body: bytes) -> bytes:
    """JSON is UTF-8 without a mark by its standard; AWS publishes UTF-16, and some put the mark before UTF-8."""
    encoding = json.detect_encoding(body)
    if encoding == "utf-8":
        return body
    try:
        return body.decode(encoding).encode()
    except UnicodeError as error:
        raise Unfit(PageHealth.UNREADABLE, "json") from error


async def _at_once(value: T) -> T:
    return value


def decoded(body: bytes, kind: type[T]) -> T:
    """The JSON in `body` as `kind`, in whichever of Unicode's encodings. Raises `Unfit`."""
    body = _in_utf8(body)
    if kind in (dict, list) and len(body) > MAX_WHOLE_BYTES:
        raise Unfit(PageHealth.UNREADABLE, "too_large", limit_bytes=MAX_WHOLE_BYTES)
    if body.count(b"{") + body.count(b"[") > MAX_CONTAINERS:
        raise Unfit(PageHealth.UNREADABLE, "too_many", limit=MAX_CONTAINERS)
    try:
        return msgspec.json.decode(body, type=kind)
    except msgspec.ValidationError as error:
        place = _WHERE.search(str(error))
        raise Unfit(PageHealth.UNREADABLE, "shape", where=plain(place[1] if place else "", 100)) from error
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Unfit(PageHealth.UNREADABLE, "json") from error
    except RecursionError as error:
        raise Unfit(PageHealth.UNREADABLE, "too_deep") from error
