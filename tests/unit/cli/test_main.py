"""The exit codes and last words of the command line."""

import importlib
from typing import Any

import pytest

import trayapp
from trayapp.cli import main as cli
from trayapp.errors import Problem

COMMANDS = ["check", "status", "watch", "wait", "switch", "local", "key", "setup", "demo", "doctor", "config"]


class Command:
    """A command that ends as it is told to."""

    def __init__(self, ending: BaseException | int) -> None:
        self.ending = ending

    def run(self, arguments: Any) -> int:
        if isinstance(self.ending, BaseException):
            raise self.ending
        return self.ending


@pytest.fixture
def ends(monkeypatch: pytest.MonkeyPatch) -> Any:
    def with_(ending: BaseException | int) -> None:
        monkeypatch.setattr(importlib, "import_module", lambda name: Command(ending))

    return with_


@pytest.mark.parametrize(
    "line",
    [
        "dance",
        "check --timeout never",
        "check --timeout -1",
        "switch",
        "switch sideways",
        "switch manually",
        "key",
        "demo --speed fast",
    ],
)
def test_bad_usage_has_a_code_of_its_own(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(line.split()) == cli.USAGE
    assert "usage: llm-ampel" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "help_"),
    [
        ("check --timeout never", "“never” is no number of seconds. Say 30"),
        ("wait x --timeout nan", "“nan” is no number of seconds. Say 30"),
        ("history --since 0", "“0” is no day. Say 2026-02-03"),
        ("demo --speed fast", "“fast” is no number. Say 2"),
    ],
)
def test_bad_values_are_told_with_good_ones(line: str, help_: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(line.split()) == cli.USAGE
    assert help_ in capsys.readouterr().err


@pytest.mark.parametrize("words", ["\udcff", "x" * (cli.MAX_ARGUMENTS_CHARACTERS + 1)], ids=["bytes", "endless"])
@pytest.mark.parametrize("line", ["fails acme-api", "aside", "switch local", "history --since", "config add", ""])
def test_what_cannot_be_said_is_bad_usage(line: str, words: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*line.split(), words]) == cli.USAGE
    assert capsys.readouterr().err.startswith("The command ")


@pytest.mark.parametrize("line", ["switch auto acme", "switch manual --until-changed"])
def test_who_switches_is_the_same_for_all(line: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(line.split()) == cli.USAGE
    assert f"“{' '.join(line.split()[:2])}” is for all providers" in capsys.readouterr().err


def test_version_and_help_are_no_failures(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["--version"]) == 0
    assert capsys.readouterr().out == f"llm-ampel {trayapp.__version__}\n"
    assert cli.main(["--help"]) == 0
    told = capsys.readouterr().out
    assert all(f"    {name} " in told for name in COMMANDS)


@pytest.mark.parametrize("code", [0, 1, 2, 3])
def test_a_commands_own_code_is_passed_on(ends: Any, code: int) -> None:
    ends(code)
    assert cli.main(["check"]) == code


@pytest.mark.parametrize(
    ("line", "code"), [("check", 3), ("status", 3), ("wait acme", 3), ("switch cloud", 1), ("key list", 1), ("", 1)]
)
def test_a_failure_never_reads_as_a_light(ends: Any, line: str, code: int, capsys: pytest.CaptureFixture[str]) -> None:
    ends(Problem("not_running"))
    assert cli.main(line.split()) == code
    assert "LLM Ampel is not running" in capsys.readouterr().err


@pytest.mark.parametrize("problem", ["unknown_service", "unknown_provider", "unknown_key", "bad_speed"])
def test_what_the_user_named_wrongly_is_bad_usage(ends: Any, problem: str) -> None:
    ends(Problem(problem, name="x", known="y", providers="z", speed=0, most=1))
    assert cli.main(["check"]) == cli.USAGE


@pytest.mark.expects_log("llm-ampel check failed")
def test_a_mistake_of_ours_is_told_without_a_traceback_and_logged(
    ends: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    ends(RuntimeError("secret"))
    assert cli.main(["check"]) == cli.CANNOT_TELL
    told = capsys.readouterr().err
    assert "RuntimeError" in told
    assert "secret" not in told


def test_several_problems_are_all_told(ends: Any, capsys: pytest.CaptureFixture[str]) -> None:
    class Several(Exception):
        problems = (Problem("port_in_use", port=1), Problem("port_in_use", port=2))

    ends(Several())
    assert cli.main(["watch"]) == cli.FAILED
    told = capsys.readouterr().err
    assert "Port 1 " in told
    assert "Port 2 " in told


def test_ctrl_c_is_no_mistake(ends: Any) -> None:
    ends(KeyboardInterrupt())
    assert cli.main(["watch"]) == 130


@pytest.mark.parametrize(("language", "words"), [("en", "There is no screen"), ("de_DE.UTF-8", "")])
def test_without_a_screen_the_way_out_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], language: str, words: str
) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANGUAGE", language)
    assert cli.main([]) == cli.FAILED
    told = capsys.readouterr().err
    assert "llm-ampel watch" in told
    assert words in told
    monkeypatch.setenv("LANGUAGE", "en")
    cli.main([])
