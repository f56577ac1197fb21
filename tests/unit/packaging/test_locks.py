"""The lock files hold what the project names, pinned and with hashes, and nothing of the machine that made them."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

TOP = Path(__file__).parents[3]
PROJECT = tomllib.loads((TOP / "pyproject.toml").read_text())
LOCKS = {"run": TOP / "packaging" / "requirements.txt", "test": TOP / "packaging" / "requirements-dev.txt"}
PYTHONS = ("3.11", "3.12", "3.13")

# A package with its marker, then one or more hashes.
ENTRY = re.compile(r"^(?P<pin>[^\s#].*?)(?P<hashes>( \\\n    --hash=sha256:[0-9a-f]{64})+)$", re.MULTILINE)


def entries(lock: Path) -> list[Requirement]:
    return [Requirement(match["pin"]) for match in ENTRY.finditer(lock.read_text())]


def pins(lock: Path, python: str) -> dict[str, Version]:
    """What the lock installs on Linux with this Python."""
    environment = {"python_version": python, "python_full_version": f"{python}.0", "sys_platform": "linux"}
    found: dict[str, Version] = {}
    for entry in entries(lock):
        if entry.marker is None or entry.marker.evaluate(environment):
            (pin,) = entry.specifier
            assert pin.operator == "=="
            assert entry.name not in found
            found[canonicalize_name(entry.name)] = Version(pin.version)
    return found


def wanted(purpose: str) -> list[Requirement]:
    groups = PROJECT["dependency-groups"]
    named = [*PROJECT["project"]["dependencies"], *groups["build"]]
    if purpose == "test":
        named += [entry for entry in groups["dev"] if isinstance(entry, str)]
        named += PROJECT["project"]["optional-dependencies"]["embedded"]
    return [Requirement(entry) for entry in named]


@pytest.mark.parametrize("lock", LOCKS.values(), ids=LOCKS)
def test_every_line_is_a_pin_with_hashes_or_a_comment(lock: Path) -> None:
    rest = ENTRY.sub("", lock.read_text())
    assert not [line for line in rest.splitlines() if line.strip() and not line.lstrip().startswith("#")]
    assert not re.search(r"https?:|file:|--index|--find| /", lock.read_text())


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("purpose", LOCKS)
def test_the_lock_satisfies_the_project_file(purpose: str, python: str) -> None:
    pinned = pins(LOCKS[purpose], python)
    for requirement in wanted(purpose):
        if requirement.marker is None or requirement.marker.evaluate(
            {"python_version": python, "sys_platform": "linux"}
        ):
            assert requirement.specifier.contains(pinned[canonicalize_name(requirement.name)]), requirement


@pytest.mark.parametrize("python", PYTHONS)
def test_what_is_tested_is_what_is_run(python: str) -> None:
    assert pins(LOCKS["run"], python).items() <= pins(LOCKS["test"], python).items()


def test_qt_that_kills_python_3_11_is_out() -> None:
    assert pins(LOCKS["run"], "3.11")["pyside6-essentials"] < Version("6.12")
