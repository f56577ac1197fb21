from pathlib import Path

import pytest

from trayapp.local.timings import Timing, Timings


def test_times_survive_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "data" / "timings.json"
    assert Timings(file).get("a") == Timing()
    Timings(file).put("a", Timing(3.5, 0.2))
    Timings(file).put("b", Timing(1.0, 0.1))
    assert Timings(file).get("a") == Timing(3.5, 0.2)


def test_a_damaged_file_costs_the_figures_only(tmp_path: Path) -> None:
    file = tmp_path / "timings.json"
    file.write_text('{"a": {"cold_s": "many"}}')
    times = Timings(file)
    assert times.get("a") == Timing()
    times.put("a", Timing(1.0, 0.1))
    assert Timings(file).get("a") == Timing(1.0, 0.1)


@pytest.mark.expects_log("the target's times are not kept")
def test_a_disk_that_refuses_does_not_fail_the_switch(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    times = Timings(tmp_path / "file" / "timings.json")
    times.put("a", Timing(1.0, 0.1))
    assert times.get("a") == Timing(1.0, 0.1)
