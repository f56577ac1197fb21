"""What the packages say of themselves: a contract each, and the ten rules of the light where they are cited from."""

import ast
import re
from pathlib import Path

import pytest

import trayapp

TOP = Path(trayapp.__file__).parent
PACKAGES = sorted(file.parent for file in TOP.rglob("__init__.py") if file.parent != TOP)
LIGHT = TOP / "core" / "light"
CITATION = re.compile(r"\brules? (\d+(?:(?:, | and | to )\d+)*)", re.IGNORECASE)


def contract(package: Path) -> str:
    """The docstring, which has to be all that the file holds."""
    module = ast.parse((package / "__init__.py").read_text())
    text = ast.get_docstring(module)
    assert text, f"{package.name} says nothing of itself"
    assert len(module.body) == 1, f"{package.name} holds code"
    return text


def rules() -> dict[int, str]:
    """The text of each rule by its number."""
    _, *parts = re.split(r"^Rule (\d+)\. ", contract(LIGHT), flags=re.MULTILINE)
    return dict(zip(map(int, parts[::2]), parts[1::2], strict=True))


def constants(rule: str) -> set[str]:
    """The constants that the text of a rule names."""
    return set(re.findall(r"`(_?[A-Z][A-Z_]+)`", rule))


@pytest.mark.parametrize("package", PACKAGES, ids=lambda package: ".".join(package.relative_to(TOP).parts))
def test_a_package_is_its_contract_in_one_paragraph_and_no_code(package: Path) -> None:
    text = contract(package)
    assert package == LIGHT or "\n\n" not in text


def test_there_are_ten_rules_in_order() -> None:
    assert list(rules()) == list(range(1, 11))


def test_every_cited_rule_exists() -> None:
    cited = {
        (str(file.relative_to(TOP)), int(number))
        for file in TOP.rglob("*.py")
        for citation in CITATION.finditer(file.read_text())
        for number in re.findall(r"\d+", citation[1])
    }
    assert len(cited) > 10
    assert {(file, number) for file, number in cited if number not in rules()} == set()


@pytest.mark.parametrize("number", range(1, 11))
def test_a_rule_names_the_files_and_constants_of_the_code(number: int) -> None:
    text = rules()[number]
    code = "".join((TOP / file).read_text() for file in re.findall(r"[a-z_/]+\.py", text))
    named = constants(text)
    assert named
    assert [name for name in sorted(named) if not re.search(rf"\b{name}\b", code)] == []
