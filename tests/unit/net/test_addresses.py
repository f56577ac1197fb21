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
def test_where_nobody_has_answered_yet_the_name_tells(url: str, reach: Reach) -> None:
    assert Addresses().reach(url) is reach


def test_what_answered_is_remembered_until_the_network_changes() -> None:
    addresses = Addresses()
    addresses.note("https://api.acme.example/v1", "10.0.0.9")
    assert addresses.reach("https://api.acme.example/x") is Reach.PRIVATE
    assert addresses.place("https://api.acme.example/x") == "10.0.0.9"
    addresses.forget()
    assert addresses.reach("https://api.acme.example/x") is Reach.PUBLIC
    assert addresses.place("https://api.acme.example/x") == "api.acme.example"


def test_two_names_of_one_address_are_one_place_even_if_nobody_answers_there() -> None:
    addresses = Addresses()
    for name in ("one.example", "two.example"):
        addresses.looked_up(f"https://{name}/", ("192.88.99.1", "192.88.99.2"))
    assert addresses.place("https://one.example/") == addresses.place("https://two.example/")
    assert addresses.place("http://127.0.0.1:1/") != addresses.place("http://127.0.0.1:2/")


def test_behind_a_proxy_only_the_name_tells(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    addresses = Addresses()
    addresses.note("https://api.acme.example/", "10.0.0.9")
    assert addresses.reach("https://api.acme.example/") is Reach.PUBLIC
    assert addresses.place("https://api.acme.example/") == "api.acme.example"


@pytest.mark.parametrize(
    ("url", "found", "strange"),
    [
        ("https://api.acme.example/", ("10.99.0.1",), True),
        ("https://api.acme.example/", ("0.0.0.0",), True),
        ("https://api.acme.example/", ("::",), True),
        ("https://api.acme.example/", ("127.0.0.1",), True),
        ("https://api.acme.example/", ("100.64.0.1", "fd00::1"), True),
        ("https://api.acme.example/", ("10.99.0.1", "1.1.1.1"), False),
        ("https://api.acme.example/", ("1.1.1.1",), False),
        ("https://api.acme.example/", (), False),
        ("https://llm.corp.lan/", ("10.99.0.1",), False),
        ("http://localhost:1/", ("127.0.0.1",), False),
        ("http://10.0.0.1/", ("10.0.0.1",), False),
    ],
)
def test_a_public_name_that_leads_nowhere_out_there(url: str, found: tuple[str, ...], strange: bool) -> None:
    assert Addresses().are_strange(url, found) is strange


def test_whoever_answered_from_a_private_address_is_no_stranger_there() -> None:
    addresses = Addresses()
    addresses.note("https://llm.acme.example/v1", "10.0.0.9")
    assert not addresses.are_strange("https://llm.acme.example/v1", ("10.0.0.9",))
