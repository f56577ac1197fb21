"""What every test is held to: its own home, no proxies of this machine, and no unexpected log record."""

import gc
import logging
import os
import shutil
import signal
import tempfile
from collections.abc import Generator, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import hypothesis
import pytest

from tests.support.screen import own_screen
from trayapp.paths import home

_SCREENS = pytest.StashKey[ExitStack]()

pytest_plugins = ["tests.support.sessionbus", "tests.support.desktop"]

# A shell that starts this in the background has it ignore Ctrl-C, and every program that a test starts would, too.
signal.signal(signal.SIGINT, signal.default_int_handler)

# How long an example takes says more about the machine than about the code.
# To explain a failure, too, takes longer than a test may.
PHASES = [phase for phase in hypothesis.Phase if phase is not hypothesis.Phase.explain]
hypothesis.settings.register_profile("search", deadline=None, phases=PHASES)
# The same examples every time: what a change breaks is seen with the change. New ones are a search of their own.
hypothesis.settings.register_profile("any_machine", hypothesis.settings.get_profile("search"), derandomize=True)
hypothesis.settings.load_profile("any_machine")


def pytest_configure(config: pytest.Config) -> None:
    """Each of several workers draws on a screen of its own: windows on one screen take the keyboard from each other."""
    if hasattr(config, "workerinput"):
        os.environ["DISPLAY"] = config.workerinput["screen"]
    config.stash[_SCREENS] = screens = ExitStack()
    config.add_cleanup(screens.close)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """What is collected stays to the end: nobody looks for garbage in it, neither meanwhile nor later."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.freeze()
        gc.enable()


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """A worker is about to start. Its screen is no child of its own: tests look among those for what is left behind."""
    screens = node.config.stash[_SCREENS]
    log = Path(screens.enter_context(tempfile.TemporaryDirectory())) / "screen.log"
    node.workerinput["screen"] = screens.enter_context(own_screen(log)).display


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    """Workers that take whole files take them as `lanes` has it."""
    if config.getvalue("dist") != "loadfile":
        return None
    from tests.support.lanes import Lanes

    return Lanes(config, log)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--night", choices=("check", "write"), default="check", help="check or rewrite night.txt")


_PROXY_VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where all homes are. Each `mktemp` would look through the folders of all tests before for a free number."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def own_home(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Settings, data, cache, lock and socket of this test alone; the machine's proxies, keys and language stay away."""
    base = Path(tempfile.mkdtemp(dir=homes))
    monkeypatch.setenv("LLM_AMPEL_HOME", str(base))
    monkeypatch.setenv("LANGUAGE", "en")
    for name in _PROXY_VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    for name in list(os.environ):
        if name.endswith("_API_KEY"):
            monkeypatch.delenv(name)
    yield base
    shutil.rmtree(home().runtime, ignore_errors=True)


class _Recorder(logging.Handler):
    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


@pytest.fixture(autouse=True)
def no_unexpected_log(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that logs a warning or worse, unless it is marked `expects_log` with a part of the message."""
    recorder = _Recorder()
    logging.getLogger().addHandler(recorder)
    yield
    logging.getLogger().removeHandler(recorder)
    expected = [text for mark in request.node.iter_markers("expects_log") for text in mark.args]
    unexpected = [r.getMessage() for r in recorder.records if not any(text in r.getMessage() for text in expected)]
    assert not unexpected, f"unexpected log records: {unexpected}"
