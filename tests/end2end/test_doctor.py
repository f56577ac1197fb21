"""`llm-ampel doctor` on a machine whose tools get no answers: it says which file, which line, and what to do."""

import asyncio
import subprocess
from contextlib import AsyncExitStack
from pathlib import Path

import pytest

from tests.support.commands import run, running
from tests.support.scene import MODELS_PATH, OVERLOADED, Acme, free_port, write_files
from tests.support.until import until
from trayapp.net.ports import taken
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

NOTHING = ["nothing found"]
CANARY = "ampel-canary-0123456789abcdefghijklmnop"


async def found(user: Path, **more: str) -> list[str]:
    """What stands in the way of tools, as the command says it; no token is in it."""
    ended = await run("doctor", HOME=str(user), XDG_CONFIG_HOME=str(user / ".config"), **more)
    assert ended.code == 0, ended.err
    assert "ampel-" not in ended.out.replace("llm-ampel", "")
    lines = ended.out.splitlines()
    start = lines.index("[what keeps tools from the gateway]") + 1
    end = next(number for number in range(start, len(lines)) if lines[number].startswith("["))
    return [line.strip() for line in lines[start:end]]


def put(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text)


@pytest.fixture
def port(own_home: Path) -> int:
    """Where the gateway is to listen, and nobody does."""
    chosen = free_port()
    write_files(home(), (), f"[gateway]\nport = {chosen}\n")
    return chosen


async def test_a_machine_without_tools_has_nothing_to_find(port: int, tmp_path: Path) -> None:
    put(tmp_path / ".profile", "export PATH=$PATH:~/bin\nexport OPENAI_BASE_URL=http://127.0.0.1:11434/v1\n")
    assert await found(tmp_path, OPENAI_BASE_URL="https://api.openai.com/v1") == NOTHING


async def test_a_variable_that_points_at_a_gateway_that_does_not_listen(port: int, tmp_path: Path) -> None:
    url = f"http://127.0.0.1:{port}/t/{Tokens(home()).add('editor')}/openai/v1"
    [line] = await found(tmp_path, OPENAI_BASE_URL=url)
    assert line.startswith("OPENAI_BASE_URL in the environment points at")
    assert f"127.0.0.1:{port}" in line
    assert "nothing listens there" in line
    assert "Start LLM Ampel" in line


async def test_every_tools_file_is_looked_at(port: int, tmp_path: Path) -> None:
    url = f"http://localhost:{port}/t/{CANARY}/openai"
    put(tmp_path / ".zshrc", f"# one\n\nexport ANTHROPIC_BASE_URL='{url}'\n")
    put(tmp_path / ".config/fish/config.fish", f"set -x OPENAI_BASE_URL {url}\n")
    put(tmp_path / ".config/environment.d/10-mine.conf", f"OPENAI_BASE_URL={url}\n")
    put(tmp_path / ".claude/settings.json", f'{{\n "env": {{"ANTHROPIC_BASE_URL": "{url}"}}\n}}')
    put(tmp_path / ".codex/config.toml", f'[model_providers.x]\nbase_url = "{url}/v1"\n')
    put(tmp_path / ".continue/config.yaml", f"models:\n  - apiBase: {url}\n")
    lines = await found(tmp_path)
    assert [line.partition(" points at")[0] for line in lines] == [
        f"{tmp_path}/.zshrc, line 3,",
        f"{tmp_path}/.config/fish/config.fish, line 1,",
        f"{tmp_path}/.config/environment.d/10-mine.conf, line 1,",
        f"{tmp_path}/.claude/settings.json, line 2,",
        f"{tmp_path}/.codex/config.toml, line 2,",
        f"{tmp_path}/.continue/config.yaml, line 2,",
    ]


async def test_a_gateway_that_moved_to_another_port_is_not_asked_any_more(port: int, tmp_path: Path) -> None:
    old = free_port()
    put(tmp_path / ".profile", f"export OPENAI_BASE_URL=http://127.0.0.1:{old}/t/{CANARY}/openai/v1\n")
    [line] = await found(tmp_path)
    assert f"127.0.0.1:{old}" in line
    assert f"the gateway is to listen on port {port}" in line


async def test_what_setup_wrote_is_found_while_the_program_does_not_run(port: int, tmp_path: Path) -> None:
    how = {"HOME": str(tmp_path), "XDG_CONFIG_HOME": str(tmp_path / ".config")}
    assert (await run("setup", "openai-env", **how)).code == 0
    lines = await found(tmp_path)
    assert lines
    assert all("nothing listens there" in line and "setup openai-env --undo" in line for line in lines)
    assert (await run("setup", "openai-env", "--undo", **how)).code == 0
    assert await found(tmp_path) == NOTHING


