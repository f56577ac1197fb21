"""Secrets in every dialect: each goes to its own host, and to nobody else, no log and no file, whatever happens."""

import logging
from typing import NamedTuple

import pytest
from msgspec import structs

from tests.support.gatewaybed import CHAT, KEY, SAID, Got, chunks
from tests.support.httpserver import Behaviour, Server, answer, garbage, hang_up, redirect
from tests.support.leaks import holders
from tests.support.messagesbed import BRAIN_KEY, MESSAGES, MessagesBed
from tests.support.tagged import RESPONSES, SPEECH
from trayapp.core.catalogue import Catalogue, Dialect, Login
from trayapp.core.switching.route import Endpoint, Mode, To
from trayapp.paths import home

OWN = "sk-canary-of-the-tool-itself"
LOGIN = "eyJ-canary-of-a-login"
ACCOUNT = "canary-of-an-account"
ALL = (KEY, BRAIN_KEY, OWN, LOGIN, ACCOUNT)

Headers = dict[str, str | None]


class Way(NamedTuple):
    """How a tool asks. `secret`: what its provider gets to see."""

    dialect: str
    path: str
    headers: Headers
    secret: str


def every_way(bed: MessagesBed) -> list[Way]:
    chat: Headers = {"Authorization": f"Bearer {bed.token}"}
    messages: Headers = {"Authorization": None, "x-api-key": bed.token, "anthropic-version": "2023-06-01"}
    own: Headers = {"Authorization": f"Bearer {OWN}"}
    at = f"/t/{bed.token}"
    return [
        Way("chat", CHAT, chat, KEY),
        Way("responses", RESPONSES, chat, KEY),
        Way("messages", MESSAGES, messages, BRAIN_KEY),
        Way("chat", at + CHAT, own, OWN),
        Way("responses", at + RESPONSES, own, OWN),
        Way("messages", at + MESSAGES, own | {"anthropic-version": "2023-06-01"}, OWN),
        Way("messages", at + MESSAGES, messages | {"x-api-key": OWN}, OWN),
        Way(
            "responses",
            f"{at}/acme-login{RESPONSES}",
            {"Authorization": f"Bearer {LOGIN}", "ChatGPT-Account-ID": ACCOUNT},
            LOGIN,
        ),
    ]


def behaviours(thief: Server) -> list[Behaviour]:
    return [
        answer(200, b"{}"),
        chunks([b'data: {"type":"message_stop"}\n\n']),
        answer(401, {"type": "error", "error": {"type": "authentication_error", "message": "no"}}),
        answer(500, {"error": {"message": "oh", "type": "server_error"}}),
        answer(400, {"error": {"message": "what?", "type": "invalid_request_error"}}),
        redirect(f"{thief.url}/v1/taken", 307),
        answer(200, b'{"choices"', {"content-encoding": "gzip"}),
        garbage,
        hang_up,
    ]


@pytest.mark.parametrize("speaks", [(Endpoint.CHAT_COMPLETIONS, Endpoint.RESPONSES, Endpoint.MESSAGES), ()])
@pytest.mark.parametrize("mode", [Mode.MANUAL, Mode.AUTO])
async def test_no_secret_goes_astray(
    caplog: pytest.LogCaptureFixture, mode: Mode, speaks: tuple[Endpoint, ...]
) -> None:
    got: list[Got] = []
    with caplog.at_level(logging.DEBUG):
        async with Server() as thief, Server() as login, MessagesBed() as bed:
            bed.auto.switch(mode)
            bed.target = structs.replace(bed.target, speaks=speaks or (Endpoint.CHAT_COMPLETIONS,))
            at = Login("acme-login", f"{login.url}/codex", (Dialect.OPENAI,), ("/responses", "/models"))
            acme = structs.replace(bed.catalogue.providers["acme"], logins=(at,))
            bed.catalogue = Catalogue(bed.catalogue.providers | {"acme": acme})
            bed.local.always(answer(200, SAID))
            ways = every_way(bed)
            for behaviour in behaviours(thief):
                for server in (bed.cloud, bed.brain, login):
                    server.always(behaviour)
                for to in (To.CLOUD, To.LOCAL):
                    bed.switch(to)
                    for way in ways:
                        raw = bed.request("POST", way.path, SPEECH[way.dialect].ask("tag-1"), way.headers)
                        got.append(await bed.send(raw))
            asked = {server: str(server.requests) for server in (bed.cloud, bed.brain, login, bed.local, thief)}
            told = f"{bed.tries} {bed.answers} {bed.gateway.problem} {bed.auto.notices()} {bed.gateway.last_seen}"
    assert len(got) == 2 * len(ways) * 9
    # Each was there at all, and at its own host alone.
    assert [secret for secret in ALL if secret in asked[bed.cloud]] == [KEY, OWN]
    assert [secret for secret in ALL if secret in asked[bed.brain]] == [BRAIN_KEY, OWN]
    assert [secret for secret in ALL if secret in asked[login]] == [LOGIN, ACCOUNT]
    assert bed.local.requests
    assert [secret for secret in ALL if secret in asked[bed.local]] == []
    assert thief.requests == []
    for secret in (*ALL, bed.token):
        assert not [server.url for server, requests in asked.items() if bed.token in requests]
        assert secret not in told
        assert secret not in caplog.text
        assert not [one for one in got if secret in f"{one.headers} {one.body!r}"]
    for secret in ALL:
        assert holders(secret, home().config, home().data) == []
