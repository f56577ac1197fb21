"""One host's schedule: which of its jobs is next, and when. No waiting and no network here."""

from dataclasses import dataclass

from trayapp.core.evidence.observation import Outcome, Try
from trayapp.core.evidence.pace import CALM_JITTER, RETRIES_S, UNVERIFIED_RETRY_S, Pace, next_delay
from trayapp.core.evidence.sparing import spared_s
from trayapp.watch.schedule.budget import WINDOW_S, Budget
from trayapp.watch.schedule.probe_jobs import ProbeJob


@dataclass
class _Due:
    """`fine`: nothing is known against it. `run`: failing tries in a row, since `first_failed_at`.

    `doubtful`: it failed since the host was last calm. `spare_s`: how much longer it can wait where that is wanted.
    """

    job: ProbeJob
    at: float
    asked: bool = False
    fine: bool = False
    doubtful: bool = False
    run: int = 0
    first_failed_at: float | None = None
    spare_s: float = 0.0
    unproven: bool = False

    def at_latest(self, spared: bool) -> float:
        return self.at + self.spare_s if spared else self.at


class HostSchedule:
    """All jobs to one host, which share its budget. What fails is due sooner, so its turn comes first.

    `spared`: ask it less often while it is well; to be changed at any time.
    """

    def __init__(self, host: str, probe_jobs: list[ProbeJob], now: float, budget: Budget) -> None:
        self.host = host
        self.provider = probe_jobs[0].provider
        self.url = probe_jobs[0].probe.url
        # A watcher before this one may have asked just now.
        start = max(now, budget.last_sent(host) + WINDOW_S)
        self._due = [_Due(job, start) for job in probe_jobs]
        self._budget = budget
        self._fresh_until = now + WINDOW_S
        self._not_before = float("-inf")
        self.spared = False

    @property
    def first_failed_at(self) -> float | None:
        """When the present run of failures began, None while nothing fails."""
        return min((due.first_failed_at for due in self._due if due.first_failed_at is not None), default=None)

    def next_at(self, pace: Pace, now: float) -> float:
        """The steady moment of the next request."""
        return max(
            self._next().at_latest(self.spared),
            self._not_before,
            self._budget.free_at(self.host, self._pace(pace, now)),
        )

    def take(self) -> ProbeJob:
        """The job whose turn it is."""
        return self._next().job

    def take_control(self, pace: Pace, now: float, *, urgent: bool = False) -> ProbeJob | None:
        """One that costs the user nothing, to show another host's schedule that the connection works.

        None while this host is in trouble itself, or may not be asked. `urgent`: all controls fail, and that is trouble
        for everybody.
        """
        allowed = Pace.TROUBLE if urgent else pace
        if pace is not Pace.CALM or any(due.run for due in self._due):
            return None
        if max(self._not_before, self._budget.free_at(self.host, allowed)) > now:
            return None
        fit = (due.job for due in self._due if due.job.completion is None and not due.job.probe.unverified)
        return next(fit, None)

    def wants_control(self, job: ProbeJob) -> bool:
        """Whether the rules, which do not ask for it for what is unverified, still need to know what its next failure
        is worth."""
        return self._find(job).unproven

    def tried(self, job: ProbeJob, attempt: Try, pace: Pace, jitter: float) -> None:
        """Plan the next time, given what came of this one and the host's pace after it. `jitter`: from [0, 1)."""
        due = self._find(job)
        due.asked = True
        well = attempt.outcome is Outcome.GOOD and attempt.accepted is not False
        # What an unverified request is told is no reason to hurry, nor to call its host in trouble.
        due.fine = attempt.outcome is Outcome.GOOD or job.probe.unverified
        due.unproven = job.probe.unverified and not well and not attempt.proven
        if due.fine:
            due.run = 0
            due.first_failed_at = None
            due.doubtful &= pace is not Pace.CALM
            # What fails in part is asked again soon, however well it answered this time, unless the answer costs the
            # user something. Whatever else fails at this host, this does not: once a minute shows that it still works.
            in_part = pace in (Pace.LASTING, Pace.LONG) and due.doubtful and job.completion is None
            delay_s = next_delay(pace if in_part else Pace.CALM, 0, jitter)
        else:
            due.run += attempt.outcome is not Outcome.NEUTRAL
            due.doubtful |= attempt.outcome is not Outcome.NEUTRAL
            if due.run and due.first_failed_at is None:
                due.first_failed_at = attempt.began
            pace = self._pace(pace, attempt.at)
            delay_s = next_delay(pace, due.run or 2, jitter)
        due.spare_s = 0.0
        if pace is Pace.CALM or job.probe.unverified:
            interval_s = job.interval_s if well or not job.probe.unverified else UNVERIFIED_RETRY_S
            delay_s = max(delay_s, interval_s * (1 + CALM_JITTER * jitter))
            if pace is Pace.CALM:
                due.spare_s = max(0.0, spared_s(interval_s) * (1 + CALM_JITTER * jitter) - delay_s)
        due.at = attempt.began + delay_s
        if attempt.retry_after_s is not None:
            self._not_before = attempt.at + attempt.retry_after_s

    def put_off(self, job: ProbeJob, until: float) -> None:
        due = self._find(job)
        due.asked = due.fine = True
        due.at, due.spare_s = until, 0.0

    def hurry(self, now: float) -> None:
        """Everything is due; the budget still decides when."""
        for due in self._due:
            if due.job.completion is None:
                due.at, due.spare_s = min(due.at, now), 0.0

    def disturbed(self, now: float, jitter: float) -> None:
        """The machine woke up or changed networks: look soon, when the network has had a moment to come up."""
        self._fresh_until = now + WINDOW_S
        soon = now + RETRIES_S[0] * (1 + jitter)
        for due in self._due:
            if due.job.completion is None or due.at < soon:
                due.at, due.spare_s = soon, 0.0

    def _pace(self, pace: Pace, now: float) -> Pace:
        """In the first minute what does not answer yet is trouble, whatever the rules make of it."""
        if pace is not Pace.CALM:
            return pace
        unknown = any(not due.asked or (not due.fine and now < self._fresh_until) for due in self._due)
        return Pace.TROUBLE if unknown else pace

    def _next(self) -> _Due:
        return min(self._due, key=lambda due: due.at_latest(self.spared))

    def _find(self, job: ProbeJob) -> _Due:
        return next(due for due in self._due if due.job is job)