async def test_with_the_gateway_up_only_what_is_wrong_is_said(port: int, tmp_path: Path) -> None:
    token = Tokens(home()).add("editor")
    async with AsyncExitStack() as stack:
        acme = Acme()
        await acme.open(stack)
        write_files(home(), (acme,), f"[gateway]\nport = {port}\n")
        watch = await stack.enter_async_context(running("watch", "--json"))
        await watch.printed(1)
        good = f"http://127.0.0.1:{port}/t/{token}/acme/v1"

        await until(lambda: taken(port), "the gateway")
        assert await found(tmp_path, OPENAI_BASE_URL=good) == NOTHING
        [line] = await found(tmp_path, OPENAI_BASE_URL=f"http://127.0.0.1:{port}/t/{CANARY}/acme/v1")
        assert "nobody has this token" in line


async def test_somebody_else_on_the_gateways_port(port: int, tmp_path: Path) -> None:
    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readline()
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi")
        writer.close()

    async with await asyncio.start_server(answer, "127.0.0.1", port):
        [line] = await found(tmp_path, OPENAI_BASE_URL=f"http://127.0.0.1:{port}/t/{CANARY}/openai/v1")
    assert "another program listens there" in line


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY"])
async def test_a_proxy_between_tools_and_the_gateway(port: int, tmp_path: Path, variable: str) -> None:
    proxy = {variable: "http://me:secret@proxy.example:3128"}
    [line] = await found(tmp_path, **proxy)
    assert "proxy.example:3128" in line
    assert "secret" not in line
    assert "NO_PROXY" in line
    assert "127.0.0.1,localhost" in line
    [_] = await found(tmp_path, **proxy, NO_PROXY="localhost,.corp,127.0.0.0/8")
    assert await found(tmp_path, **proxy, NO_PROXY="corp, 127.0.0.1 ,localhost") == NOTHING
    assert await found(tmp_path, **proxy, no_proxy="*") == NOTHING


async def test_setup_takes_the_gateway_out_of_the_proxy(port: int, tmp_path: Path) -> None:
    how = {
        "HOME": str(tmp_path),
        "XDG_CONFIG_HOME": str(tmp_path / ".config"),
        "HTTP_PROXY": "http://proxy.example:3128",
    }
    ended = await run("setup", "openai-env", **how)
    assert "NO_PROXY" in ended.out
    shell = f'. "{tmp_path}/.profile"; . "{tmp_path}/.profile"; printf "%s %s" "$NO_PROXY" "$no_proxy"'

    def sees(**environment: str) -> list[str]:
        return subprocess.run(
            ["sh", "-uc", shell], capture_output=True, text=True, check=True, env=environment
        ).stdout.split()

    assert sees() == ["127.0.0.1,localhost"] * 2
    assert sees(NO_PROXY="corp") == ["127.0.0.1,localhost,corp"] * 2
    assert sees(no_proxy="10.0.0.1,127.0.0.1,localhost") == ["10.0.0.1,127.0.0.1,localhost"] * 2
    conf = next((tmp_path / ".config/environment.d").iterdir()).read_text()
    assert "NO_PROXY=127.0.0.1,localhost${NO_PROXY:+,$NO_PROXY}\n" in conf


def section(out: str, title: str) -> list[str]:
    """The lines below this heading."""
    lines = out.splitlines()
    start = lines.index(f"[{title}]") + 1
    end = next((number for number in range(start, len(lines)) if lines[number].startswith("[")), len(lines))
    return [line.strip() for line in lines[start:end]]


async def test_the_first_minute_of_an_outage_without_an_instance(own_home: Path) -> None:
    """A round of its own: what is looked at, how it is, and what to do next."""
    acme, bolt = Acme("acme"), Acme("bolt", page=False)
    async with AsyncExitStack() as stack:
        for one in (acme, bolt):
            await one.open(stack)
        acme.api(OVERLOADED)
        write_files(home(), (acme, bolt))
        ended = await run("doctor")
    assert section(ended.out, "your own network")[0].startswith("You ─")
    checks = section(ended.out, "an outage's first minute")
    assert len(checks) == 10
    assert "✗ Seen from here: requests to Acme API fail" in "\n".join(checks)
    assert "✓ Official page: no trouble, or none yet, is reported by Acme AI." in "\n".join(checks)
    assert "✓ Other providers: these work: Bolt API. Go on there meanwhile." in checks
    assert "– Local model: none is set up." in "\n".join(checks)


async def test_the_first_minute_of_an_outage_with_an_instance(own_home: Path) -> None:
    """What the instance knows is said, in the language of who asks, and no provider is asked again."""
    acme = Acme("acme", page=False)
    async with AsyncExitStack() as stack:
        await acme.open(stack)
        write_files(home(), (acme,))
        async with running("watch", "--json") as instance:
            await instance.shows("green")
            asked = acme.api_server.asked(MODELS_PATH)
            ended, german = await asyncio.gather(run("doctor"), run("doctor", LANGUAGE="de"))
            assert acme.api_server.asked(MODELS_PATH) == asked
    assert section(german.out, "an outage's first minute")[0].startswith("✓ Deine Verbindung:")
    assert "✓ Seen from here: answers come from Acme API." in "\n".join(section(ended.out, "an outage's first minute"))
