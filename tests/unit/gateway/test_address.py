"""Which request targets are read, and as what."""

from pathlib import PurePosixPath
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.switching.route import Endpoint
from trayapp.gateway.address import Address, parse
from trayapp.gateway.refusal import Refused

CHAT, MODELS = Endpoint.CHAT_COMPLETIONS, Endpoint.MODELS


@pytest.mark.parametrize(
    ("target", "address", "endpoint"),
    [
        ("/v1/models", Address(None, None, "/v1/models", ""), MODELS),
        ("/v1/chat/completions", Address(None, None, "/v1/chat/completions", ""), CHAT),
        ("/acme/v1/models", Address(None, "acme", "/v1/models", ""), MODELS),
        ("/t/ampel-x_Y/v1/models", Address("ampel-x_Y", None, "/v1/models", ""), MODELS),
        ("/t/abc/acme/v1/chat/completions", Address("abc", "acme", "/v1/chat/completions", ""), CHAT),
        ("/v1/models?limit=2&x=%2e%2e", Address(None, None, "/v1/models", "limit=2&x=%2e%2e"), MODELS),
        ("/v1/models/gpt-4o", Address(None, None, "/v1/models/gpt-4o", ""), MODELS),
        ("/v1/models/ft:gpt:org::1", Address(None, None, "/v1/models/ft:gpt:org::1", ""), MODELS),
        ("/v1/models/vendor%2Fbig-1", Address(None, None, "/v1/models/vendor%2Fbig-1", ""), MODELS),
    ],
)
def test_addresses(target: str, address: Address, endpoint: Endpoint) -> None:
    assert parse(target) == address
    assert parse(target).endpoint is endpoint


@pytest.mark.parametrize(
    ("target", "status"),
    [
        ("http://evil.example/v1/models", 400),
        ("//evil.example/v1/models", 400),
        ("evil.example:443", 400),
        ("*", 400),
        ("", 400),
        ("/v1/models#x", 400),
        ("/v1/models\x00", 400),
        ("/v1/mödels", 400),
        ("/v1/models?" + "x" * 5000, 414),
        ("/", 404),
        ("/v2/models", 404),
        ("/v1", 404),
        ("/v1/", 404),
        ("/v1/embeddings", 404),
        ("/v1/responses", 404),
        ("/v1/messages", 404),
        ("/v1/chat/completions/", 404),
        ("/v1/chat/completions/x", 404),
        ("/v1//models", 404),
        ("/v1/models/", 404),
        ("/v1/models/..", 404),
        ("/v1/models/../files", 404),
        ("/v1/models/%2e%2e/files", 404),
        ("/v1/models/%2E%2E%2Ffiles", 404),
        ("/v1/models/%252e%252e", 404),
        ("/v1/models/a%2F..%2Fb", 404),
        ("/v1/models/a//b", 404),
        ("/v1/models/a%5Cb", 404),
        ("/v1/models/a%00b", 404),
        ("/v1/models/a%0d%0ab", 404),
        ("/v1/models/a;b", 404),
        ("/t//v1/models", 404),
        ("/t/abc", 404),
        ("/t/abc/v1", 404),
        ("/t/a/t/b/v1/models", 404),
        ("/t/abc/../v1/models", 404),
        ("/%61cme/v1/models", 404),
        ("/ACME/v1/models", 404),
        ("/acme@evil/v1/models", 404),
        ("/acme/other/v1/models", 404),
        ("/v1/v1/models", 404),
    ],
)
def test_refusals(target: str, status: int) -> None:
    with pytest.raises(Refused) as caught:
        _ = parse(target).endpoint
    assert caught.value.status == status
    assert caught.value.headers["x-should-retry"] == "false"


@given(st.text(st.characters(codec="latin-1"), max_size=60).map(lambda tail: "/v1/models/" + tail))
def test_nothing_that_is_accepted_can_lead_elsewhere(target: str) -> None:
    try:
        address = parse(target)
        _ = address.endpoint
    except Refused:
        return
    assert address.path.startswith("/v1/models/")
    for decoded in (address.path, unquote(address.path), unquote(unquote(address.path))):
        assert PurePosixPath(decoded).parts[:3] == ("/", "v1", "models")
        assert ".." not in PurePosixPath(decoded).parts
    assert address.path + (f"?{address.query}" if "?" in target else "") == target
