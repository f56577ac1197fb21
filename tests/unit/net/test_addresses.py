"""Kinds of addresses."""

import pytest

from trayapp.core.evidence.reach import Reach, reach_of_address
from trayapp.net.addresses import Addresses


@pytest.mark.parametrize(
    ("address", "reach"),
    [
        ("127.0.0.1", Reach.LOOPBACK),
        ("::1", Reach.LOOPBACK),
        ("192.168.1.2", Reach.PRIVATE),
        ("10.1.2.3", Reach.PRIVATE),
        ("100.64.0.1", Reach.PRIVATE),
        ("fe80::1%eth0", Reach.PRIVATE),
        ("fd00::1", Reach.PRIVATE),
        ("1.1.1.1", Reach.PUBLIC),
        ("2606:4700:4700::1111", Reach.PUBLIC),
    ],
)
def test_addresses(address: str, reach: Reach) -> None:
    assert reach_of_address(address) is reach


@pytest.mark.parametrize(
    ("url", "reach"),
    [
        ("http://127.0.0.1:8080/x", Reach.LOOPBACK),
        ("http://localhost:8080/x", Reach.LOOPBACK),
        ("http://192.168.7.7/x", Reach.PRIVATE),
        ("https://[fd00::1]/x", Reach.PRIVATE),
        ("https://1.1.1.1/x", Reach.PUBLIC),
        ("https://printer/x", Reach.PRIVATE),
        ("https://llm.home.arpa/x", Reach.PRIVATE),
        ("https://api.acme.example/x", Reach.PUBLIC),
    ],
)
async def test_where_nothing_can_be_looked_up_the_name_tells(url: str, reach: Reach) -> None:
    assert await Addresses().reach(url, look_up=False) is reach


async def test_what_answered_is_remembered_until_the_network_changes() -> None:
    addresses = Addresses()
    addresses.note("https://api.acme.example/v1", "10.0.0.9")
    assert await addresses.reach("https://api.acme.example/x", look_up=False) is Reach.PRIVATE
    assert await addresses.of("https://api.acme.example/x") == "10.0.0.9"
    addresses.forget()
    assert await addresses.reach("https://api.acme.example/x", look_up=False) is Reach.PUBLIC


async def test_names_are_looked_up() -> None:
    assert await Addresses().of("http://localhost:1/") in ("127.0.0.1", "::1")


async def test_behind_a_proxy_nothing_is_looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    assert await Addresses().reach("https://no-such-host.invalid/") is Reach.PUBLIC
