"""The table of what is said in each situation (`tests/end2end/all_providers.txt`), and how a row is compared."""

import re
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[2] / "end2end" / "all_providers.txt"
NOTHING = "-"


class Row(NamedTuple):
    """As the columns of the file."""

    situation: str
    light: str
    services: str
    culprit: str
    banner: str


def rows() -> dict[str, Row]:
    """All rows, by situation, in the order of the file."""
    lines = FILE.read_text().splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith("situation "))
    told = (Row(*re.split(r"\s{2,}", line)) for line in lines[begin + 1 :] if line)
    return {row.situation: row for row in told}


def row_of(situation: str, seen: dict[str, Any]) -> Row:
    """What was seen, in the columns of the file. Services that are well go without saying."""
    said = [(name, f"{light} {finding}") for name, light, finding, _ in seen["services"]]
    told = [f"{name} {now}" for name, now in said if now != "green ok"]
    every = {(light, finding) for _, light, finding, _ in seen["services"]}
    if len(every) == 1 and told:
        told = [f"all {' '.join(every.pop())}"]
    return Row(situation, seen["light"], ", ".join(told) or NOTHING, culprit(seen), seen["banner"] or NOTHING)


def culprit(seen: dict[str, Any]) -> str:
    """Whose fault it is, as far as is said: of all that is in trouble, the most that holds for one of them."""
    found = set()
    for _, light, finding, claim in seen["services"]:
        if finding in ("own_network", "blocked"):
            found.add("you")
        elif light == "red":
            found.add("them" if claim == "not_you" else "cannot tell")
        elif light != "green":
            found.add("cannot tell")
    return next((one for one in ("you", "them", "cannot tell") if one in found), NOTHING)


def mistakes(row: Row, seen: dict[str, Any]) -> list[str]:
    """What is not as expected, each with what was seen; empty when all is."""
    is_row = row_of(row.situation, seen)
    wrong = [
        f"{name}: {there!r}, not {here!r}"
        for name, here, there in zip(Row._fields, row, is_row, strict=True)
        if here not in ("*", there)
    ]
    # Meanwhile nobody else was in trouble, and nothing was worse than it came to be.
    touched = [one.split()[0] for one in row.services.split(", ")]
    for service, light, finding in seen["meanwhile"]:
        if touched != ["all"] and service not in touched:
            wrong.append(f"{service}: {light} {finding} meanwhile")
        elif light == "red" and row.light != "red":
            wrong.append(f"{service}: red {finding} meanwhile")
    return wrong
