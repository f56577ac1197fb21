"""What people type and paste as an address."""

import pytest

from trayapp.errors import Problem
from trayapp.watch.detection.typed import short_name, slug, status_hosts, typed


@pytest.mark.parametrize(
    "text",
    ["", " ", "nonsense at all", "ftp://host/", "file:///etc/passwd", "javascript:alert(1)", "http://", "https://",
     "1.2", "http://[::1", "host:99999", "a..b", "http:///x", "?", "-", "http://host:port/", "me@example.com", "@"],
)  # fmt: skip
def test_nonsense_is_said_to_be_none(text: str) -> None:
    with pytest.raises(Problem) as met:
        typed(text)
    assert met.value.code in ("endpoint_no_address", "endpoint_credentials")


@pytest.mark.parametrize("text", ["http://user:secret@host", "user:secret@host/v1", "https://secret@host", "a@@b"])
def test_a_password_is_refused_and_not_repeated(text: str) -> None:
    with pytest.raises(Problem) as met:
        typed(text)
    assert met.value.code == "endpoint_credentials"
    assert "secret" not in str(met.value)


@pytest.mark.parametrize(
    ("text", "origins", "base"),
    [
        ("llm.example.com", ("https://llm.example.com", "http://llm.example.com"), ""),
        ("localhost:8000", ("http://localhost:8000", "https://localhost:8000"), ""),
        ("192.168.1.7:11434/", ("http://192.168.1.7:11434", "https://192.168.1.7:11434"), ""),
        ("[::1]:8080/v1", ("http://[::1]:8080", "https://[::1]:8080"), ""),
        ("HTTPS://API.Example.com/V1", ("https://api.example.com",), "/V1"),
        ("https://gw.example.com/team/v1/chat/completions?x=1#y", ("https://gw.example.com",), "/team"),
        ("  <https://gw.example.com/v1/models> ", ("https://gw.example.com",), ""),
        ("gpu", ("http://gpu", "https://gpu"), ""),
        ("example.com:443", ("https://example.com:443",), ""),
    ],
)
def test_an_address_is_understood_as_it_is_meant(text: str, origins: tuple[str, ...], base: str) -> None:
    there = typed(text)
    assert (there.origins, there.base, there.roots[0]) == (origins, base, f"{base}/v1")


def test_a_host_has_a_short_name_and_perhaps_a_status_page() -> None:
    assert [short_name(host) for host in ("api.acme.com", "llm.gw.acme.io", "gpu", "10.0.0.1")] == [
        "acme", "gw.acme", "gpu", "10.0.0.1",
    ]  # fmt: skip
    assert status_hosts("api.acme.com") == ("status.acme.com",)
    assert status_hosts("gpu.local") == status_hosts("10.0.0.1") == status_hosts("localhost") == ()
    assert [slug(text) for text in ("Büro GPU (2)", "  ", "你好", "A" * 90)] == ["buero-gpu-2", "", "", "a" * 40]
