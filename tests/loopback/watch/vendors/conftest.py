"""A page of some vendor on loopback, and its reading through the program's own reader."""

from collections.abc import AsyncIterator, Callable

import pytest

from tests.support.fakeclock import FakeClock
from tests.support.vendorscene import VendorScene
from trayapp.watch.http import Http


@pytest.fixture
async def scene() -> AsyncIterator[Callable[[str], VendorScene]]:
    """Makes the scene of a kind of page."""
    http, clock = Http(), FakeClock()
    scenes: list[VendorScene] = []

    def make(kind: str) -> VendorScene:
        scenes.append(VendorScene(kind, http, clock))
        return scenes[-1]

    yield make
    for each in scenes:
        await each.close()
    await http.close()
