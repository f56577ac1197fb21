"""The answers at one kind of address: who answered when, what has failed since, and how often anything fails."""

import math
from bisect import bisect_left, insort
from collections.abc import Iterable
from operator import attrgetter

from msgspec import Struct

from trayapp.core.evidence.failure_share import LONG_WINDOW_S, Asked, FailureShare, Kind, kind_of
from trayapp.core.evidence.observation import TLS_CODES, NetworkStep, Outcome
from trayapp.core.evidence.reach import Reach

# Of one host's failures since the last good answer, the first and the latest say all there is.
FAILURES_KEPT = 8
NEVER = float("-inf")

# Somebody in between answered: that says nothing about how often answers get lost.
_INTERFERENCE = frozenset({Outcome.FOREIGN, Outcome.PROXY})


class AddressAnswer(Struct, frozen=True):
    """What one address answered. `provider` is None for a control. `plain`: not over TLS.

    `good`: it shows that the connection works: as it should be, or proven, whatever it says. `heard`: since when it
    shows that, the moment of its first byte. `late_name`: as in `Try`.
    """

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
    heard: float = 0.0
    late_name: bool = False

    @property
    def source(self) -> str:
        return self.provider or self.host

    @property
    def failed(self) -> Kind | None:
        """How it failed; None when it was good."""
        return None if self.good else kind_of(self.code, self.step)

    @property
    def counts(self) -> bool:
        """Whether it says how often answers get lost: not when somebody in between answered."""
        return self.outcome not in _INTERFERENCE


class AnswersOfAKind:
    """All answers at one kind of address.

    `proved_at`: when anybody was last heard; `provider_proved_at`: a provider; `secure_proved_at`: anybody over TLS.
    `failing`, `untrusted`, `altered`: what began after that, by host: of any sort; without TLS; changed on the way,
    which only a provider or another control over plain HTTP disproves. `telling`: of the failing ones those that may
    show that it is the connection, and not one of hundreds of answers of a provider that is down: controls', and what
    somebody in between answered.
    """

    def __init__(self) -> None:
        self.share = FailureShare()
        # (began, provider or "", over TLS, heard) of every good answer, in order of asking.
        self.good: list[tuple[float, str, bool, float]] = []
        self.proved_at = self.provider_proved_at = self.secure_proved_at = self.plain_proved_at = NEVER
        self.failing: dict[str, list[AddressAnswer]] = {}
        self.telling: dict[str, list[AddressAnswer]] = {}
        self.untrusted: dict[str, list[AddressAnswer]] = {}
        self.altered: dict[str, list[AddressAnswer]] = {}

    @property
    def unaltered_at(self) -> float:
        """When it was last seen that nobody changes what is said over plain HTTP, or that it makes no difference."""
        return max(self.provider_proved_at, self.plain_proved_at)

    def forget_before(self, at: float) -> None:
        """Whatever was heard before proves nothing any more."""
        for name in ("proved_at", "provider_proved_at", "secure_proved_at", "plain_proved_at"):
            if getattr(self, name) < at:
                setattr(self, name, NEVER)

    def add(self, answer: AddressAnswer) -> None:
        if answer.counts:
            asked = Asked(answer.at, answer.source, answer.provider is None, answer.failed, answer.late_name)
            self.share.add(asked)
        if not answer.good:
            if answer.began >= self.proved_at:
                _keep(self.failing, answer)
                telling = [one for one in self.failing[answer.host] if one.provider is None or not one.counts]
                if telling:
                    self.telling[answer.host] = telling
                else:
                    self.telling.pop(answer.host, None)
            if answer.code in TLS_CODES and answer.began >= self.secure_proved_at:
                _keep(self.untrusted, answer)
            if answer.altered and answer.began >= self.unaltered_at:
                _keep(self.altered, answer)
            return
        heard = max(answer.heard, answer.began)
        insort(self.good, (answer.began, answer.provider or "", not answer.plain, heard))
        if self.good[0][0] < answer.at - 2 * LONG_WINDOW_S:
            del self.good[: bisect_left(self.good, (answer.at - LONG_WINDOW_S,))]
        self.proved_at = max(self.proved_at, heard)
        if answer.provider is not None:
            self.provider_proved_at = max(self.provider_proved_at, heard)
        if answer.plain:
            self.plain_proved_at = max(self.plain_proved_at, heard)
        else:
            self.secure_proved_at = max(self.secure_proved_at, heard)
        self.failing = _since(self.failing, self.proved_at)
        self.telling = _since(self.telling, self.proved_at)
        self.untrusted = _since(self.untrusted, self.secure_proved_at)
        self.altered = _since(self.altered, self.unaltered_at)

    def answered(
        self, provider: str, since: float, until: float, *, over_tls: bool, heard_by: float = math.inf
    ) -> bool:
        for index in range(bisect_left(self.good, (since,)), len(self.good)):
            began, source, secure, heard = self.good[index]
            if began > until:
                return False
            if source != provider and heard <= heard_by and (secure or not over_tls):
                return True
        return False


def _keep(by_host: dict[str, list[AddressAnswer]], answer: AddressAnswer) -> None:
    answers = by_host.setdefault(answer.host, [])
    insort(answers, answer, key=attrgetter("at"))
    if len(answers) > FAILURES_KEPT:
        del answers[1]


def _since(by_host: dict[str, list[AddressAnswer]], since: float) -> dict[str, list[AddressAnswer]]:
    if not by_host:
        return by_host
    left = ((host, _after(answers, since)) for host, answers in by_host.items())
    return {host: answers for host, answers in left if answers}


def _after(answers: Iterable[AddressAnswer], since: float) -> list[AddressAnswer]:
    return [answer for answer in answers if answer.began >= since]
