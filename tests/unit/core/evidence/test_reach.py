"""Rule 1: an answer vouches only for its own kind of address."""

import pytest

from trayapp.core.evidence.reach import Reach, is_address, reach_of_address, reach_of_host, reach_of_url

LOOPBACK, PRIVATE, PUBLIC = Reach.LOOPBACK, Reach.PRIVATE, Reach.PUBLIC

ADDRESSES = [
    ("127.0.0.1", LOOPBACK, "this machine"),
    ("127.1.2.3", LOOPBACK, "all of 127/8 is"),
    ("::1", LOOPBACK, "and its counterpart"),
    ("::ffff:127.0.0.1", LOOPBACK, "written as an IPv6 address"),
    ("::ffff:10.0.0.1", PRIVATE, "an address means what it maps to"),
    ("::ffff:8.8.8.8", PUBLIC, "whichever that is"),
    ("10.1.2.3", PRIVATE, "RFC 1918"),
    ("172.16.0.1", PRIVATE, "RFC 1918"),
    ("172.32.0.1", PUBLIC, "no longer RFC 1918"),
    ("192.168.1.5", PRIVATE, "RFC 1918"),
    ("100.64.1.2", PRIVATE, "a carrier's own network: not private, and not global"),
    ("100.128.0.1", PUBLIC, "no longer the carrier's"),
    ("198.18.0.7", PUBLIC, "a stand-in for whoever is behind a VPN or a proxy"),
    ("198.20.0.1", PUBLIC, "no longer a stand-in"),
    ("169.254.1.1", PRIVATE, "link-local"),
    ("fe80::1", PRIVATE, "link-local"),
    ("fe80::1%eth0", PRIVATE, "with its scope"),
    ("fd00::1", PRIVATE, "unique local"),
    ("0.0.0.0", PRIVATE, "nobody on the internet has it"),
    ("8.8.8.8", PUBLIC, "the internet"),
    ("2606:4700:4700::1111", PUBLIC, "the internet"),
]
NAMES = [
    ("localhost", LOOPBACK, "RFC 6761"),
    ("app.localhost", LOOPBACK, "and everything below it"),
    ("localhost.example", PUBLIC, "only at the end"),
    ("127.0.0.1.example", PUBLIC, "no address"),
    ("server", PRIVATE, "a bare name is looked up in the own network"),
    ("nas.lan", PRIVATE, "what routers and dnsmasq hand out"),
    ("status.corp.lan", PRIVATE, "however deep"),
    ("printer.local", PRIVATE, "RFC 6762"),
    ("router.home.arpa", PRIVATE, "RFC 8375"),
    ("vault.internal", PRIVATE, "ICANN, 2024"),
    ("wiki.corp", PRIVATE, "RFC 6762, appendix G"),
    ("example.lan.com", PUBLIC, "only at the end"),
    ("notlan.example", PUBLIC, "only as a label of its own"),
    ("api.openai.com", PUBLIC, "the internet"),
]
SPELLINGS = ["{}", "{}.", "[{}]"]


def urls(host: str) -> list[str]:
    bracketed = f"[{host}]" if ":" in host else host
    return [f"https://{bracketed}/v1/models", f"http://user:word@{bracketed}:8080"]


@pytest.mark.parametrize(("address", "reach", "why"), ADDRESSES, ids=[row[0] for row in ADDRESSES])
def test_an_address(address: str, reach: Reach, why: str) -> None:
    assert reach_of_address(address) is reach, why
    for spelling in SPELLINGS:
        for written in (address, address.upper()):
            assert reach_of_host(spelling.format(written)) is reach, why
    assert {reach_of_url(url) for url in urls(address)} == {reach}, why


@pytest.mark.parametrize(("name", "reach", "why"), NAMES, ids=[row[0] for row in NAMES])
def test_a_name(name: str, reach: Reach, why: str) -> None:
    for spelling in (name, name.upper(), name.title(), f"{name}."):
        assert reach_of_host(spelling) is reach, why
        assert {reach_of_url(url) for url in urls(spelling)} == {reach}, why


@pytest.mark.parametrize("name", ["nas.lan", "localhost", "", "1.2.3", "1.2.3.4:80", "[::1]"])
def test_a_name_is_no_address(name: str) -> None:
    with pytest.raises(ValueError, match="does not appear to be an IPv4 or IPv6 address"):
        reach_of_address(name)


@pytest.mark.parametrize(
    ("host", "is_one"), [("192.168.1.5", True), ("[::1]", True), ("fe80::1%eth0", True), ("a.example", False)]
)
def test_what_is_an_address_already(host: str, is_one: bool) -> None:
    assert is_address(host) is is_one
