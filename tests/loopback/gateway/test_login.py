"""A tool with a login of its own, as Codex with a ChatGPT account: another address of the same provider."""

import json
from collections.abc import AsyncIterator

import pytest
from msgspec import structs

from tests.support.gatewaybed import KEY, LOCAL_MODEL, Bed, chunks
from tests.support.httpserver import Server, answer
from tests.support.strict_readers import events_of
from trayapp.core.catalogue import Catalogue, Component, Dialect, Login, Part
from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.route import To

OWN = "Bearer eyJhbGciOi.of-the-login"
ASKED = {"model": "big-1", "input": "Hello?", "stream": True}
END = b'data: {"type":"response.completed","response":{"status":"completed","output":[]}}\n\n'
MODELS = {"models": [{"slug": "big-1"}]}


@pytest.fixture
async def login() -> AsyncIterator[Server]:
    async with Server() as server:
        server.on("/codex/responses", chunks([END]))
        server.on("/codex/models", answer(200, MODELS))
        yield server


def add(bed: Bed, login: Server) -> None:
    at = Login("acme-login", f"{login.url}/codex", (Dialect.OPENAI,), ("/responses", "/models"))
    acme = bed.catalogue.providers["acme"]
    responses = Component("responses", "Responses", main=True)
    service = structs.replace(acme.services[0], components=(*acme.services[0].components, responses))
    bed.catalogue = Catalogue({"acme": structs.replace(acme, services=(service,), logins=(at,))})


def at(bed: Bed, path: str) -> str:
    return f"/t/{bed.token}/acme-login{path}"


async def test_it_is_asked_at_its_own_address_with_its_own_headers(login: Server) -> None:
    async with Bed() as bed:
        add(bed, login)
        got = await bed.post(
            ASKED, path=at(bed, "/v1/responses"), Authorization=OWN, ChatGPT_Account_ID="acc-1", Originator="codex_exec"
        )
        assert (got.status, got.body, got.whole) == (200, END, True)
        got = await bed.get(at(bed, "/v1/models?client_version=0.171.0"), Authorization=OWN)
        assert got.json == MODELS
        posted, listed = login.requests
        assert (posted.path, listed.path) == ("/codex/responses", "/codex/models?client_version=0.171.0")
        assert json.loads(posted.body) == ASKED
        assert (posted.headers["authorization"], posted.headers["chatgpt-account-id"]) == (OWN, "acc-1")
        assert posted.headers["originator"] == "codex_exec"
        assert bed.cloud.requests == []
        assert bed.keyring.asked == []
        seen = await bed.told()
        assert (seen.outcome, seen.provider, seen.host, seen.parts) == (Outcome.GOOD, "acme", login.netloc, ())


async def test_it_speaks_for_no_component_of_the_api(login: Server) -> None:
    async with Bed() as bed:
        add(bed, login)
        login.on("/codex/responses", answer(503, {"error": {"message": "x"}}))
        bed.cloud.on("/v1/responses", answer(200, {"object": "response", "output": []}))
        await bed.post(ASKED, path=at(bed, "/v1/responses"), Authorization=OWN)
        await bed.get(at(bed, "/v1/models"), Authorization=OWN)
        await bed.post(ASKED | {"stream": False}, path="/v1/responses")
        failed, listed, api = [await bed.told(number) for number in (1, 2, 3)]
        assert (failed.outcome, failed.host, failed.parts) == (Outcome.FAIL, login.netloc, ())
        assert (listed.outcome, listed.host, listed.parts) == (Outcome.GOOD, login.netloc, ())
        assert (api.outcome, api.host) == (Outcome.GOOD, bed.cloud.netloc)
        assert api.parts == (Part("acme-api", "responses"),)


@pytest.mark.parametrize("path", ["/v1/files", "/v1/chat/completions", "/v1/responsesx", "/v1/responses/%2e%2e/admin"])
@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_there_is_no_other_path_at_this_address(login: Server, path: str, route: To) -> None:
    async with Bed() as bed:
        add(bed, login)
        bed.switch(route)
        got = await bed.post(ASKED, path=at(bed, path), Authorization=OWN)
        status = 400 if path.startswith("/v1/responses/") else 404
        assert (got.status, got.error["code"], got.headers["x-should-retry"]) == (status, "unknown_url", "false")
        assert login.requests == bed.cloud.requests == bed.local.requests == []


async def test_no_stored_key_goes_there(login: Server) -> None:
    async with Bed() as bed:
        add(bed, login)
        bed.keyring.keys["acme", login.netloc] = KEY
        got = await bed.post(ASKED, path="/acme-login/v1/responses")
        assert (got.status, got.error["code"]) == (401, "no_login")
        got = await bed.post(ASKED, path=at(bed, "/v1/responses"), Authorization=None)
        assert (got.status, got.error["code"]) == (401, "no_login")
        assert login.requests == []
        assert bed.keyring.asked == []


async def test_a_websocket_is_refused_here_as_well(login: Server) -> None:
    async with Bed() as bed:
        add(bed, login)
        upgrade = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Key": "eA=="}
        got = await bed.send(bed.request("GET", at(bed, "/v1/responses"), headers={"Authorization": OWN, **upgrade}))
        assert got.status == 426
        assert login.requests == []


async def test_it_moves_with_its_provider_and_its_login_stays_here(login: Server) -> None:
    async with Bed() as bed:
        add(bed, login)
        bed.switch(To.LOCAL)
        bed.local.on("/v1/responses", chunks([END]))
        got = await bed.post(ASKED, path=at(bed, "/v1/responses"), Authorization=OWN, ChatGPT_Account_ID="acc-1")
        (told,) = events_of(got.body)
        assert (told["type"], got.headers["x-llm-ampel-route"]) == ("response.completed", "local; user")
        (asked,) = bed.local.requests
        assert json.loads(asked.body)["model"] == LOCAL_MODEL
        assert "eyJ" not in str(asked)
        assert "acc-1" not in str(asked)
        assert login.requests == []


async def test_a_nearly_right_address_is_told_the_right_one(login: Server) -> None:
    async with Bed() as bed:
        add(bed, login)
        got = await bed.post(ASKED, path=f"/t/{bed.token}/acme-login/responses", Authorization=OWN)
        assert (got.status, got.error["code"]) == (400, "unknown_url")
        assert "/acme-login/v1/responses" in got.error["message"]
