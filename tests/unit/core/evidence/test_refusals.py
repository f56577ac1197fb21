"""Refused what was accepted: three refusals apart, of what was accepted within a day."""

import msgspec
import pytest
from msgspec import structs

from tests.support.spelled import spelled
from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Badge, Depth, Outcome, Source, Try, Witness
from trayapp.core.evidence.refusals import HISTORY_KEPT, HISTORY_S, REFUSAL_LIFE_S, Refusals, RefusalsMemory

CHAT, OTHER = Part("api", "chat"), Part("api", "embeddings")
PATH = "/v1/chat/completions"
EDITOR, AGENT, NOBODY = Witness("aa11", PATH, "big"), Witness("bb22", PATH, "big"), Witness("", "/v1/models")


def tried(
    at: float, accepted: bool | None, who: Witness = EDITOR, status: int = 401, parts: tuple[Part, ...] = (CHAT,)
) -> Try:
    code = f"http_{200 if accepted else status}"
    source = Source.TRAFFIC if who.credential else Source.PROBE
    return Try(
        at, at, source, "acme", "api.acme.example", parts, Depth.API, Outcome.GOOD, code,
        status=200 if accepted else status, witness=who, accepted=accepted,
    )  # fmt: skip


def after(*tries: Try, since: Refusals | None = None) -> Refusals:
    refusals = since or Refusals()
    for t in tries:
        refusals.observe(t)
    return refusals


def refused(times: list[float], who: Witness = EDITOR, status: int = 401) -> list[Try]:
    return [tried(at, False, who, status) for at in times]


@pytest.mark.parametrize(
    ("accepted_at", "times", "who", "says"),
    [
        (0.0, [100, 160, 220], EDITOR, True),
        (0.0, [100, 160], EDITOR, False),
        (0.0, [100, 110, 120, 130, 140, 150], EDITOR, False),
        (0.0, [100, 159, 218], EDITOR, False),
        (0.0, [100, 159, 218, 278], EDITOR, True),
        (None, [100, 160, 220], EDITOR, False),
        (0.0, [HISTORY_S, HISTORY_S + 60, HISTORY_S + 120], EDITOR, True),
        (0.0, [HISTORY_S + 1, HISTORY_S + 61, HISTORY_S + 121], EDITOR, False),
        (0.0, [100, 100 + REFUSAL_LIFE_S + 1, 160 + REFUSAL_LIFE_S + 1], EDITOR, False),
        (0.0, [100, 160, 220], NOBODY, False),
        (0.0, [100, 160, 220, 280, 340], NOBODY, False),
        (0.0, [100, 160, 220, 280, 340, 400], NOBODY, True),
        (0.0, [100, 400], NOBODY, False),
    ],
    ids=spelled,
)
def test_when_it_is_said(accepted_at: float | None, times: list[float], who: Witness, says: bool) -> None:
    known = [] if accepted_at is None else [tried(accepted_at, True, who)]
    refusals = after(*known, *refused(times, who))
    assert (refusals.of(CHAT) is not None) is says


def test_what_it_says() -> None:
    refusals = after(tried(0, True), tried(40, True), *refused([100, 160, 220]))
    said = refusals.of(CHAT)
    assert said is not None
    assert (said.accepted_at, said.since_at, said.tries, said.witnesses, said.agreed) == (40, 100, 3, 1, False)
    assert said.last.at == 220
    assert refusals.of(OTHER) is None


def test_every_refusal_of_what_was_accepted_is_known_as_such_from_the_first_on() -> None:
    refusals = after(tried(0, True))
    assert [refusals.observe(t) for t in refused([100, 110])] == [0, 0]
    assert refusals.observe(tried(120, False, AGENT)) is None
    assert refusals.observe(tried(130, None)) is None


@pytest.mark.parametrize(
    ("second", "status", "agreed"),
    [
        (AGENT, 401, True),
        (Witness("aa11", PATH, "small"), 401, False),
        (Witness("aa11", "/v1/responses", "big"), 401, False),
        (Witness("bb22", "/v1/responses", "small"), 404, True),
    ],
    ids=spelled,
)
def test_two_credentials_agree_and_one_alone_does_not(second: Witness, status: int, agreed: bool) -> None:
    both = (EDITOR, second)
    refusals = after(*(tried(0, True, who) for who in both), *(t for who in both for t in refused([9, 69, 129], who)))
    said = refusals.of(CHAT)
    assert said is not None
    assert said.agreed is agreed


