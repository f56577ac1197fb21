"""Starting, stopping, and the tools that were seen."""

import asyncio
import contextlib
import socket
import subprocess
import sys

import pytest

from tests.support.gatewaybed import CHAT, Bed
from tests.support.httpserver import Request, answer, silent
from tests.support.leftovers import nothing_left_open
from trayapp.errors import Problem
from trayapp.settings import schema


async def test_a_taken_port_is_told() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        bed = Bed()
        bed.settings = schema.Settings(gateway=schema.GatewaySettings(port=port, openai="acme"))
        with pytest.raises(Problem, match="port_in_use") as caught:
            await bed.__aenter__()
        assert caught.value.params == {"port": port}
        assert bed.gateway.url is None
        await bed.cloud.__aexit__()
        await bed.local.__aexit__()


async def test_it_can_be_started_again_on_its_port() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        await bed.gateway.stop()
        assert bed.gateway.url is None
        bed.settings = schema.Settings(gateway=schema.GatewaySettings(port=bed.port, openai="acme"))
        await bed.gateway.start()
        assert (await bed.post()).status == 200


def has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


async def test_localhost_by_its_ipv6_name() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        if not has_ipv6():
            with pytest.raises(OSError, match="::1"):
                await asyncio.open_connection("::1", bed.port)
            return
        async with bed.client("::1") as client:
            await client.send(bed.request(headers={"Host": f"[::1]:{bed.port}"}))
            assert (await client.receive()).status == 200


async def test_a_running_request_may_finish_while_the_gateway_stops() -> None:
    async def slowly(writer: asyncio.StreamWriter, request: Request) -> None:
        await asyncio.sleep(0.3)
        await answer(200, {"fine": True})(writer, request)

    async with Bed() as bed:
        bed.cloud.on(CHAT, slowly)
        async with asyncio.TaskGroup() as group:
            asked = group.create_task(bed.post())
            await bed.cloud.wait_asked(CHAT, 1)
            await bed.gateway.stop()
        assert asked.result().json == {"fine": True}


async def test_who_knocks_as_it_stops_stands_before_a_closed_door() -> None:
    with nothing_left_open():
        async with Bed() as bed:
            await bed.get("/")
            with socket.create_connection(("127.0.0.1", bed.port)) as late:
                # Now it is known that somebody knocks, and nobody has opened yet.
                await asyncio.sleep(0)
                await bed.gateway.stop()
                late.settimeout(10)
                with contextlib.suppress(ConnectionError):
                    assert await asyncio.to_thread(late.recv, 1) == b""


async def test_one_that_does_not_finish_is_cut() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, silent)
        async with bed.client() as client:
            await client.send(bed.request())
            await bed.cloud.wait_asked(CHAT, 1)
            async with asyncio.timeout(20):
                await bed.gateway.stop()
                with contextlib.suppress(ConnectionError):
                    assert await client.reader.read() == b""


async def test_each_tools_last_request_is_known() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        other = bed.tokens.add("other")
        before = bed.clock.now()
        await bed.get()
        assert bed.gateway.last_seen.keys() == {"editor"}
        await bed.get(Authorization=f"Bearer {other}")
        await bed.get(Authorization="Bearer ampel-wrong")
        assert bed.gateway.last_seen.keys() == {"editor", "other"}
        assert before <= bed.gateway.last_seen["editor"] <= bed.gateway.last_seen["other"] <= bed.clock.now()


@pytest.mark.expects_log("a request failed inside the gateway")
async def test_a_failure_of_its_own_is_told_and_logged() -> None:
    async with Bed() as bed:
        bed.catalogue = None  # type: ignore[assignment]  # nothing that can happen, so that something fails
        got = await bed.get()
        assert (got.status, got.error["code"]) == (500, "gateway_error")


def test_aiohttp_is_not_loaded_before_the_gateway_is() -> None:
    light = "trayapp.core.switching.routes, trayapp.secrets.tokens, trayapp.tools.openai_env"
    code = f"import sys, {light}; assert 'aiohttp' not in sys.modules"
    subprocess.run([sys.executable, "-c", code], check=True)
