"""Keeps the picture of the own connection: who answered lately, and the reports that follow from it."""

from collections.abc import Callable
from typing import NamedTuple

from trayapp.clock import Clock
from trayapp.core.evidence.observation import NetworkReport, NetworkState, Outcome
from trayapp.core.evidence.reach import Reach
from trayapp.watch.network.controls import Round, failure_sign
from trayapp.watch.network.diagnosis import Diagnosis, Sign, diagnose, has_route
from trayapp.watch.probes.runner import Attempt

LATELY_S = 150.0
"""A healthy host is asked once a minute; whoever answered within this is answering now."""
REFRESH_S = 300.0
"""A good report is repeated now and then, so that what it says about steps and hosts stays true."""
_RANK = {Reach.LOOPBACK: 0, Reach.PRIVATE: 1, Reach.PUBLIC: 2}


class _Good(NamedTuple):
    at: float
    sign: Sign


class Connection:
    """Takes in what was asked, emits `NetworkReport`s: bad ones at once, good ones when they are news."""

    def __init__(
        self, clock: Clock, emit: Callable[[NetworkReport], None], route: Callable[[], bool] = has_route
    ) -> None:
        self._clock = clock
        self._emit = emit
        self._route = route
        self.forget()

    def forget(self) -> None:
        """Another network: nothing is known any more."""
        self._good: dict[str, _Good] = {}
        self._report: NetworkReport | None = None
        self._widest = Reach.LOOPBACK

    def tried(self, url: str, attempt: Attempt) -> None:
        """A provider was asked at `url`."""
        observed = attempt.observed
        if _RANK[observed.reach] > _RANK[self._widest]:
            self._widest = observed.reach
            self._good.clear()
        sign = sign_of(url, attempt)
        if sign.good and observed.reach is self._widest:
            self._good[observed.host] = _Good(observed.at, sign)
            self._tell_good(observed.began)
        elif observed.outcome is Outcome.PROXY and observed.reach is Reach.PUBLIC:
            self._tell(diagnose([sign], route=True), observed.began)

    def asked(self, url: str, attempt: Attempt | None, controls: Round) -> None:
        """Controls were asked beside a try at `url`, which itself may have failed."""
        for answer in controls.asked:
            if answer.sign.good and answer.control.reach is self._widest:
                self._good[answer.control.host] = _Good(answer.control.at, answer.sign)
        # What a home network cannot do says nothing about the internet, and this machine needs no network for itself.
        if any(answer.control.reach is not Reach.PUBLIC for answer in controls.asked):
            return
        signs = [answer.sign for answer in controls.asked]
        if controls.proves:
            if self._report is not None and self._report.state is not NetworkState.ONLINE:
                self._tell(diagnose(signs, route=True), controls.began)
            return
        if attempt is not None:
            signs.append(sign_of(url, attempt))
        diagnosis = diagnose(signs, self._route())
        if diagnosis.state is not NetworkState.ONLINE:
            self._tell(diagnosis, controls.began)

    def _tell_good(self, began: float) -> None:
        report = self._report
        if report is not None and report.state is NetworkState.ONLINE and report.at > self._clock.now() - REFRESH_S:
            return
        since = self._clock.now() - LATELY_S
        self._tell(diagnose([good.sign for good in self._good.values() if good.at >= since], route=True), began)

    def _tell(self, diagnosis: Diagnosis, began: float) -> None:
        now = self._clock.now()
        self._report = NetworkReport(now, began, diagnosis.state, diagnosis.step, diagnosis.passed)
        self._emit(self._report)


def sign_of(url: str, attempt: Attempt) -> Sign:
    """What a try at a provider shows of the way there: a good answer is proof, or one that is the provider's own."""
    if attempt.failure is not None:
        return failure_sign(url, attempt.failure, elsewhere=attempt.observed.code == "private_address")
    observed = attempt.observed
    good = observed.outcome is Outcome.GOOD or observed.proven
    return Sign(good=good, secure=url.startswith("https:"), code=observed.code)
