"""Trouble of the user's own account (rule 3): shown beside a light, never as one."""

from trayapp.core.evidence.observation import Badge, Depth, Outcome, Source, Try
from trayapp.core.light.reasons import Code, Reason, reason

# A rate limit passes within minutes; a refused key or an empty account stays until something proves otherwise.
RATE_LIMIT_LIFE_S = 600.0
ACCOUNT_LIFE_S = 3600.0

_CODES = {Badge.KEY: Code.BADGE_KEY, Badge.QUOTA: Code.BADGE_QUOTA, Badge.RATE_LIMIT: Code.BADGE_RATE_LIMIT}


class Badges:
    """The badges of every service, each by the source that saw it: our key is not the user's tool's.

    `look` lets time pass; everything else only reads.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[Source, tuple[Badge, float]]] = {}

    def observe(self, t: Try) -> None:
        """A badge replaces the one before; a good answer without one takes it away."""
        for service in {part.service for part in t.parts}:
            seen = self._seen.get(service, {})
            if t.badge is not None:
                self._seen[service] = {**seen, t.source: (t.badge, t.at)}
            elif t.outcome is Outcome.GOOD and t.depth >= Depth.API and t.source in seen:
                del seen[t.source]

    def look(self, now: float) -> set[str]:
        """Let the time be `now`: badges grow old. The services that have lost one."""
        lost = set()
        for service, seen in self._seen.items():
            for source in [source for source, (badge, at) in seen.items() if not _holds(badge, at, now)]:
                del seen[source]
                lost.add(service)
        return lost

    def _current(self, service: str, now: float) -> dict[Badge, tuple[Source, float]]:
        seen = self._seen.get(service, {})
        return {badge: (source, at) for source, (badge, at) in seen.items() if _holds(badge, at, now)}

    def of(self, service: str, now: float) -> tuple[Badge, ...]:
        """The service's badges, in the order of the words."""
        current = self._current(service, now)
        return tuple(badge for badge in Badge if badge in current)

    def reasons(self, service: str, now: float) -> tuple[Reason, ...]:
        """The badges as reasons."""
        return tuple(reason(_CODES[badge], source, at) for badge, (source, at) in self._current(service, now).items())


def _holds(badge: Badge, at: float, now: float) -> bool:
    return now - at <= (RATE_LIMIT_LIFE_S if badge is Badge.RATE_LIMIT else ACCOUNT_LIFE_S)
