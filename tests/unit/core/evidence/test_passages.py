"""What is kept of the latest answers' way."""

from typing import Any

from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.passages import REMEMBERED_S, Passage, Passages
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach


def a_try(at: float = 10.0, host: str = "a.example", **more: Any) -> Try:
    given: dict[str, Any] = {
        "source": Source.PROBE, "outcome": Outcome.GOOD, "code": "http_401", "status": 401,
        "phases": Phases(0.01, 0.02, 0.03, 0.4), "issuer": None,
    }  # fmt: skip
    return Try(at=at, began=at - 1, provider="a", host=host, parts=(), depth=Depth.API, **(given | more))


def kept(*tries: Try, now: float = 10.0) -> list[Passage]:
    passages = Passages()
    for one in tries:
        passages.observe(one)
    return list(passages.lately(now))


def test_the_latest_of_each_host_counts() -> None:
    assert kept(a_try(9.0, phases=Phases(1.0, 1.0, 1.0)), a_try(), a_try(8.0, "b.example", issuer="Company")) == [
        Passage(10.0, 0.01, 0.02, 0.03),
        Passage(8.0, 0.01, 0.02, 0.03, "Company"),
    ]


def test_an_error_came_all_the_way_too() -> None:
    assert kept(a_try(outcome=Outcome.FAIL, status=502, code="http_502")) == [Passage(10.0, 0.01, 0.02, 0.03)]


def test_a_kept_connection_says_nothing_of_name_and_tls() -> None:
    assert kept(a_try(phases=Phases(answer_s=0.4))) == [Passage(10.0)]
    assert kept(a_try(phases=None)) == [Passage(10.0)]


def test_what_got_no_answer_or_stayed_at_home_says_nothing() -> None:
    assert kept(a_try(status=None, outcome=Outcome.FAIL, code="timeout")) == []
    assert kept(a_try(reach=Reach.PRIVATE)) == []
    assert kept(a_try(reach=Reach.LOOPBACK)) == []
    assert kept(a_try(source=Source.TRAFFIC)) == []


def test_what_is_old_or_of_another_network_says_nothing() -> None:
    assert kept(a_try(), now=10.0 + REMEMBERED_S) != []
    assert kept(a_try(), now=11.0 + REMEMBERED_S) == []
    passages = Passages()
    passages.observe(a_try())
    passages.forget()
    assert list(passages.lately(10.0)) == []
