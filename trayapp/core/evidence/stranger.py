"""Rules 1 and 2: somebody is in a provider's place, or nobody at its name.

What else fails meanwhile may be this network's doing, and a word of a stranger's may be a slip: neither is outweighed
by a single one of the other. What failed before the latest stranger is explained by him; after him it takes
`GONE_TRIES` failures in a row to say that he is gone, and what they amount to is then for the rest of rule 2.
"""

from collections.abc import Sequence

from msgspec import Struct

from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.failure_share import Kind, kind_of
from trayapp.core.evidence.observation import TLS_CODES, Try
from trayapp.core.evidence.odds import WARY_TRIES

# A lookup is four packets: where one of twenty is lost, every fifth lookup fails, and eight in a row once in a million.
GONE_TRIES = WARY_TRIES
# A first failure is a hiccup, a second one makes a case that one word of a stranger's does not end. Lookups make none:
# one that failed may have been slow in saying what it says now.
CASE_TRIES = 2


class Stranger(Struct):
    """`latest`: the latest try that he answered, None while he is not known of; `since`: when the first in a row began.

    `blocks`: others answer meanwhile, so that he is there for this host alone. `unwell`: he was, and the host itself
    has not answered well since.
    """

    latest: Try | None = None
    since: float = 0.0
    blocks: bool = False
    unwell: bool = False

    @property
    def undecided(self) -> bool:
        """It is not known yet whether he is there for this host alone, and for longer than a slip."""
        return self.latest is not None and not self.blocks

    def answered(self, t: Try) -> None:
        """He did, instead of the provider."""
        self.since = t.began if self.latest is None else self.since
        self.latest = t

    def forget(self) -> None:
        """He is not there any more, or he turned out to be there for everybody."""
        self.latest, self.blocks = None, False

    def look(self, run: Sequence[Try], network: OwnConnection) -> None:
        """`run`: the failures in a row. Once he blocks, he does so until he is forgotten."""
        latest = self.latest
        if latest is None:
            return
        if sum(t.began > latest.began for t in run) >= GONE_TRIES:
            self.forget()
        elif not self.blocks and (latest.began != self.since or _case(run) < CASE_TRIES):
            # The provider's own page as well: whoever keeps its hosts out lets others through.
            others = network.heard_since(latest.reach, self.since, over_tls=latest.code in TLS_CODES)
            self.blocks = bool(latest.control) or others
            self.unwell |= self.blocks


def _case(run: Sequence[Try]) -> int:
    return sum(kind_of(t.code, t.step) is not Kind.LOOKUP for t in run)
