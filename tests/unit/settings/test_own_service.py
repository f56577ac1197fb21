"""Service files that are made: read back as they were meant, whole, and over nothing that is there."""

import tomllib

import msgspec
import pytest

from tests.support.founds import found
from trayapp.core.catalogue import Provider
from trayapp.errors import Problem
from trayapp.paths import home
from trayapp.settings.file import SettingsErrors, change, load
from trayapp.settings.own_service import service_text, write_service

PROVIDER = found("Team gateway").provider


@pytest.mark.parametrize("name", ["Team", 'A "quoted" \\ name', "Grüße 你好", "x = 1\n[page]", "tab\tand \x7f"])
def test_a_file_is_read_back_as_it_was_meant(name: str) -> None:
    provider = msgspec.structs.replace(PROVIDER, name=name)
    assert msgspec.convert(tomllib.loads(service_text(provider, "One.\nTwo.")), Provider) == provider


def test_nothing_that_is_there_is_written_over_unasked() -> None:
    path = home().services_dir / "team-gateway.toml"
    assert write_service(home(), PROVIDER, "") == str(path)
    path.write_text("mine")
    with pytest.raises(Problem, match="service_file_exists"):
        write_service(home(), PROVIDER, "")
    assert path.read_text() == "mine"
    write_service(home(), PROVIDER, "", replace=True)
    assert path.read_text() != "mine"
    assert [one.name for one in path.parent.iterdir()] == ["team-gateway.toml"]


def test_a_list_of_what_is_watched_gets_it_once_and_none_is_made() -> None:
    write_service(home(), PROVIDER, "")
    assert not home().settings_file.exists()
    change(home(), {("watch", "services"): ["claude"]})
    for _ in range(2):
        write_service(home(), PROVIDER, "", replace=True)
    assert load(home()).watch.services == ("claude", "team-gateway")


def test_with_settings_that_cannot_be_changed_nothing_is_written() -> None:
    home().config.mkdir(parents=True)
    home().settings_file.write_text("version = 'one'")
    with pytest.raises(SettingsErrors):
        write_service(home(), PROVIDER, "")
    assert not home().services_dir.exists()
