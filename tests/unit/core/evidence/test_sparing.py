"""Who is spared, why, and how far."""

import pytest

from trayapp.core.evidence.own_evidence import GAP_S
from trayapp.core.evidence.pace import CALM_JITTER
from trayapp.core.evidence.sparing import Spared, Sparing, spared_s
from trayapp.core.light.page_readings import PAGE_FRESH_S
from trayapp.watch.pages.reader import INTERVAL_JITTER


@pytest.mark.parametrize(
    ("sparing", "reasons"),
    [
        (Sparing(), ()),
        (Sparing(metered=False, power_saver=False, on_battery=False), ()),
        (Sparing(metered=True), (Spared.METERED,)),
        (Sparing(power_saver=True), (Spared.POWER_SAVER,)),
        (Sparing(metered=True, power_saver=True, on_battery=True), (Spared.METERED, Spared.POWER_SAVER)),
        (Sparing(on_battery=True), (Spared.BATTERY,)),
        (Sparing(on_battery=True, power_saver=False), ()),
        (Sparing(metered=True, power_saver=True, wanted=False), ()),
        (Sparing(on_battery=True, wanted=False), ()),
    ],
)
def test_reasons(sparing: Sparing, reasons: tuple[Spared, ...]) -> None:
    assert sparing.reasons == reasons


@pytest.mark.parametrize(
    ("usual_s", "seconds"), [(60, 240), (90, 360), (120, 480), (300, 500), (600, 600), (3600, 3600)]
)
def test_four_times_less_often_and_never_so_rarely_that_it_grows_too_old(usual_s: float, seconds: float) -> None:
    assert spared_s(usual_s) == seconds


def test_the_longest_pause_outlives_no_word() -> None:
    assert spared_s(300) * (1 + INTERVAL_JITTER) < PAGE_FRESH_S
    assert spared_s(300) * (1 + CALM_JITTER) < GAP_S
