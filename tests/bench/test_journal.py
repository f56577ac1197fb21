"""A short form of the bench: what a few days take, scaled to three years of 25 providers."""

from pathlib import Path

from tests.bench.journal import BUDGET_BYTES, fill
from trayapp.store.journal_file import SEEN_KEPT_DAYS

DAYS, SERVICES = 20, 5


def size(file: Path, days: int, one_by_one_days: int) -> int:
    fill(file, days, SERVICES, one_by_one_days)
    return file.stat().st_size


def test_three_years_of_25_providers_stay_within_their_budget(tmp_path: Path) -> None:
    for_good = size(tmp_path / "sums", DAYS, 0) * 3 * 365 / DAYS
    one_by_one = size(tmp_path / "all", 3, 3) * SEEN_KEPT_DAYS / 3
    assert (for_good + one_by_one) * 50 / SERVICES < BUDGET_BYTES
