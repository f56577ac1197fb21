"""The bootstrap script: in a copied checkout with a ready `.venv`, and its dealings with package managers."""

import ast
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[3] / "packaging" / "bootstrap.py"


def load(script: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location("bootstrap", script)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def program(file: Path, text: str) -> Path:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o755)
    return file


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout whose `.venv` is complete, with a program in the place of llm-ampel that prints its arguments."""
    copy = tmp_path / "checkout"
    (copy / "packaging").mkdir(parents=True)
    shutil.copy(SCRIPT, copy / "packaging")
    for name in ("pyproject.toml", "packaging/requirements.txt", "packaging/requirements-dev.txt"):
        (copy / name).touch()
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", copy / ".venv"], check=True)
    program(copy / ".venv/bin/llm-ampel", 'echo "started: $*"; exit 2')
    bootstrap = load(copy / "packaging" / "bootstrap.py")
    fingerprint = bootstrap.fingerprint(copy / ".venv/bin/python", bootstrap.LOCKS["run"])
    bootstrap.stamp("run").write_text(fingerprint)
    return copy


def bootstrap(checkout: Path, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    environment = {"PATH": os.environ["PATH"], **env}
    command: list[str | Path] = [sys.executable, checkout / "packaging" / "bootstrap.py", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, check=False)


def test_uses_the_standard_library_only() -> None:
    tree = ast.parse(SCRIPT.read_text())
    imported = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    imported |= {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    assert {name.split(".")[0] for name in imported} <= sys.stdlib_module_names


def test_without_a_display_it_watches_in_the_terminal_and_says_so(checkout: Path) -> None:
    done = bootstrap(checkout, "run")
    assert done.stdout == "started: watch\n"
    assert "No display here" in done.stderr
    assert "Installing" not in done.stderr


def test_with_a_display_it_starts_the_tray(checkout: Path) -> None:
    assert bootstrap(checkout, "run", DISPLAY=":0").stdout == "started: \n"


def test_passes_arguments_on_and_the_exit_code_back(checkout: Path) -> None:
    done = bootstrap(checkout, "run", "--", "check", "--json", "--", "x")
    assert done.stdout == "started: check --json -- x\n"
    assert done.returncode == 2


def test_only_tray_and_demo_need_qt() -> None:
    script = load(SCRIPT)
    assert script.needs_qt([])
    assert script.needs_qt(["demo", "--speed", "2"])
    assert not script.needs_qt(["check", "--json"])
    assert not script.needs_qt(["--help"])


def test_a_changed_lock_or_project_file_is_noticed(checkout: Path) -> None:
    script = load(checkout / "packaging" / "bootstrap.py")
    python = checkout / ".venv/bin/python"
    seen = {script.fingerprint(python, script.LOCKS["run"])}
    for name in ("pyproject.toml", "packaging/requirements.txt"):
        (checkout / name).write_text("# changed")
        seen.add(script.fingerprint(python, script.LOCKS["run"]))
    assert len(seen) == 3


def test_installs_system_packages_as_root(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls = tmp_path / "calls"
    program(tmp_path / "bin/apt-get", f'echo "$@" >> {calls}')
    monkeypatch.setenv("PATH", f"{tmp_path}/bin:/usr/bin:/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    load(SCRIPT).system_packages({"apt-get": ["libegl1", "libgl1", "libegl1"]}, "Qt's system libraries")
    assert calls.read_text().splitlines() == [
        "update -qq",
        "install -y --no-install-recommends libegl1 libgl1 -qq",
    ]
    assert "Installing system packages: libegl1 libgl1" in capsys.readouterr().err


def test_without_rights_it_prints_the_command_to_type(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path / "bin/dnf", "exit 1")
    monkeypatch.setenv("PATH", f"{tmp_path}/bin")
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    script = load(SCRIPT)
    with pytest.raises(script.Stop, match=r"sudo dnf install -y libEGL\.so\.1\(\)\(64bit\)"):
        script.system_packages({"apt-get": ["libegl1"], "dnf": ["libEGL.so.1()(64bit)"]}, "Qt's system libraries")


def test_an_unknown_package_manager_is_left_to_its_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    script = load(SCRIPT)
    with pytest.raises(script.Stop, match="Please install Qt's system libraries"):
        script.system_packages({"apt-get": ["libegl1"]}, "Qt's system libraries")


def test_a_failing_step_stops_with_its_command(tmp_path: Path) -> None:
    script = load(SCRIPT)
    broken = program(tmp_path / "broken", "exit 3")
    with pytest.raises(script.Stop, match=rf"exit code 3:\n    {broken} now"):
        script.call([str(broken), "now"])


def test_a_broken_interpreter_does_not_count(tmp_path: Path) -> None:
    script = load(SCRIPT)
    assert script.works(Path(sys.executable))
    assert not script.works(program(tmp_path / "python", "exit 1"))
    assert not script.works(tmp_path / "absent")
    (tmp_path / "foreign").write_bytes(b"\x7fELF of another machine")
    assert not script.works(tmp_path / "foreign")


def test_the_tests_have_a_screen_of_their_own_and_compile_programs_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    with load(SCRIPT).private_display() as environment:
        assert environment["DISPLAY"] != os.environ.get("DISPLAY")
        assert not {"WAYLAND_DISPLAY", "PYTHONDONTWRITEBYTECODE"} & environment.keys()
