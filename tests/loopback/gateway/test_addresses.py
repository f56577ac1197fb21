"""Nearly right addresses and large heads."""

import pytest

from tests.support.gatewaybed import CHAT, MODELS, Bed
from tests.support.httpserver import answer


@pytest.mark.parametrize(
    ("method", "path", "right"),
    [
        ("POST", "/v1/chat/completions/", CHAT),
        ("POST", "//v1/chat/completions", CHAT),
        ("POST", "/v1//chat//completions", CHAT),
        ("POST", "/chat/completions", CHAT),
        ("POST", "/v1/v1/chat/completions", CHAT),
        ("POST", "/api/v1/chat/completions", CHAT),
        ("POST", "/V1/Chat/Completions", CHAT),
        ("POST", "/acme/chat/completions", f"/acme{CHAT}"),
        ("POST", "/acme//v1/chat/completions/", f"/acme{CHAT}"),
        ("POST", "/t/{token}/chat/completions", f"/t/<token>{CHAT}"),
        ("POST", "/t/{token}//v1/chat/completions", f"/t/<token>{CHAT}"),
        ("POST", "/t/{token}/acme/v1/chat/completions/?a=1", f"/t/<token>/acme{CHAT}"),
        ("POST", "/responses", "/v1/responses"),
        ("POST", "/acme/v1/responses/", "/acme/v1/responses"),
        ("POST", "/t/{token}/acme/responses", "/t/<token>/acme/v1/responses"),
        ("POST", "/embeddings", "/v1/embeddings"),
        ("GET", "/v1/models/", MODELS),
        ("GET", "/models", MODELS),
        ("GET", "/v1", MODELS),
        ("GET", "/t/{token}/v1/", f"/t/<token>{MODELS}"),
        ("GET", "/v1/models/big-1/", "/v1/models/big-1"),
        ("GET", "/models/vendor%2Fbig-1", "/v1/models/vendor%2Fbig-1"),
    ],
)
async def test_a_nearly_right_address_is_told_the_right_one(method: str, path: str, right: str) -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        got = await bed.send(bed.request(method, path.replace("{token}", bed.token)))
        # opencode asks a 404 of Responses again and again, and shows nothing.
        status = 400 if right.endswith("/responses") else 404
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (status, "unknown_url", "false")
        assert f"http://127.0.0.1:{bed.port}{right}" in got.error["message"].split(" ")
        assert bed.token not in got.error["message"]
        assert bed.cloud.requests == []


@pytest.mark.parametrize(
    "path", ["/nobody/chat/completions", "/", "/favicon.ico", "/files", "/v1/models/%2e%2e/files", "/admin"]
)
async def test_what_is_not_nearly_right_is_told_where_everything_is(path: str) -> None:
    async with Bed() as bed:
        got = await bed.post(path=path)
        assert (got.status, got.error["code"]) == (404, "unknown_url")
        assert "/v1/" in got.error["message"]


async def test_heads_as_large_as_tools_make_them_pass() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        large: dict[str, str | None] = {f"X-Large-{n}": "x" * 16_000 for n in range(3)}
        many: dict[str, str | None] = {f"X-Many-{n}": str(n) for n in range(180)}
        got = await bed.send(bed.request(headers=large | many))
        assert got.status == 200
        sent = bed.cloud.requests[0].headers
        assert sent["x-large-2"] == "x" * 16_000
        assert sent["x-many-179"] == "179"


@pytest.mark.parametrize("headers", [{"X": "x" * 17_000}, {f"X-{n}": "1" for n in range(220)}], ids=["large", "many"])
async def test_larger_heads_are_refused_in_dialect(headers: dict[str, str | None]) -> None:
    async with Bed() as bed:
        got = await bed.send(bed.request(headers=headers))
        assert (got.status, got.error["code"]) == (400, "bad_request")
        assert bed.cloud.requests == []
