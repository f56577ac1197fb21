"""A command line of the first version, beside this instance: it gets a line that it can read, and a clear sentence."""

import asyncio
import json
from typing import Any

import pytest

from tests.support.scene import Acme, Scene
from trayapp.text.problems import words

THEIRS, OURS = 2, 1
"""The instance's version and the old command's, as the old command says them."""


class Told(Exception):
    """The problem that the first version's command shows: code and parameters."""


async def first_version(socket: str, do: str, **arguments: Any) -> Any:
    """What the first version's client did, to the letter of its protocol."""
    reader, writer = await asyncio.open_unix_connection(socket)
    try:
        writer.write(json.dumps({"v": 1, "do": do, **arguments}, ensure_ascii=False).encode() + b"\n")
        await writer.drain()
        message = json.loads(await reader.readline())
        assert isinstance(message, dict)
        if message.get("v") != 1:
            raise Told("control_version", {"theirs": str(message.get("v")), "ours": 1})
        if (told := message.get("problem")) is not None:
            raise Told(str(told["code"]), dict(**told.get("params", {})))
        return message["ok"]
    finally:
        writer.close()
        await writer.wait_closed()


ASKED: tuple[tuple[str, dict[str, Any]], ...] = (
    ("snapshot", {}),
    ("snapshot", {"services": ["acme-api"], "max_age_s": 60.0}),
    ("round", {"services": ["acme-api"], "max_age_s": 60.0, "timeout_s": 5.0}),
    ("watch", {}),
    ("switch", {"to": "local", "providers": [], "until": "until_back"}),
    ("local", {"what": "check"}),
    ("reload", {}),
    ("show", {}),
    ("quit", {}),
)


async def test_every_command_of_the_first_version_is_told_of_the_two_versions() -> None:
    async with Scene(Acme("acme")) as scene:
        server = scene.socket()
        await server.start()
        try:
            for do, arguments in ASKED:
                with pytest.raises(Told) as told:
                    await first_version(str(scene.home.socket), do, **arguments)
                code, params = told.value.args
                assert (code, int(params["theirs"]), params["ours"]) == ("control_version", THEIRS, OURS)
                said = " ".join(words((code, params)))
                assert "of another version" in said
                assert f"It speaks version {THEIRS}" in said
        finally:
            await server.close()


async def test_the_refusal_has_words_for_whoever_knows_no_such_code() -> None:
    async with Scene(Acme("acme")) as scene:
        server = scene.socket()
        await server.start()
        reader, writer = await asyncio.open_unix_connection(str(scene.home.socket))
        writer.write(b'{"v": 7, "ask": "status"}\n')
        message = json.loads(await reader.readline())
        writer.close()
        await writer.wait_closed()
        await server.close()
    assert message["v"] == 7
    assert message["problem"]["title"] == "The running instance is of another version"
    assert message["problem"]["message"].startswith("It speaks version 2, this one 7.")
