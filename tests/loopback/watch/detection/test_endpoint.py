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
from tests.support.ollama import Ollama
from tests.support.ports import free_port
from trayapp.clock import SystemClock
from trayapp.core.catalogue import Auth, Catalogue, Dialect
from trayapp.core.found import Found
from trayapp.errors import Problem
from trayapp.settings.schema import DEFAULT_PORT
from trayapp.text.found import lines
from trayapp.text.problems import words
from trayapp.watch.detection import service_file
from trayapp.watch.detection.api import Api
from trayapp.watch.detection.endpoint import Known, detect
from trayapp.watch.detection.typed import typed
from trayapp.watch.http import HttpAnswer

NOBODY = Known(Catalogue({}), (), DEFAULT_PORT)
MODELS = answer(200, {"object": "list", "data": [{"id": "big-1", "object": "model"}, {"id": "small-1"}]})
INVALID = answer(400, {"error": {"message": "model is required", "type": "invalid_request_error"}})
NO_KEY = answer(401, {"error": {"message": "no key", "type": "auth_error"}})
ANTHROPICS = answer(400, {"type": "error", "error": {"type": "invalid_request_error", "message": "max_tokens"}})
WEB_PAGE = answer(200, "<html><title>Welcome</title></html>")
PORTAL = redirect("http://login.example/portal")


async def look(text: str, name: str | None = None, known: Known = NOBODY, *, replace: bool = False) -> Found:
    return await detect(text, name, known, SystemClock(), replace=replace)


async def refused(text: str) -> str:
    with pytest.raises(Problem) as met:
        await look(text)
    return met.value.code


def openai(server: Server, base: str = "") -> None:
    server.on(f"{base}/v1/models", MODELS)
    server.on(f"{base}/v1/chat/completions", INVALID)


