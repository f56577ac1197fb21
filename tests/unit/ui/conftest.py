"""Widgets are drawn in memory here; real panels and trays are `tests/desktop`'s."""

import pytest


@pytest.fixture(scope="session")
def qapp_args() -> list[str]:
    """Without touching the environment, which child processes inherit."""
    return ["llm-ampel", "-platform", "offscreen"]
