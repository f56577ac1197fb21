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
    families_in,
)
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try, Witness

MONTH_S = 30 * 86_400.0
BRAIN = ("Opus", "Sonnet", "Haiku")
OPEN = ("GPT-6", "GPT-5", "GPT-4.1", "GPT-4o", "o3", "o4-mini", "Gemini Pro")


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("claude-opus-4-5-20251101", ("Opus",)),
        ("anthropic/claude-sonnet-5", ("Sonnet",)),
        ("Elevated errors on Claude Opus 4.5 and Sonnet 4.6", ("Opus", "Sonnet")),
        ("opuscule", ()),
        ("claude-3-haiku", ("Haiku",)),
        ("gpt-5.1-codex-max", ("GPT-5",)),
        ("GPT 5 is slow", ("GPT-5",)),
        ("GPT\u20115 is slow", ("GPT-5",)),
        ("gpt-50", ()),
        ("gpt-4.5-preview", ()),
        ("gpt-4.1-mini", ("GPT-4.1",)),
        ("gpt-4o-mini-2024-07-18", ("GPT-4o",)),
        ("gpt-4", ()),
        ("o3-mini", ("o3",)),
        ("o4-mini", ("o4-mini",)),
        ("foo3", ()),
        ("gemini-2.5-pro", ("Gemini Pro",)),
        ("Gemini 3 Pro is down", ("Gemini Pro",)),
        ("gemini-2.5-flash", ()),
        ("", ()),
    ],
)
def test_what_a_text_names(text: str, named: tuple[str, ...]) -> None:
    assert families_in(BRAIN + OPEN, text) == named


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
        {"outcome": Outcome.FAIL},
        {"outcome": Outcome.NEUTRAL},
        {"depth": Depth.API},
        {"provider": "other"},
        {"witness": None},
        {"witness": Witness("", "/v1/messages", "made-up-7b")},
    ],
)
def test_what_shows_nothing(other: dict[str, Any]) -> None:
    families = Families([PROVIDER])
    for at in range(2 * KNOWN_ANSWERS):
        one = replace(ANSWER, at=at * KNOWN_S, witness=Witness("", "/v1/messages", "claude-opus-4-5"))
        assert not families.note(replace(one, **other))
    assert families.remember() == FamiliesMemory()


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