@pytest.mark.parametrize(
    ("given", "base"),
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
async def test_an_api_is_found_however_its_address_is_given(given: str, base: str) -> None:
    async with Server() as server:
        openai(server, base)
        for text in (server.url + given, server.netloc + given):
            found = await look(text)
            assert found.provider.api is not None
            assert found.provider.api.url == server.url + base
            assert found.provider.api.dialects == (Dialect.OPENAI,)
            assert (found.models, found.wants_key, found.unknown) == (("big-1", "small-1"), False, ("page",))


@pytest.mark.parametrize(
    ("given", "root"),
    [
        ("/v1beta/openai", "/v1beta/openai"),
        ("/api/paas/v4/chat/completions", "/api/paas/v4"),
        ("/chat/completions", ""),
        ("", ""),
        ("/team", "/team"),
    ],
)
@pytest.mark.parametrize("open_to_all", [True, False])
async def test_an_api_that_has_no_v1_is_found_where_it_is(given: str, root: str, *, open_to_all: bool) -> None:
    async with Server() as server:
        server.on(f"{root}/models", MODELS if open_to_all else NO_KEY)
        server.on(f"{root}/chat/completions", INVALID if open_to_all else NO_KEY)
        found = await look(server.url + given, "Gateway")
    api = found.provider.api
    assert api is not None
    assert api.at(Dialect.OPENAI, "/v1/chat/completions") == (server.url + root, "/chat/completions")
    assert found.provider.services[0].probes[0].url == f"{server.url}{root}/models"
    assert (found.wants_key, bool(found.models)) == (not open_to_all, open_to_all)


async def test_another_version_outranks_v1_where_both_ask_for_a_key_first() -> None:
    async with Server() as server:
        server.always(NO_KEY)
        versions, plain = await look(f"{server.url}/api/v3", "A"), await look(f"{server.url}/team", "B")
    assert versions.provider.api is not None
    assert plain.provider.api is not None
    assert (versions.provider.api.root, plain.provider.api.root) == (f"{server.url}/api/v3", f"{server.url}/team/v1")


async def test_a_program_that_has_models_of_its_own_is_no_api() -> None:
    for models in (MODELS, NO_KEY):
        async with Server() as server:
            server.on("/models", models)
            assert await refused(server.url) == "endpoint_nothing"


@pytest.mark.parametrize(
    ("said", "models"),
    [
        ([{"id": "meta/llama", "type": "chat"}, {"id": "b"}], ("meta/llama", "b")),
        ({"object": "list", "data": ["a", "b"]}, ("a", "b")),
        ({"models": [{"name": "a:latest"}]}, ("a:latest",)),
        ({"object": "list", "data": None}, ()),
    ],
)
async def test_models_are_read_however_they_are_listed(said: Any, models: tuple[str, ...]) -> None:
    async with Server() as server:
        server.on("/v1/models", answer(200, said))
        server.on("/v1/chat/completions", INVALID)
        found = await look(server.url)
    assert (found.models, found.unknown) == (models, ("page",))


@pytest.mark.parametrize(
    ("refusal", "said"),
    [(NO_KEY, "It lists them to nobody who asks without a key."), (answer(404, {"error": "none"}), "there are.")],
)
async def test_why_models_are_not_known_is_said_where_it_is_known(refusal: Any, said: str) -> None:
    async with Server() as server:
        server.on("/v1/models", refusal)
        server.on("/v1/chat/completions", INVALID)
        [sentence] = [line for line in lines(await look(server.url)) if "which models" in line]
    assert sentence.endswith(said)


@pytest.mark.parametrize(
    "given", ["", "/openai/v1/", "/openai/deployments/gpt/chat/completions?api-version=2024-06-01"]
)
@pytest.mark.parametrize("everywhere", [False, True])
async def test_azure_is_found_above_its_deployments_and_given_its_own_header(given: str, *, everywhere: bool) -> None:
    no_key = answer(401, {"error": {"code": "401", "message": "Access denied due to invalid subscription key."}})
    async with Server() as server:
        server.always(no_key if everywhere else answer(404, {"error": {"code": "404", "message": "Not found"}}))
        server.on("/openai/v1/models", no_key)
        server.on("/openai/v1/chat/completions", no_key)
        found = await look(server.url + given, "Azure")
    [service] = found.provider.services
    assert found.provider.api is not None
    assert (found.provider.api.url, found.wants_key) == (f"{server.url}/openai", True)
    assert [(one.url, one.auth, one.key) for one in service.probes] == [
        (f"{server.url}/openai/v1/models", Auth.API_KEY, "azure")
    ]


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
    assert lines(found)[0] == f"An API at {server.url}."


async def test_a_status_page_alone_is_watched_by_its_page_alone() -> None:
    parts = [pagefiles.component("page-1", "API", "operational", time.time())]
    async with Server() as server:
        server.on("/api/v2/summary.json", answer(200, pagefiles.summary(parts)))
        server.on("/", answer(200, "<html><script src='https://x.statuspage.io/a.js'></script></html>"))
        found = await look(server.url, "Acme")
    assert found.provider.page is not None
    assert (found.provider.page.kind, found.provider.page.page_id) == ("statuspage", pagefiles.PAGE_ID)
    assert (found.page_kind, found.page_parts, found.provider.api) == ("Statuspage", 1, None)
    assert lines(found) == (f"A status page: {found.address} (Statuspage, 1 part)",)


async def test_nothing_that_is_no_api_is_taken_for_one(monkeypatch: pytest.MonkeyPatch) -> None:
    secure = Authority().server()
    cases: list[tuple[Any, str]] = [
        (answer(404, {"error": {"message": "not here"}}), "endpoint_nothing"),
        (answer(404, "<html>nginx</html>"), "endpoint_nothing"),
        (answer(200, {"hello": "world"}), "endpoint_nothing"),
        (answer(200, []), "endpoint_nothing"),
        (answer(502, "<html>Bad Gateway</html>"), "endpoint_troubled"),
        (answer(503, {"error": "down"}), "endpoint_troubled"),
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
            assert await refused(server.url) == code
    async with Server(tls=secure) as server:
        server.always(NO_KEY)
        assert await refused(server.url) == "endpoint_untrusted"
        assert await refused(server.url.replace("https", "http")) == "endpoint_no_http"
    async with Server() as server:
        assert await refused(server.url.replace("http", "https")) == "endpoint_tls"
    assert await refused(f"127.0.0.1:{free_port()}") == "endpoint_refused"
    assert await refused("no-such-host.invalid") == "endpoint_no_name"
    assert await refused(f"127.0.0.1:{DEFAULT_PORT}") == "endpoint_is_gateway"


@pytest.mark.parametrize(
    ("behaviour", "said"),
    [
        (answer(503, {"error": "down"}), "503, they are overloaded or switched off"),
        (answer(404, "<html>nginx</html>"), "404, there is nothing at this address"),
        (answer(200, {"hello": "world"}), "200, an answer without what was asked for"),
    ],
)
async def test_what_is_wrong_is_said_of_this_port_and_in_words(behaviour: Any, said: str) -> None:
    async with Server() as server:
        server.always(behaviour)
        with pytest.raises(Problem) as met:
            await look(server.netloc)
    title, message = words(met.value)
    assert title.startswith(f"{server.netloc} ")
    assert f"Its answer: {said}. " in message


@pytest.mark.parametrize(("name", "ident"), [("社内ゲートウェイ", "127-0-0-1"), ("Шлюз 7", "7"), ("Größe", "gr")])
async def test_names_in_any_script_are_names(name: str, ident: str) -> None:
    async with Server() as server:
        openai(server)
        found = (await look(server.url, name)).provider
    assert found.name == name
    assert found.provider.startswith(ident)


@pytest.mark.parametrize("name", ["", " ", "🙂", "---", '"""'])
async def test_a_name_without_a_letter_is_none(name: str) -> None:
    async with Server() as server:
        openai(server)
        with pytest.raises(Problem, match="endpoint_name"):
            await look(server.url, name)


async def test_a_name_that_leads_nowhere_does_so_at_every_port() -> None:
    with pytest.raises(Problem) as met:
        await look("no-such-host.invalid:8000")
    assert met.value.params["host"] == "no-such-host.invalid"


async def test_who_hangs_is_given_up_in_time() -> None:
    async with Server() as mute, Server() as slow:
        mute.always(silent)
        slow.always(drip)
        ends = await asyncio.gather(refused(mute.url), refused(slow.url))
    # Neither would ever have ended by itself.
    assert list(ends) == ["endpoint_silent"] * 2


async def test_a_local_server_is_named_as_what_it_proves_to_be() -> None:
    async with Ollama("qwen3:8b") as ollama, Server() as llama:
        llama.always(answer(503, {"error": {"code": 503, "message": "Loading model", "type": "unavailable_error"}}))
        llama.on("/health", answer(503, {"error": {"message": "Loading model"}}, {"server": "llama.cpp"}))
        first, second = await asyncio.gather(look(ollama.url), look(llama.url))
    assert (first.product, first.provider.provider, first.models) == ("Ollama", "ollama", ("qwen3:8b",))
    assert (second.product, second.provider.provider) == ("llama-server", "llama-server")
    assert "not_ready" in second.unknown
    assert [probe.up for probe in second.provider.services[0].probes] == [()]


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 529])
async def test_trouble_at_that_moment_never_counts_as_up_later(status: int) -> None:
    async with Server() as server:
        server.on("/v1/models", answer(status, {"error": {"message": "try later", "type": "rate_limit"}}))
        server.on("/v1/chat/completions", INVALID)
        found = await look(server.url)
    assert "not_ready" in found.unknown
    assert [probe.up for probe in found.provider.services[0].probes] == [()]


