"""Files that are damaged in every way: never a colour, never a fault of ours, whoever the vendor is."""

import json
from collections.abc import Callable, Iterator

import pytest

from tests.support.httpserver import Behaviour, answer, redirect
from tests.support.vendorpages import KINDS, PAGE_IDS, files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.severity import Light
from trayapp.watch.pages.fetch import LIMIT

Make = Callable[[str], VendorScene]
FEEDS = frozenset({"xai", "onlineornot", "azure", "feed"})
PASSWORD = '<!doctype html><title>Acme - Login</title><form><input type="password" name="password"></form>'
DEEP = 200_000


def _damages(kind: str, body: bytes) -> dict[str, Behaviour]:
    nulls = b"null" if kind not in FEEDS else b"<rss></rss>"
    wrong = b"[[7]]" if kind not in ("google", "aws") else b'{"components": 7}'
    deep = b"<a>" * DEEP if kind in FEEDS else b'{"a":' * DEEP
    filler = b" " * LIMIT.body_bytes
    return {
        "empty": answer(200, b""),
        "cut": answer(200, body[: len(body) // 2]),
        "HTML": answer(200, "<!doctype html><html><title>Acme</title><p>All systems operational</html>"),
        "wrong types": answer(200, wrong if kind not in FEEDS else b"<svg><item/></svg>"),
        "nulls": answer(200, nulls if kind != "google" else b"[null]"),
        "an error": answer(200, b'{"error": {"code": "Throttled"}}'),
        "deep": answer(200, deep),
        "huge": answer(200, body + filler),
        "not UTF-8": answer(200, b'{"page": "caf\xe9"}' if kind not in FEEDS else b"<rss><title>caf\xe9</title></rss>"),
        "a login page": answer(200, PASSWORD),
        "a way to a login": redirect("/login"),
        "refused": answer(403, "<title>Just a moment...</title>", {"cf-mitigated": "challenge"}),
        "gone": answer(404, b"{}"),
        "broken": answer(502, "<html><h1>502 Bad Gateway</h1></html>"),
    }


CASES = tuple(_damages("xai", b""))


def _part(kind: str) -> str:
    return "chat-us-east-1" if kind == "aws" else "chat"


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("case", CASES)
async def test_a_damaged_page_has_no_colour(scene: Make, kind: str, case: str) -> None:
    page = scene(kind)
    (name, body), *_ = [one for one in files(kind, "healthy", page.clock.now()).items() if one[0] != "/products.json"]
    report = await page.serve_anywhere(_damages(kind, body)[case])
    assert not report.speaks, name
    assert report.reason not in (None, "fault")
    assert report.health is not PageHealth.WRONG_PAGE, "which counts at once, as no passing error does"
    assert page.opinion(_part(kind)).light is Light.GREY


@pytest.mark.parametrize("kind", sorted(PAGE_IDS))
async def test_the_page_of_somebody_else(scene: Make, kind: str) -> None:
    page = scene(kind)
    page.page_id = "another"
    report = await page.serve(
        {name.replace("4711", "another"): body for name, body in files(kind, "healthy", page.clock.now()).items()}
    )
    assert (report.health, report.reason) == (PageHealth.WRONG_PAGE, "page_id")
    assert page.opinion("chat").light is Light.GREY


@pytest.mark.parametrize("kind", ["cloudflare", "google", "aws", "microsoft"])
async def test_pages_without_an_id_are_never_the_one_that_is_expected(scene: Make, kind: str) -> None:
    page = scene(kind)
    page.page_id = "expected"
    report = await page.show("healthy")
    assert (report.health, report.reason) == (PageHealth.WRONG_PAGE, "page_id")


async def test_flashduty_has_to_be_told_whose_page_it_is(scene: Make) -> None:
    page = scene("flashduty")
    page.page_id = None
    report = await page.serve_anywhere(answer(200, files("flashduty", "healthy", 0.0).popitem()[1]))
    assert report.health is PageHealth.WRONG_PAGE


def _without(value: object, key: str) -> Iterator[object]:
    if isinstance(value, dict):
        if key in value:
            yield {**value, key: []}
        for name, inner in value.items():
            yield from ({**value, name: changed} for changed in _without(inner, key))


@pytest.mark.parametrize(
    ("kind", "key"), [("cloudflare", "components"), ("flashduty", "components"), ("google", "products")]
)
async def test_a_page_that_lists_nothing_is_empty(scene: Make, kind: str, key: str) -> None:
    page = scene(kind)
    shelf = files(kind, "healthy", page.clock.now())
    for name, body in shelf.items():
        shelf[name] = next((json.dumps(one).encode() for one in _without(json.loads(body), key)), body)
    report = await page.serve(shelf)
    assert (report.health, report.reason) == (PageHealth.EMPTY, "no_components")
    assert page.opinion("chat").light is Light.GREY


async def test_a_history_without_any_past_is_empty(scene: Make) -> None:
    page = scene("xai")
    quiet = {"/feed.xml": files("azure", "healthy", page.clock.now())[""]}
    report = await page.serve(quiet)
    assert (report.health, report.reason) == (PageHealth.EMPTY, "no_items")
    assert page.opinion("chat").light is Light.GREY
