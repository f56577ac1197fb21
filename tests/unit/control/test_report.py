"""Schema 1, from every picture that there is."""

import json
from typing import Any

import msgspec
import pytest

from tests.support.breakers import half_open, tripped
from tests.support.schema1 import Report
from tests.support.snapshots import NOW, snapshot
from tests.support.states import STATES
from trayapp.control.report import gist, report
from trayapp.core.incident.forecast import Basis, Forecast
from trayapp.core.light.severity import Finding
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.auto_mode import AutoMemory, AutoMode
from trayapp.core.switching.route import Mode
from trayapp.text.language import speaking


@pytest.mark.parametrize("state", STATES)
def test_every_picture_is_told_exactly_in_the_schema(state: str) -> None:
    told = json.loads(json.dumps(report(STATES[state]())))
    msgspec.convert(told, Report)


def test_the_pictures_hold_every_finding_that_a_service_can_have() -> None:
    seen = {one.finding for state in STATES.values() for one in state().judgement.services}
    assert seen >= set(Finding) - {Finding.SHARED}


def test_what_may_be_said_of_a_red_light_is_told_of_it_alone() -> None:
    told = report(STATES["down"]())
    assert {one["light"]: one["claim"] for one in told["services"]} == {"red": "not_you", "green": None}


def test_times_are_utc_by_the_wall_clock_of_the_moment() -> None:
    told = report(msgspec.structs.replace(snapshot(), wall_offset_s=3600.0))
    assert told["generated_at"] == "2026-02-03T22:22:00Z"
    assert report(snapshot())["generated_at"] == "2026-02-03T21:22:00Z"


def test_the_texts_are_in_the_users_language_and_the_codes_are_not() -> None:
    english = report(snapshot())
    with speaking("de"):
        german = report(snapshot())
    pairs = [
        (one, other)
        for before, after in zip(english["services"], german["services"], strict=True)
        for one, other in zip(before["reasons"], after["reasons"], strict=True)
    ]
    assert all(one["code"] == other["code"] for one, other in pairs)
    assert any(one["text"] != other["text"] for one, other in pairs)


def test_what_is_foretold_of_an_outage_is_told_of_its_service_alone() -> None:
    forecast = Forecast(Basis.COMPONENT, 57, 40, 1200.0, 3000.0, 7200.0, 0.4)
    told = report(STATES["down"](forecasts={"openai-api": forecast}))
    msgspec.convert(told, Report)
    assert {service["id"]: service["forecast"] for service in told["services"] if service["forecast"]} == {
        "openai-api": {
            "basis": "component",
            "outages": 57,
            "alike": 40,
            "low_s": 1200.0,
            "median_s": 3000.0,
            "high_s": 7200.0,
            "again": 0.4,
        }
    }


def test_a_forecast_that_runs_on_is_no_change() -> None:
    early, late = (
        STATES["down"](forecasts={"openai-api": Forecast(Basis.PROVIDER, 57, alike, 1200.0, median_s, 7200.0)})
        for alike, median_s in ((40, 3000.0), (39, 3600.0))
    )
    assert gist(report(early)) == gist(report(late))


def test_a_breaker_is_told_beside_its_route_in_auto_mode_alone() -> None:
    assert report(snapshot())["routes"]["openai"]["breaker"] is None
    told = report(snapshot(auto=half_open("openai", NOW - 600, good=2)))
    closed = {"state": "closed", "why": None, "since": None, "trial_at": None, "good": 0, "good_wanted": 3}
    assert (told["mode"], told["routes"]["anthropic"]["breaker"]) == ("auto", closed)
    assert told["routes"]["openai"] == {
        "to": "cloud",
        "until": None,
        "reason": "default",
        "breaker": closed | {"state": "half_open", "why": "failures", "since": "2026-02-03T21:12:00Z", "good": 2},
    }
    remembered = AutoMode(Mode.AUTO, AutoMemory(("openai",)))
    assert report(snapshot(auto=remembered))["routes"]["openai"]["breaker"] == closed | {"state": "held"}
    trial = report(snapshot(auto=tripped("openai", NOW - 20)))["routes"]["openai"]["breaker"]
    assert (trial["state"], trial["trial_at"]) == ("open", "2026-02-03T21:22:40Z")


def later(one: Snapshot, **more: Any) -> Snapshot:
    return msgspec.structs.replace(one, at=NOW + 60, **more)


def test_time_alone_is_no_change_and_a_route_is() -> None:
    before, after = snapshot(), snapshot(local=("openai",))
    assert gist(report(before)) == gist(report(later(before)))
    assert gist(report(before)) != gist(report(later(after)))
    assert gist(report(before)) != gist(report(later(STATES["down"]() if "down" in STATES else after)))
