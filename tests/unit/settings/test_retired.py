"""Settings of an earlier version: passed over, kept, and never an excuse for a mistake."""

import pytest

from trayapp.paths import Home, home
from trayapp.settings.file import SettingsErrors, change, load
from trayapp.settings.retired import retired_settings

OLD = '# Mine.\nversion = 1\n[gateway]\nport = 17600\nanthropic = "claude" # for later\n'


def written(text: str) -> Home:
    here = home()
    here.config.mkdir(parents=True)
    here.settings_file.write_text(text)
    return here


@pytest.mark.parametrize("value", ['"claude"', '"Not an id"', "5", "{ x = 1 }"])
def test_whatever_it_holds_the_others_count(value: str) -> None:
    here = written(OLD.replace('"claude"', value))
    assert load(here).gateway.port == 17600
    (note,) = retired_settings(here.settings_file)
    assert (note.code, note.params["key"], note.params["line"]) == ("setting_retired", "gateway.anthropic", 5)


def test_a_change_leaves_it_where_it_is() -> None:
    here = written(OLD)
    port: dict[tuple[str, ...], int] = {("gateway", "port"): 17700}
    assert change(here, port).gateway.port == 17700
    assert here.settings_file.read_text() == OLD.replace("17600", "17700")


@pytest.mark.parametrize(
    ("text", "code"),
    [
        (OLD.replace("anthropic", "antropic"), "setting_unknown"),
        (OLD.replace("gateway", "watch"), "setting_unknown"),
        ('gateway = "anthropic"\n', "setting_not_table"),
    ],
)
def test_what_was_never_a_setting_is_a_mistake(text: str, code: str) -> None:
    here = written(text)
    with pytest.raises(SettingsErrors) as caught:
        load(here)
    assert code in {one.code for one in caught.value.problems}
    assert retired_settings(here.settings_file) == []


@pytest.mark.parametrize("text", [None, "[gateway\n", ""])
def test_a_file_without_any_has_none(text: str | None) -> None:
    here = home() if text is None else written(text)
    assert retired_settings(here.settings_file) == []
