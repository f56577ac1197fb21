"""Until when: as people type it, at the time of day that they mean."""

from datetime import datetime, timedelta

import pytest

from trayapp.core.light.aside import Lasts
from trayapp.core.mine.until import tomorrow, until

NOW = datetime(2026, 11, 27, 17, 30).astimezone()


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("18:00", (27, 18, 0)),
        ("18.00", (27, 18, 0)),
        ("17:30", (28, 17, 30)),
        ("9:05", (28, 9, 5)),
        ("2h", (27, 19, 30)),
        ("2 h", (27, 19, 30)),
        ("45m", (27, 18, 15)),
        ("45 min", (27, 18, 15)),
        ("1d", (28, 17, 30)),
        ("2026-11-28", (29, 0, 0)),
        ("2026-11-28T08:00", (28, 8, 0)),
        ("2026-11-28 08:00", (28, 8, 0)),
        ("2026-11-26T08:00", (26, 8, 0)),
    ],
)
def test_a_time(text: str, meant: tuple[int, int, int]) -> None:
    lasts, moment = until(text, NOW)
    assert lasts is Lasts.TIME
    assert moment is not None
    assert (moment.day, moment.hour, moment.minute) == meant


@pytest.mark.parametrize(("text", "lasts"), [("changed", Lasts.CHANGED), (" Undone ", Lasts.UNDONE)])
def test_a_word(text: str, lasts: Lasts) -> None:
    assert until(text, NOW) == (lasts, None)


@pytest.mark.parametrize("text", ["", "soon", "25:00", "18:75", "2x", "99999h", "-2h", "time", "9999-12-31"])
def test_nonsense(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        until(text, NOW)


def test_tomorrow_is_the_next_morning() -> None:
    assert tomorrow(NOW) - NOW == timedelta(hours=14, minutes=30)
    assert tomorrow(NOW.replace(hour=3)).day == 27