async def test_a_page_that_hangs_hides_no_api() -> None:
    async with Server() as server:
        server.always(silent)
        server.on("/", answer(200, "<html>Docs</html>"))
        openai(server)
        found = await look(server.url)
    assert found.models == ("big-1", "small-1")


async def test_looking_again_takes_nobody_elses_place() -> None:
    async with Server() as one, Server() as two:
        openai(one)
        openai(two)
        first = (await look(one.url, "Team")).provider
        known = Known(Catalogue({"team": first}), ("team",), DEFAULT_PORT)
        assert (await look(one.url, "Team", known, replace=True)).provider.provider == "team"
        assert (await look(two.url, "Team", known, replace=True)).provider.provider == "team-2"
        with pytest.raises(Problem, match="endpoint_own"):
            await look(one.url, "Other", known)


async def test_what_is_found_further_down_may_be_among_the_own_ones_already() -> None:
    async with Server() as server:
        openai(server, "/api")
        first = (await look(server.url, "Team")).provider
        known = Known(Catalogue({"team": first}), ("team",), DEFAULT_PORT)
        with pytest.raises(Problem, match="endpoint_own"):
            await look(server.url, "Other", known)
        assert (await look(server.url, "Team", known, replace=True)).provider.provider == "team"


async def test_a_key_that_would_travel_in_the_clear_is_left_out() -> None:
    there = typed("http://gpu.lan:8000")
    refusal = HttpAnswer(401, {}, b'{"error": "Unauthorized"}', False, there.origins[0], None, 0.0, 0.0)
    api = Api(f"{there.origins[0]}/v1", refusal, None, (Dialect.OPENAI,))
    made = service_file.found(there, None, api, None, Catalogue({}))
    assert (made.wants_key, made.in_the_clear) == (True, True)
    assert made.provider.api is not None
    assert (made.provider.api.key, made.provider.services[0].probes[0].key) == (None, None)
    over_tls = typed("https://gpu.lan:8000")
    secure = service_file.found(over_tls, None, api._replace(root=f"{over_tls.origins[0]}/v1"), None, Catalogue({}))
    assert (secure.in_the_clear, secure.provider.services[0].probes[0].key) == (False, secure.provider.provider)
