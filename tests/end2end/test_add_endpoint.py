"""`llm-ampel config add URL`, with the real command: found, written, watched, or said why not."""

from pathlib import Path

import msgspec

from tests.support.commands import run, running
from tests.support.httpserver import Behaviour, Server, answer
from tests.support.schema1 import Report
from tests.support.told import in_both, put
from trayapp.paths import home

FAILED = 1
ONLY_OWN = "version = 1\n[catalogue]\nbuiltin = false\n[network]\ncontrols = []\n"
MODELS = answer(200, {"object": "list", "data": [{"id": "big-1", "object": "model"}, {"id": "small-1"}]})
INVALID = answer(400, {"error": {"message": "model is required", "type": "invalid_request_error"}})
NO_KEY = answer(401, {"error": {"message": "no key", "type": "auth_error"}})


def gateway(server: Server, models: Behaviour = MODELS) -> None:
    """As LiteLLM and vLLM answer: OpenAI's dialect, nothing else."""
    server.on("/v1/models", models)
    server.on("/v1/chat/completions", INVALID)


async def test_an_endpoint_is_found_written_and_watched_by_the_running_instance(own_home: Path) -> None:
    put(ONLY_OWN)
    async with Server() as server:
        gateway(server)
        async with running("watch", "--json") as instance:
            await instance.printed(1)
            added = await run("config", "add", server.url, "--name", "Team gateway")
            assert added.code == 0, added.err
            for words in ("2 models: big-1, small-1", "OpenAI", "team-gateway.toml: written", "watched from now on"):
                assert words in added.out
            await instance.shows("green")
            report = msgspec.json.decode(instance.lines[-1], type=Report)
        checked = await run("config", "check")
    assert [service.id for service in report.services] == ["team-gateway"]
    assert (checked.code, checked.err) == (0, "")


async def test_a_list_of_what_is_watched_gets_the_new_one(own_home: Path) -> None:
    put("version = 1\n[network]\ncontrols = []\n[watch]\nservices = [] # nothing yet\n")
    async with Server() as server:
        gateway(server)
        added = await run("config", "add", f"{server.url}/v1/", "--name", "Gateway")
        assert added.code == 0, added.err
        report = msgspec.json.decode((await run("check", "--json")).out, type=Report)
    assert [(service.id, service.light) for service in report.services] == [("gateway", "green")]
    assert "# nothing yet" in home().settings_file.read_text()


async def test_a_file_that_is_there_is_not_written_over_unasked(own_home: Path) -> None:
    put(ONLY_OWN)
    async with Server() as server:
        gateway(server)
        assert (await run("config", "add", server.url, "--name", "Gateway")).code == 0
        file = home().services_dir / "gateway.toml"
        file.write_text(before := file.read_text() + "# mine\n")
        again = await in_both("config", "add", server.url, "--name", "Gateway")
        assert again.codes == {FAILED}
        again.says(["among your services already", "--replace"], ["--replace"])
        assert file.read_text() == before
        (home().services_dir / "other.toml").write_text("broken")
        assert (await run("config", "add", server.url, "--name", "other")).code == FAILED
        assert (await run("config", "add", server.url, "--name", "Gateway", "--replace")).code == 0
    assert "# mine" not in file.read_text()
    assert (home().services_dir / "other.toml").read_text() == "broken"


async def test_what_cannot_be_watched_is_said_and_nothing_is_written(own_home: Path) -> None:
    async with Server() as missing:
        both = await in_both("config", "add", missing.url)
    assert both.codes == {FAILED}
    both.says(["neither as an API nor as a status page", "base URL"], ["weder als API noch als Statusseite"])
    secret = await run("config", "add", "http://user:secret@127.0.0.1")
    assert secret.code == FAILED
    assert "secret" not in secret.err + secret.out
    assert list(own_home.glob("config/services/*")) == []
