"""A local server is one file: put beside the others, it is detected, offered, allowed in the settings and used."""

import shutil
from pathlib import Path

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support.httpserver import Server, answer
from trayapp import paths
from trayapp.core.switching.target import TargetState
from trayapp.errors import Problem
from trayapp.local import detect
from trayapp.paths import home
from trayapp.settings import servers
from trayapp.settings.file import SettingsErrors, load
from trayapp.settings.schema import Local
from trayapp.text.senses import target_line

FILE = """\
id = "kobold"
name = "Kobold"
order = 35
ports = [5999]
port_variable = "KOBOLD_PORT"
url = "{url}"
models = "openai"
load = { path = "/load" }
pull = "kobold get"

[signature]
path = "/version"
statuses = [200]
proof = "json"
at = "result.name"
value = "Kobold"
"""
COMPLETION = {"choices": [{"message": {"content": "H"}, "finish_reason": "length"}], "usage": {"completion_tokens": 1}}


def _ship(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    """The shipped servers, and one more file."""
    shutil.copytree(paths.resources() / "servers", tmp_path / "servers")
    (tmp_path / "servers" / "kobold.toml").write_text(FILE.replace("{url}", url))
    monkeypatch.setattr(paths, "resources", lambda: tmp_path)


def _behave(server: Server, name: str = "Kobold") -> None:
    server.on("/version", answer(200, {"result": {"name": name}}))
    server.on("/v1/models", answer(200, {"data": [{"id": "m"}]}))
    server.on("/load", answer(200))
    server.on("/v1/chat/completions", answer(200, COMPLETION))


def _settings(text: str) -> Local:
    home().config.mkdir(parents=True, exist_ok=True)
    home().settings_file.write_text(f"[local]\n{text}\n")
    return load(home()).local


async def test_one_file_makes_a_server_known(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_target: MakeTarget
) -> None:
    async with Server() as server:
        _behave(server)
        _ship(tmp_path, monkeypatch, server.url)
        assert list(servers.names().items())[3] == ("kobold", "Kobold"), "offered in its place"
        monkeypatch.setenv("KOBOLD_PORT", "127.0.0.1:5998")
        assert {"http://127.0.0.1:5998", "http://127.0.0.1:5999"} <= set(detect.candidates())
        assert await detect.detect([server.url]) == [detect.DetectedServer("kobold", server.url, ("m",))]
        target = make_target(_settings('server = "kobold"'))
        status = await target.prepare()
        assert (status.state, status.url, status.model) == (TargetState.READY, server.url, "m")
        assert target_line(status).startswith("m on Kobold: ready in ")
        assert server.asked("/load") == 1
        with pytest.raises(Problem) as caught:
            await make_target(_settings('server = "kobold"\nmodel = "other"')).prepare()
        assert dict(caught.value.params) == {"model": "other", "server": "Kobold", "command": "kobold get other"}


async def test_its_own_signature_is_demanded(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make_target: MakeTarget
) -> None:
    async with Server() as server:
        _behave(server, "Goblin")
        _ship(tmp_path, monkeypatch, server.url)
        assert (await make_target(_settings('server = "kobold"')).check()).code == "local_wrong_server"
        general = _settings(f'server = "openai-compatible"\nurl = "{server.url}"')
        assert (await make_target(general).check()).state is TargetState.READY


def test_what_is_allowed_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    _ship(tmp_path, monkeypatch, "http://127.0.0.1:5999")
    with pytest.raises(SettingsErrors) as caught:
        _settings('server = "kobolt"')
    (problem,) = caught.value.problems
    assert (problem.code, problem.params["line"], problem.params["key"]) == ("setting_choice", 2, "local.server")
    assert problem.params["allowed"] == "ollama, llama-server, lm-studio, kobold, openai-compatible, embedded"
