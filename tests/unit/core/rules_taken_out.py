"""The rules of the light, taken out one at a time, and whether a test misses them.

The table is `rules_taken_out.toml`: of each rule what is taken out, the lines of the code that say it, what stands in
their place then, and the test that has to fail. `python -m tests.unit.core.rules_taken_out` tries all of it and prints
one JSON object a line.
"""

import sys
import tomllib
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
from msgspec import Struct, convert
from msgspec import json as msgspec_json

from tests.support.mutants import collected, graft, judged, module_of

HERE = Path(__file__).parent
CORE = Path("trayapp/core")
# Seconds of the processor for one test: each takes a small part of one.
LIMIT_S = 20.0


class TakenOut(Struct, frozen=True):
    """`rule`: its number; `what`: of it; `file`: below `core`; `test`: below `tests/unit/core`."""

    rule: int
    what: str
    file: str
    was: str
    becomes: str
    test: str = ""


class Answer(Struct, frozen=True):
    """`places`: how often the code says it, which has to be once. `missed`: the test failed, or another problem."""

    rule: int
    what: str
    places: int
    missed: str | None


def table() -> list[TakenOut]:
    return convert(tomllib.loads((HERE / "rules_taken_out.toml").read_text())["taken_out"], list[TakenOut])


def tried(rows: Iterable[TakenOut], items: list[pytest.Item]) -> Iterable[Answer]:
    """What becomes of each row."""
    by_name = {item.nodeid: item for item in items}
    for row in rows:
        file = CORE / row.file
        code = file.read_text()
        change = partial(graft, module_of(file), code.replace(row.was, row.becomes, 1))
        answer = judged(change, [by_name[node(row)]], LIMIT_S)
        yield Answer(row.rule, row.what, code.count(row.was), answer.by)


def node(row: TakenOut) -> str:
    return f"tests/unit/core/{row.test}"


def main() -> int:
    rows = table()

    def work(items: list[pytest.Item]) -> None:
        unchanged = judged(lambda: None, items, LIMIT_S * 10)
        if unchanged.by is not None:
            raise RuntimeError(f"fails without any change: {unchanged.by}")
        for answer in tried(rows, items):
            sys.stdout.write(msgspec_json.encode(answer).decode() + "\n")

    return collected(dict.fromkeys(node(row) for row in rows), work)


if __name__ == "__main__":
    sys.exit(main())
