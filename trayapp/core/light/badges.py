"""Trouble of the user's own account or place (rule 3): shown beside a light, never as one."""

from typing import NamedTuple

from trayapp.core.evidence.observation import Badge, Depth, Outcome, Source, Try
from trayapp.core.light.reasons import Code, Reason, reason

# A rate limit passes within minutes; a refused key or an empty account stays until something proves otherwise.
RATE_LIMIT_LIFE_S = 600.0
ACCOUNT_LIFE_S = 3600.0

_CODES = {
    Badge.KEY: Code.BADGE_KEY,
    Badge.QUOTA: Code.BADGE_QUOTA,
    Badge.RATE_LIMIT: Code.BADGE_RATE_LIMIT,
    Badge.REGION: Code.BADGE_REGION,
}


class _Seen(NamedTuple):
    """`accepted_at`: when the provider accepted what it refuses now."""

    badge: Badge
    at: float
    accepted_at: float | None


class Badges:
    """The badges of every service, each by the source that saw it: our key is not the user's tool's.

    `look` lets time pass; everything else only reads.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[Source, _Seen]] = {}

    def observe(self, t: Try, accepted_at: float | None = None) -> None:
        """A badge replaces the one before; a good answer without one takes it away.

        `accepted_at`: when what is refused now was accepted, so that the key is not to blame by itself.
        """
        for service in {part.service for part in t.parts}:
            seen = self._seen.get(service, {})
            if t.badge is not None:
                self._seen[service] = {**seen, t.source: _Seen(t.badge, t.at, accepted_at)}
            elif t.outcome is Outcome.GOOD and t.depth >= Depth.API and t.source in seen:
                del seen[t.source]

    def look(self, now: float) -> set[str]:
        """Let the time be `now`: badges grow old. The services that have lost one."""
        lost = set()
        for service, seen in self._seen.items():
            for source in [source for source, one in seen.items() if not _holds(one, now)]:
                del seen[source]
                lost.add(service)
        return lost

    def _current(self, service: str, now: float) -> dict[Badge, tuple[Source, _Seen]]:
        seen = self._seen.get(service, {})
        return {one.badge: (source, one) for source, one in seen.items() if _holds(one, now)}

    def of(self, service: str, now: float) -> tuple[Badge, ...]:
        """The service's badges, in the order of the words."""
        current = self._current(service, now)
        return tuple(badge for badge in Badge if badge in current)

    def reasons(self, service: str, now: float, *, refused: bool = False) -> tuple[Reason, ...]:
        """The badges as reasons. `refused`: that it refuses what it accepted is said already, and is not said twice."""
        return tuple(
            reason(_CODES[badge], source, one.at, accepted_at=one.accepted_at)
            if badge is Badge.KEY
            else reason(_CODES[badge], source, one.at)
            for badge, (source, one) in self._current(service, now).items()
            if not (refused and one.accepted_at is not None)
        )


def _holds(one: _Seen, now: float) -> bool:
    return now - one.at <= (RATE_LIMIT_LIFE_S if one.badge is Badge.RATE_LIMIT else ACCOUNT_LIFE_S)
