"""A tool behind the gateway, as a user sets it up: pointed there, moved to the local model, brought home, set back."""

import asyncio
import http.client
import json
import os
import socket
import subprocess
import urllib.error
import urllib.request
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.commands import Running, running
from tests.support.httpserver import answer
from tests.support.ports import free_port, listens, read
from tests.support.scene import CHAT_PATH, FINE_MODELS, MODELS_PATH, Acme, completion, write_files
from tests.support.told import in_both, once, providers, quiet_log, untouched
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskStatus
from trayapp.demo.target import SimulatedTarget
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

GREEN, FAILED, USAGE = 0, 1, 64
QUESTION = {"model": "acme-1", "messages": [{"role": "user", "content": "Hello?"}], "max_tokens": 4}
PROFILE = "# the user's own \xe4\nexport EDITOR=vi"
"""Without a line end and with an umlaut in Latin-1: bytes that an editor in a hurry would change."""


class Stage(NamedTuple):
    """`user`: the home of the person. `watch`: the instance that runs."""

    user: Path
    acme: Acme
    target: SimulatedTarget
    port: int
    watch: Running

    async def ask(self, *arguments: str) -> str:
        """A command that succeeds; what it says."""
        ended = await once(*arguments, HOME=str(self.user))
        assert (ended.code, ended.err) == (GREEN, ""), ended
        return ended.out

    async def complete(self, **headers: str) -> tuple[str, dict[str, Any]]:
        """One completion by a tool that knows OPENAI_BASE_URL from its login shell, and nothing else of us."""
        return await asyncio.to_thread(self._complete, headers)

    def _complete(self, headers: dict[str, str]) -> tuple[str, dict[str, Any]]:
        request = urllib.request.Request(
            f"{self.base_url()}/chat/completions",
            json.dumps(QUESTION).encode(),
            {"content-type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}},
        )
        with urllib.request.urlopen(request, timeout=20) as found:
            return found.headers["x-llm-ampel-route"], json.loads(found.read())

    def base_url(self) -> str:
        shell = ["sh", "-c", f'. "{self.user}/.profile"; printf %s "$OPENAI_BASE_URL"']
        env = {"PATH": os.environ["PATH"]}
        return subprocess.run(shell, capture_output=True, text=True, check=True, env=env).stdout


@asynccontextmanager
async def stage(tmp_path: Path, *others: Acme, with_target: bool = True) -> AsyncIterator[Stage]:
    """Providers, a local model, a person's home, and `watch` between them."""
    user = tmp_path / "person"
    user.mkdir()
    (user / ".profile").write_bytes(PROFILE.encode("latin-1"))
    (user / ".bashrc").write_text("alias ll='ls -l'\n")
    acme, target, port = Acme("acme", page=False), SimulatedTarget(), free_port()
    await target.start()
    local = f'[local]\nserver = "openai-compatible"\nurl = "{target.url}"\nmodel = "{target.model}"\n'
    async with providers(acme, *others):
        acme.api(FINE_MODELS)
        acme.api_server.on(CHAT_PATH, answer(200, completion("acme-1", "from the cloud")))
        settings = f'{local if with_target else ""}[gateway]\nport = {port}\nopenai = "acme"\n'
        write_files(home(), (acme, *others), settings)
        async with running("watch", "--json", HOME=str(user)) as watch:
            await watch.shows("green")
            try:
                yield Stage(user, acme, target, port, watch)
                assert watch.errors == []
            finally:
                await target.close()
    quiet_log(home())


def refusal(error: urllib.error.HTTPError) -> tuple[int, str]:
    """Status and code of a refusal, which has to be in the shape that OpenAI's libraries know."""
    told = json.loads(error.read())["error"]
    assert set(told) == {"message", "type", "param", "code"}
    assert told["message"]
    return error.code, told["code"]


async def refused(work: Any) -> tuple[int, str]:
    try:
        found = await work
    except urllib.error.HTTPError as error:
        with error:
            return refusal(error)
    raise AssertionError(f"answered: {found}")


async def test_a_tool_is_set_up_moved_brought_home_and_set_back(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        with untouched(on.user):
            said = await on.ask("setup", "openai-env")
            assert str(on.user / ".profile") in said
            assert "login" in said
            await until(lambda: listens(on.port), "the gateway")
            assert on.base_url().startswith(f"http://127.0.0.1:{on.port}/t/ampel-")
            assert on.base_url().endswith("/acme/v1")
            route, told = await on.complete(authorization="Bearer sk-of-the-tool")
            assert route.startswith("cloud")
            assert (told["model"], told["choices"][0]["message"]["content"]) == ("acme-1", "from the cloud")
            assert on.acme.api_server.requests[-1].headers["authorization"] == "Bearer sk-of-the-tool"

            said = await on.ask("switch", "local", "acme")
            assert f"answered locally by {on.target.model}" in said
            assert "1 tool moved" in said
            asked = on.acme.api_server.asked(CHAT_PATH)
            route, told = await on.complete(authorization="Bearer sk-of-the-tool")
            assert route.startswith("local")
            assert told["model"] == on.target.model
            assert on.acme.api_server.asked(CHAT_PATH) == asked
            assert json.loads(await on.ask("status", "--json"))["routes"]["acme"]["to"] == "local"

            # The local model dies while tools are there: told in the tools' own dialect, at once.
            await on.target.close()
            status, code = await refused(on.complete(authorization="Bearer sk-of-the-tool"))
            assert status in (502, 503)
            assert "local" in code, code

            assert "back in the cloud" in await on.ask("switch", "cloud")
            assert "Nothing was local" in await on.ask("switch", "cloud")
            route, told = await on.complete(authorization="Bearer sk-of-the-tool")
            assert route.startswith("cloud")
            said = await on.ask("setup", "openai-env", "--undo")
            assert "as it was before" in said
            assert on.base_url() == ""
            assert await refused(asyncio.to_thread(read, f"http://127.0.0.1:{on.port}/v1/models")) == (
                401,
                "wrong_token",
            )
            assert list(home().config.glob("*.sh")) == []


async def test_the_gateway_is_closed_to_everybody_else(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        await on.ask("setup", "openai-env")
        await until(lambda: listens(on.port), "the gateway")
        own = f"127.0.0.1:{on.port}"
        path = on.base_url().partition(own)[2]
        asked = len(on.acme.api_server.requests)
        json_type = {"content-type": "application/json"}
        body = json.dumps(QUESTION)
        chat, models = f"{path}/chat/completions", f"{path}/models"
        stolen = "/t/ampel-" + "x" * 43 + "/acme/v1/models"
        attempts: dict[str, tuple[str, str, dict[str, str]]] = {
            "wrong_token": ("GET", stolen, {}),
            "host_refused": ("GET", models, {"host": "evil.example"}),
            "origin_refused": ("POST", chat, {**json_type, "origin": "https://evil.example"}),
            "json_required": ("POST", chat, {"content-type": "text/plain"}),
            "unknown_url": ("POST", f"{path}/chat/completions/", json_type),
            "bad_target": ("GET", "http://evil.example/v1/models", {"host": own}),
            "unknown_provider": ("GET", models.replace("/acme/", "/evil/"), {}),
        }
        codes = {}
        for name, (method, target, headers) in attempts.items():
            status, headers_back, told = await asyncio.to_thread(raw, own, method, target, headers, body)
            assert 400 <= status < 500, name
            assert not [one for one in headers_back if one.lower().startswith("access-control")]
            codes[name] = told["error"]["code"]
        assert codes == {name: name for name in attempts}
        preflight = {"origin": "https://evil.example", "access-control-request-method": "POST"}
        status, headers_back, _ = await asyncio.to_thread(raw, own, "OPTIONS", chat, preflight, None)
        assert status >= 400
        assert not [one for one in headers_back if one.lower().startswith("access-control")]
        assert [one for one in on.acme.api_server.requests[asked:] if one.path != MODELS_PATH] == []


def raw(
    netloc: str, method: str, target: str, headers: dict[str, str], body: str | None
) -> tuple[int, list[str], dict[str, Any]]:
    connection = http.client.HTTPConnection(netloc, timeout=20)
    try:
        connection.putrequest(method, target, skip_host="host" in headers)
        for name, value in headers.items():
            connection.putheader(name, value)
        sent = (body or "").encode() if method == "POST" else b""
        connection.putheader("content-length", str(len(sent)))
        connection.endheaders(sent)
        found = connection.getresponse()
        return found.status, [name for name, _ in found.getheaders()], json.loads(found.read())
    finally:
        connection.close()


async def test_the_local_commands(tmp_path: Path) -> None:
    async with stage(tmp_path) as on:
        found = await on.ask("local", "check")
        assert on.target.model in found
        assert "ready" in await on.ask("local", "start")
        goes_on = await in_both("local", "stop")
        assert goes_on.codes == {FAILED}
        goes_on.says((f"{on.target.url} goes on",), (f"{on.target.url} läuft weiter",))
        listed = await once("local", "list")
        assert listed.code in (GREEN, FAILED)
        assert listed.err == ""
        await on.target.close()
        gone = await in_both("local", "start", in_turn=True)
        assert gone.codes == {FAILED}
        gone.says((f"Nothing answers at {on.target.url}",), (f"Unter {on.target.url} antwortet nichts",))
        moved = await in_both("switch", "local", "acme", in_turn=True)
        assert moved.codes == {FAILED}
        moved.says((f"Nothing answers at {on.target.url}",), (f"Unter {on.target.url} antwortet nichts",))
        assert json.loads(await on.ask("status", "--json"))["routes"]["acme"]["to"] == "cloud"


async def test_who_cannot_be_moved_is_refused_with_the_reason(tmp_path: Path) -> None:
    closed = Acme("closed", page=False, dialects=())
    async with stage(tmp_path, closed) as on:
        routes = json.loads(await on.ask("status", "--json"))["routes"]
        # Nobody is moved because somebody else could have been.
        refused = await in_both("switch", "local", "acme", "closed")
        assert refused.codes == {FAILED}, refused
        refused.says(("Closed AI cannot be moved", "[api]"), ("Closed AI lässt sich nicht umstellen", "[api]"))
        assert json.loads(await on.ask("status", "--json"))["routes"] == routes
        assert {route["to"] for route in routes.values()} == {"cloud"}


async def test_a_port_that_is_taken_is_said_once_wherever_it_is_asked() -> None:
    acme = Acme("acme", page=False)
    Tokens(home()).add("editor")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        async with providers(acme):
            write_files(home(), (acme,), f"[gateway]\nport = {port}\n")
            async with running("watch") as watch:
                await watch.printed(1)
                await until(lambda: watch.errors, "the complaint")
                status = await client.ask(home(), AskStatus())
                assert status is not None
                problems = [(problem.code, problem.params) for problem in status.problems]
                assert problems == [("port_in_use", {"port": port})]
                asked = await once("status")
                for said in (asked.err, "\n".join(watch.errors)):
                    assert said.count(f"Port {port} is taken") == 1, said
    quiet_log(home())


async def test_without_a_target_a_switch_says_what_to_do(tmp_path: Path) -> None:
    async with stage(tmp_path, with_target=False) as on:
        for command in (("switch", "local", "acme"), ("local", "start"), ("local", "stop")):
            none = await in_both(*command)
            assert none.codes == {FAILED}, none
            none.says(("No local LLM is set up", "Detect"), ("Kein lokales LLM ist eingerichtet", "„Suchen“"))
        none = await in_both("switch", "local")
        assert none.codes == {FAILED}
        none.says(("Nothing is down", "acme"), ("Nichts ist gestört", "acme"))
        assert not listens(on.port)


async def test_proxies_that_cannot_be_used_are_told_in_dialect(tmp_path: Path) -> None:
    """The provider is elsewhere, and the only way there is a proxy of a kind that the gateway does not speak."""
    async with stage(tmp_path, with_target=False) as on:
        file = home().services_dir / "acme.toml"
        file.write_text(file.read_text().replace(on.acme.api_server.url, "https://192.0.2.1"))
        await on.watch.end(15)
        proxies = {"ALL_PROXY": "socks5://127.0.0.1:9", "HOME": str(on.user)}
        async with running("watch", "--json", **proxies) as again:
            await again.printed(1)
            await on.ask("setup", "openai-env")
            await until(lambda: listens(on.port), "the gateway")
            status, code = await refused(on.complete(authorization="Bearer sk-of-the-tool"))
            assert (status, code) == (502, "upstream_proxy_settings")
