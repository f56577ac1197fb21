"""Where Qt cannot be used, that is a problem with words and not the end of the process."""

import sys

import PySide6
import pytest

from trayapp.app.screen import make_application, require_screen
from trayapp.errors import Problem


@pytest.mark.parametrize("variable", ["DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"])
def test_without_a_screen_the_command_for_a_terminal_is_named(variable: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(Problem, match=r"no_display\(command='watch'\)"):
        require_screen("watch")
    monkeypatch.setenv(variable, "some")
    require_screen("watch")


def test_a_pyside_that_ends_the_process_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 11, 9))
    monkeypatch.setattr(PySide6, "__version_info__", (6, 12, 0))
    with pytest.raises(Problem, match="broken_pyside"):
        make_application("llm-ampel", "LLM Ampel")
