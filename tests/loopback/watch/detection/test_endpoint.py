"""What is found at addresses that people type, against servers that answer as real ones do."""

import asyncio
import time
from typing import Any

import pytest

from tests.support import pagefiles
from tests.support.httpserver import (
    Authority,
    Server,
    answer,
    cut,
    drip,
    endless,
    garbage,
    hang_up,
    redirect,
    silent,
)
from tests.support.ports import free_port
from trayapp.clock import SystemClock
from trayapp.core.catalogue import Catalogue, Dialect
from trayapp.core.found import Found
from trayapp.errors import Problem
from trayapp.settings.schema import DEFAULT_PORT
from trayapp.watch.detection.endpoint import DEADLINE_S, Known, detect

NOBODY = Known(Catalogue({}), (), DEFAULT_PORT)
MODELS = answer(200, {"object": "list", "data": [{"id": "big-1", "object": "model"}, {"id": "small-1"}]})
INVALID = answer(400, {"error": {"message": "model is required", "type": "invalid_request_error"}})
NO_KEY = answer(401, {"error": {"message": "no key", "type": "auth_error"}})
ANTHROPICS = answer(400, {"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens"}})
WEB_PAGE = answer(200, "<html><title>Welcome</title></html>")
PORTAL = redirect("http://login.example/portal")


async def look(text: str, name: str | None = None, known: Known = NOBODY, *, replace: bool = False) -> Found:
    return await detect(text, name, known, SystemClock(), replace=replace)


async def refused(text: str) -> tuple[str, float]:
    begun = time.monotonic()
    with pytest.raises(Problem) as met:
        await look(text)
    return met.value.code, time.monotonic() - begun


def openai(server: Server, base: str = "") -> None:
    server.on(f"{base}/v1/models", MODELS)
    server.on(f"{base}/v1/chat/completions", INVALID)


@pytest.mark.parametrize(
    ("typed", "base"),
    [
        ("", ""),
        ("/", ""),
        ("/v1", ""),
        ("/v1/chat/completions", ""),
        ("/team/v1", "/team"),
        ("", "/api"),
        ("", "/openai"),
    ],
)
async def test_an_api_is_found_however_its_address_is_given(typed: str, base: str) -> None:
    async with Server() as server:
        openai(server, base)
        for text in (server.url + typed, server.netloc + typed):
            found = await look(text)
            assert found.provider.api is not None
            assert found.provider.api.url == server.url + base
            assert found.provider.api.dialects == (Dialect.OPENAI,)
            assert (found.models, found.wants_key, found.unknown) == (("big-1", "small-1"), False, ("page",))


async def test_both_dialects_are_told_apart_by_their_paths() -> None:
    async with Server() as both, Server() as anthropics:
        openai(both)
        both.on("/v1/messages", ANTHROPICS)
        anthropics.always(answer(404, {"type": "error", "error": {"type": "not_found_error", "message": "none"}}))
        anthropics.on("/v1/messages", ANTHROPICS)
        anthropics.on("/v1/models", answer(200, {"data": [{"id": "c-1"}], "has_more": False, "first_id": "c-1"}))
        first, second = await look(both.url), await look(anthropics.url)
    assert first.provider.api is not None
    assert first.provider.api.dialects == (Dialect.OPENAI, Dialect.ANTHROPIC)
    assert second.provider.api is not None
    assert second.provider.api.dialects == (Dialect.ANTHROPIC,)


async def test_who_asks_everybody_for_a_key_first_tells_no_dialect_and_says_so() -> None:
    async with Server() as server:
        server.always(NO_KEY)
        found = await look(f"{server.url}/v1", "Gateway")
    [service] = found.provider.services
    assert (found.wants_key, found.in_the_clear, found.status) == (True, False, 401)
    assert found.unknown == ("models", "dialects", "page")
    assert (service.probes[0].auth, service.probes[0].key) == ("bearer", "gateway")
    assert [(up.status, up.json) for up in service.probes[0].up] == [(401, "error.type")]


async def test_a_status_page_alone_is_watched_by_its_page_alone() -> None:
    parts = [pagefiles.component("page-1", "API", "operational", time.time())]
    async with Server() as server:
        server.on("/api/v2/summary.json", answer(200, pagefiles.summary(parts)))
        server.on("/", answer(200, "<html><script src='https://x.statuspage.io/a.js'></script></html>"))
        found = await look(server.url, "Acme")
    assert found.provider.page is not None
    assert (found.provider.page.kind, found.provider.page.page_id) == ("statuspage", pagefiles.PAGE_ID)
    assert (found.page_kind, found.page_parts, found.provider.api) == ("Statuspage", 1, None)


async def test_nothing_that_is_no_api_is_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    secure = Authority().server()
    cases: list[tuple[Any, str]] = [
        (answer(404, {"error": {"message": "not here"}}), "endpoint_nothing"),
        (answer(404, "<html>nginx</html>"), "endpoint_nothing"),
        (answer(200, {"hello": "world"}), "endpoint_nothing"),
        (answer(200, []), "endpoint_nothing"),
        (answer(502, "<html>Bad Gateway</html>"), "endpoint_nothing"),
        (answer(401, "<html>Sign in</html>"), "endpoint_nothing"),
        (WEB_PAGE, "endpoint_web_page"),
        (PORTAL, "endpoint_elsewhere"),
        (hang_up, "endpoint_no_http"),
        (garbage, "endpoint_no_http"),
        (cut, "endpoint_no_http"),
        (endless, "endpoint_nothing"),
    ]
    for behaviour, code in cases:
        async with Server() as server:
            server.always(behaviour)
            assert (await refused(server.url))[0] == code
    async with Server(tls=secure) as server:
        server.always(NO_KEY)
        assert (await refused(server.url))[0] == "endpoint_untrusted"
        assert (await refused(server.url.replace("https", "http")))[0] == "endpoint_no_http"
    async with Server() as server:
        assert (await refused(server.url.replace("http", "https")))[0] == "endpoint_tls"
    assert (await refused(f"127.0.0.1:{free_port()}"))[0] == "endpoint_refused"
    assert (await refused("no-such-host.invalid"))[0] == "endpoint_no_name"
    assert (await refused(f"127.0.0.1:{DEFAULT_PORT}"))[0] == "endpoint_is_gateway"


async def test_who_hangs_is_given_up_in_time() -> None:
    async with Server() as mute, Server() as slow:
        mute.always(silent)
        slow.always(drip)
        ends = await asyncio.gather(refused(mute.url), refused(slow.url))
    assert [code for code, _ in ends] == ["endpoint_silent"] * 2
    assert max(took_s for _, took_s in ends) < DEADLINE_S + 1
