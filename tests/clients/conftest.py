"""Real tools are installed and run only where somebody asks for them."""

import pytest


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.option.markexpr != "clients":
        items[:] = [item for item in items if item.get_closest_marker("clients") is None]
