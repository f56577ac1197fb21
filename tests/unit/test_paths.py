"""Folders of an installation, and of a trial that must not touch it."""

from pathlib import Path

import pytest

from trayapp import paths
from trayapp.errors import Problem


def test_a_home_of_its_own_holds_everything_and_is_set_apart(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLM_AMPEL_HOME", str(tmp_path / "trial"))
    home = paths.home()
    for place in (home.settings_file, home.services_dir, home.store_file, home.tokens_file, home.log_file, home.cache):
        assert place.is_relative_to(tmp_path / "trial")
    assert home.namespace
    assert not (tmp_path / "trial").exists(), "naming places creates nothing"


def test_two_homes_share_nothing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LLM_AMPEL_HOME", str(tmp_path / "one"))
    one = paths.home()
    monkeypatch.setenv("LLM_AMPEL_HOME", str(tmp_path / "two"))
    two = paths.home()
    assert one.namespace != two.namespace
    assert one.socket != two.socket
    assert one.lock != two.lock


def test_a_relative_home_is_the_same_from_everywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LLM_AMPEL_HOME", "trial")
    assert paths.home().config == tmp_path / "trial" / "config"


def test_the_users_own_places_are_the_platforms(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("LLM_AMPEL_HOME")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    home = paths.home()
    assert home.settings_file == tmp_path / "config" / "llm-ampel" / "settings.toml"
    assert home.store_file.is_relative_to(tmp_path / "data" / "llm-ampel")
    assert home.namespace == ""


def test_the_socket_lies_in_the_runtime_folder_and_its_path_is_short(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    runtime = tmp_path / "run"
    runtime.mkdir()
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(runtime))
    monkeypatch.setenv("LLM_AMPEL_HOME", str(tmp_path / ("long" * 50)))
    assert paths.home().socket.is_relative_to(runtime)
    assert len(str(paths.home().socket)) - len(str(runtime)) < 40


def test_without_a_runtime_folder_the_temporary_one_serves(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "missing"))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    assert paths.home().socket.is_relative_to(tmp_path)


def test_the_resources_are_there() -> None:
    assert (paths.resources() / "services").is_dir()


@pytest.mark.parametrize("folder", ["~nobody-of-this-name/trial", "relative"])
def test_a_home_that_cannot_be_found_is_told(folder: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    with monkeypatch.context() as patched:
        patched.chdir(tmp_path / "gone")
        (tmp_path / "gone").rmdir()
        patched.setenv("LLM_AMPEL_HOME", folder)
        with pytest.raises(Problem, match="no_home"):
            paths.home()
