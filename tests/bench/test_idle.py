"""A short form of the bench: a calm hour and what belongs to it, scaled to a day."""

from tests.bench.idle import BUDGET_MB, HOUR_S, SIZES, pieces, spend, watching
from trayapp.core.light.severity import Light

RATE = 360.0
"""Slower than the bench, for machines that are busy with other tests."""
HOURS = 1.2
"""Longer than the time after which a calm engine is remembered without news."""


async def test_a_calm_day_writes_less_than_its_budget() -> None:
    async with watching(SIZES[0], RATE) as scene:
        calm = await spend(scene, HOURS * HOUR_S, Light.GREEN)
    assert 0 < calm.by_calls * 24 / HOURS < BUDGET_MB * 1e6
    assert pieces().keys() >= {"judge", "incidents"}
