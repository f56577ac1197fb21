"""Closed to others: what must not get in, and that nothing of it reaches anybody."""

import asyncio
import contextlib
import json
import logging

import psutil
import pytest

from tests.support.gatewaybed import CHAT, KEY, QUESTION, Bed, Got
from tests.support.httpserver import answer
from trayapp.core.switching.route import To
from trayapp.gateway.limits import GatewayLimits
from trayapp.tasks import Tasks


def is_refusal(got: Got, status: int) -> bool:
    """A refusal in the dialect, without any door for a web page."""
    assert got.status == status
    assert isinstance(got.error["message"], str)
    assert got.headers["content-type"].startswith("application/json")
    assert not [name for name in got.headers if name.lower().startswith("access-control-")]
    return got.whole


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
@pytest.mark.parametrize(
    ("method", "path", "headers", "status"),
    [
        ("POST", CHAT, {"Host": "evil.example"}, 403),
        ("POST", CHAT, {"Host": "127.0.0.1"}, 403),
        ("POST", CHAT, {"Origin": "https://evil.example"}, 403),
        ("POST", CHAT, {"Origin": "null"}, 403),
        ("POST", CHAT, {"Sec-Fetch-Site": "cross-site"}, 403),
        (
            "OPTIONS",
            CHAT,
            {
                "Origin": "https://evil.example",
                "Access-Control-Request-Method": "POST",
                "Access-Control-Request-Headers": "authorization",
                "Access-Control-Request-Private-Network": "true",
            },
            403,
        ),
        ("OPTIONS", CHAT, {}, 405),
        ("PUT", CHAT, {}, 405),
        ("POST", "/v1/models/big-1", {}, 405),
        ("GET", "/v1/embeddings", {}, 405),
        ("GET", "/v1/completions", {}, 405),
        ("GET", "/v1/responses", {}, 405),
        ("PUT", "/v1/responses/resp_1", {}, 405),
        ("TRACE", "/v1/files", {}, 405),
        ("OPTIONS", "/v1/files", {}, 405),
        ("POST", "/v1/files", {"Origin": "https://evil.example", "Content-Type": "text/plain"}, 403),
        ("POST", "/v1/files", {"Sec-Fetch-Site": "same-site", "Content-Type": "text/plain"}, 403),
        ("GET", "/v1/files", {"Sec-Fetch-Site": "cross-site"}, 403),
        ("POST", "/v1/files", {"Authorization": None}, 401),
        ("DELETE", "/v1/responses/resp_1", {"Authorization": "Bearer sk-own"}, 401),
        ("POST", "/v1/responses", {"Content-Type": "text/plain"}, 415),
        ("POST", "/v1/embeddings", {"Content-Type": "multipart/form-data; boundary=x"}, 415),
        ("POST", CHAT, {"Content-Type": "text/plain"}, 415),
        ("POST", CHAT, {"Content-Type": None}, 415),
        ("POST", CHAT, {"Authorization": "Bearer ampel-wrong"}, 401),
        ("POST", CHAT, {"Authorization": "Bearer sk-own"}, 401),
        ("POST", CHAT, {"Authorization": None}, 401),
        ("POST", "/t/ampel-wrong/v1/chat/completions", {}, 401),
        ("POST", "/v1/messages", {}, 400),
        ("POST", "/nobody/v1/responses", {}, 400),
        ("GET", "/", {}, 404),
        ("GET", "/nobody/v1/models", {}, 404),
        ("GET", "http://evil.example/v1/models", {}, 400),
        ("GET", "http://{cloud}/v1/models", {}, 400),
        ("GET", "//{cloud}/v1/models", {}, 400),
        ("GET", "/v1/models/%2e%2e/files", {}, 404),
        ("GET", "/v1/models/../../admin", {}, 404),
        ("GET", "/v1/files/../../admin", {}, 404),
        ("GET", "/v1/files/%2e%2e/%2e%2e/admin", {}, 404),
        ("GET", "/v1/files/%2e%2e%2f..%2fadmin", {}, 404),
        ("GET", "/v1/files/%252e%252e/admin", {}, 404),
        ("GET", "/v1/files/..%5c..%5cadmin", {}, 404),
        ("GET", "/v1/files/..;/admin", {}, 404),
        ("GET", "/v1/./files", {}, 404),
        ("GET", "/v1/responses/../../admin", {}, 404),
        ("GET", "/v1/responses/%2e%2e/files", {}, 404),
        ("GET", "/v1/organization/admin_api_keys", {}, 403),
        ("GET", "/v1/Organization/users", {}, 403),
        ("POST", "/v1/%6frganization/projects", {}, 403),
        ("GET", "/v1/organization", {}, 403),
        ("GET", "/v1/organization./users", {}, 403),
        ("GET", "/v1/organization%20", {}, 403),
        ("GET", "/v1/organizations/users", {}, 403),
        ("GET", "/v1/files", {"Upgrade": "h2c, websocket", "Connection": "Upgrade"}, 426),
        ("GET", "/{cloud}/v1/models", {}, 404),
        ("GET", "/http://{cloud}/v1/models", {}, 404),
    ],
)
async def test_refused(route: To, method: str, path: str, headers: dict[str, str | None], status: int) -> None:
    async with Bed() as bed:
        bed.switch(route)
        named = path.replace("{cloud}", bed.cloud.netloc)
        assert is_refusal(await bed.send(bed.request(method, named, headers=headers)), status)
        assert bed.cloud.requests == bed.local.requests == []
        assert bed.tries == []


