"""A short form of the bench, which keeps it working: what it says of one run is no measure of anything."""

import re

import pytest
from PySide6.QtWidgets import QApplication

from tests.bench.history_window import main


def test_the_bench_says_what_it_measures(qapp: QApplication, capsys: pytest.CaptureFixture[str]) -> None:
    main(services=6, runs=1)
    for line, what in zip(capsys.readouterr().out.splitlines(), ("open", "draw 90 days"), strict=True):
        assert re.fullmatch(rf"{what}: \d+ ms, ratio .* to a bare table \(\d+ ms\), .* of \d+ ms", line)
