"""Ctrl+C on a command that works on something in the running instance: the work ends with it."""

import asyncio
import json
import signal

import pytest

from tests.support.commands import DEADLINE_S, run, running
from tests.support.httpserver import Server, answer, drip_until
from tests.support.scene import CHAT_PATH, Acme, free_port, write_files
from tests.support.told import providers
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
