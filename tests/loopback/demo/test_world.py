"""What the demo runs on: its target, its port and its catalogue."""

import asyncio
from pathlib import Path

import pytest

from tests.support.gguf import write_tiny_gguf
from tests.support.httpserver import Server, answer
from tests.support.scene import free_port
from trayapp.core.catalogue import Catalogue
from trayapp.demo.clock import night_clock
from trayapp.demo.target import MODEL
from trayapp.demo.tool import SimulatedTool
from trayapp.demo.world import choose_target, simulated_night
from trayapp.engine.loading import Loaded
from trayapp.paths import home
from trayapp.settings.schema import Local, Settings


def users(local: Local) -> Loaded:
    return Loaded(Settings(local=local), Catalogue({}))


async def chosen(local: Local) -> tuple[Local, list[str]]:
    """The target that the demo takes for a user with this one, and what it says of it."""
    said: list[str] = []
    async with choose_target(users(local), home(), said.append) as one:
        return one, said


async def test_a_users_target_that_is_ready_is_taken_as_it_is() -> None:
    async with Server() as server:
        server.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "small:1b", "object": "model"}]}))
        local = Local(server="openai-compatible", url=server.url, model="small:1b")
        assert await chosen(local) == (local, ["The local model is yours: small:1b."])


async def test_a_users_file_is_served_when_there_is_no_server(tmp_path: Path) -> None:
    file = str(write_tiny_gguf(tmp_path / "tiny.gguf"))
    embedded = Local(server="embedded", file=file, context=1024)
    said = ["The local model is yours: tiny.gguf."]
    assert await chosen(embedded) == (embedded, said)
    gone = Local(server="openai-compatible", url=f"http://127.0.0.1:{free_port()}", model="m", file=file, context=1024)
    assert await chosen(gone) == (embedded, said)


@pytest.mark.parametrize(
    "local",
    [
        Local(),
        Local(server="openai-compatible", url="http://127.0.0.1:9", model="m"),
        Local(server="openai-compatible", url="http://10.1.2.3:9", model="m"),
        Local(server="embedded"),
        Local(server="embedded", file="/nowhere.gguf"),
        Local(server="embedded", file=__file__),
    ],
    ids=["none", "down", "not confirmed", "no file", "file gone", "no model in the file"],
)
async def test_everybody_else_gets_a_simulated_one_that_says_so(local: Local) -> None:
    one, said = await chosen(local)
    assert (one.server, one.model) == ("openai-compatible", MODEL)
    assert said == ["The local model is simulated, too."]


async def test_the_night_runs_on_a_port_and_a_catalogue_of_its_own() -> None:
    clock = night_clock(1.0)
    async with simulated_night(users(Local()), home(), clock, SimulatedTool(clock)) as loaded:
        assert loaded.settings.gateway.port != Settings().gateway.port
        assert loaded.settings.watch == Settings().watch
        assert all(one.startswith("http://127.0.0.1:") for one in loaded.settings.network.controls)
        assert loaded.settings.local.url is not None
        _, writer = await asyncio.open_connection("127.0.0.1", int(loaded.settings.local.url.rpartition(":")[2]))
        writer.close()
