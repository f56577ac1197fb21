"""Somebody in a provider's place, and what else fails meanwhile."""

import pytest
from msgspec import structs

from tests.support.spelled import spelled
from tests.unit.core.evidence.test_strikes import tried
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Outcome, Try
from trayapp.core.evidence.stranger import CASE_TRIES, GONE_TRIES, Stranger


def foreign(at: float, *, control: bool | None = True, code: str = "no_name") -> Try:
    return tried(at, Outcome.FOREIGN, control=control, code=code)


def after(run: list[Try], *strangers: Try) -> Stranger:
    stranger = Stranger()
    for t in strangers:
        stranger.answered(t)
        stranger.look(run, OwnConnection(0.0))
    return stranger


SILENCE = [tried(at, code="timeout") for at in (100.0, 105.0, 113.0)]
LOOKUPS = [tried(at, code="dns") for at in (100.0, 105.0, 113.0)]


@pytest.mark.parametrize(
    ("run", "strangers", "blocks"),
    [
        ([], [foreign(120.0)], True),
        ([], [foreign(120.0, control=None)], False),
        (SILENCE[: CASE_TRIES - 1], [foreign(120.0)], True),
        (SILENCE, [foreign(120.0)], False),
        (SILENCE, [foreign(120.0), foreign(135.0)], True),
        (LOOKUPS, [foreign(120.0)], True),
        (LOOKUPS, [foreign(120.0, code="foreign_page")], True),
    ],
    ids=spelled,
)
def test_one_word_against_failures_makes_no_case(run: list[Try], strangers: list[Try], *, blocks: bool) -> None:
    stranger = after(run, *strangers)
    assert (stranger.blocks, stranger.unwell, stranger.undecided) == (blocks, blocks, not blocks)


def test_so_many_failures_after_him_say_that_he_is_gone() -> None:
    stranger, network = after([], foreign(120.0)), OwnConnection(0.0)
    run = [tried(130.0 + 15.0 * n) for n in range(GONE_TRIES)]
    stranger.look(run[:-1], network)
    assert stranger.blocks
    twin = structs.replace(stranger)
    stranger.look([tried(110.0), *run[:-1]], network)
    assert stranger.blocks, "what failed before him does not count"
    stranger.look(run, network)
    assert (stranger.latest, stranger.blocks, stranger.unwell) == (None, False, True)
    assert twin.blocks


def test_a_row_of_his_begins_anew_when_he_was_forgotten() -> None:
    stranger = after([], foreign(120.0), foreign(135.0))
    assert stranger.since == foreign(120.0).began
    stranger.forget()
    stranger.answered(foreign(300.0))
    assert stranger.since == foreign(300.0).began


def test_whom_he_kept_from_answering_stays_unwell_when_he_comes_again() -> None:
    stranger = after([], foreign(120.0))
    stranger.forget()
    stranger.answered(foreign(300.0, control=None))
    stranger.look([], OwnConnection(0.0))
    assert (stranger.blocks, stranger.unwell) == (False, True)
