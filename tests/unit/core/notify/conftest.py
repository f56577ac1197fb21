"""A desk at which one user is told, new for each test."""

import pytest

from tests.support.newsdesk import Desk


@pytest.fixture
def desk() -> Desk:
    return Desk()
