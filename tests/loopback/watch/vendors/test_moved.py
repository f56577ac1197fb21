"""A page that another vendor publishes now says so, whoever it was and whoever it is."""

from collections.abc import Callable

import pytest

from tests.support.httpserver import answer
from tests.support.vendorpages import KINDS, files
from tests.support.vendorscene import VendorScene
from trayapp.core.evidence.page_report import PageHealth
from trayapp.core.light.severity import Light
from trayapp.watch.pages.recognition import NAMES

Make = Callable[[str], VendorScene]
NOW = {
    "cloudflare": "/api/v3/summary",
    "flashduty": "/api/status-page/4711/summary/active",
    "rootly": "/api/v1/status.json",
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("now", NOW)
async def test_the_answer_of_another_vendor(scene: Make, kind: str, now: str) -> None:
    if kind == now:
        return
    page = scene(kind)
    report = await page.serve_anywhere(answer(200, files(now, "healthy", page.clock.now())[NOW[now]]))
    assert (report.health, report.reason, report.params) == (PageHealth.MOVED, "vendor", {"vendor": NAMES[now]})
    assert page.opinion("chat").light is Light.GREY


@pytest.mark.parametrize("kind", KINDS)
async def test_the_web_page_of_another_vendor(scene: Make, kind: str) -> None:
    page = scene(kind)
    web = '<!doctype html><title>Acme Status</title><img src="https://x.instatus.com/logo.png">'
    report = await page.serve_anywhere(answer(404, web))
    assert (report.health, report.reason, report.params) == (PageHealth.MOVED, "vendor", {"vendor": "Instatus"})


async def test_a_feed_names_its_maker_and_is_still_a_feed(scene: Make) -> None:
    page = scene("feed")
    report = await page.serve({"": b"<feed><title>Acme</title><generator>https://incident.io/</generator>"})
    assert (report.health, report.reason) == (PageHealth.UNREADABLE, "xml")
