"""Trouble of the user's own account or place (rule 3): shown beside a light, never as one."""

from typing import NamedTuple

from trayapp.core.evidence.observation import Badge, Depth, Outcome, Source, Try
from trayapp.core.light.reasons import Code, Reason
from trayapp.errors import Param

# A rate limit passes within minutes, and a bad key that is still used is refused again within them, if others work; a
# refused key or an empty account stays until something proves otherwise.
RATE_LIMIT_LIFE_S = 600.0
ACCOUNT_LIFE_S = 3600.0
# Completions of our own cost the user something, so they are asked for once a day at the least, and nobody else speaks
# for them meanwhile.
COMPLETION_LIFE_S = 25 * 3600.0
# Tools use a handful of credentials; this bounds what is kept of a service.
BADGES_KEPT = 32

_CODES = {
    Badge.KEY: Code.BADGE_KEY,
    Badge.QUOTA: Code.BADGE_QUOTA,
    Badge.RATE_LIMIT: Code.BADGE_RATE_LIMIT,
    Badge.REGION: Code.BADGE_REGION,
    Badge.MODEL: Code.BADGE_MODEL,
    Badge.FORBIDDEN: Code.BADGE_FORBIDDEN,
}


class _Whose(NamedTuple):
    """`credential`: its fingerprint; None is everybody's. `model`: empty where it is about none."""

    source: Source
    credential: str | None
    model: str = ""


class _Seen(NamedTuple):
    """`accepted_at`: when the provider accepted what it refuses now. `model`: that was asked for."""

    badge: Badge
    at: float
    accepted_at: float | None
    model: str
    keyless: bool = False


class Badges:
    """The badges of every service, each by whom it concerns: our key is not the user's tool's, and one tool's is not
    another's; an address that is refused is refused to all of a source, and a model that is not offered is one among
    others. What completions of our own are told is theirs: that a list of models is given says nothing of it.

    `look` lets time pass; everything else only reads.
    """

    def __init__(self) -> None:
        self._seen: dict[str, dict[_Whose, _Seen]] = {}
        self._good_at: dict[tuple[str, Source, str], float] = {}

    def observe(self, t: Try, accepted_at: float | None = None) -> None:
        """A badge replaces the one before; a good answer without one takes it away.

        `accepted_at`: when what is refused now was accepted, so that the key is not to blame by itself.
        """
        good = t.outcome is Outcome.GOOD and t.depth >= Depth.API
        model = t.witness.model if t.witness is not None else ""
        # Whether there is a model of some name may be asked by anybody, and answered with no.
        badge = None if t.badge is Badge.MODEL and not model else t.badge
        # Of our own there is one, which the user may have exchanged.
        credential = t.witness.credential if t.source is Source.TRAFFIC and t.witness is not None else ""
        asker = _Whose(t.source, credential, "" if t.source is Source.TRAFFIC else model)
        for service in {part.service for part in t.parts}:
            seen = self._seen.setdefault(service, {})
            if good:
                # Whoever got so far was not refused for where he is.
                seen.pop(_Whose(t.source, None), None)
                # Nor for who he is.
                if badge in (None, Badge.MODEL):
                    seen.pop(asker, None)
            if badge is not None:
                whose = _Whose(t.source, None) if badge is Badge.REGION else asker
                whose = whose._replace(model=model) if badge is Badge.MODEL else whose
                seen.pop(whose, None)
                seen[whose] = _Seen(badge, t.at, accepted_at, model, t.witness is not None and not t.witness.credential)
                if len(seen) > BADGES_KEPT:
                    del seen[next(iter(seen))]
            elif good:
                seen.pop(asker._replace(model=model), None)
                self._good_at[service, t.source, asker.model] = t.at

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
        return {one.badge: (whose.source, one) for whose, one in seen.items() if self._holds(service, whose, one, now)}

    def _holds(self, service: str, whose: _Whose, one: _Seen, now: float) -> bool:
        own = whose.model if whose.source is not Source.TRAFFIC else ""
        # Where others of the same source are accepted, it may have been exchanged for theirs.
        good_at = self._good_at.get((service, whose.source, own), one.at)
        passes = one.badge is Badge.RATE_LIMIT or good_at > one.at
        return now - one.at <= (RATE_LIMIT_LIFE_S if passes else COMPLETION_LIFE_S if own else ACCOUNT_LIFE_S)

    def of(self, service: str, now: float) -> tuple[Badge, ...]:
        """The service's badges, in the order of the words."""
        current = self._current(service, now)
        return tuple(badge for badge in Badge if badge in current)

    def reasons(self, service: str, now: float, *, refused: bool = False) -> tuple[Reason, ...]:
        """The badges as reasons. `refused`: that it refuses what it accepted is said already, and is not said twice."""
        return tuple(
            Reason(_CODES[badge].value, source, one.at, _params(one))
            for badge, (source, one) in self._current(service, now).items()
            if not (refused and one.accepted_at is not None)
        )


def _params(one: _Seen) -> dict[str, Param]:
    match one.badge:
        case Badge.KEY | Badge.FORBIDDEN:
            return {"accepted_at": one.accepted_at}
        case Badge.MODEL:
            return {"model": one.model or None}
        case Badge.RATE_LIMIT:
            return {"keyless": True} if one.keyless else {}
        case _:
            return {}
