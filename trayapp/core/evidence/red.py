"""Rule 8: a red that own requests make, from its first failure to the answers that end it."""

from collections.abc import Sequence

from msgspec import Struct

from trayapp.core.evidence import odds
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Depth, Try
from trayapp.core.evidence.odds import Level
from trayapp.core.evidence.strikes import Strikes

# One good answer may be luck or a cache; two that are a minute apart are not.
BACK_SPAN_S = 60.0
# What failed in part before it was down answers now and then to the end: then it takes so long.
WARY_BACK_SPAN_S = 180.0
# Only traffic saw it fail and there is no more traffic: hold the red no longer than this while all else answers.
UNSEEN_RED_S = 1800.0


class Red(Struct):
    """A red made by own requests. `first_at`: its first failure; `depth`: what an answer must prove to end it.

    `failed`: tries that failed in a row; `last`: the latest of them. `wary`: it failed in part before.
    """

    first_at: float
    at: float
    depth: Depth
    host: str
    failed: int
    last: Try
    wary: bool = False

    def follow(self, run: Sequence[Try], network: OwnConnection, now: float, *, decided: bool) -> None:
        """A red that shallower failures make by themselves also ends with answers of their depth."""
        if run and run[-1].at >= self.last.at:
            self.failed += run[-1].at > self.last.at
            self.last = run[-1]
        for depth in () if decided else Depth:
            if depth >= self.depth:
                return
            if odds.level([t for t in run if t.depth <= depth], network, now) is Level.DOWN:
                self.depth = depth
                return

    def back_at(self, strikes: Strikes, failed_at: float | None, deep_at: float | None, now: float) -> float | None:
        """Since when it answers again, once that is enough to end it; None before.

        `failed_at`: the latest failure that counts; `deep_at`: the latest try of its depth or more.
        """
        failed_at = max(failed_at or self.at, self.at)
        latest = strikes.last_good(self.depth)
        if latest is not None and latest.at > failed_at:
            goods = strikes.goods_since(failed_at, self.depth)
            # What has just come back is slow at first, and the next one is asked a minute after it was asked.
            first_at = goods[0].began if goods[0].began > failed_at else goods[0].at
            if goods[-1].began - first_at >= (WARY_BACK_SPAN_S if self.wary else BACK_SPAN_S):
                return goods[0].at
        if deep_at is not None and now - deep_at > UNSEEN_RED_S:
            good = strikes.last_good(Depth.API)
            return now if good is not None and good.at > deep_at else None
        return None