def test_a_request_without_a_key_is_a_witness_of_its_own() -> None:
    minutes = [60.0 * n for n in range(1, 8)]
    both = (EDITOR, NOBODY)
    refusals = after(*(tried(0, True, who) for who in both), *(t for who in both for t in refused(minutes, who)))
    said = refusals.of(CHAT)
    assert said is not None
    assert said.agreed


@pytest.mark.parametrize(
    ("other", "status", "says"),
    [
        # Somebody else is let in where this one is not: a key that was withdrawn.
        (AGENT, 401, False),
        (Witness("bb22", PATH, "small"), 401, False),
        # One model of several is gone: whoever asks for others says nothing about it.
        (Witness("bb22", PATH, "small"), 404, True),
        (AGENT, 404, False),
        # What needs no key, and what the same key is let in for, says nothing about keys.
        (NOBODY, 401, True),
        (Witness("aa11", "/v1/models"), 401, True),
        (Witness("bb22", "/v1/responses", "big"), 401, True),
    ],
    ids=spelled,
)
def test_whom_it_concerns_alone(other: Witness, status: int, says: bool) -> None:
    refusals = after(tried(0, True), *refused([100, 160, 220], status=status), tried(200, True, other))
    assert (refusals.of(CHAT) is not None) is says


def test_two_good_answers_a_minute_apart_end_it_and_one_does_not() -> None:
    refusals = after(tried(0, True), *refused([100, 160, 220]), tried(300, True))
    assert refusals.look(301) == (set(), {})
    assert refusals.of(CHAT) is not None
    after(tried(310, False), tried(330, True), tried(380, True), since=refusals)
    assert refusals.of(CHAT) is not None
    after(tried(390, True), since=refusals)
    assert refusals.of(CHAT) is None
    assert refusals.look(391) == (set(), {CHAT: 330})
    assert refusals.look(392) == (set(), {})


def test_two_that_are_accepted_again_are_told_of_together() -> None:
    def asked(at: float, accepted: bool) -> list[Try]:
        chat, other = tried(at, accepted), tried(at + 1, accepted, SMALL)
        return [chat, structs.replace(other, parts=(OTHER,))]

    times = ((0, True), (100, False), (160, False), (220, False), (300, True), (360, True))
    refusals = after(*(t for at, accepted in times for t in asked(at, accepted)))
    assert refusals.look(362) == (set(), {CHAT: 300, OTHER: 301})


def test_an_acceptance_before_it_is_certain_ends_the_count() -> None:
    refusals = after(tried(0, True), *refused([100, 160]), tried(200, True), *refused([220, 280]))
    assert refusals.of(CHAT) is None


@pytest.mark.parametrize(
    ("who", "also", "says"),
    [(NOBODY, [], False), (EDITOR, [], False), (EDITOR, [AGENT], True)],
    ids=["nobody", "a tool", "two tools"],
)
def test_what_one_alone_is_refused_for_a_day_has_changed_for_good(
    who: Witness, also: list[Witness], *, says: bool
) -> None:
    """A catalogue that is out of date would call its provider degraded for ever."""
    refusals = after(*(tried(0.0, True, one) for one in (who, *also)))
    for at in range(600, int(HISTORY_S) + 1801, 600):
        after(*(tried(float(at), False, one) for one in (who, *also)), since=refusals)
        refusals.look(float(at))
        assert at <= 1200 or at > HISTORY_S + 600 or refusals.of(CHAT) is not None
    assert (refusals.of(CHAT) is not None) is says


def test_who_falls_silent_is_forgotten_in_time() -> None:
    refusals = after(tried(0, True), *refused([100, 160, 220]))
    assert refusals.look(220 + REFUSAL_LIFE_S) == (set(), {})
    assert refusals.of(CHAT) is not None
    assert refusals.look(221 + REFUSAL_LIFE_S) == ({CHAT}, {})
    assert refusals.of(CHAT) is None


