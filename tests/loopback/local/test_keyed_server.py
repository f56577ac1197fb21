"""A local server that wants a key gets the one that is stored for its address, and nobody else does."""

import pytest

from tests.loopback.local.conftest import MakeTarget
from tests.support.gatewaybed import Keyring
from tests.support.httpserver import Server, answer, events, for_key
from trayapp.core.switching.target import TargetState
from trayapp.errors import Problem
from trayapp.local.chat import stream
from trayapp.secrets.local_key import local_key
from trayapp.settings.schema import Local

KEY = "jan-canary-0123456789"
CHAT = "/v1/chat/completions"


def open_with_key(server: Server) -> None:
    server.on("/v1/models", for_key(KEY, answer(200, {"data": [{"id": "m"}]})))
    server.on(CHAT, for_key(KEY, answer(200, {"choices": [{"message": {"content": "Hi"}}]})))


def _local(server: Server) -> Local:
    return Local(server="openai-compatible", url=server.url)


async def test_the_key_of_its_address_opens_it(make_target: MakeTarget) -> None:
    keyring = Keyring()
    async with Server() as server:
        open_with_key(server)
        target = make_target(_local(server), key=lambda url: local_key(keyring, url))
        assert (await target.check()).code == "local_needs_key"
        keyring.keys["local", server.netloc] = "another"
        assert (await target.check()).code == "local_wrong_key"
        keyring.keys["local", server.netloc] = KEY
        assert (await target.check()).state is TargetState.READY
        status = await target.prepare()
        assert status.state is TargetState.READY
        assert KEY not in repr(status)
        spoken = events('{"choices":[{"delta":{"content":"a"},"finish_reason":"stop"}]}', "[DONE]")
        server.on(CHAT, for_key(KEY, spoken))
        told = [
            piece
            async for piece in stream(status, [{"role": "user", "content": "?"}], lambda url: local_key(keyring, url))
        ]
        assert told == ["a"]


async def test_the_key_of_another_address_stays_at_home(make_target: MakeTarget) -> None:
    keyring = Keyring()
    async with Server() as server:
        server.on("/v1/models", answer(200, {"data": [{"id": "m"}]}))
        keyring.keys["local", server.netloc] = Problem("key_other_host", name="local", stored_for="x", host="y")
        target = make_target(_local(server), key=lambda url: local_key(keyring, url))
        assert (await target.check()).state is TargetState.READY
        assert all("authorization" not in one.headers for one in server.requests)


async def test_no_key_travels_in_the_clear() -> None:
    keyring = Keyring()
    assert await local_key(keyring, "http://192.168.1.7:8080") is None
    assert keyring.asked == []
    await local_key(keyring, "https://192.168.1.7:8080")
    assert keyring.asked == [("local", "192.168.1.7:8080")]


async def test_a_keyring_that_is_locked_is_said(make_target: MakeTarget) -> None:
    keyring = Keyring()
    async with Server() as server:
        open_with_key(server)
        keyring.keys["local", server.netloc] = Problem("keyring_locked", reason="")
        target = make_target(_local(server), key=lambda url: local_key(keyring, url))
        assert (await target.check()).code == "keyring_locked"
        with pytest.raises(Problem, match="keyring_locked"):
            await target.prepare()
