"""What the settings dialog starts from, with the whole catalogue."""

from types import SimpleNamespace
from typing import Any

from tests.support.fakeclock import FakeClock
from trayapp import paths
from trayapp.app.settings_view import settings_view
from trayapp.engine.loading import load_all


def engine() -> Any:
    loaded = load_all(paths.home())
    names = SimpleNamespace(names=tuple)
    return SimpleNamespace(loaded=loaded, switch=SimpleNamespace(tokens=names), clock=FakeClock())


def test_the_keys_of_what_is_watched_come_first() -> None:
    keys = settings_view(engine()).keys
    assert [key.name for key in keys[:2]] == ["openai", "anthropic"]
    assert len({key.name for key in keys}) == len(keys) >= 20


def test_where_no_model_is_known_none_is_asked_for_a_word() -> None:
    completes = {key.name for key in settings_view(engine()).keys if key.completes}
    assert completes == {"openai", "anthropic"}
