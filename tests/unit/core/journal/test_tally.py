"""An hour can be written in any number of pieces."""

from typing import Any

from trayapp.core.catalogue import Part
from trayapp.core.delays import bucket
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.phases import Phases
from trayapp.core.journal.tally import Tally


def request(
    outcome: Outcome = Outcome.GOOD, source: Source = Source.PROBE, depth: Depth = Depth.API, **more: Any
) -> Try:
    return Try(
        10.0, 9.0, source, "acme", "api.acme.example", (Part("acme-api", "chat"),), depth, outcome, "http_200", **more
    )


def test_pieces_add_up_to_the_whole() -> None:
    first = Tally(green_ms=5, red_ms=1, good=2, answers={3: 1, 4: 2}, first_tokens={9: 1})
    first.add(Tally(green_ms=7, grey_ms=2, offline_ms=3, yellow_ms=4, failed=1, other=1, answers={4: 1, 5: 1}))
    assert first == Tally(12, 4, 1, 2, 3, 2, 1, 1, {3: 1, 4: 3, 5: 1}, {9: 1})
    assert first.told_ms == 17


def test_requests_count_by_outcome() -> None:
    tally = Tally()
    for outcome in (Outcome.GOOD, Outcome.GOOD, Outcome.FAIL, Outcome.NEUTRAL, Outcome.FOREIGN, Outcome.PROXY):
        tally.count(request(outcome, latency_s=0.5))
    assert (tally.good, tally.failed, tally.other) == (2, 1, 3)
    assert tally.answers == {bucket(0.5): 2}, "how long a failure took says nothing about answers"


def test_where_the_time_of_probes_went_is_counted_by_phase() -> None:
    tally, way = Tally(), Phases(0.02, 0.03, None, 0.2, 0.9)
    tally.count_phases(request(phases=way))
    tally.count_phases(request(Outcome.FAIL, phases=way))
    tally.count_phases(request(source=Source.TRAFFIC, phases=way))
    tally.count_phases(request())
    assert (tally.dns, tally.connects, tally.tls, tally.first_bytes) == (
        {bucket(0.02): 1}, {bucket(0.03): 1}, {}, {bucket(0.2): 1},
    )  # fmt: skip
    total = Tally()
    total.add(tally)
    total.add(tally)
    assert total.first_bytes == {bucket(0.2): 2}


def test_a_users_own_answer_is_no_probe() -> None:
    tally = Tally()
    tally.count(request(source=Source.TRAFFIC, depth=Depth.COMPLETION, latency_s=0.5, first_token_s=2.0))
    tally.count(request(depth=Depth.COMPLETION, latency_s=0.7, first_token_s=3.0))
    assert tally.answers == {bucket(0.7): 1}
    assert tally.first_tokens == {bucket(2.0): 1, bucket(3.0): 1}
