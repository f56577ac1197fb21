"""The kernel's own word on the way out, in a network namespace whose ways out change."""

import asyncio
from typing import Any, NamedTuple

import msgspec
import pytest

from tests.support.namespace import play
from tests.support.ways_out import RESOLVER, ROUTER, WAYS


class Seen(NamedTuple):
    """The parts of a look that tell the ways out apart."""

    way: bool | None
    link: str | None
    gateway: str | None
    router: bool | None
    tunnel: str | None


EXPECTED = {
    "nothing": Seen(False, None, None, None, None),
    "plugged in": Seen(False, None, None, None, None),
    "a router": Seen(True, "up0", ROUTER, True, None),
    "a router nobody has met": Seen(True, "up0", ROUTER, None, None),
    "a router that is gone": Seen(True, "up0", ROUTER, False, None),
    "a VPN by policy": Seen(True, "up0", ROUTER, True, "vpn0"),
    "a VPN by halves": Seen(True, "up0", ROUTER, True, "vpn0"),
    "a VPN for the company alone": Seen(True, "up0", ROUTER, True, None),
    "nothing is let out": Seen(False, None, None, None, None),
    "IPv6 alone": Seen(True, "up0", "fe80::1", True, None),
    "pulled out": Seen(False, None, None, None, None),
}


@pytest.fixture(scope="module")
def looks() -> dict[str, Any]:
    played = asyncio.run(play("ways_out", mounts=True))
    assert played.code == 0, played.err
    return {
        name: msgspec.json.decode(seen) for name, _, seen in (line.partition("\t") for line in played.out.splitlines())
    }


def test_every_way_out_is_told_as_it_is(looks: dict[str, Any]) -> None:
    assert tuple(EXPECTED) == tuple(WAYS)
    seen = {
        name: Seen(look["way"], (look["link"] or {}).get("name"), look["gateway"], look["router"], look["tunnel"])
        for name, look in looks.items()
        if name in WAYS
    }
    assert seen == EXPECTED
    assert {tuple(looks[name]["resolvers"]) for name in WAYS} == {(RESOLVER, "127.0.0.9")}


def test_a_closer_look_finds_out_who_is_there(looks: dict[str, Any]) -> None:
    router, router_s, resolver, resolver_s = looks["closer, there"]
    assert (router, resolver) == (True, "127.0.0.9")
    assert router_s >= 0
    assert resolver_s >= 0
    assert looks["closer, a resolver that only fails"][2:] == [None, None]
    assert looks["closer, a resolver that knows no names"][2:] == [None, None]
    assert looks["closer, gone"] == [False, None, None, None]
    assert looks["closer, nothing to ask"] == [None, None, None, None]
