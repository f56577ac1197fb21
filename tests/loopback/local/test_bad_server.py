"""Whatever a local server, its address or its files say wrongly is its own problem: looks and detection go on."""

from pathlib import Path

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support.httpserver import Behaviour, Server, answer, cut, drip, drip_body, endless, garbage, hang_up, silent
from tests.support.ollama import Ollama
from tests.support.pipes import pipe_at
from trayapp.core.switching.target import TargetState
from trayapp.local import detect
from trayapp.paths import home
from trayapp.settings.schema import Local

DEEP = b"[" * 100_000
NEARLY_TOO_DEEP = b'{"data":[{"id":"m","status":' + b'{"value":' * 950 + b"1" + b"}" * 950 + b"}]}"
LLAMA = {"server": "llama.cpp"}
BAD: dict[str, Behaviour] = {
    "deep": answer(200, DEEP),
    "deep in a row": answer(200, b'{"data":[{"id":' + DEEP, LLAMA),
    "nearly too deep": answer(200, NEARLY_TOO_DEEP),
    "deep error": answer(500, b'{"error":' + DEEP),
    "endless": endless,
    "drip": drip,
    "drip of a body": drip_body,
    "silent": silent,
    "cut": cut,
    "hang up": hang_up,
    "no HTTP": garbage,
    "wrong types": answer(200, {"data": {"id": 1}, "models": "x"}, LLAMA),
    "wrong rows": answer(200, {"data": [None, 1, {"id": None}, {"id": "m", "meta": {"n_ctx": 10**30}}]}, LLAMA),
    "bad gzip": answer(200, b"abcd", {"content-encoding": "gzip"}),
    "no redirect": answer(302, b"", {"location": "http://[::1"}),
}


async def test_no_bad_port_keeps_detection_from_the_good_one() -> None:
    async with Ollama("qwen3:8b") as good:
        servers = [Server() for _ in BAD]
        for server, behaviour in zip(servers, BAD.values(), strict=True):
            await server.__aenter__()
            server.always(behaviour)
        try:
            found = await detect.detect([*(server.url for server in servers), good.url])
        finally:
            for server in servers:
                await server.__aexit__()
    assert (found[0].server, found[0].models) == ("ollama", ("qwen3:8b",))


@pytest.mark.parametrize("kind", ["openai-compatible", "llama-server", "lm-studio", "ollama"])
@pytest.mark.parametrize("name", [name for name in BAD if name not in ("drip", "drip of a body", "silent")])
async def test_no_bad_answer_ends_a_look(make_target: MakeTarget, kind: str, name: str) -> None:
    async with Server() as server:
        server.always(BAD[name])
        server.on("/lmstudio-greeting", answer(200, {"lmstudio": True}))
        server.on("/health", answer(200, {"status": "ok"}, LLAMA))
        if kind == "ollama":
            server.on("/", answer(200, "Ollama is running"))
        status = await make_target(Local(server=kind, url=server.url)).check()
    assert status.state in (TargetState.FAILED, TargetState.DOWN, TargetState.READY)


@pytest.mark.parametrize("listing", ["data", "models"])
async def test_half_a_character_spoils_its_own_row_only(make_target: MakeTarget, listing: str) -> None:
    async with Server() as server:
        body = b'{"%s": [{"id": "b\\ud800", "name": "b\\ud800"}, {"id": "good", "name": "good"}]}' % listing.encode()
        server.always(answer(200, body))
        if listing == "models":
            server.on("/", answer(200, "Ollama is running"))
        kind = "openai-compatible" if listing == "data" else "ollama"
        status = await make_target(Local(server=kind, url=server.url)).check()
        assert (status.state, status.model) == (TargetState.READY, "good")
        assert (await detect.detect([server.url]))[0].models == ("good",)


async def test_a_model_that_is_listed_twice_is_one_model() -> None:
    async with Server() as server:
        server.always(answer(200, {"data": [{"id": "twin"}, {"id": "other"}, {"id": "twin"}]}))
        assert (await detect.detect([server.url]))[0].models == ("twin", "other")


@pytest.mark.parametrize(
    "url",
    [
        "http://a..b:80",
        "http://[::1",
        "http://host:99999",
        "http://.localhost:9",
        f"http://{'a' * 70}.localhost:9",
        f"http://{'a' * 300}.de",
        "http://::1:11434",
    ],
)
async def test_an_address_that_cannot_be_one_is_told(make_target: MakeTarget, url: str) -> None:
    target = make_target(Local(server="ollama", url=url, confirmed=True))
    status = await target.check()
    assert (status.state, status.code) == (TargetState.FAILED, "local_bad_url")


async def test_broken_times_are_measured_anew(make_target: MakeTarget) -> None:
    file = home().data / "local-timings.json"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(b'{"ollama x y": {"more": ' + DEEP)
    async with Ollama("qwen3:8b") as server:
        assert (await make_target(Local(server="ollama", url=server.url)).check()).state is TargetState.READY


async def test_a_pipe_in_place_of_the_times_is_not_waited_for(make_target: MakeTarget) -> None:
    async with Ollama("qwen3:8b") as server:
        with pipe_at(home().data / "local-timings.json") as pipe:
            assert (await make_target(Local(server="ollama", url=server.url)).check()).state is TargetState.READY
        assert not pipe.waited_for


@pytest.fixture
def port_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """Where LM Studio says which port it has."""
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    return tmp_path / ".lmstudio" / ".internal" / "http-server-config.json"


def test_a_port_file_of_endless_depths_names_no_port(port_file: Path) -> None:
    port_file.parent.mkdir(parents=True)
    port_file.write_bytes(b'{"port": ' + DEEP)
    assert "http://127.0.0.1:11434" in detect.candidates()


def test_a_pipe_in_place_of_the_port_file_is_not_waited_for(port_file: Path) -> None:
    with pipe_at(port_file) as pipe:
        assert "http://127.0.0.1:11434" in detect.candidates()
    assert not pipe.waited_for
