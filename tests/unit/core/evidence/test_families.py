"""Which model families are used here, and which an incident names."""

from typing import Any

import msgspec
import pytest
from msgspec.structs import replace

from trayapp.core.catalogue import Component, Part, Provider, Service
from trayapp.core.evidence.families import (
    KNOWN_ANSWERS,
    KNOWN_S,
    NOTED_EVERY_S,
    Families,
    FamiliesMemory,
    Use,
)
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try, Witness

MONTH_S = 30 * 86_400.0
BRAIN = ("Opus", "Sonnet", "Haiku")


SONNET = Use(BRAIN, frozenset({"Sonnet"}))


@pytest.mark.parametrize(
    ("use", "texts", "elsewhere"),
    [
        (SONNET, ["Elevated errors on Opus 4.5"], ("Opus",)),
        (SONNET, ["Elevated errors", "We see errors on Opus and Haiku."], ("Opus", "Haiku")),
        (SONNET, ["Elevated errors on Opus 4.5", "Sonnet is affected, too."], ()),
        (SONNET, ["Elevated errors"], ()),
        (SONNET, ["Elevated errors on multiple models", "Opus has the most."], ()),
        (SONNET, ["Elevated errors on some Claude models including Opus"], ()),
        (SONNET, ["Elevated errors for Opus and other models"], ()),
        (Use(BRAIN, frozenset()), ["Elevated errors on Opus 4.5"], ()),
    ],
)
def test_what_concerns_others_alone(use: Use, texts: list[str], elsewhere: tuple[str, ...]) -> None:
    assert use.elsewhere(texts) == elsewhere


API = Service("brain-api", "Brain API", families=BRAIN, components=(Component("messages", "Messages", main=True),))
CHAT = Service("brain-chat", "Brain", components=(Component("chat", "Chat", main=True),))
PROVIDER = Provider("brain", "Brain", (API, CHAT))
PARTS = (Part("brain-api", "messages"),)
ANSWER = Try(0.0, 0.0, Source.TRAFFIC, "brain", "api.brain", PARTS, Depth.COMPLETION, Outcome.GOOD, "http_200")


def answered(families: Families, model: str, at: float, times: int = 1) -> list[bool]:
    one = replace(ANSWER, at=at, witness=Witness("", "/v1/messages", model))
    return [bool(families.note(one)) for _ in range(times)]


def test_a_day_and_some_answers_show_what_is_used() -> None:
    families = Families([PROVIDER])
    assert families.use("brain-chat", 0.0) is None
    answered(families, "claude-sonnet-5", 0.0, KNOWN_ANSWERS)
    assert families.use("brain-api", KNOWN_S - 1.0) == Use(BRAIN, frozenset())
    assert families.use("brain-api", KNOWN_S) == SONNET
    few = Families([PROVIDER])
    answered(few, "claude-sonnet-5", 0.0, KNOWN_ANSWERS - 1)
    assert few.use("brain-api", KNOWN_S) == Use(BRAIN, frozenset())
    # It is said once that something else is known, be it by the answer or by the time.
    assert answered(few, "claude-sonnet-5", KNOWN_S) == [True]
    assert answered(families, "claude-sonnet-5", KNOWN_S, 2) == [True, False]
    assert answered(few, "claude-sonnet-5", KNOWN_S + 1.0) == [False]
    assert answered(few, "claude-haiku-4-5", KNOWN_S + 2.0) == [True]
    assert few.use("brain-api", KNOWN_S + 2.0) == Use(BRAIN, frozenset({"Sonnet", "Haiku"}))


def test_once_it_is_known_an_hour_is_noted_once() -> None:
    families = Families([PROVIDER])
    answered(families, "claude-sonnet-5", 0.0, KNOWN_ANSWERS)
    noted = []
    for at in (0.5 * NOTED_EVERY_S, NOTED_EVERY_S, 1.5 * NOTED_EVERY_S):
        answered(families, "claude-sonnet-5", at)
        noted.append(families.remember().services["brain-api"]["Sonnet"].last)
    assert noted == [0.0, NOTED_EVERY_S, NOTED_EVERY_S]


