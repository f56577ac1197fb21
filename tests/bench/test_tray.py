"""A short form of the bench, which keeps it working: what it says of a few seconds is no measure of anything."""

import re
import sys

import pytest

from tests.bench.tray import measure


async def test_the_bench_says_what_it_measures(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    # It takes a home of its own, and leaves the variable behind.
    monkeypatch.setenv("LLM_AMPEL_HOME", "")
    await measure(minutes=0.05, runs=1, starts=1, python=sys.executable)
    start, watching, watching_all, everything = capsys.readouterr().out.splitlines()
    assert re.fullmatch(r"start to registered icon: .* s, bare .* s, ratio .* \(1\.3\)", start)
    for line, what, budget in (
        (watching, "watching only", 30),
        (watching_all, "watching all", 35),
        (everything, "everything on", 45),
    ):
        assert re.match(rf"{what}: \d+ MB PSS, bare \d+ MB, -?\d+ MB above \({budget}\); idle ", line)
