"""How the gateway's bounds fit the descriptors that there are."""

import pytest

from trayapp.gateway.limits import RESERVED, GatewayLimits, fitted


@pytest.mark.parametrize(("descriptors", "requests"), [(65_536, 512), (4096, 512), (1024, 332), (256, 16), (64, 8)])
def test_requests(descriptors: int, requests: int) -> None:
    assert fitted(GatewayLimits(), descriptors).requests == requests


@pytest.mark.parametrize("descriptors", [256, 300, 512, 1024, 2048, 4096, 65_536])
def test_all_together_leave_the_program_its_own(descriptors: int) -> None:
    limits = fitted(GatewayLimits(), descriptors)
    assert 2 * (limits.requests + limits.unused) <= limits.sockets <= descriptors - min(RESERVED, descriptors - 32)
    # Somebody new can still come in, and show a token.
    assert limits.sockets - 2 * (limits.requests + limits.unused) >= 0


def test_what_is_asked_for_is_not_exceeded() -> None:
    given = GatewayLimits(requests=2, strangers=5, unused=1)
    assert fitted(given, 65_536) == given
