"""Controls: hosts that are nobody's provider and show whether the own connection works.

They are asked after a failure and beside the next tries: one over plain HTTP, where a captive portal shows itself,
and one over TLS, where nobody in between can pretend; never two at one address, and only of the kind of address
that failed.
"""

import asyncio
from collections.abc import Callable
from typing import NamedTuple
from urllib.parse import urlsplit

from trayapp.clock import Clock
from trayapp.core.evidence.answers import redirected, same_site
from trayapp.core.evidence.observation import Control, NetworkStep
from trayapp.core.evidence.pace import TRY_TIMEOUT_S, Pace
from trayapp.core.evidence.reach import Reach
from trayapp.core.hosts import host_of
from trayapp.net.addresses import Addresses
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer, Limit
from trayapp.watch.network.diagnosis import Sign
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.skew import skew_s

LIMIT = Limit(TRY_TIMEOUT_S, 2_000)
REUSE_S = 12.0
"""Several hosts that fail together share a round of controls; less than the pause between two tries of one host."""
_SILENT_HOSTS = frozenset({"connectivity-check.ubuntu.com", "connectivitycheck.gstatic.com", "cp.cloudflare.com"})
"""Made for this very question: they answer 204 and nothing else, so a page with 200 is somebody else's."""


class ControlAnswer(NamedTuple):
    """One control's answer, as evidence and as a sign for the diagnosis."""

    control: Control
    sign: Sign


class Round(NamedTuple):
    """Controls that were asked together, `began` at the earliest."""

    began: float
    asked: tuple[ControlAnswer, ...]

    @property
    def proves(self) -> bool:
        """Does the connection work? Over TLS somebody has to answer, where anybody was asked so."""
        good = [answer for answer in self.asked if answer.sign.good]
        if any(answer.sign.altered for answer in self.asked):
            return False
        secure = any(answer.sign.secure for answer in self.asked)
        return any(answer.sign.secure for answer in good) if secure else bool(good)


class Controls:
    """Asks the configured controls. `emit` gets every answer as an observation."""

    def __init__(
        self,
        urls: tuple[str, ...],
        http: Http,
        budget: Budget,
        addresses: Addresses,
        clock: Clock,
        emit: Callable[[Control], None],
    ) -> None:
        self._urls = urls
        self._http = http
        self._budget = budget
        self._addresses = addresses
        self._clock = clock
        self._emit = emit
        self._untold: list[Control] = []
        self._latest: dict[Reach, Round] = {}
        self._turns: dict[Reach, asyncio.Lock] = {}

    async def round(self, reach: Reach, since: float) -> Round | None:
        """Ask for proof newer than `since`; None when no control of that kind may be asked."""
        async with self._turns.setdefault(reach, asyncio.Lock()):
            latest = self._latest.get(reach)
            if latest is not None and latest.began >= max(since, self._clock.now() - REUSE_S):
                return latest
            waiting = self._candidates(reach)
            pair = _pair(waiting)
            if not pair:
                return None
            began = self._clock.now()
            asked = await self._ask_all(pair, reach)
            if not asked:
                return None
            latest = self._latest[reach] = Round(began, asked)
            return latest

    async def widen(self, reach: Reach, found: Round) -> Round:
        """One control can be blocked or broken by itself: ask the others, too."""
        async with self._turns.setdefault(reach, asyncio.Lock()):
            if self._latest.get(reach) is not found or any(answer.sign.altered for answer in found.asked):
                return self._latest.get(reach, found)
            asked = {answer.control.host for answer in found.asked}
            rest = [url for url in self._candidates(reach) if host_of(url) not in asked]
            wider = self._latest[reach] = Round(found.began, found.asked + await self._ask_all(rest, reach))
            return wider

    async def _ask_all(self, urls: list[str], reach: Reach) -> tuple[ControlAnswer, ...]:
        answers = await asyncio.gather(*(self._ask(url, reach) for url in urls))
        return tuple(answer for answer in answers if answer is not None)

    def tell(self) -> None:
        """Emit what was asked since the last time: whoever asked tells first what it was asked for."""
        untold, self._untold = self._untold, []
        for control in untold:
            self._emit(control)

    def _candidates(self, reach: Reach) -> list[str]:
        """Controls of this kind with budget left, the least asked first, one an address."""
        now = self._clock.now()
        free = [url for url in self._urls if self._budget.free_at(host_of(url), Pace.TROUBLE) <= now]
        free.sort(key=lambda url: self._budget.last_sent(host_of(url)))
        by_place: dict[str, str] = {}
        for url in free:
            if self._addresses.reach(url) is reach:
                by_place.setdefault(self._addresses.place(url), url)
        return list(by_place.values())

    async def _ask(self, url: str, reach: Reach) -> ControlAnswer | None:
        """None when nobody could be asked, for reasons of our own."""
        began = self._clock.now()
        self._budget.sent(host_of(url))
        secure = url.startswith("https:")
        try:
            # A portal answers GET; over TLS the head is all that is wanted.
            answer = await self._http.ask(url, LIMIT, method="HEAD" if secure else "GET")
        except Failure as failure:
            if failure.code == "no_descriptors":
                return None
            self._addresses.looked_up(url, failure.addresses)
            sign = failure_sign(url, failure, elsewhere=self._addresses.are_strange(url, failure.addresses))
        else:
            sign = self._answer_sign(url, answer)
            reach = self._addresses.reach(url)
        control = Control(
            at=self._clock.now(),
            began=began,
            host=host_of(url),
            reach=reach,
            good=sign.good,
            code=sign.code,
            step=sign.step,
            altered=sign.altered,
            plain=not secure,
        )
        self._untold.append(control)
        return ControlAnswer(control, sign)

    def _answer_sign(self, url: str, answer: HttpAnswer) -> Sign:
        if answer.address is None:
            return answer_sign(url, answer, self._clock)
        # TLS that somebody's roots verify shows that this is the host: one of the own network with a public name.
        elsewhere = not url.startswith("https:") and self._addresses.are_strange(url, (answer.address,))
        if not elsewhere:
            self._addresses.note(url, answer.address)
        return answer_sign(url, answer, self._clock, elsewhere=elsewhere)


