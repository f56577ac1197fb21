"""The embedded target with the real llama.cpp and a model of half a megabyte."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.support.gguf import write_tiny_gguf
from trayapp.clock import SystemClock
from trayapp.core.route import TargetState, TargetStatus
from trayapp.local.client import Client
from trayapp.local.target import LocalTarget
from trayapp.paths import home
from trayapp.settings.schema import Local, ServerKind


@pytest.fixture
def statuses() -> list[TargetStatus]:
    return []


@pytest.fixture
async def target(tmp_path: Path, statuses: list[TargetStatus]) -> AsyncIterator[LocalTarget]:
    file = write_tiny_gguf(tmp_path / "tiny.gguf")
    made = LocalTarget(
        Local(server=ServerKind.EMBEDDED, file=str(file), context=1024), SystemClock(), home(), statuses.append
    )
    yield made
    await made.close()


async def test_it_becomes_ready_and_answers_under_the_name_of_its_file(
    target: LocalTarget, statuses: list[TargetStatus]
) -> None:
    status = await target.prepare()
    assert (status.state, status.model, status.context) == (TargetState.READY, "tiny.gguf", 1024)
    assert status.url is not None
    async with Client(status.url) as client:
        question = {"model": status.model, "messages": [{"role": "user", "content": "Hello"}], "max_tokens": 4}
        answer = await client.post("/v1/chat/completions", question, limit_s=30)
    assert answer.json()["model"] == "tiny.gguf"
    assert answer.json()["usage"]["completion_tokens"] == 4
    assert [s.state for s in statuses] == [TargetState.STARTING, TargetState.LOADING, TargetState.READY]
