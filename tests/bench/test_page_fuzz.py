"""A short form of the bench."""

from tests.bench.page_fuzz import CALM, cases
from trayapp.core.light.severity import Light
from trayapp.watch.pages.registry import page_kinds


def test_no_spoilt_page_breaks_a_reader_or_makes_trouble() -> None:
    told = list(cases(count=120 * len(page_kinds()), seed=3))
    assert [one for one in told if one.lies] == []
    assert {one.kind for one in told} == set(page_kinds())
    assert sum(one.light is not None for one in told) > len(told) / 3, "most of it is still worth reading"
    assert [one for one in told if one.state == CALM and one.light in (Light.RED, Light.YELLOW)] == []
