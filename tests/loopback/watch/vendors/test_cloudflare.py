"""Cloudflare: what its third version says otherwise than Statuspage."""

import json
from collections.abc import Callable

import pytest

from tests.support.pagefiles import moment
from tests.support.vendorpages import files
from tests.support.vendorscene import VendorScene

Make = Callable[[str], VendorScene]
SUMMARY = "/api/v3/summary"


@pytest.mark.parametrize(("ended_before_s", "over_before_s"), [(540.0, 540.0), (None, 480.0)])
async def test_an_incident_was_over_before_it_was_closed(
    scene: Make, ended_before_s: float | None, over_before_s: float
) -> None:
    page = scene("cloudflare")
    now = page.clock.now()
    shelf = files("cloudflare", "resolved", now)
    file = json.loads(shelf[SUMMARY])
    (told,) = file["result"]["recent_incidents"]
    told["ends_at"] = None if ended_before_s is None else moment(now - ended_before_s)
    (read,) = (await page.serve(shelf | {SUMMARY: json.dumps(file).encode()})).incidents
    assert read.resolved_at == pytest.approx(now - over_before_s, abs=1)
