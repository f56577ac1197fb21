"""Trouble of the user's own account or place (rule 3): shown beside a light, never as one."""

from typing import NamedTuple

from trayapp.core.evidence.observation import Badge, Depth, Outcome, Source, Try
from trayapp.core.light.reasons import Code, Reason, reason

# A rate limit passes within minutes, and a bad key that is still used is refused again within them, if others work; a
# refused key or an empty account stays until something proves otherwise.
RATE_LIMIT_LIFE_S = 600.0
ACCOUNT_LIFE_S = 3600.0
# Tools use a handful of credentials; this bounds what is kept of a service.
BADGES_KEPT = 32

_CODES = {
    Badge.KEY: Code.BADGE_KEY,
    Badge.QUOTA: Code.BADGE_QUOTA,
    Badge.RATE_LIMIT: Code.BADGE_RATE_LIMIT,
    Badge.REGION: Code.BADGE_REGION,
}


# The source and the credential's fingerprint; None is everybody's.
_Whose = tuple[Source, str | None]


class _Seen(NamedTuple):
    """`accepted_at`: when the provider accepted what it refuses now."""

    badge: Badge
    at: float
    accepted_at: float | None


class Badges:
    """The badges of every service, each by whom it concerns: our key is not the user's tool's, and one tool's is not
    another's; an address that is refused is refused to all of a source.

    `look` lets time pass; everything else only reads.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[_Whose, _Seen]] = {}
        self._good_at: dict[tuple[str, Source], float] = {}

    def observe(self, t: Try, accepted_at: float | None = None) -> None:
        """A badge replaces the one before; a good answer without one takes it away.

        `accepted_at`: when what is refused now was accepted, so that the key is not to blame by itself.
        """
        good = t.outcome is Outcome.GOOD and t.depth >= Depth.API
        # Of our own there is one, which the user may have exchanged.
        credential = t.witness.credential if t.source is Source.TRAFFIC and t.witness is not None else ""
        for service in {part.service for part in t.parts}:
            seen = self._seen.setdefault(service, {})
            if good:
                # Whoever got so far was not refused for where he is.
                seen.pop((t.source, None), None)
            if t.badge is not None:
                whose = t.source, None if t.badge is Badge.REGION else credential
                seen.pop(whose, None)
                seen[whose] = _Seen(t.badge, t.at, accepted_at)
                if len(seen) > BADGES_KEPT:
                    del seen[next(iter(seen))]
            elif good:
                seen.pop((t.source, credential), None)
                self._good_at[service, t.source] = t.at

    def look(self, now: float) -> set[str]:
        """Let the time be `now`: badges grow old. The services that have lost one."""
        lost = set()
        for service, seen in self._seen.items():
            for whose in [whose for whose, one in seen.items() if not self._holds(service, whose, one, now)]:
                del seen[whose]
                lost.add(service)
        return lost

    def _current(self, service: str, now: float) -> dict[Badge, tuple[Source, _Seen]]:
        seen = self._seen.get(service, {})
        return {one.badge: (whose[0], one) for whose, one in seen.items() if self._holds(service, whose, one, now)}

    def _holds(self, service: str, whose: "_Whose", one: _Seen, now: float) -> bool:
        # Where others of the same source are accepted, it may have been exchanged for theirs.
        good_at = self._good_at.get((service, whose[0]), one.at)
        passes = one.badge is Badge.RATE_LIMIT or good_at > one.at
        return now - one.at <= (RATE_LIMIT_LIFE_S if passes else ACCOUNT_LIFE_S)

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
