"""Widgets are drawn in memory here; real panels and trays are `tests/desktop`'s."""

from collections.abc import Iterator

import pytest

from trayapp.text.language import set_language


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """Without touching the environment, which child processes inherit."""
    return ["llm-ampel", "-platform", "offscreen"]


@pytest.fixture(autouse=True)
def english(qapp: object) -> Iterator[None]:
    """Every test begins in English, and in a program that has Qt."""
    set_language("en")
    yield
    set_language("en")
