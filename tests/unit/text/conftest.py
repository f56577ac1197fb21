"""Words are tested in both languages and in one time zone."""

import time
from collections.abc import Iterator

import pytest

from trayapp.text.language import set_language


@pytest.fixture(autouse=True)
def english_in_berlin(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("TZ", "Europe/Berlin")
    time.tzset()
    set_language("en")
    yield
    set_language("en")
    monkeypatch.undo()
    time.tzset()


@pytest.fixture(params=["en", "de"])
def spoken(request: pytest.FixtureRequest) -> str:
    """Each language in turn."""
    code = str(request.param)
    set_language(code)
    return code
