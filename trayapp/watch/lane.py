"""One host's schedule: which of its errands is next, and when. No waiting and no network here."""

from dataclasses import dataclass

from trayapp.core.judgement import Pace
from trayapp.core.observation import Outcome, Try
from trayapp.core.pace import CALM_JITTER, next_delay
from trayapp.watch.budget import Budget
from trayapp.watch.errands import Errand


@dataclass
class _Due:
    """`run`: failing tries in a row, since `first_failed_at`."""

    errand: Errand
    at: float
    asked: bool = False
    run: int = 0
    first_failed_at: float | None = None


class Lane:
    """All errands to one host, which share its budget. What fails is due sooner, so its turn comes first."""

    def __init__(self, host: str, errands: list[Errand], now: float, budget: Budget) -> None:
        self.host = host
        self.provider = errands[0].provider
        self._due = [_Due(errand, now) for errand in errands]
        self._budget = budget

    @property
    def first_failed_at(self) -> float | None:
        """When the present run of failures began, None while nothing fails."""
        return min((one.first_failed_at for one in self._due if one.first_failed_at is not None), default=None)

    def next_at(self, pace: Pace) -> float:
        """The steady moment of the next request."""
        return max(self._next().at, self._budget.free_at(self.host, self._pace(pace)))

    def take(self) -> Errand:
        """The errand whose turn it is."""
        return self._next().errand

    def take_cheapest(self) -> Errand | None:
        """One that costs the user nothing, to serve as a control for another host."""
        return next((one.errand for one in self._due if one.errand.completion is None), None)

    def tried(self, errand: Errand, attempt: Try, pace: Pace, jitter: float) -> None:
        """Plan the next time, given what came of this one and the host's pace after it. `jitter`: from [0, 1)."""
        due = self._find(errand)
        due.asked = True
        if attempt.outcome is Outcome.GOOD:
            due.run = 0
            due.first_failed_at = None
            # Whatever else fails at this host, this does not: once a minute shows that it still works.
            delay_s = next_delay(Pace.CALM, 0, jitter)
        else:
            due.run += attempt.outcome is not Outcome.NEUTRAL
            if due.run and due.first_failed_at is None:
                due.first_failed_at = attempt.began
            delay_s = next_delay(pace, due.run or 2, jitter)
        if pace is Pace.CALM:
            delay_s = max(delay_s, errand.interval_s * (1 + CALM_JITTER * jitter))
        due.at = max(attempt.began + delay_s, attempt.at + (attempt.retry_after_s or 0.0))

    def put_off(self, errand: Errand, until: float) -> None:
        due = self._find(errand)
        due.asked = True
        due.at = until

    def hurry(self, now: float) -> None:
        """Everything is due; the budget still decides when."""
        for due in self._due:
            if due.errand.completion is None:
                due.at = min(due.at, now)

    def _pace(self, pace: Pace) -> Pace:
        unasked = any(not one.asked for one in self._due)
        return Pace.TROUBLE if unasked and pace is Pace.CALM else pace

    def _next(self) -> _Due:
        return min(self._due, key=lambda one: one.at)

    def _find(self, errand: Errand) -> _Due:
        return next(one for one in self._due if one.errand is errand)
