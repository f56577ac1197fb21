"""Requests as they are sent, beside what httpx would make of the same address."""

import httpx
import pytest

from trayapp.watch.request import USER_AGENT, request_for, text_of


@pytest.mark.parametrize(
    "url",
    [
        "http://example.org",
        "https://example.org:443/v1/models?limit=1&after=a%20b",
        "https://example.org:8443/",
        "HTTP://EXAMPLE.org/UPPER/Path",
        "http://[2001:db8::1]:8080/x",
        "http://192.0.2.1/a b/ü?q=ä ö#part",
        "https://b\u00fccher.example/stra\u00dfe",
        "https://example.org/a/%2e%2E/b?x=[y]&z=100%25",
        "https://user:w%40rd@example.org/private",
        "http://under_score.example/~me/(x);y=1",
        "http://host./",
    ],
)
def test_an_address_is_sent_as_everybody_sends_it(url: str) -> None:
    ours = request_for("GET", url, {}, None, {})
    wanted = httpx.Client().build_request("GET", url)
    host, port = ours.url.host, ours.url.port
    assert (ours.url.scheme, host, port) == (wanted.url.raw_scheme, wanted.url.raw_host, wanted.url.port or port)
    assert ours.url.target == wanted.url.raw_path
    assert dict(ours.headers)[b"host"] == wanted.headers["host"].encode()
    auth = next(httpx.BasicAuth(wanted.url.username, wanted.url.password).auth_flow(wanted)).headers["authorization"]
    assert dict(ours.headers).get(b"authorization") == (auth.encode() if "@" in url else None)


def test_every_header_once_and_the_callers_outrank_ours() -> None:
    request = request_for("POST", "http://example.org/", {"Accept": "application/json", "X-Key": "k"}, b"{}", {})
    assert request.headers == [
        (b"host", b"example.org"),
        (b"accept", b"application/json"),
        (b"accept-encoding", b"gzip"),
        (b"connection", b"keep-alive"),
        (b"user-agent", USER_AGENT.encode()),
        (b"content-length", b"2"),
        (b"x-key", b"k"),
    ]
    assert (b"content-length", b"0") in request_for("POST", "http://example.org/", {}, None, {}).headers


@pytest.mark.parametrize(
    "url",
    [
        "", "example.org", "ftp://example.org/", "http://", "http://exa mple.org/", "http://a:port/",
        "http://a/\r\nX: y", "http://[::1/", "http://a\\b/",
        "http://\u2603\u0000.example/", "http://" + "\u00fc" * 64 + ".example/",
    ],
)  # fmt: skip
def test_what_is_no_web_address_is_refused(url: str) -> None:
    with pytest.raises(ValueError):  # noqa: PT011 - whichever library says so
        request_for("GET", url, {}, None, {})


def test_a_header_that_cannot_be_sent_is_refused() -> None:
    with pytest.raises(ValueError, match="ascii"):
        request_for("GET", "http://example.org/", {"authorization": "Bearer k\u00e9y"}, None, {})


def test_headers_are_read_whatever_they_are_written_in() -> None:
    raw = [(b"Server", "n\u00fc".encode()), (b"SERVER", b"two"), (b"x-old", b"n\xfc")]
    assert text_of(raw) == {"server": "n\u00fc, two", "x-old": "n\u00fc"}
