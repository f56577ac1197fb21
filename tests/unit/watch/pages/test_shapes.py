"""Whatever JSON a page sends: it is refused, or comes out bounded, plain and complete."""

import json
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.fakeclock import FakeClock
from tests.support.pagefiles import component, incident, moment, page, summary, update
from trayapp.core.evidence.page_report import Impact, PageStage
from trayapp.watch.pages import shapes
from trayapp.watch.pages.shapes import SummaryFile

CLOCK = FakeClock()
AT = CLOCK.now()
_SCALARS = st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text()
_JSON = st.recursive(_SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def _decode(file: Any) -> SummaryFile:
    return msgspec.json.decode(json.dumps(file, allow_nan=False), type=SummaryFile)


def _some(base: dict[str, Any]) -> st.SearchStrategy[dict[str, Any]]:
    """`base` with any of its values replaced by any JSON."""
    return st.dictionaries(st.sampled_from(sorted(base)), _JSON).map(lambda changes: base | changes)


@given(
    _some(component("aaaa", "Chat")),
    _some(incident("i1", "Errors", "investigating", AT)),
    _some(update("investigating", AT)),
)
def test_any_json_is_refused_or_understood(part: dict[str, Any], told: dict[str, Any], word: dict[str, Any]) -> None:
    try:
        file = _decode(summary([part], [told | {"incident_updates": [word]}], [told]))
    except (msgspec.MsgspecError, ValueError):
        return
    got = shapes.component(file.components[0], CLOCK, dated=True)
    assert len(got.name) <= shapes.MAX_NAME
    assert got.name.isprintable()
    for raw, maintenance in ((file.incidents[0], False), (file.scheduled_maintenances[0], True)):
        said = shapes.incident(raw, CLOCK, maintenance=maintenance)
        assert said.name.isprintable()
        assert len(said.name) <= shapes.MAX_NAME
        assert said.link is None or said.link.startswith("https://")
        assert all(one.text.isprintable() and len(one.text) <= shapes.MAX_TEXT for one in said.updates)
        assert maintenance or said.started_at <= min((one.at for one in said.updates), default=said.started_at)


def test_lists_have_an_end() -> None:
    words = [update("investigating", AT + n) for n in range(100)]
    parts = [component(f"c{n}", "x") for n in range(2000)]
    said = shapes.incident(
        _decode(summary([], [incident("i", "n", "investigating", AT, updates=words, components=parts)])).incidents[0],
        CLOCK,
        maintenance=False,
    )
    assert len(said.updates) == shapes.MAX_UPDATES
    assert len(said.components) == shapes.MAX_COMPONENTS


@pytest.mark.parametrize("more", [{"impact": "maintenance"}, {"status": "maintenance_in_progress"}])
def test_maintenance_among_the_incidents_is_known_by_its_words(more: dict[str, str]) -> None:
    told = incident("m", "Upgrade", "in_progress", AT, impact="none") | more
    said = shapes.incident(_decode(summary([], [told])).incidents[0], CLOCK, maintenance=False)
    assert said.maintenance
    assert said.stage is PageStage.IN_PROGRESS


def test_no_impact_is_none() -> None:
    told = incident("i", "n", "investigating", AT) | {"impact": None}
    assert shapes.incident(_decode(summary([], [told])).incidents[0], CLOCK, maintenance=False).impact is Impact.NONE


def test_the_newest_time_anywhere_counts() -> None:
    parts = [component("a", "A", updated_at=AT - 900), component("b", "B", updated_at=AT - 500)]
    told = incident("i", "n", "resolved", AT - 9000, updated_at=moment(AT - 300))
    file = _decode(summary(parts, [told]) | {"page": page(updated_at=AT - 700)})
    newest = shapes.newest(file.page, file.components, file.incidents)
    assert newest is not None
    assert newest.timestamp() == AT - 300
    assert shapes.newest(shapes.RawPage(), [], []) is None
