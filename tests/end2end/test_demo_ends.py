"""The demo ended early, as real processes: whatever ends it, nothing of it is left."""

import signal
from pathlib import Path

import psutil
import pytest

from tests.support.commands import Running, running
from tests.support.gguf import write_tiny_gguf
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskQuit
from trayapp.paths import home

pytestmark = pytest.mark.timeout(60)


def left(folder: Path) -> list[str]:
    return sorted(str(one.relative_to(folder)) for one in folder.rglob("*"))


def family(one: Running) -> list[psutil.Process]:
    process = psutil.Process(one.process.pid)
    return [process, *process.children(recursive=True)]


async def gone(processes: list[psutil.Process]) -> None:
    await until(lambda: not any(one.is_running() for one in processes) or None, "its processes to end")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Temporary and runtime files of the demo, and nothing else."""
    for name in ("tmp", "run"):
        (tmp_path / name).mkdir(mode=0o700)
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path / "run"))
    # Without an address, and with a display of another test in sight, libdbus starts a bus, whose files those are.
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", f"unix:path={tmp_path}/run/no-bus")
    return tmp_path


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_text_demo_and_leaves_nothing(folder: Path, number: int) -> None:
    async with running("demo", "--text") as demo:
        lines = await demo.printed(2)
        assert "simulated" in lines[0]
        assert "The local model is simulated, too." in lines[1]
        await until(lambda: left(folder / "tmp"), "its home")
        processes = family(demo)
        assert await demo.end(number) == 0
        await gone(processes)
        assert "The night is over" in (await demo.printed(3))[-1]
    assert demo.errors == []
    assert left(folder) == ["run", "tmp"]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_the_demo_in_the_tray_and_leaves_nothing(folder: Path, own_home: Path, number: int) -> None:
    file = write_tiny_gguf(folder.parent / "tiny.gguf")
    settings = own_home / "config" / "settings.toml"
    settings.parent.mkdir(parents=True)
    settings.write_text(f'version = 1\n[local]\nserver = "embedded"\nfile = "{file}"\ncontext = 512\n')
    async with running("demo", QT_QPA_PLATFORM="offscreen") as demo:
        lines = await demo.printed(2)
        assert "tiny.gguf" in lines[1]
        await until(lambda: [one for one in left(folder / "run") if one.endswith("control")], "its socket")
        processes = family(demo)
        assert await demo.end(number) == 0
        await gone(processes)
    assert left(folder) == ["run", "tmp"]


async def test_quitting_leaves_nothing(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async with running("demo", QT_QPA_PLATFORM="offscreen") as demo:
        await until(lambda: list((folder / "run").glob("*/control")), "its socket")
        (base,) = (folder / "tmp").glob("llm-ampel-demo-*")
        # The socket does what the menu's Quit does.
        monkeypatch.setenv("LLM_AMPEL_HOME", str(base))
        await client.ask(home(), AskQuit())
        assert await demo.process.wait() == 0
    assert left(folder) == ["run", "tmp"]


async def test_a_demo_that_was_begun_a_moment_ago_ends_as_well(folder: Path) -> None:
    async with running("demo", QT_QPA_PLATFORM="offscreen") as demo:
        await until(lambda: left(folder / "tmp"), "its home")
        code = await demo.end(signal.SIGTERM)
    assert code == 0
    assert left(folder) == ["run", "tmp"]
