"""Pages whose files have been spoilt in one place, in every way: never green for what is not said, never an exception.

A whole page of each vendor, with trouble on it, is mutated at every one of its places: dropped, doubled, of another
type, another value, in another order.
"""

import json
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.mutations import Path, mutations
from tests.support.spoilt_pages import CLOCK, FILES, greens, parts_of, read_page, report_of, spoilt_at_random
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.severity import Light

NEEDED: dict[str, set[Path]] = {
    "statuspage": {("page",), ("page", "id"), ("components",)},
    "incidentio": {("page",), ("page", "id"), ("components",)},
    "incidentio, its own data": {
        ("summary",), ("summary", "id"), ("summary", "ongoing_incidents"),
    },
    "instatus": {
        ("components",), ("page",), ("page", "id"), ("page", "status"), ("activeIncidents",), ("activeMaintenances",),
    },
    "betterstack": {("data",), ("data", "id"), ("data", "type"), ("included",)},
    "checkly": {
        ("page",), ("page", "url"), ("page", "status"), ("activeIncidents",), ("activeMaintenances",),
    },
    "checkly, by incidents": {("metadata",), ("metadata", 0), ("metadata", 0, "services"), ("incidents",)},
    "datadog": {("id",), ("components",)},
}  # fmt: skip
"""Without these a page cannot be read: whose it is, and its lists."""


@pytest.mark.parametrize(("kind", "name"), [(kind, name) for kind, files in FILES.items() for name in files])
def test_a_file_spoilt_in_one_place(kind: str, name: str) -> None:
    whole = Opinions(report_of(read_page(kind, FILES[kind]))).of(parts_of(kind)[:1], CLOCK.now())
    assert whole.light is Light.RED
    unread = set()
    for path, how, spoilt in mutations(FILES[kind][name]):
        found = greens(kind, FILES[kind] | {name: spoilt}, calm=False)
        assert not found, f"{found} is green: {how} at {path}"
        unread |= {path} if found is None else set()
    # Neither one record nor anything in it takes the page with it: only the page's own id and its lists can.
    assert unread <= NEEDED[kind]
    first = next(iter(FILES[kind]))
    assert name == first or not unread or kind in ("instatus", "checkly", "checkly, by incidents")


@given(st.sampled_from(list(FILES)), st.integers(0, 2**32))
def test_files_spoilt_in_many_places(kind: str, seed: int) -> None:
    """`python -m tests.bench.page_fuzz` plays it at length."""
    files = spoilt_at_random(kind, random.Random(seed))
    assert not greens(kind, files), json.dumps(files)
