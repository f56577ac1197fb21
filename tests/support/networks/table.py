"""The table of what is said on each network (`tests/end2end/own_network.txt`), and how a row is compared."""

import re
from pathlib import Path
from typing import Any, NamedTuple

FILE = Path(__file__).parents[2] / "end2end" / "own_network.txt"
_ANYTHING = "*"


class Row(NamedTuple):
    """As the columns of the file."""

    fault: str
    provider: str
    when: str
    acme: str
    bolt: str
    network: str
    headline: str

    @property
    def name(self) -> str:
        return f"{self.fault}-{self.provider}-{self.when}"


def rows() -> list[Row]:
    """All rows, in the order of the file."""
    lines = FILE.read_text().splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith("fault "))
    return [Row(*re.split(r"\s{2,}", line)) for line in lines[begin + 1 :] if line]


def mistakes(row: Row, seen: dict[str, Any]) -> list[str]:
    """What is not as expected, each with what was seen; empty when all is."""
    report = seen["report"]
    found: list[str] = []
    network = " ".join(filter(None, (report["network"]["state"], report["network"]["step"])))
    _compare("network", row.network, network, found)
    _compare("headline", row.headline, seen["lines"][0], found)
    for service in report["services"]:
        _compare(service["id"], _expected(row, service["id"]), f"{service['light']} {service['finding']}", found)
    for service, light, finding, after_s in seen["meanwhile"]:
        expected = _expected(row, service)
        never = (
            (light == "red" and "red" not in expected)
            or (light == "green" and "green" not in expected)
            or (finding == "own_network" and not re.search("own_network|grey$|grey /", expected))
        )
        if never:
            found.append(f"{service}: {light} {finding} after {after_s} s")
    return found


def _expected(row: Row, service: str) -> str:
    return row.bolt if service.startswith("bolt") else row.acme


def _compare(what: str, expected: str, seen: str, found: list[str]) -> None:
    allowed = expected.split(" / ")
    if _ANYTHING not in allowed and not any(seen == one or seen.startswith(f"{one} ") for one in allowed):
        found.append(f"{what}: {seen!r}, not {expected!r}")
