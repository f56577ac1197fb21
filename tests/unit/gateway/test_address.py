"""Which request targets are read, and as what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.gateway.address import Address, is_base, meant, parse
from trayapp.gateway.refusal import Refused


@pytest.mark.parametrize(
    ("target", "address"),
    [
        ("/v1/models", Address(None, None, "/v1/models", "")),
        ("/acme/v1/models", Address(None, "acme", "/v1/models", "")),
        ("/t/ampel-x_Y/v1/models", Address("ampel-x_Y", None, "/v1/models", "")),
        ("/t/abc/acme/v1/chat/completions", Address("abc", "acme", "/v1/chat/completions", "")),
        ("/v1/models?limit=2&x=%2e%2e", Address(None, None, "/v1/models", "limit=2&x=%2e%2e")),
        ("/v1/models/vendor%2Fbig-1", Address(None, None, "/v1/models/vendor%2Fbig-1", "")),
        ("/v1/", Address(None, None, "/v1/", "")),
    ],
)
def test_addresses(target: str, address: Address) -> None:
    assert parse(target) == address


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
        ("/t//v1/models", 404),
        ("/t/abc", 404),
        ("/t/abc/v1", 404),
        ("/t/a/t/b/v1/models", 404),
        ("/t/abc/../v1/models", 404),
        ("/%61cme/v1/models", 404),
        ("/ACME/v1/models", 404),
        ("/acme@evil/v1/models", 404),
        ("/acme/other/v1/models", 404),
    ],
)
def test_refusals(target: str, status: int) -> None:
    with pytest.raises(Refused) as caught:
        parse(target)
    assert caught.value.status == status
    assert caught.value.headers["x-should-retry"] == "false"


@given(st.text(st.characters(codec="latin-1"), max_size=60).map(lambda tail: "/v1/" + tail))
def test_what_is_read_is_what_came(target: str) -> None:
    try:
        address = parse(target)
    except Refused:
        return
    assert address.path + (f"?{address.query}" if "?" in target else "") == target


@pytest.mark.parametrize(
    ("target", "right"),
    [
        ("/chat", "/v1/chat"),
        ("/V1/CHAT/", "/v1/chat"),
        ("/api/v1/v1/chat?x=1", "/v1/chat"),
        ("/acme/chat", "/acme/v1/chat"),
        ("/t/ampel-x/acme//chat", "/t/<token>/acme/v1/chat"),
        ("/v1", "/v1/models"),
        ("/t/ampel-x", None),
        ("/other/chat", None),
        ("/other/v1/chat", None),
        ("//127.0.0.1:9/v1/chat", None),
        ("/v1/chat/../v1/chat", None),
        ("/", None),
        ("", None),
        ("*", None),
        ("/" * 100_000, None),
    ],
)
def test_what_was_meant(target: str, right: str | None) -> None:
    assert meant(target, {"acme"}, {"/v1/chat", "/v1/models"}.__contains__) == right


@pytest.mark.parametrize("base", ["", "/acme", "/v1", "/acme/v1", "/acme/", "/v1/"])
@pytest.mark.parametrize("token", ["", "/t/ampel-x"])
@pytest.mark.parametrize("query", ["", "?x=1"])
def test_bases(base: str, token: str, query: str) -> None:
    target = f"{token}{base}{query}"
    assert is_base(target if target.startswith("/") else f"/{target}", {"acme"})


@pytest.mark.parametrize(
    "target",
    [
        "",
        "*",
        "//",
        "/other",
        "/t",
        "/t/",
        "/t/a/other",
        "/t/a/t/b",
        "/v1beta",
        "/v1/models",
        "/acme/x",
        "/acme/acme",
        "/acme\n",
        "http://127.0.0.1/acme",
        "/%61cme",
        "/v1/v1",
        "/" * 100_000,
    ],
)
def test_what_is_no_base(target: str) -> None:
    assert not is_base(target, {"acme"})
