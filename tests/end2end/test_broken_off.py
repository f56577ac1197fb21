"""Ctrl+C on a command that works on something in the running instance: the work ends with it."""

import asyncio
import json
import signal
import sys
from pathlib import Path

import pytest

from tests.support.commands import DEADLINE_S, run, running
from tests.support.httpserver import Server, answer, drip_until, silent
from tests.support.processes import alive
from tests.support.scene import CHAT_PATH, Acme, free_port, write_files
from tests.support.told import providers
from tests.support.until import until
from trayapp.paths import home

MODEL = "small:1b"


@pytest.mark.parametrize(
    ("command", "number"), [(("switch", "local", "acme"), signal.SIGINT), (("local", "start"), signal.SIGTERM)]
)
async def test_a_command_that_is_ended_takes_its_work_with_it(command: tuple[str, ...], number: int) -> None:
    left, acme = asyncio.Event(), Acme()
    async with Server() as model, providers(acme):
        model.on("/v1/models", answer(200, {"object": "list", "data": [{"id": MODEL, "object": "model"}]}))
        model.on(CHAT_PATH, drip_until(left))
        local = f'[local]\nserver = "openai-compatible"\nurl = "{model.url}"\nmodel = "{MODEL}"\n'
        write_files(home(), (acme,), f"{local}[gateway]\nport = {free_port()}\n")
        async with running("watch", "--json") as instance:
            await instance.printed(1)
            async with running(*command) as switch:
                await model.wait_asked(CHAT_PATH, 1, DEADLINE_S)
                assert await switch.end(number) != 0
            async with asyncio.timeout(10.0):
                await left.wait()
            seen = json.loads((await run("status", "--json")).out)
            assert seen["routes"]["acme"]["to"] == "cloud"
            await instance.end(signal.SIGTERM)


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
async def test_a_server_that_was_being_started_ends_with_the_command(number: int, tmp_path: Path) -> None:
    """It and what it started itself, and nothing says that it is starting still."""
    acme, noted = Acme(), tmp_path / "pids"
    program = tmp_path / "server.py"
    program.write_text(
        "import os, pathlib, subprocess, sys, time\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)'])\n"
        f"pathlib.Path({str(noted)!r}).write_text(f'{{os.getpid()}} {{child.pid}} .')\n"
        "time.sleep(600)\n"
    )
    local = f'[local]\nserver = "openai-compatible"\nurl = "http://127.0.0.1:{free_port()}"\nmodel = "{MODEL}"\n'
    local += f"start = {json.dumps([sys.executable, str(program)])}\n"
    async with providers(acme):
        write_files(home(), (acme,), f"{local}[gateway]\nport = {free_port()}\n")
        async with running("watch", "--json") as instance:
            await instance.printed(1)
            async with running("local", "start") as start:
                await until(lambda: noted.exists() and noted.read_text().endswith("."), "the server's start")
                assert await start.end(number) != 0
                assert not any("Traceback" in line for line in start.errors)
            pids = [int(pid) for pid in noted.read_text().split()[:2]]
            await until(lambda: not any(map(alive, pids)), "the server's end", 15.0)
            seen = json.loads((await run("status", "--json")).out)
            assert (seen["target"]["state"], seen["routes"]["acme"]["to"]) == ("down", "cloud")
            # And it can be started anew.
            noted.unlink()
            async with running("local", "start") as start:
                await until(lambda: noted.exists() and noted.read_text().endswith("."), "the server's second start")
                assert await start.end(number) != 0
            await instance.end(signal.SIGTERM)
        assert not any(map(alive, (int(pid) for pid in noted.read_text().split()[:2])))


@pytest.mark.parametrize("what", ["list", "check"])
async def test_a_look_at_local_servers_that_is_ended_says_nothing(what: str) -> None:
    async with Server() as model:
        model.always(silent)
        write_files(home(), (), f'[local]\nserver = "openai-compatible"\nurl = "{model.url}"\nmodel = "{MODEL}"\n')
        async with running("local", what, OLLAMA_HOST=model.url) as look:
            await until(lambda: model.requests, "the server to be asked")
            assert await look.end(signal.SIGINT) != 0
        assert (look.lines, [line for line in look.errors if "Traceback" in line]) == ([], [])
