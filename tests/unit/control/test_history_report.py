"""The history for other programs says no more than it knows."""

import csv
import io

import pytest

from trayapp.control.history_report import history_csv, history_report
from trayapp.core.journal.history import History, Month


def month(up_s: float, down_s: float) -> History:
    return History(months=(Month("chatgpt", "2026-02", up_s, 0.0, down_s, 0, 0, 0, 1, 1, None, None, None, None),))


@pytest.mark.parametrize(
    ("up_s", "down_s", "said"),
    [(2_600_000.0, 0.5, 0.999999), (2_600_000.0, 0.0, 1.0), (3.0, 1.0, 0.75), (0.0, 9.0, 0.0), (0.0, 0.0, None)],
)
def test_all_well_is_said_only_where_there_was_no_outage(up_s: float, down_s: float, said: float | None) -> None:
    history = month(up_s, down_s)
    assert history_report(history, 0.0)["months"][0]["uptime"] == said
    into = io.StringIO()
    history_csv(history, into)
    (row,) = csv.DictReader(io.StringIO(into.getvalue()))
    assert row["uptime"] == ("" if said is None else str(said))
