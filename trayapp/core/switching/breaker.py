"""One provider's breaker: when its requests go elsewhere without being tried, when some try it again, when all do.

It counts what requests of the user's came to. One of the caller's requests counts once, however often it is sent: a
request that no provider can answer must not move everybody else.
"""

from enum import StrEnum
from typing import Self

from msgspec import Struct

TRIP_FAILURES = 3
"""One failure is an accident, two may be one worker's; three requests in a row with no good answer are none."""
ROW_GAP_S = 600.0
"""Failures further apart than this are no row: after such a gap everything is judged afresh (rule 8)."""
OPEN_S = 60.0
OPEN_MAX_S = 300.0
"""A minute is what a restart takes; it doubles while trials fail, up to what people wait before they look."""
BACK_GOOD = 3
BACK_SPAN_S = 120.0
"""Back is not yet well: the first good answers of an outage's end are often followed by failures."""


class BreakerState(StrEnum):
    """`half_open`: one request at a time tries the provider. `held`: the user wants the provider whatever fails."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"
    HELD = "held"


class Trip(StrEnum):
    """Why it opened: failures in a row, or one while the light is red."""

    FAILURES = "failures"
    RED = "red"


class BreakerView(Struct, frozen=True):
    """For people. `since`: when it left `closed`. `trial_at`: when a request may try the provider again. `good`: its
    answers since it failed last, of which `BACK_GOOD` are asked for.
    """

    state: BreakerState
    why: Trip | None
    since: float
    trial_at: float | None
    good: int


class Breaker:
    """`state`: that of the last call that took the time. `why` and `since` when it is not closed."""

    def __init__(self) -> None:
        self.state = BreakerState.CLOSED
        self.why: Trip | None = None
        self.since = 0.0
        # When the present state began, and how long it stays open.
        self._state_at = 0.0
        self._open_s = OPEN_S
        # The requests of the present row of failures, and when the last of them failed.
        self._row: list[str] = []
        self._failed_at = 0.0
        # The one request that tries it.
        self._trial: object = None
        self._good = 0
        self._good_at = 0.0
        self._back_at: float | None = None
        self._probe_failed = False

    @classmethod
    def held(cls, now: float) -> Self:
        """The user wants the provider, whatever fails, until it is back."""
        breaker = cls()
        breaker.state, breaker.since = BreakerState.HELD, now
        return breaker

    def view(self, now: float) -> BreakerView:
        """The picture at `now`; looking changes nothing."""
        due = self.trial_at is not None and now >= self.trial_at
        state = BreakerState.HALF_OPEN if due else self.state
        return BreakerView(state, self.why, self.since, None if due else self.trial_at, self._good)

    def advance(self, now: float) -> None:
        """It is `now`."""
        if (trial_at := self.trial_at) is not None and now >= trial_at:
            self._half_open(now)

    @property
    def trial_at(self) -> float | None:
        """When a request may try the provider again; None where it need not wait for that."""
        return self._state_at + self._open_s if self.state is BreakerState.OPEN else None

    @property
    def diverts(self) -> bool:
        """Do requests go elsewhere?"""
        return self.state in (BreakerState.OPEN, BreakerState.HALF_OPEN)

    @property
    def back_at(self) -> float | None:
        """When the provider had shown that it is back; None while it has not."""
        return self._back_at

    def take_trial(self, request: object) -> bool:
        """May this request try the provider? Until its `trial_over` no other may."""
        if self.state is not BreakerState.HALF_OPEN or self._trial is not None:
            return False
        self._trial = request
        return True

    def trial_over(self, request: object) -> None:
        """It has ended, or what it says of the provider was counted."""
        if self._trial is request:
            self._trial = None

    def failed(self, request: str, began: float, now: float, *, red: bool) -> None:
        """The provider failed. `request`: the name of the caller's request, `began`: when it was sent."""
        self.advance(now)
        match self.state:
            case BreakerState.CLOSED:
                if now - self._failed_at > ROW_GAP_S:
                    self._row.clear()
                self._failed_at = now
                if request not in self._row:
                    self._row.append(request)
                if red or len(self._row) >= TRIP_FAILURES:
                    self.why, self.since = Trip.RED if red else Trip.FAILURES, now
                    self._open(now)
            case BreakerState.HALF_OPEN if began >= self.since:
                self._open_s = min(2 * self._open_s, OPEN_MAX_S)
                self._open(now)
            case BreakerState.HELD:
                self._good, self._back_at = 0, None

    def answered(self, began: float, now: float) -> None:
        """The provider gave a whole answer to a request that was sent at `began`."""
        self.advance(now)
        self._row.clear()
        if self.state is BreakerState.CLOSED or began < self.since:
            # What was asked before it failed says nothing of afterwards.
            return
        if self.state is BreakerState.OPEN:
            # Somebody who never goes elsewhere has asked.
            self._half_open(now)
        if self._good == 0:
            self._good_at = now
        self._good += 1
        if self._back_at is None and self._good >= BACK_GOOD and now - self._good_at >= BACK_SPAN_S:
            self._back_at = now

    def probed(self, *, good: bool, now: float) -> None:
        """A probe of depth api says that the provider answers, or that it does not.

        What failed and is good again is worth a trial at once. What was good all the time has not seen this outage.
        """
        self.advance(now)
        if self.state is BreakerState.OPEN and good and self._probe_failed:
            self._half_open(now)
        self._probe_failed = not good

    def _open(self, now: float) -> None:
        self.state, self._state_at = BreakerState.OPEN, now
        self._good, self._back_at = 0, None

    def _half_open(self, now: float) -> None:
        self.state, self._state_at = BreakerState.HALF_OPEN, now
