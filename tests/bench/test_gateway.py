"""A short form of the bench, which keeps it working: what it says of so few requests is no measure of anything."""

import os
import shutil

import pytest

from tests.bench.gateway import measured
from tests.bench.gateway_table import Sizes

SHORT = Sizes(
    rounds=1,
    requests=20,
    seconds=0.1,
    some_streams=2,
    many_streams=4,
    words=4,
    clicks=2,
    failures=4,
    silences=1,
    memory_after=(1, 20),
)


@pytest.mark.skipif(
    shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin") is None,
    reason="its yardstick is nginx, which nobody gets installed for a test: a web server would run from then on",
)
def test_the_bench_prints_a_table(monkeypatch: pytest.MonkeyPatch) -> None:
    # It takes a home of its own, and leaves the variable behind.
    monkeypatch.setenv("LLM_AMPEL_HOME", "")
    head, rule, *rows = measured(SHORT, []).splitlines()
    cells = {what: cells for what, *cells in (line.strip("| ").split(" | ") for line in rows)}
    assert head == "| what | direct | nginx | LLM Ampel | budget |"
    assert rule == "|---|---|---|---|---|"
    assert cells["4 streams at once, whole and in order"] == ["4", "4", "4", "4"]
    assert "memory (PSS) after 1 and 20 requests" in cells