def _pair(urls: list[str]) -> list[str]:
    """One over plain HTTP and one over TLS where there are both, else two of what there is."""
    plain = next((url for url in urls if url.startswith("http:")), None)
    secure = next((url for url in urls if url.startswith("https:")), None)
    return [plain, secure] if plain and secure else urls[:2]


def failure_sign(url: str, failure: Failure, *, elsewhere: bool = False) -> Sign:
    """The sign that a request without an answer gives. `elsewhere`: its name leads to where nobody out there can be.

    A login page that sends all names to itself answers over plain HTTP; a router without a way out, too, but nothing.
    """
    return Sign(
        good=False,
        secure=url.startswith("https:"),
        code="private_address" if elsewhere else failure.code,
        step=NetworkStep.DNS if elsewhere else failure.step,
        rejected=failure.rejected,
        expired=failure.expired,
        named=_is_named(url),
    )


def answer_sign(url: str, answer: HttpAnswer, clock: Clock, *, elsewhere: bool = False) -> Sign:
    """The sign that an answer gives: over TLS any answer is proof, over plain HTTP only an unaltered one is.

    `elsewhere`: its name leads to where nobody out there can be.
    """
    secure = url.startswith("https:")
    altered = elsewhere or answer.status == 511 or (not secure and _is_altered(url, answer))
    # A proxy on the way tells with 5xx that it could not get through; over TLS it has no voice.
    good = not altered and answer.status != 407 and (secure or answer.status < 500)
    return Sign(
        good=good,
        secure=secure,
        code="proxy_login" if answer.status == 407 else f"http_{answer.status}",
        altered=altered,
        skew_s=skew_s(answer.headers, clock),
        named=_is_named(url),
    )


def _is_altered(url: str, answer: HttpAnswer) -> bool:
    if 300 <= answer.status < 400:
        target = redirected(url, answer.headers)
        return not same_site(url, target) or (target.startswith("http:") and host_of(target) != host_of(url))
    return urlsplit(url).hostname in _SILENT_HOSTS and answer.status == 200


def _is_named(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    return not (":" in host or host.rpartition(".")[2].isdigit())
