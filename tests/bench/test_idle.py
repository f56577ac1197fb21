"""A short form of the bench: a calm hour and what belongs to it, and some of trouble, scaled to a day."""

from tests.bench.idle import BUDGET_MB, CALM, HOUR_S, SIZES, TROUBLED_MB, lit, pieces, spend, watching
from tests.bench.troubles import TROUBLES

RATE = 360.0
"""Slower than the bench, for machines that are busy with other tests."""
HOURS = 1.2
"""Longer than the time after which a calm engine is remembered without news."""
TROUBLE_HOURS = 0.4
WORST = "its page has new words every minute"


async def test_a_day_writes_less_than_its_budget() -> None:
    async with watching(SIZES[0], RATE) as scene:
        calm = await spend(scene, HOURS * HOUR_S, CALM)
        trouble = TROUBLES[WORST]
        with trouble.lasts(scene):
            await lit(scene, trouble.lights)
            troubled = await spend(scene, TROUBLE_HOURS * HOUR_S, trouble.lights)
    assert 0 < calm.by_calls * 24 / HOURS < BUDGET_MB * 1e6
    assert 0 < troubled.by_calls * 24 / TROUBLE_HOURS < TROUBLED_MB * 1e6
    assert pieces().keys() >= {"judge", "incidents"}
