"""Many providers, all of them well, behind a network that is not: nobody is called down, and slow names are said."""

import asyncio
import json

import pytest

from tests.support.namespace import play

FAULTS = ("some_names_slow", "crowded")
SLOW = "Your connection: slow to look up names, some not in time."


@pytest.mark.slow
async def test_a_rough_network_makes_nobody_red_and_slow_names_are_said_everywhere() -> None:
    """Both at once, since most of the time is spent in real time-outs."""
    played = await asyncio.gather(*(play("networks.outside", fault, "rough") for fault in FAULTS))
    assert [one.code for one in played] == [0, 0], "\n".join(one.err for one in played)
    seen = {fault: json.loads(one.out) for fault, one in zip(FAULTS, played, strict=True)}
    for fault, one in seen.items():
        assert "red" not in one["lights"], (fault, one)
        assert one["network"] == "online", (fault, one)
    slow = seen["some_names_slow"]
    assert all(SLOW in slow[who] for who in ("status", "check", "panel")), slow