@pytest.mark.parametrize(("status", "says"), [(403, False), (401, True), (404, True)])
def test_on_another_network_a_403_may_mean_the_address(status: int, says: bool) -> None:
    refusals = after(tried(0, True))
    refusals.network_changed(50)
    after(*refused([100, 160, 220], status=status), since=refusals)
    assert (refusals.of(CHAT) is not None) is says


@pytest.mark.parametrize(("status", "times", "says"), [(401, [9, 69, 129], True), (401, [9, 69], False),
                                                       (403, [9, 69, 129], False)])  # fmt: skip
def test_what_is_left_after_a_change_of_networks(status: int, times: list[float], says: bool) -> None:
    refusals = after(tried(0, True), *refused(times, status=status))
    refusals.network_changed(140)
    after(tried(150, False, status=status), since=refusals)
    assert (refusals.of(CHAT) is not None) is says


def test_a_restart_in_the_middle_changes_nothing() -> None:
    tries = [tried(0, True), tried(5, True, NOBODY), *refused([100, 160, 220])]
    for cut in range(len(tries) + 1):
        kept = msgspec.json.encode(after(*tries[:cut]).remember())
        again = after(*tries[cut:], since=Refusals(msgspec.json.decode(kept, type=RefusalsMemory)))
        assert again.of(CHAT) == after(*tries).of(CHAT)


def test_what_is_older_than_a_day_is_not_kept() -> None:
    refusals = after(tried(0, True))
    refusals.look(HISTORY_S + 1)
    assert refusals.remember().accepted == []


def gone(times: list[float], who: Witness = EDITOR, source: Source = Source.PROBE) -> list[Try]:
    """Told that the model is not offered."""
    tries = (tried(at, False, who, 404) for at in times)
    return [structs.replace(t, source=source, badge=Badge.MODEL) for t in tries]


SMALL = Witness("aa11", PATH, "small")


@pytest.mark.parametrize(
    ("others", "says"),
    [
        ([], False),  # one of our own is gone: that is no outage
        (gone([110, 170, 230], source=Source.TRAFFIC), True),  # a tool with the same key is told the same
        (refused([110, 170, 230], AGENT), True),  # so is somebody else's
        (refused([110, 170, 230], SMALL), True),  # so is another model
        (refused([110, 170], SMALL), False),  # twice is a hiccup
        ([structs.replace(t, parts=(OTHER,)) for t in refused([110, 170, 230], SMALL)], False),  # of another part
        ([tried(150, True, AGENT)], False),  # another key still gets it
    ],
)
def test_a_model_that_only_our_own_completions_miss_is_no_outage(others: list[Try], says: bool) -> None:
    known = [tried(0, True, who) for who in (EDITOR, SMALL, AGENT)]
    refusals = after(*known, *sorted([*gone([100, 160, 220]), *others], key=lambda t: t.at))
    said = refusals.of(CHAT)
    assert (said is not None) is says


def test_a_tool_that_missed_it_first_has_missed_it() -> None:
    refusals = after(tried(0, True), *gone([100], source=Source.TRAFFIC), *gone([160, 220]))
    assert refusals.of(CHAT) is not None


def test_who_shows_no_credential_at_all_is_nobody() -> None:
    nameless = [structs.replace(tried(at, at < 50), witness=None) for at in (0, 100)]
    assert [Refusals().observe(t) for t in nameless] == [None, None]
    assert after(nameless[0]).observe(nameless[1]) is None


def test_what_is_kept_is_bounded_and_the_oldest_goes_first() -> None:
    made = after(*(tried(float(n), True, Witness(f"{n}", PATH)) for n in range(HISTORY_KEPT + 9)))
    kept = sorted(one.at for one in made.remember().accepted)
    assert kept == [float(n) for n in range(9, HISTORY_KEPT + 9)]


def test_what_the_users_tools_miss_is_told_as_before() -> None:
    refusals = after(tried(0, True), *gone([100, 160, 220], source=Source.TRAFFIC))
    assert refusals.of(CHAT) is not None
