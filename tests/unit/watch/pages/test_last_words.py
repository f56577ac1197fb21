"""What became of incidents that are gone from the list of open ones."""

from collections.abc import Sequence

import pytest

from trayapp.core.evidence.page_report import Impact, PageHealth, PageIncident, PageStage
from trayapp.watch.pages.fetch import Unfit
from trayapp.watch.pages.last_words import KEPT_CLOSED, TRIES, LastWords


def _incident(ident: str, stage: PageStage = PageStage.INVESTIGATING) -> PageIncident:
    return PageIncident(ident, "Errors", stage, Impact.MAJOR, (), 0.0, 0.0)


def _over(*idents: str) -> list[PageIncident]:
    return [_incident(ident, PageStage.RESOLVED) for ident in idents]


class Longer:
    """The longer list, which may fail."""

    def __init__(self) -> None:
        self.says: Sequence[PageIncident] | None = ()
        self.asked = 0

    async def read(self) -> Sequence[PageIncident]:
        self.asked += 1
        if self.says is None:
            raise Unfit(PageHealth.UNREADABLE, "timeout")
        return self.says


@pytest.fixture
def longer() -> Longer:
    return Longer()


async def _after(words: LastWords, longer: Longer, *told: PageIncident) -> list[str]:
    return [one.id for one in await words.of(told, longer.read)]


async def test_they_are_read_once_and_repeated(longer: Longer) -> None:
    words = LastWords()
    assert await _after(words, longer, _incident("i1"), _incident("i2")) == []
    longer.says = [*_over("i1", "older"), _incident("i2")]
    assert await _after(words, longer, _incident("i2")) == ["i1"]
    assert await _after(words, longer, _incident("i2")) == ["i1"]
    assert longer.asked == 1


@pytest.mark.parametrize("first", [None, (), (_incident("i1"),)], ids=["fails", "without it", "an old copy"])
async def test_they_are_asked_for_again_where_they_are_not_there_yet(
    longer: Longer, first: Sequence[PageIncident] | None
) -> None:
    words = LastWords()
    await _after(words, longer, _incident("i1"))
    longer.says = first
    assert await _after(words, longer) == []
    longer.says = _over("i1")
    assert await _after(words, longer) == ["i1"]
    await _after(words, longer)
    assert longer.asked == 2


async def test_not_for_ever(longer: Longer) -> None:
    words = LastWords()
    await _after(words, longer, _incident("i1"))
    for _ in range(TRIES + 2):
        assert await _after(words, longer) == []
    assert longer.asked == TRIES


async def test_one_that_is_opened_again_is_no_longer_closed(longer: Longer) -> None:
    words = LastWords()
    await _after(words, longer, _incident("i1"))
    longer.says = _over("i1")
    await _after(words, longer)
    assert await _after(words, longer, _incident("i1")) == []
    longer.says = None
    assert await _after(words, longer) == []
    assert await _after(words, longer, _incident("i1")) == []
    assert longer.asked == 2


async def test_one_that_is_listed_as_closed_itself_is_not_asked_for(longer: Longer) -> None:
    words = LastWords()
    await _after(words, longer, _incident("i1"))
    assert await _after(words, longer, *_over("i1")) == []
    assert await _after(words, longer) == []
    assert longer.asked == 0


async def test_a_few_are_kept_the_latest_first(longer: Longer) -> None:
    words = LastWords()
    for number in range(KEPT_CLOSED + 2):
        await _after(words, longer, _incident(f"i{number}"))
        longer.says = _over(f"i{number}")
        kept = await _after(words, longer)
    assert kept == [f"i{number}" for number in range(KEPT_CLOSED + 1, 1, -1)]
