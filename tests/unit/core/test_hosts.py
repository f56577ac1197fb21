"""Hosts in one spelling."""

import pytest

from trayapp.core.hosts import host_of, may_carry_key, same_host


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://API.Example.com/v1", "api.example.com"),
        ("https://api.example.com:443", "api.example.com"),
        ("https://api.example.com:8443", "api.example.com:8443"),
        ("http://api.example.com:80/", "api.example.com"),
        ("http://api.example.com:443/", "api.example.com:443"),
        ("https://me:pw@api.example.com", "api.example.com"),
        ("http://[::1]:8080/x", "[::1]:8080"),
        ("http://[::1]", "[::1]"),
    ],
)
def test_host_of_an_address(url: str, host: str) -> None:
    assert host_of(url) == host


def test_only_the_very_same_host_is_the_same() -> None:
    assert same_host("api.example.com", "API.example.com:443")
    assert same_host("[::1]:8080", "[::1]:8080")
    for other in ("example.com", "api.example.com.evil.example", "api.example.com:80", "evil.example", ""):
        assert not same_host("api.example.com", other)


def test_keys_travel_encrypted_or_not_at_all() -> None:
    assert may_carry_key("https://api.example.com")
    assert may_carry_key("http://127.0.0.1:8000")
    assert not may_carry_key("http://api.example.com")
    assert not may_carry_key("http://10.0.0.1:8000")
