"""Whose key travels where."""

from tests.support.gatewaybed import KEY, Bed, acme
from tests.support.httpserver import (
    Authority,
    answer,
)
from trayapp.core.catalogue import Catalogue
from trayapp.net.trust import Trust


async def test_the_tools_own_key_passes_when_the_token_is_in_the_path() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        await bed.post(path=f"/t/{bed.token}/v1/chat/completions", Authorization="Bearer sk-own", OpenAI_Project="p")
        asked = bed.cloud.requests[0]
        assert (asked.headers["authorization"], asked.headers["openai-project"]) == ("Bearer sk-own", "p")
        assert bed.keyring.asked == []
        assert bed.token not in asked.path


async def test_without_own_credentials_the_keyrings_key_is_used() -> None:
    async with Bed() as bed:
        bed.cloud.always(answer(200, {}))
        await bed.post(path=f"/t/{bed.token}/v1/chat/completions", Authorization=None)
        await bed.post(Authorization=None, X_Api_Key=bed.token)
        for asked in bed.cloud.requests:
            assert asked.headers["authorization"] == f"Bearer {KEY}"
            assert bed.token not in str(asked)


async def test_without_any_key_it_says_so() -> None:
    async with Bed() as bed:
        bed.keyring.keys.clear()
        got = await bed.post()
        assert (got.status, got.error["code"]) == (401, "no_key")
        assert got.error["type"] == "authentication_error"
        assert "key set acme" in got.error["message"]
        assert bed.cloud.requests == []
        assert bed.tries == []


async def test_a_stored_key_does_not_go_over_plain_http_to_another_machine() -> None:
    async with Bed() as bed:
        bed.keyring.keys["acme", "acme.invalid"] = KEY
        bed.catalogue = Catalogue({"acme": acme("http://acme.invalid")})
        got = await bed.post()
        assert (got.status, got.error["code"]) == (401, "no_key")


async def test_tls_is_verified_and_spoken() -> None:
    authority = Authority()
    async with Bed(tls=authority.server(), trust=Trust(authority.trust)) as bed:
        bed.cloud.always(answer(200, {"fine": True}))
        assert (await bed.post()).json == {"fine": True}
        assert bed.cloud.requests[0].headers["authorization"] == f"Bearer {KEY}"


async def test_a_certificate_of_nobody_gets_no_key() -> None:
    async with Bed(tls=Authority().server(), trust=Trust(Authority().trust)) as bed:
        got = await bed.post()
        assert (got.status, got.error["code"]) == (502, "upstream_untrusted")
        assert bed.cloud.requests == []
        assert (await bed.told()).code == "untrusted"
