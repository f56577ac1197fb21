"""What is kept of answers. What follows from it is tried in test_connection.py."""

from trayapp.core.evidence.address_answers import FAILURES_KEPT, AddressAnswer, AnswersOfAKind
from trayapp.core.evidence.failure_share import LONG_WINDOW_S
from trayapp.core.evidence.observation import Outcome
from trayapp.core.evidence.reach import Reach


def test_of_one_hosts_failures_the_first_and_the_latest_are_kept_until_somebody_answers() -> None:
    kind = AnswersOfAKind()
    for at in range(3 * FAILURES_KEPT):
        kind.add(AddressAnswer(float(at), float(at), "a", None, Reach.PUBLIC, False, "timeout"))
    kept = [answer.at for answer in kind.failing["a"]]
    assert (len(kept), kept[0], kept[-1]) == (FAILURES_KEPT, 0.0, 3.0 * FAILURES_KEPT - 1)
    kind.add(AddressAnswer(90.0, 90.0, "b", None, Reach.PUBLIC, True, "http_200"))
    assert kind.failing == {}


def test_what_may_show_that_it_is_the_connection_is_at_hand_by_itself() -> None:
    kind = AnswersOfAKind()

    def fail(at: float, host: str, provider: str | None, outcome: Outcome) -> None:
        kind.add(AddressAnswer(at, at, host, provider, Reach.PUBLIC, False, "http_503", outcome))

    fail(1.0, "acme", "acme", Outcome.FAIL)
    fail(2.0, "control", None, Outcome.FAIL)
    fail(3.0, "acme", "acme", Outcome.FOREIGN)
    assert {host: [one.at for one in answers] for host, answers in kind.telling.items()} == {
        "control": [2.0],
        "acme": [3.0],
    }
    for at in range(4, 4 + FAILURES_KEPT):
        fail(float(at), "acme", "acme", Outcome.FAIL)
    assert list(kind.telling) == ["control"], "long ago"
    kind.add(AddressAnswer(90.0, 90.0, "b", "beta", Reach.PUBLIC, True, "http_200"))
    assert kind.telling == {}


def test_whoever_answered_in_the_last_ten_minutes_vouches_however_long_it_has_been_running() -> None:
    kind = AnswersOfAKind()
    for at in range(0, 3600, 60):
        kind.add(AddressAnswer(float(at), float(at), "b", "beta", Reach.PUBLIC, True, "http_200"))
        since = max(0.0, at - LONG_WINDOW_S + 1.0)
        assert kind.answered("acme", since, since + 60.0, over_tls=True), f"at {at} s"
    assert not kind.answered("acme", 0.0, 60.0, over_tls=True), "what is old is let go"
