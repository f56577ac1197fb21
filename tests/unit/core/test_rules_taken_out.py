"""No rule of the light without a test that misses it when it is taken out."""

import re
import subprocess
import sys

import pytest
from msgspec import json

from tests.unit.core.rules_taken_out import Answer, TakenOut, table
from tests.unit.test_contracts import constants, rules

ROWS = table()
# A pace that the schedule keeps, and no light: tests/unit/watch/schedule judges it.
KEPT_ELSEWHERE = {"UNVERIFIED_INTERVAL_S"}
# All rows are tried at once, and a tenth of a second each adds up where many work on one machine.
pytestmark = pytest.mark.timeout(900)


def name(row: TakenOut) -> str:
    return f"{row.rule}: {row.what}"


@pytest.fixture(scope="module")
def answers() -> dict[str, Answer]:
    """What became of each row, tried in a process that has nothing but these tests in it."""
    command = [sys.executable, "-m", "tests.unit.core.rules_taken_out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    found = [json.decode(line, type=Answer) for line in lines]
    assert len(found) == len(ROWS), done.stdout[-2000:] + done.stderr[-2000:]
    return {f"{answer.rule}: {answer.what}": answer for answer in found}


@pytest.mark.parametrize("row", ROWS, ids=name)
def test_a_rule_that_is_taken_out_is_missed(row: TakenOut, answers: dict[str, Answer]) -> None:
    answer = answers[name(row)]
    assert answer.places == 1, f"{row.file} does not say it once"
    assert answer.missed == f"tests/unit/core/{row.test}"


def test_every_row_has_a_name_of_its_own() -> None:
    assert len({name(row) for row in ROWS}) == len(ROWS)


def test_no_row_names_a_test_by_its_place() -> None:
    """`[headers6-3600.0]` is another one as soon as somebody adds a row: see `tests.support.spelled`."""
    assert [row.test for row in ROWS if re.search(r"[\[-][a-z_]*[a-z]\d{1,2}(?=[]-])", row.test)] == []


@pytest.mark.parametrize("number", range(1, 11))
def test_every_number_that_a_rule_names_is_taken_out(number: int) -> None:
    """A number that may be anything is none."""
    taken_out = {row.was.strip().split(" = ")[0] for row in ROWS}
    assert constants(rules()[number]) - taken_out - KEPT_ELSEWHERE == set()
