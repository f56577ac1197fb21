"""Whether there is a status page at an address, whose it is, and whether we can read it."""

import asyncio
from typing import NamedTuple
from urllib.parse import urlsplit

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.json_text import read_json
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer, Limit
from trayapp.watch.pages.fetch import JSON, Fetcher, Unfit
from trayapp.watch.pages.recognition import NAMES, is_ulid, vendor_of
from trayapp.watch.pages.registry import make_vendor
from trayapp.watch.pages.server_clock import ServerClock

_LIMIT = Limit(deadline_s=4.0, body_bytes=1_000_000)
# Where vendors publish their pages' data; the first answers for three of them.
_DATA = ("/api/v2/summary.json", "/summary.json", "/index.json", "/config.json", "/api/v1/status.json")
_FEED_MARKS = (b"<rss", b"<feed", b"<rdf")
_OTHER = frozenset({"html", "json", "shape", "xml"})
_IDS = frozenset({"statuspage", "incidentio"})
"""Whose pages give themselves an id that another page's answer can be told by."""


class FoundPage(NamedTuple):
    """`vendor`: who publishes it, for people. `parts`: how many it names. `unfit`: why it cannot be read, if so."""

    page: Page
    vendor: str
    parts: int = 0
    unfit: str | None = None


async def find_page(http: Http, clock: Clock, url: str, seen: HttpAnswer | None = None) -> FoundPage | None:
    """The status page at `url` (without a slash at the end). `seen`: what was answered there already."""
    answer = seen if seen is not None else await _ask(http, url, "*/*")
    if answer is None:
        return None
    if any(mark in answer.body[:600].lower() for mark in _FEED_MARKS):
        return await _read(http, clock, Page("feed", url), "RSS")
    base = _origin(answer.url)
    kind = vendor_of(answer.body) if answer.status == 200 else None
    page_id = _page_id(answer)
    if kind is None or (kind in _IDS and page_id is None):
        for data in await asyncio.gather(*(_ask(http, base + path, JSON) for path in _DATA)):
            told = vendor_of(data.body) if data is not None and data.status == 200 else None
            if data is not None and told is not None:
                kind, page_id = told, _page_id(data)
                break
    if kind is None:
        return None
    return await _read(http, clock, Page(kind, base, page_id=page_id if kind in _IDS else None), NAMES[kind])


async def _read(http: Http, clock: Clock, page: Page, vendor: str) -> FoundPage | None:
    try:
        theirs = ServerClock(clock)
        reading = await make_vendor(Fetcher(http, theirs.heard), page, theirs).read(page.url.rstrip("/"))
    except Unfit as unfit:
        # What only looks like one of a vendor's pages (its blog, its customer's site) has none of its data.
        absent = unfit.health in (PageHealth.MOVED, PageHealth.EMPTY) or unfit.reason in _OTHER
        return None if absent else FoundPage(page, vendor, unfit=unfit.reason)
    return FoundPage(page, vendor, len(reading.components))


async def _ask(http: Http, url: str, accept: str) -> HttpAnswer | None:
    try:
        return await http.ask(url, _LIMIT, headers={"accept": accept}, redirects=3)
    except Failure:
        return None


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def _page_id(answer: HttpAnswer) -> str | None:
    try:
        said = read_json(answer.body)
    except ValueError:
        return None
    page = said.get("page") if isinstance(said, dict) else None
    ident = page.get("id") if isinstance(page, dict) else None
    return ident if isinstance(ident, str) and (is_ulid(ident) or ident.isalnum()) and len(ident) <= 64 else None
