import asyncio
from pathlib import Path

import pytest

from tests.support.httpserver import Request, Server, answer, silent
from tests.support.lm_studio import LmStudio
from tests.support.ollama import Ollama
from trayapp.local import detect


async def test_every_server_is_found_by_its_signature(free_port: int) -> None:
    async with Ollama("qwen3:8b", "kimi:cloud") as ollama, LmStudio(qwen=True) as studio, Server() as llama:
        llama.on("/health", answer(200, {"status": "ok"}, {"server": "llama.cpp"}))
        llama.on("/v1/models", answer(200, {"data": [{"id": "tiny.gguf"}]}))
        async with Server() as other, Server() as page:
            other.on("/v1/models", answer(200, {"object": "list", "data": [{"id": "mistral"}]}))
            page.always(answer(200, "<html>Open WebUI</html>"))
            urls = [page.url, other.url, studio.url, f"http://127.0.0.1:{free_port}", llama.url, ollama.url]
            found = await detect.detect(urls)
    assert [(one.server, one.url, one.models) for one in found] == [
        ("ollama", ollama.url, ("qwen3:8b",)),
        ("llama-server", llama.url, ("tiny.gguf",)),
        ("lm-studio", studio.url, ("qwen",)),
        ("openai-compatible", other.url, ("mistral",)),
    ]


async def test_silent_ports_are_asked_at_the_same_time_and_not_waited_for() -> None:
    models = answer(200, {"object": "list", "data": [{"id": "mistral"}]})
    async with Server() as patient, Server() as mute, Ollama("a:1b") as ollama:

        async def once_the_other_is_asked(writer: asyncio.StreamWriter, request: Request) -> None:
            """Too late where each has its turn."""
            while not mute.requests:
                mute.arrived.clear()
                await mute.arrived.wait()
            await models(writer, request)

        patient.on("/v1/models", once_the_other_is_asked)
        mute.always(silent)
        found = await detect.detect([patient.url, mute.url, ollama.url])
    assert [one.server for one in found] == ["ollama", "openai-compatible"]


async def test_a_server_that_is_loading_is_found_without_its_models() -> None:
    async with Server() as llama:
        llama.on("/health", answer(503, {"error": {"message": "Loading model"}}, {"server": "llama.cpp"}))
        found = await detect.detect([llama.url])
    assert [(one.server, one.models) for one in found] == [("llama-server", ())]


USUAL = [11434, 9931, 8080, 1234, 8000, 30000, 13305, 5001, 5000, 4891]


def test_the_usual_ports_are_asked_ollamas_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert detect.candidates() == tuple(f"http://127.0.0.1:{port}" for port in USUAL)


@pytest.mark.parametrize(
    ("told", "first"),
    [
        ("127.0.0.1:11500", "http://127.0.0.1:11500"),
        ("http://0.0.0.0:11500", "http://127.0.0.1:11500"),
        (":11500", "http://127.0.0.1:11500"),
        ("0.0.0.0", "http://127.0.0.1:11434"),
        ("nonsense:port", "http://127.0.0.1:11434"),
        ("", "http://127.0.0.1:11434"),
    ],
)
def test_ollamas_own_setting_is_followed(monkeypatch: pytest.MonkeyPatch, told: str, first: str) -> None:
    monkeypatch.setenv("OLLAMA_HOST", told)
    assert detect.candidates()[0] == first


@pytest.mark.parametrize(
    ("text", "port"), [('{"port": 4242}', 4242), ("{}", None), ("[]", None), ("x", None), ('{"port": 99999}', None)]
)
def test_lm_studios_own_port_is_followed(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str, port: int | None
) -> None:
    monkeypatch.delenv("OLLAMA_HOST", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    file = tmp_path / ".lmstudio" / ".internal" / "http-server-config.json"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    assert (f"http://127.0.0.1:{port}" in detect.candidates()) is (port is not None)
    assert len(detect.candidates()) == len(USUAL) + (port is not None)


def test_only_this_machine_is_asked() -> None:
    assert all(url.startswith("http://127.0.0.1:") for url in detect.candidates())
