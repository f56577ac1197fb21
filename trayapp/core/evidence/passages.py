"""What the latest requests that got through showed of their way: how long each stretch took, and who reads along."""

from msgspec import Struct

from trayapp.core.evidence.observation import Source, Try
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach

# A calm host is asked once a minute, and four times less often where it is spared.
REMEMBERED_S = 600.0


class Passage(Struct, frozen=True):
    """One request's way to a host on the internet, in seconds; None where it did not go through a stretch.

    `issuer`: who vouches for the host where no public root does.
    """

    at: float
    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    issuer: str | None = None


class Passages:
    """The latest of each host; another network has its own."""

    def __init__(self) -> None:
        self._by_host: dict[str, Passage] = {}

    def observe(self, t: Try) -> None:
        """Take in a probe that was answered; what goes through the gateway keeps its connections."""
        if t.source is Source.PROBE and t.reach is Reach.PUBLIC and t.status is not None:
            took = t.phases or Phases()
            self._by_host[t.host] = Passage(t.at, took.dns_s, took.connect_s, took.tls_s, t.issuer)

    def forget(self) -> None:
        self._by_host.clear()

    def lately(self, now: float) -> tuple[Passage, ...]:
        """Of all that were asked lately."""
        return tuple(one for one in self._by_host.values() if one.at >= now - REMEMBERED_S)
