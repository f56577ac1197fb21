"""How long the history's window takes to open and to draw 90 days of 25 providers, beside a bare table as large.

    xvfb-run python -m tests.bench.history_window [--services 50] [--runs 5]

Open: from making the window to its first picture, which says that it reads. Draw: from the history, which another
thread has read, to the picture of it. Reading is in `tests.bench.journal`. Printed is the median in milliseconds, the
ratio to a `QTreeWidget` with as many rows of plain text, shown in the same run, and the share of the budget.
"""

import argparse
import statistics
import time
from collections.abc import Callable

from PySide6.QtWidgets import QApplication, QTreeWidget, QTreeWidgetItem

from tests.support.fake_commands import RecordingCommands
from tests.support.histories import many
from trayapp.core.journal.history import History
from trayapp.ui.commands import HistoryView
from trayapp.ui.history.window import HistoryWindow

OPEN_BUDGET_S, DRAW_BUDGET_S = 0.1, 0.2


def took(work: Callable[[], object]) -> float:
    begun = time.perf_counter()
    work()
    QApplication.processEvents()
    return time.perf_counter() - begun


def bare_table(view: HistoryView) -> QTreeWidget:
    """As many rows and as many inside, of plain text."""
    table = QTreeWidget()
    table.setColumnCount(4)
    rows = []
    for one in view.history.whole:
        row = QTreeWidgetItem([one.service, "x" * 90, "99.95 %", "0.2 s, 0.5 s"])
        row.addChildren([QTreeWidgetItem(["a month of it, as one line of text"]) for _ in range(16)])
        rows.append(row)
    table.addTopLevelItems(rows)
    table.resize(900, 600)
    table.show()
    return table


def measure(services: int) -> tuple[float, float, float]:
    """Seconds to open, to draw, and of the bare table."""
    view = many(services)
    windows: list[HistoryWindow] = []

    def open_it() -> None:
        windows.append(HistoryWindow(RecordingCommands()))
        windows[0].open()

    opened = took(open_it)
    windows[0].draw(HistoryView(History(), {}))
    QApplication.processEvents()
    drew = took(lambda: windows[0].draw(view))
    windows[0].close()
    tables: list[QTreeWidget] = []
    bare = took(lambda: tables.append(bare_table(view)))
    tables[0].close()
    return opened, drew, bare


def main(services: int, runs: int) -> None:
    figures = [measure(services) for _ in range(runs)]
    opened, drew, bare = map(statistics.median, zip(*figures, strict=True))
    for what, spent, budget in (("open", opened, OPEN_BUDGET_S), ("draw 90 days", drew, DRAW_BUDGET_S)):
        print(
            f"{what}: {spent * 1000:.0f} ms, ratio {spent / bare:.1f} to a bare table ({bare * 1000:.0f} ms),"
            f" {spent / budget:.2f} of {budget * 1000:.0f} ms"
        )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--services", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    application = QApplication([])
    main(options.services, options.runs)
