"""What a person sees of their own network, broken in a network namespace: the whole engine, real sockets and routes."""

import asyncio
from fnmatch import fnmatchcase

import pytest

from tests.support.namespace import play
from tests.support.network_pictures import PICTURES


@pytest.mark.slow
@pytest.mark.timeout(240)
async def test_every_network_is_drawn_as_it_is() -> None:
    """All at once, since most of the time is spent in real time-outs."""
    played = await asyncio.gather(*(play("network_pictures", name, mounts=True) for name in PICTURES))
    mistakes = []
    for (name, picture), seen in zip(PICTURES.items(), played, strict=True):
        if seen.code != 0:
            mistakes.append(f"{name}: {seen.err}")
            continue
        chain, line, *checks = seen.out.splitlines()
        for what, wanted, found in (("chain", picture.chain, [chain]), ("line", picture.line, [line]),
                                    ("checklist", picture.check, checks)):  # fmt: skip
            if not any(fnmatchcase(one, wanted.replace("[", "[[]")) for one in found):
                mistakes.append(f"{name}, {what}:\n  wanted {wanted}\n  " + "\n  ".join(found))
    assert not mistakes, "\n".join(mistakes)
