"""Many providers, all of them well, behind a network that is not: nobody is called down, and slow names are said."""

import asyncio
import json
import sys
from typing import Any

import pytest

from tests.support.namespace import own_namespace

FAULTS = ("some_names_slow", "crowded")
SLOW = "Your connection: slow to look up names, some not in time."


async def play(fault: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *own_namespace(),
        sys.executable,
        "-m",
        "tests.support.networks.outside",
        fault,
        "rough",
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        out, err = await process.communicate()
    finally:
        if process.returncode is None:
            process.terminate()
            await process.wait()
    assert process.returncode == 0, err.decode()
    seen: dict[str, Any] = json.loads(out)
    return seen


@pytest.mark.slow
async def test_a_rough_network_makes_nobody_red_and_slow_names_are_said_everywhere() -> None:
    """Both at once, since most of the time is spent in real time-outs."""
    seen = dict(zip(FAULTS, await asyncio.gather(*map(play, FAULTS)), strict=True))
    for fault, one in seen.items():
        assert "red" not in one["lights"], (fault, one)
        assert one["network"] == "online", (fault, one)
    slow = seen["some_names_slow"]
    assert all(SLOW in slow[who] for who in ("status", "check", "panel")), slow
