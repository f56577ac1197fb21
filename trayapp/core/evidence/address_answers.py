"""The answers at one kind of address: who answered when, what has failed since, and how often anything fails."""

from bisect import bisect_left, insort
from collections.abc import Iterable

from msgspec import Struct

from trayapp.core.evidence.failure_share import LONG_WINDOW_S, Asked, FailureShare
from trayapp.core.evidence.observation import TLS_CODES, NetworkStep, Outcome
from trayapp.core.evidence.reach import Reach

# Of one host's failures since the last good answer, the first and the latest say all there is.
FAILURES_KEPT = 8
NEVER = float("-inf")

# Somebody in between answered: that says nothing about how often answers get lost.
_INTERFERENCE = frozenset({Outcome.FOREIGN, Outcome.PROXY})


class AddressAnswer(Struct, frozen=True):
    """What one address answered. `provider` is None for a control. `plain`: not over TLS."""

    at: float
    began: float
    host: str
    provider: str | None
    reach: Reach
    good: bool
    code: str
    outcome: Outcome | None = None
    plain: bool = False
    step: NetworkStep | None = None
    altered: bool = False


class AnswersOfAKind:
    """All answers at one kind of address."""

    def __init__(self) -> None:
        self.share = FailureShare()
        # (began, provider or "", over TLS) of every good answer, in order of asking.
        self.good: list[tuple[float, str, bool]] = []
        # The start of the latest good answer: from providers, from anybody, and over TLS.
        self.provider_good = self.any_good = self.secure_good = NEVER
        # Failures that no good answer has followed yet, by host: of any sort, and of TLS.
        self.failing: dict[str, list[AddressAnswer]] = {}
        self.untrusted: dict[str, list[AddressAnswer]] = {}

    def forget_before(self, at: float) -> None:
        """Whatever was asked before proves nothing any more."""
        goods = (self.provider_good, self.any_good, self.secure_good)
        self.provider_good, self.any_good, self.secure_good = (good if good >= at else NEVER for good in goods)

    def add(self, answer: AddressAnswer) -> None:
        if answer.outcome not in _INTERFERENCE:
            source = answer.provider or answer.host
            self.share.add(Asked(answer.at, source, answer.provider is None, answer.good))
        if not answer.good:
            if answer.began > self.any_good:
                _keep(self.failing, answer)
            if answer.code in TLS_CODES and answer.began > self.secure_good:
                _keep(self.untrusted, answer)
            return
        insort(self.good, (answer.began, answer.provider or "", not answer.plain))
        if self.good[0][0] < answer.at - 2 * LONG_WINDOW_S:
            del self.good[: bisect_left(self.good, (answer.at - LONG_WINDOW_S,))]
        self.any_good = max(self.any_good, answer.began)
        if answer.provider is not None:
            self.provider_good = max(self.provider_good, answer.began)
        self.failing = _since(self.failing, self.any_good)
        if not answer.plain:
            self.secure_good = max(self.secure_good, answer.began)
            self.untrusted = _since(self.untrusted, self.secure_good)

    def answered(self, provider: str, since: float, until: float, *, over_tls: bool) -> bool:
        for index in range(bisect_left(self.good, (since,)), len(self.good)):
            began, source, secure = self.good[index]
            if began > until:
                return False
            if source != provider and (secure or not over_tls):
                return True
        return False


def _keep(by_host: dict[str, list[AddressAnswer]], answer: AddressAnswer) -> None:
    answers = by_host.setdefault(answer.host, [])
    insort(answers, answer, key=lambda other: other.at)
    if len(answers) > FAILURES_KEPT:
        del answers[1]


def _since(by_host: dict[str, list[AddressAnswer]], since: float) -> dict[str, list[AddressAnswer]]:
    if not by_host:
        return by_host
    left = ((host, _after(answers, since)) for host, answers in by_host.items())
    return {host: answers for host, answers in left if answers}


def _after(answers: Iterable[AddressAnswer], since: float) -> list[AddressAnswer]:
    return [answer for answer in answers if answer.began > since]