@pytest.mark.parametrize(
    "name",
    ["X-Upstream", "X-Base-Url", "X-Forwarded-Host", "X-Forwarded-Server", "Forwarded", "X-Original-Url", "X-Host"],
)
async def test_no_header_and_no_parameter_names_another_upstream(name: str) -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        evil = bed.local.url
        got = await bed.post({"api_base": evil, "base_url": evil}, path=f"{CHAT}?base_url={evil}", **{name: evil})
        assert got.status == 200
        assert bed.local.requests == []
        assert bed.cloud.asked(CHAT) == 1


async def test_connect_opens_no_tunnel() -> None:
    async with Bed() as bed:
        raw = f"CONNECT {bed.cloud.netloc} HTTP/1.1\r\nHost: {bed.cloud.netloc}\r\n\r\n".encode()
        got = await bed.send(raw)
        assert is_refusal(got, got.status)
        assert got.status in (400, 403)
        assert bed.cloud.connections == 0


@pytest.mark.parametrize(
    "head",
    [
        "POST {path}\r\n{host}\r\n",
        "POST {path} HTTP/1.0\r\n{host}{json}Content-Length: 0\r\n\r\n",
        "POST {path} HTTP/2.0\r\n{host}{json}Content-Length: 0\r\n\r\n",
        "POST {path} x HTTP/1.1\r\n{host}\r\n",
        "GET /v1/models HTTP/1.1\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\n{host}{host}\r\n",
        "GET /v1/models HTTP/1.1\r\n{host}X: " + "x" * 20_000 + "\r\n\r\n",
        "GET /v1/models HTTP/1.1\r\n{host}" + "".join(f"X-{n}: 1\r\n" for n in range(300)) + "\r\n",
        "GET /v1/models?" + "x" * 20_000 + " HTTP/1.1\r\n{host}\r\n",
        "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ],
)
async def test_a_head_that_is_none_of_ours_is_refused(head: str) -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        host = f"Host: 127.0.0.1:{bed.port}\r\nAuthorization: Bearer {bed.token}\r\n"
        raw = (
            head.replace("{host}", host).replace("{path}", CHAT).replace("{json}", "Content-Type: application/json\r\n")
        )
        got = await bed.send(raw.encode("latin-1"))
        assert got.status >= 400
        assert is_refusal(got, got.status)
        assert bed.cloud.requests == []


async def test_a_second_request_behind_the_first_is_checked_as_well() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        async with bed.client() as client:
            await client.send(bed.request() + bed.request(headers={"Origin": "https://evil.example"}) + bed.request())
            async with asyncio.timeout(10):
                assert [(await client.receive()).status for _ in range(3)] == [200, 403, 200]
            assert bed.cloud.asked(CHAT) == 2


async def test_a_request_that_is_too_large_is_refused_before_and_while_it_comes() -> None:
    async with Bed(limits=GatewayLimits(body_bytes=1000)) as bed:
        assert is_refusal(await bed.post({"x": "y" * 2000}), 400)
        head = bed.request(headers={"Content-Length": None, "Transfer-Encoding": "chunked"}, body=b"")
        assert is_refusal(await bed.send(head + b"400\r\n" + b"x" * 1024 + b"\r\n"), 400)
        assert bed.cloud.requests == []


async def test_a_request_that_does_not_come_to_its_end_is_refused_at_the_limit() -> None:
    async with Bed(limits=GatewayLimits(upload_s=0.3)) as bed:
        assert is_refusal(await bed.send(bed.request(headers={"Content-Length": "5000"})), 408)
        assert bed.cloud.requests == []


async def test_a_head_that_comes_drop_by_drop_is_closed() -> None:
    async with Bed(limits=GatewayLimits(idle_s=0.5)) as bed, bed.client() as client:

        async def drop_by_drop() -> None:
            await client.send(b"POST /v1/models HTTP/1.1\r\nX-Drops: ")
            while True:
                await client.send(b"X")
                await asyncio.sleep(0.05)

        async with asyncio.timeout(10), Tasks("test") as tasks:
            dropping = tasks.spawn(drop_by_drop(), "drops")
            with contextlib.suppress(ConnectionError):
                assert await client.reader.read() == b""
            dropping.cancel()


async def test_more_requests_than_a_machine_has_tools_are_told_to_come_later() -> None:
    async with Bed(limits=GatewayLimits(requests=2)) as bed:

        async def wait(writer: asyncio.StreamWriter, request: object) -> None:
            await release.wait()
            await answer(200, {})(writer, request)  # type: ignore[arg-type]  # the request is not looked at

        release = asyncio.Event()
        bed.cloud.on(CHAT, wait)
        async with asyncio.TaskGroup() as group:
            first = [group.create_task(bed.post()) for _ in range(2)]
            await bed.cloud.wait_asked(CHAT, 2)
            assert is_refusal(await bed.post(), 503)
            release.set()
        assert [one.result().status for one in first] == [200, 200]


async def test_a_token_never_leaves() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        old = bed.tokens.add("old")
        bed.tokens.forget("old")
        path = f"/t/{bed.token}/v1/chat/completions"
        other = bed.tokens.add("other")
        assert is_refusal(await bed.post(path=path, Authorization=f"Bearer {old}"), 401)
        assert (await bed.post(path=path, Authorization=f"Bearer {other}")).status == 200
        assert (await bed.post(path=path, Authorization="Bearer sk-own", X_Api_Key=bed.token)).status == 200
        sent = str(bed.cloud.requests)
        assert "ampel-" not in sent
        assert sent.count(KEY) == 2
        assert "sk-own" not in sent


async def test_only_loopback_is_listened_on() -> None:
    async with Bed() as bed:
        assert bed.gateway.url == f"http://127.0.0.1:{bed.port}"
        sockets = psutil.Process().net_connections("tcp")
        hosts = {one.laddr.ip for one in sockets if one.status == "LISTEN" and one.laddr.port == bed.port}
        assert "127.0.0.1" in hosts <= {"127.0.0.1", "::1"}


async def test_nothing_of_a_request_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        async with Bed() as bed:
            bed.cloud.on(CHAT, answer(500, {"error": {"message": "echo canary-answer"}}))
            question = json.loads(json.dumps(QUESTION).replace("Hello?", "canary-question"))
            await bed.post(question)
            await bed.send(b"canary-garbage\r\n\r\n")
            await bed.told()
    assert "canary" not in caplog.text
    assert KEY not in caplog.text
    assert bed.token not in caplog.text
