"""A short form of the replay: half of the ends fall into the middle half, whatever shape the past has."""

import json
import math
import random
import statistics
from pathlib import Path

import pytest

from tests.bench.forecast import DAY_S, HOUR_S, SHAPES, START, history, main, play, read
from trayapp.core.incident.forecast import Basis
from trayapp.core.incident.past import PastIncident


@pytest.mark.parametrize("shape", SHAPES)
def test_the_middle_half_holds_half(shape: str) -> None:
    """As it is said, rounded; at the beginning, after an hour, and over all ages."""
    played = play(history(shape, 300, seed=1))
    assert 0.45 <= played.coverage(Basis.PROVIDER) <= 0.60
    assert 0.44 <= played.coverage(Basis.PROVIDER, age_s=0.0) <= 0.60
    assert statistics.fmean(one.held is not None for one in played.asked) >= 0.9


def test_a_hundred_are_enough() -> None:
    """One history of a hundred strays by six points for want of questions, eight of them by two."""
    held = [play(history("lognormal", 100, seed)).coverage(Basis.PROVIDER) for seed in range(8)]
    assert 0.45 <= statistics.fmean(held) <= 0.60


def test_so_it_is_for_a_component() -> None:
    played = play(history("two kinds", 300, seed=2), component="chat")
    assert sum(one.basis is Basis.COMPONENT for one in played.asked) > 500
    assert 0.45 <= played.coverage(Basis.COMPONENT) <= 0.60


def test_the_rule_of_thumb_holds_less() -> None:
    played = play(history("lognormal", 300, seed=1))
    assert statistics.fmean(one.thumb for one in played.asked) < 0.42


def test_how_many_are_followed_is_told_to_a_tenth() -> None:
    again = play(history("lognormal", 400, seed=3)).again
    said, came = (statistics.fmean(column) for column in zip(*again, strict=True))
    assert math.isclose(said, came, abs_tol=0.1)


@pytest.mark.parametrize(("first_days", "last_days"), [(10.0, 1.0), (1.0, 10.0)])
def test_how_many_are_followed_keeps_up_with_how_often_there_are_any(first_days: float, last_days: float) -> None:
    """Ten times as often at the end as in the beginning, or the other way round."""
    rng, at, known = random.Random(5), START, []
    for number in range(400):
        at += rng.expovariate(1 / (first_days * (last_days / first_days) ** (number / 400) * DAY_S))
        known.append(PastIncident(at, at + HOUR_S))
    said, came = (statistics.fmean(column) for column in zip(*play(known).again, strict=True))
    assert math.isclose(said, came, abs_tol=0.06)


def test_any_list_of_incidents_is_played(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [
        {"start": "2026-02-03T22:00:00Z", "end": "2026-02-04T01:23:00+00:00", "component": "api"},
        {"start": 1_770_300_000, "end": 1_770_303_600, "component": ["api", "chat"]},
        {"start": 1_770_400_000, "end": 1_770_400_000.0},
    ]
    text = "\n".join(json.dumps(line) for line in lines) + "\n\n"
    assert list(read(text.splitlines())) == [
        PastIncident(1_770_156_000.0, 1_770_168_180.0, ("api",)),
        PastIncident(1_770_300_000.0, 1_770_303_600.0, ("api", "chat")),
        PastIncident(1_770_400_000.0, 1_770_400_000.0),
    ]
    file = tmp_path / "past.jsonl"
    file.write_text(text, "utf-8")
    monkeypatch.setattr("sys.argv", ["forecast", str(file), "--provider", "openai"])
    main()
    printed = capsys.readouterr().out
    assert "past.jsonl, all" in printed
    assert "past.jsonl, chat" in printed
    assert "from published" in printed