def test_what_was_not_used_for_a_month_is_not() -> None:
    families = Families([PROVIDER])
    answered(families, "claude-opus-4-5", 0.0, KNOWN_ANSWERS)
    answered(families, "claude-sonnet-5", MONTH_S, KNOWN_ANSWERS)
    assert families.use("brain-api", MONTH_S) == Use(BRAIN, frozenset({"Opus", "Sonnet"}))
    assert families.use("brain-api", MONTH_S + 1.0) == SONNET


@pytest.mark.parametrize(
    "other",
    [
        {"source": Source.PROBE},
        {"depth": Depth.API},
        {"provider": "other"},
        {"witness": None},
        {"witness": Witness("", "/v1/messages", "")},
        {"witness": Witness("", "/v1/messages", "made-up-7b"), "outcome": Outcome.FAIL},
    ],
)
def test_what_shows_nothing(other: dict[str, Any]) -> None:
    families = Families([PROVIDER])
    for at in range(2 * KNOWN_ANSWERS):
        one = replace(ANSWER, at=at * KNOWN_S, witness=Witness("", "/v1/messages", "claude-opus-4-5"))
        assert not families.note(replace(one, **other))
    assert families.remember() == FamiliesMemory()


@pytest.mark.parametrize("outcome", [Outcome.FAIL, Outcome.NEUTRAL, Outcome.FOREIGN])
def test_what_is_asked_for_and_fails_is_used_too(outcome: Outcome) -> None:
    """Somebody who turns to Opus while it is down must not be told that it is none of theirs."""
    families = Families([PROVIDER])
    answered(families, "claude-sonnet-5", 0.0, KNOWN_ANSWERS)
    fails = replace(ANSWER, at=KNOWN_S, outcome=outcome, witness=Witness("", "/v1/messages", "claude-opus-5"))
    assert families.note(fails)
    assert families.use("brain-api", KNOWN_S) == Use(BRAIN, frozenset({"Opus", "Sonnet"}))
    # That something is asked for shows nothing of what somebody works with.
    new = Families([PROVIDER])
    for at in range(2 * KNOWN_ANSWERS):
        new.note(replace(fails, at=at * KNOWN_S))
    assert new.use("brain-api", 2 * KNOWN_ANSWERS * KNOWN_S) == Use(BRAIN, frozenset())


def test_whoever_uses_a_model_of_no_family_is_told_of_everything() -> None:
    families = Families([PROVIDER])
    answered(families, "claude-sonnet-5", 0.0, KNOWN_ANSWERS)
    assert answered(families, "claude-sonnet-5", KNOWN_S) == [True]
    assert answered(families, "claude-instant-1", KNOWN_S) == [True]
    assert families.use("brain-api", KNOWN_S) == Use(BRAIN, frozenset())
    again = Families([PROVIDER], families.remember())
    assert again.use("brain-api", KNOWN_S) == Use(BRAIN, frozenset())
    answered(again, "claude-sonnet-5", KNOWN_S + MONTH_S)
    assert again.use("brain-api", KNOWN_S + MONTH_S) == Use(BRAIN, frozenset())
    assert again.use("brain-api", KNOWN_S + MONTH_S + 1.0) == SONNET


def test_it_survives_a_restart_without_the_name_of_any_model() -> None:
    families = Families([PROVIDER])
    answered(families, "claude-sonnet-5-secret-project", 0.0, KNOWN_ANSWERS)
    answered(families, "claude-sonnet-5-secret-project", NOTED_EVERY_S)
    kept = msgspec.json.encode(families.remember())
    assert b"secret" not in kept
    assert len(kept) < 200
    again = Families([PROVIDER], msgspec.json.decode(kept, type=FamiliesMemory))
    assert again.use("brain-api", KNOWN_S) == SONNET
    # What the catalogue lists no more is left out.
    other = Families([replace(PROVIDER, services=(replace(API, families=("Opus",)),))], families.remember())
    assert other.remember() == FamiliesMemory()
