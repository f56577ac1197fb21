"""The switch under load, and what each tool's policy makes of it."""

import asyncio
import json

from tests.support.gatewaybed import CHAT, LOCAL_MODEL, SAID, Bed
from tests.support.httpserver import Behaviour, Request, answer
from tests.support.until import until
from trayapp.core.evidence.connection import NetworkStatus
from trayapp.core.evidence.observation import NetworkState
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.switching.route import Policy, To
from trayapp.settings import schema

EVENTS = 40
CLIENTS = 16


def numbered(who: str, gap_s: float = 0.005) -> Behaviour:
    """Streams `who` and a number, or answers with `who` at once; each time with the request's own name."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        asked = json.loads(request.body)
        if not asked.get("stream"):
            await answer(200, SAID | {"model": who, "name": asked["name"]})(writer, request)
            return
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n")
        said = [{"delta": {"content": "."}}]
        events = [json.dumps({"model": who, "name": asked["name"], "n": n, "choices": said}) for n in range(EVENTS)]
        for one in (*events, "[DONE]"):
            text = f"data: {one}\n\n".encode()
            writer.write(b"%x\r\n%s\r\n" % (len(text), text))
            await writer.drain()
            await asyncio.sleep(gap_s)
        writer.write(b"0\r\n\r\n")

    return behave


async def test_a_flip_under_load_loses_and_reorders_nothing() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, numbered("big-1"))
        bed.local.on(CHAT, numbered(LOCAL_MODEL))
        stop = asyncio.Event()
        plain: list[list[str]] = [[] for _ in range(CLIENTS)]
        streamed: list[list[str]] = [[] for _ in range(CLIENTS)]

        async def ask_plainly(number: int) -> None:
            async with bed.client() as client:
                asked = 0
                while not stop.is_set():
                    await client.send(bed.request(body={"model": "big-1", "name": f"{number}-{asked}"}))
                    got = await client.receive()
                    assert got.whole
                    assert got.status == 200, got
                    assert got.json["name"] == f"{number}-{asked}"
                    assert got.headers["x-llm-ampel-route"].split(";")[0] == (
                        "local" if got.json["model"] == LOCAL_MODEL else "cloud"
                    )
                    plain[number].append(got.json["model"])
                    asked += 1

        async def ask_for_streams(number: int) -> None:
            asked = 0
            while not stop.is_set():
                got = await bed.post({"model": "big-1", "stream": True, "name": f"{number}-{asked}"})
                assert got.whole
                *events, done = got.body.decode().removesuffix("\n\n").split("\n\n")
                assert done == "data: [DONE]"
                told = [json.loads(one.removeprefix("data: ")) for one in events]
                assert [one["n"] for one in told] == list(range(EVENTS))
                assert {one["name"] for one in told} == {f"{number}-{asked}"}
                [model] = {one["model"] for one in told}
                streamed[number].append(model)
                asked += 1

        async with asyncio.timeout(60), asyncio.TaskGroup() as group:
            for number in range(CLIENTS):
                group.create_task(ask_plainly(number))
                group.create_task(ask_for_streams(number))
            for to in (To.LOCAL, To.CLOUD, To.LOCAL):
                rounds = [len(one) for one in streamed]
                await until(lambda: all(len(o) > r for o, r in zip(streamed, rounds, strict=True)), "another round")  # noqa: B023
                bed.switch(to)
            rounds = [len(one) for one in streamed]
            await until(lambda: all(len(o) > r + 1 for o, r in zip(streamed, rounds, strict=True)), "the last round")
            stop.set()

        for models in plain:
            flips = [one for one, before in zip(models[1:], models, strict=False) if one != before]
            assert flips == [LOCAL_MODEL, "big-1", LOCAL_MODEL]
        for models in streamed:
            assert models[0] == "big-1"
            assert models[-1] == LOCAL_MODEL


async def test_a_running_stream_finishes_where_it_began() -> None:
    async with Bed() as bed:
        bed.cloud.on(CHAT, numbered("big-1"))
        bed.local.on(CHAT, numbered(LOCAL_MODEL))
        async with bed.client() as client:
            await client.send(bed.request(body={"stream": True, "name": "x"}))
            await client.head()
            await client.chunk()
            bed.switch(To.LOCAL)
            assert (await bed.post({"name": "y"})).json["model"] == LOCAL_MODEL
            rest = b""
            while piece := await client.chunk():
                rest += piece
            assert rest.count(b'"big-1"') == EVENTS - 1


def with_policy(bed: Bed, policy: Policy, wait_s: int = 300) -> None:
    bed.settings = schema.Settings(gateway=bed.settings.gateway, tools={"editor": schema.ToolSettings(policy, wait_s)})
    bed.cloud.on(CHAT, numbered("big-1"))
    bed.local.on(CHAT, numbered(LOCAL_MODEL))
    bed.switch(To.LOCAL)


async def test_a_tool_that_must_not_get_worse_answers_stays_with_the_cloud() -> None:
    async with Bed() as bed:
        with_policy(bed, Policy.FAIL)
        got = await bed.post({"name": "x"})
        assert (got.json["model"], got.headers["x-llm-ampel-route"]) == ("big-1", "cloud; policy_fail")
        bed.cloud.on(CHAT, answer(502, "<html>"))
        assert (await bed.post({"name": "x"})).status == 502
        assert bed.local.requests == []


async def test_a_tool_that_waits_is_held_until_the_route_is_home() -> None:
    async with Bed() as bed:
        with_policy(bed, Policy.WAIT)
        async with asyncio.TaskGroup() as group:
            waiting = [group.create_task(bed.post({"name": str(n)})) for n in range(5)]
            await until(lambda: bed.gateway.held == 5, "five requests to be held")
            bed.switch(To.LOCAL)
            # What is not worth holding passes meanwhile.
            assert (await bed.get()).headers["x-llm-ampel-route"] == "cloud; policy_wait"
            assert bed.gateway.held == 5
            assert bed.cloud.asked(CHAT) == len(bed.local.requests) == 0
            bed.switch(To.CLOUD)
        for one in waiting:
            assert (one.result().json["model"], one.result().headers["x-llm-ampel-route"]) == (
                "big-1",
                "cloud; back_home",
            )


async def test_a_tool_that_waits_goes_on_once_the_provider_is_verified_well() -> None:
    async with Bed() as bed:
        with_policy(bed, Policy.WAIT)
        async with asyncio.TaskGroup() as group:
            waiting = group.create_task(bed.post({"name": "x"}))
            await until(lambda: bed.gateway.held, "the request to be held")
            verdict = ServiceVerdict("acme-api", "acme", "API", "Acme", Light.GREEN, Finding.OK, None, 0.0, ())
            network = NetworkStatus(NetworkState.ONLINE, 0.0)
            bed.routes.judged(Judgement(0.0, Light.GREEN, (verdict,), (), network))
        assert waiting.result().headers["x-llm-ampel-route"] == "cloud; policy_wait"


async def test_a_tool_that_waited_in_vain_is_told() -> None:
    async with Bed() as bed:
        with_policy(bed, Policy.WAIT, wait_s=1)
        got = await bed.post({"name": "x"})
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (503, "waited_in_vain", "false")
        assert bed.cloud.requests == bed.local.requests == []
        assert bed.gateway.held == 0


async def test_a_tool_that_leaves_while_it_waits_is_forgotten() -> None:
    async with Bed() as bed:
        with_policy(bed, Policy.WAIT)
        async with bed.client() as client:
            await client.send(bed.request())
            await until(lambda: bed.gateway.held, "the request to be held")
            await client.leave()
            await until(lambda: not bed.gateway.held, "the request to be forgotten")
