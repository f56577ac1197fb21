"""What the tests of the local target share: a maker of targets that ends them, a tiny model, a free port."""

import socket
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from tests.support.gguf import write_tiny_gguf
from trayapp.clock import SystemClock
from trayapp.core.switching.target import TargetStatus
from trayapp.local.client import LocalKey
from trayapp.local.preparation import PreparationLimits
from trayapp.local.target import LocalTarget
from trayapp.paths import home
from trayapp.settings.schema import Local

MakeTarget = Callable[..., LocalTarget]


@pytest.fixture
def statuses() -> list[TargetStatus]:
    """Every status that the targets of a test announced."""
    return []


@pytest.fixture
async def make_target(statuses: list[TargetStatus]) -> AsyncIterator[MakeTarget]:
    made: list[LocalTarget] = []

    def make(settings: Local, limits: PreparationLimits | None = None, key: LocalKey | None = None) -> LocalTarget:
        made.append(LocalTarget(settings, SystemClock(), home(), statuses.append, limits, key=key))
        return made[-1]

    yield make
    for target in made:
        await target.close()


@pytest.fixture(scope="session")
def tiny_gguf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_tiny_gguf(tmp_path_factory.mktemp("models") / "tiny.gguf")


@pytest.fixture
def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
