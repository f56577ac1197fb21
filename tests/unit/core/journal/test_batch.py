"""What waits for a disk adds up, and stays small."""

import pytest
from msgspec import structs

from trayapp.core.evidence.observation import Outcome, Source
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal import batch as module
from trayapp.core.journal.batch import Batch, By, Seen, Switched
from trayapp.core.journal.tally import Tally
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Transition
from trayapp.core.switching.route import To

SEEN = Seen(0.0, Source.PROBE, 2, Outcome.GOOD, "http_401")
CHANGE = Transition(0.0, "chatgpt", Light.RED, Finding.DOWN, Light.GREEN, Finding.OK)
INCIDENT = Incident("openai-1", "openai", ("chatgpt",), (), IncidentStage.OPEN, 0.0)


def full() -> Batch:
    return Batch(
        hours={("chatgpt", 1): Tally(good=1)},
        days={("chatgpt", 0): Tally(good=1)},
        seen={("chatgpt", 1): [SEEN]},
        changes=[CHANGE],
        switches=[Switched(0.0, "openai", To.LOCAL, By.HAND)],
        answered={("openai", 0): 2},
        incidents={"openai-1": INCIDENT},
    )


def test_nothing_is_nothing() -> None:
    assert not Batch()
    assert all(Batch(**{name: getattr(full(), name)}) for name in Batch.__struct_fields__ if getattr(full(), name))
    assert Batch(gone={"openai-1"})
    assert Batch(open_at_first=frozenset())


def test_two_batches_are_one() -> None:
    both = full()
    both.add(full())
    assert both.hours["chatgpt", 1].good == both.days["chatgpt", 0].good == len(both.seen["chatgpt", 1]) == 2
    assert (len(both.changes), len(both.switches), both.answered) == (2, 2, {("openai", 0): 4})
    later = structs.replace(INCIDENT, stage=IncidentStage.OVER)
    both.add(Batch(incidents={"openai-1": later}))
    assert both.incidents == {"openai-1": later}
    both.add(Batch(gone={"openai-1"}))
    assert both.incidents == {}


def test_what_was_open_at_first_is_of_the_last_run_that_said_so() -> None:
    both = full()
    for later, then in ((None, None), (frozenset({"a"}), {"a"}), (None, {"a"}), (frozenset(), frozenset())):
        both.add(Batch(open_at_first=later))
        assert both.open_at_first == then


def test_what_is_added_stays_as_it_was() -> None:
    first, second = Batch(), full()
    first.add(second)
    first.add(second)
    assert second == full()


def test_what_is_too_much_goes_the_oldest_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SEEN_WAITING", 3)
    monkeypatch.setattr(module, "NEWS_WAITING", 2)
    waiting = Batch()
    for hour in (4, 2, 1, 3, 5):
        waiting.add(Batch(seen={("chatgpt", hour): [SEEN]}, changes=[structs.replace(CHANGE, at=float(hour))]))
    assert sorted(hour for _, hour in waiting.seen) == [3, 4, 5]
    assert [one.at for one in waiting.changes] == [3.0, 5.0]


def test_a_service_is_forgotten_whole() -> None:
    batch = full()
    batch.forget(frozenset({"claude"}))
    assert batch == full()
    batch.forget(frozenset({"chatgpt"}))
    left = [name for name in Batch.__struct_fields__ if getattr(batch, name)]
    assert left == ["switches", "answered"], "which are about a provider"


def test_an_outage_of_others_too_stays_theirs() -> None:
    batch = full()
    batch.incidents["openai-1"] = structs.replace(INCIDENT, services=("chatgpt", "openai-api"), down=("chatgpt",))
    batch.forget(frozenset({"chatgpt"}))
    assert [(one.services, one.down) for one in batch.incidents.values()] == [(("openai-api",), ())]
    batch.forget(frozenset({"openai-api"}))
    assert batch.incidents == {}
