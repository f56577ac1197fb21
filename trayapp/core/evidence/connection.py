"""Rule 1: is it the own network?

Everything that was asked leaves an `AddressAnswer`. A good one vouches for the network from the moment it was
*asked*, for its own kind of address only. What follows from the answers is found out once for each of them, and read
as often as anybody likes; only `advance` knows the time.
"""

import math
from bisect import bisect_left, insort
from collections import Counter
from operator import attrgetter

from msgspec import Struct

from trayapp.core.evidence import coincidence, known_networks
from trayapp.core.evidence.address_answers import NEVER, AddressAnswer, AnswersOfAKind
from trayapp.core.evidence.failure_share import FLOOR, LONG_WINDOW_S, Kind
from trayapp.core.evidence.known_networks import VOUCHING_S, KnownNetworks
from trayapp.core.evidence.observation import (
    Control,
    Disturbance,
    DisturbanceKind,
    NetworkReport,
    NetworkState,
    NetworkStep,
    Outcome,
    Try,
)
from trayapp.core.evidence.reach import Reach

# A control that fails this often in a row, at the time of which others answer, is broken or blocked itself.
DEAD_CONTROL_FAILURES = 6
# Two addresses that fail together are the network; one alone may be its own trouble.
OFFLINE_ADDRESSES = 2
# "So many other hosts answer" looks back this far: a calm host is asked once a minute.
ANSWERING_WINDOW_S = 150.0
# Wi-Fi, DHCP, DNS and VPN need about this long after a resume or a change of networks.
GRACE_S = 30.0

# A resolver that says nothing, or nothing useful.
_LOOKUPS = frozenset({"dns", "dns_timeout"})
# After a failure its host is asked again within 6 s, beside a control that has 4 s, and then 17 s later.
CONTROLS_TAKE_S = 20.0

# Steps that a plain-HTTP or any other control cannot disprove: only a provider's own good answer, or a new diagnosis.
_STUBBORN_STEPS = frozenset({NetworkStep.TLS, NetworkStep.CLOCK, NetworkStep.PROXY, NetworkStep.CAPTIVE_PORTAL})
# Steps at which a request can get lost without anything being wrong there.
_LOSSY_STEPS = frozenset({None, NetworkStep.DNS, NetworkStep.TCP})


class ConnectionMemory(Struct):
    """What survives a restart. `failed_in_a_row`: of each control, between other answers; `dead`: those that count no
    more; `lately`: as of `KnownNetworks`."""

    answers: list[AddressAnswer] = []
    report: NetworkReport | None = None
    disturbance: Disturbance | None = None
    epoch: float = 0.0
    failed_in_a_row: dict[str, int] = {}
    dead: list[str] = []
    lately: list[tuple[float, str, bool]] = []


class Down(Struct, frozen=True):
    """The own network fails, since `since`, at `step` (None when not known)."""

    state: NetworkState
    step: NetworkStep | None
    since: float


class NetworkStatus(Struct, frozen=True):
    """The own connection. `answering`: how many other hosts answered lately. `since`: of this state. `names_slow`: it
    works, but names are not always looked up in time.
    """

    state: NetworkState
    since: float
    step: NetworkStep | None = None
    passed: tuple[NetworkStep, ...] = ()
    answering: int = 0
    names_slow: bool = False


class OwnConnection:
    """What all answers together say about the own connection. Sans-io; times are arguments.

    `version` changes with everything that came in, `status` with `advance` alone. `back_at`: since when the connection
    has been there without a break.
    """

    def __init__(self, now: float, memory: ConnectionMemory | None = None, known: KnownNetworks | None = None) -> None:
        self.version = 0
        self.back_at = now
        self.disturbance: Disturbance | None = None
        self.status = NetworkStatus(NetworkState.UNKNOWN, now)
        self._answers: list[AddressAnswer] = []
        self._kinds = {reach: AnswersOfAKind() for reach in Reach}
        self._known = known or KnownNetworks()
        self._report: NetworkReport | None = None
        # What began before the latest disturbance says nothing about this network.
        self._epoch = 0.0
        self._failed_in_a_row: Counter[str] = Counter()
        self._dead: set[str] = set()
        self._controls: set[str] = set()
        # Of each failing control: the start of its latest failure; and of those before which nobody had answered since
        # the one before them, between when somebody still might be heard: answers of a moment come in any order.
        self._control_failing: dict[str, float] = {}
        self._uncounted: dict[str, list[tuple[Reach, float, float]]] = {}
        # When each host was last asked something that it answered, by host and in order; and whose hosts they are.
        self._answered: dict[str, float] = {}
        self._in_order: list[tuple[float, str]] = []
        self._hosts: dict[str, set[str]] = {}
        self._down: dict[Reach, Down | None] = {}
        for answer in memory.answers if memory is not None else ():
            self._add(answer)
        if memory is not None:
            self._report, self.disturbance, self._epoch = memory.report, memory.disturbance, memory.epoch
            for kind in self._kinds.values():
                kind.forget_before(self._epoch)
            # Longer than answers are kept: a control that is blocked here stays so.
            self._failed_in_a_row = Counter(memory.failed_in_a_row)
            self._dead = set(memory.dead)
            self._known.lately.extend(memory.lately)

    def remember(self) -> ConnectionMemory:
        """What a restart has to know: the answers that still weigh, and what holds until it is disproved."""
        newest = self._answers[-1].at if self._answers else 0.0
        answers = [answer for answer in self._answers if answer.at >= newest - LONG_WINDOW_S]
        report = self._report
        online = report is not None and report.state is NetworkState.ONLINE
        holds = online or self._reported_down(Reach.PUBLIC) is not None
        return ConnectionMemory(
            answers,
            report if holds else None,
            self.disturbance,
            self._epoch,
            dict(self._failed_in_a_row),
            sorted(self._dead),
            list(self._known.lately),
        )

    # What came in

    def observe_try(self, t: Try) -> None:
        if t.outcome is Outcome.NEUTRAL and not t.proven:
            return
        if t.outcome is Outcome.FOREIGN and t.control:
            # Others answer beside it: that is between this host and whoever stands in its place.
            return
        good = t.outcome is Outcome.GOOD or t.proven
        heard = t.at if t.latency_s is None else t.began + t.latency_s
        self._hear(
            AddressAnswer(
                t.at, t.began, t.host, t.provider, t.reach, good, t.code, t.outcome,
                step=t.step, heard=heard, late_name=t.late_name,
            )
        )  # fmt: skip

    def observe_control(self, c: Control) -> None:
        good = c.good and not c.altered
        self._hear(
            AddressAnswer(
                c.at, c.began, c.host, None, c.reach, good, c.code,
                plain=c.plain, step=c.step, altered=c.altered, heard=c.at,
            )
        )  # fmt: skip

    def observe_page(self, at: float, began: float, host: str, provider: str, reach: Reach) -> None:
        """A page that was read well is an answer like any other; it counts as its provider's.

        It has the patience for lookups that nobody else has: while these fail, it shows nothing.
        """
        if any(answer.code in _LOOKUPS for each in self._kinds[reach].failing.values() for answer in each):
            return
        self._add(AddressAnswer(at, began, host, provider, reach, True, "page", Outcome.GOOD, heard=at))

    def observe_report(self, report: NetworkReport) -> None:
        if report.state is not NetworkState.UNKNOWN and (self._report is None or report.at >= self._report.at):
            self._report = report
            self._changed()

    def disturbed(self, disturbance: Disturbance) -> None:
        """Forget what another network or the time before a sleep had proved."""
        self.disturbance = disturbance
        self._report = None
        self._epoch = disturbance.at
        if disturbance.kind is DisturbanceKind.NETWORK_CHANGE:
            self._answers.clear()
            self._failed_in_a_row.clear()
            self._dead.clear()
            self._controls.clear()
            self._uncounted.clear()
            self._answered.clear()
            self._in_order.clear()
            self._hosts.clear()
            self._kinds = {reach: AnswersOfAKind() for reach in Reach}
        for kind in self._kinds.values():
            kind.forget_before(disturbance.at)
        self.back_at = max(self.back_at, disturbance.at)
        self._changed()

    def _hear(self, answer: AddressAnswer) -> None:
        self._add(answer)
        # What is known of this network is known of the way to the internet.
        if answer.reach is not Reach.PUBLIC or not answer.counts or answer.host in self._dead:
            return
        source = answer.provider or known_networks.control(answer.host)
        if answer.failed is None:
            self._known.good(answer.at, answer.began, source, answer.host)
        else:
            kind = self._kinds[answer.reach]
            self._known.failed(
                answer.at,
                answer.began,
                source,
                answer.host,
                answer.failed,
                lambda since, until: kind.answered(answer.source, since, until, over_tls=False),
            )

    def _add(self, answer: AddressAnswer) -> None:
        insort(self._answers, answer, key=attrgetter("at"))
        if self._answers[0].at < self._answers[-1].at - 2 * LONG_WINDOW_S:
            oldest = self._answers[-1].at - LONG_WINDOW_S
            self._answers = [other for other in self._answers if other.at >= oldest]
        if answer.provider is None:
            self._follow_control(answer)
        self._kinds[answer.reach].add(answer)
        if answer.good:
            self._note_answering(answer)
            heard = max(answer.heard, answer.began)
            for host, spans in list(self._uncounted.items()):
                for span in [span for span in spans if span[0] is answer.reach and span[1] <= heard <= span[2]]:
                    self._count_failure(host, span)
        self._changed()

    def _changed(self) -> None:
        self.version += 1
        self._down.clear()

    def _note_answering(self, answer: AddressAnswer) -> None:
        before = self._answered.get(answer.host)
        if before is not None:
            if before >= answer.began:
                return
            del self._in_order[bisect_left(self._in_order, (before, answer.host))]
        self._answered[answer.host] = answer.began
        insort(self._in_order, (answer.began, answer.host))
        if answer.provider is not None:
            self._hosts.setdefault(answer.provider, set()).add(answer.host)

    def _follow_control(self, answer: AddressAnswer) -> None:
        """Count the failures of a control at the time of which others answered.

        Not those between which others did: where the connection goes for a moment now and then, a control is asked in
        those moments alone.
        """
        host = answer.host
        self._controls.add(host)
        if answer.good:
            del self._failed_in_a_row[host]
            self._dead.discard(host)
            self._uncounted.pop(host, None)
            return
        if answer.began > self._control_failing.get(host, NEVER):
            span = answer.reach, answer.began, answer.at + VOUCHING_S
            self._uncounted[host] = [*self._uncounted.get(host, [])[-(DEAD_CONTROL_FAILURES - 1) :], span]
            if self._kinds[answer.reach].proved_at >= answer.began:
                self._count_failure(host, span)
            self._control_failing[host] = answer.began

    def _count_failure(self, host: str, span: tuple[Reach, float, float]) -> None:
        self._uncounted[host].remove(span)
        self._failed_in_a_row[host] += 1
        if self._failed_in_a_row[host] >= DEAD_CONTROL_FAILURES:
            self._dead.add(host)
        # A firewall that keeps all of them out needs no more proof than one that keeps out one. Of more than two, one
        # may have had a single turn so far.
        together = [failed for failed in self._failed_in_a_row.values() if failed]
        if (
            together.count(1) <= min(1, len(together) - 2)
            and sum(together) >= DEAD_CONTROL_FAILURES
            and self._all_controls_fail
        ):
            self._dead.update(self._failed_in_a_row)

    @property
    def _all_controls_fail(self) -> bool:
        return set(self._controls) == {host for host, failed in self._failed_in_a_row.items() if failed}

    # What follows from it

    @property
    def offline_since(self) -> float | None:
        """Since when the connection has been known to fail; None while it does not."""
        return self.status.since if self.status.state in (NetworkState.OFFLINE, NetworkState.CAPTIVE) else None

    def in_grace(self, began: float) -> bool:
        """Whether a failure that began then may still be the fault of a resume or a network change."""
        return began < self.grace_until

    @property
    def grace_until(self) -> float:
        """When the grace after the latest disturbance ends."""
        return self.disturbance.at + GRACE_S if self.disturbance is not None else NEVER

    def chance_of_failure(
        self, provider: str, reach: Reach, now: float, kind: Kind | None = None, *, lasting: bool = False
    ) -> float:
        """q: the chance that a try fails here for no fault of `provider`, from everybody else's answers.

        `kind`: in this way, else in any. `lasting`: over the whole of the long window, however well things go at the
        moment.
        """
        if reach is Reach.LOOPBACK:
            return FLOOR
        usual = self._known.usual(provider, kind) if reach is Reach.PUBLIC else None
        return self._kinds[reach].share.chance(provider, kind, usual, self._dead, now, lasting=lasting)

    def answered(
        self,
        provider: str,
        reach: Reach,
        since: float,
        until: float,
        *,
        over_tls: bool = False,
        heard_by: float = math.inf,
    ) -> bool:
        """Whether anybody but `provider` answered, by `heard_by`, a request made between `since` and `until`."""
        if reach is Reach.LOOPBACK:
            return True
        return self._kinds[reach].answered(provider, since, until, over_tls=over_tls, heard_by=heard_by)

    def heard_since(self, reach: Reach, at: float, *, over_tls: bool) -> bool:
        """Whether anybody was heard after `at`."""
        kind = self._kinds[reach]
        return reach is Reach.LOOPBACK or (kind.secure_proved_at if over_tls else kind.proved_at) >= at

    def hosts_answering(self, now: float, provider: str = "", since: float = NEVER) -> int:
        """How many hosts, other than those of `provider`, answered lately to requests made after `since`."""
        since = max(since, now - ANSWERING_WINDOW_S)
        own = sum(self._answered[host] >= since for host in self._hosts.get(provider, ()))
        return len(self._in_order) - bisect_left(self._in_order, (since,)) - own

    def down(self, reach: Reach) -> Down | None:
        """Why nothing can be told about providers at such addresses, or None while the network is not in doubt."""
        if reach is Reach.LOOPBACK:
            return None
        if reach not in self._down:
            self._down[reach] = self._reported_down(reach) or self._inferred_down(reach)
        return self._down[reach]

    def _reported_down(self, reach: Reach) -> Down | None:
        report, kind = self._report, self._kinds[reach]
        if report is None or report.state not in (NetworkState.OFFLINE, NetworkState.CAPTIVE):
            return None
        if reach is not Reach.PUBLIC and report.step is not NetworkStep.INTERFACE:
            return None
        disproof = kind.provider_proved_at if report.step in _STUBBORN_STEPS else kind.proved_at
        if (self._epoch if disproof == NEVER else disproof) > report.began:
            return None
        if report.step in _LOSSY_STEPS and not self._no_coincidence(reach, self._failing_controls(reach)):
            return None
        return Down(report.state, report.step, report.at)

    def _inferred_down(self, reach: Reach) -> Down | None:
        kind, report = self._kinds[reach], self._report
        online = report is not None and report.state is NetworkState.ONLINE
        since = max(self._epoch, report.began if report is not None and online and reach is Reach.PUBLIC else NEVER)
        altered = self._failures(kind.altered, max(kind.unaltered_at, since))
        if altered:
            return Down(NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL, altered[0].at)
        unproved_since = max(kind.proved_at, since)
        telling = self._failures(kind.telling, unproved_since)
        if any(answer.outcome is Outcome.PROXY for answer in telling):
            return Down(NetworkState.OFFLINE, NetworkStep.PROXY, self._failures(kind.failing, unproved_since)[0].at)
        untrusted = self._failures(kind.untrusted, max(kind.secure_proved_at, since))
        if _is_everywhere(untrusted):
            return Down(NetworkState.OFFLINE, NetworkStep.TLS, untrusted[0].at)
        strange = [answer for answer in telling if answer.outcome is Outcome.FOREIGN]
        if _is_everywhere(strange):
            step = next((answer.step for answer in strange if answer.step is not None), NetworkStep.CAPTIVE_PORTAL)
            state = NetworkState.CAPTIVE if step is NetworkStep.CAPTIVE_PORTAL else NetworkState.OFFLINE
            return Down(state, step, strange[0].at)
        controls = [answer for answer in telling if answer.provider is None]
        several = len({answer.host for answer in controls}) >= OFFLINE_ADDRESSES
        if several and self._no_coincidence(reach, controls):
            step = next((answer.step for answer in reversed(controls) if answer.step is not None), NetworkStep.TCP)
            return Down(NetworkState.OFFLINE, step, controls[0].at)
        return None

    def _failing_controls(self, reach: Reach) -> list[AddressAnswer]:
        kind = self._kinds[reach]
        telling = self._failures(kind.telling, max(kind.proved_at, self._epoch))
        return [answer for answer in telling if answer.provider is None]

    def _no_coincidence(self, reach: Reach, controls: list[AddressAnswer]) -> bool:
        """Do these that failed say more than how much gets lost here anyway? Whoever reports has asked two at least."""
        failures = max(OFFLINE_ADDRESSES, len(controls))
        return reach is not Reach.PUBLIC or coincidence.enough(failures, self._known.loss())

    def _failures(self, by_host: dict[str, list[AddressAnswer]], since: float) -> list[AddressAnswer]:
        """Those that began after `since`, oldest first, without those of dead controls."""
        failures = [
            answer
            for host, answers in by_host.items()
            if host not in self._dead
            for answer in answers
            if answer.began >= since
        ]
        failures.sort(key=attrgetter("at"))
        return failures

    def advance(self, now: float, reach: Reach) -> NetworkStatus:
        """The own connection as people are shown it. `reach`: the kind of address that matters most to the user."""
        down, report, before = self.down(reach), self._report, self.status
        if down is not None:
            state, step = down.state, down.step
        else:
            online = any(kind.proved_at != NEVER for kind in self._kinds.values())
            online = online or (report is not None and report.state is NetworkState.ONLINE)
            state, step = NetworkState.ONLINE if online else NetworkState.UNKNOWN, None
        if state is not before.state and self.offline_since is not None:
            self.back_at = now
        since = before.since if state is before.state else now
        slow = state is NetworkState.ONLINE and self._kinds[Reach.PUBLIC].share.names_slow(now)
        # What passed when somebody last reported, if it was this that was reported.
        passed = report.passed if report is not None and (report.state, report.step) == (state, step) else ()
        status = NetworkStatus(state, since, step, passed, self.hosts_answering(now), slow)
        if status != before:
            self.status = status
        return self.status


def _is_everywhere(failures: list[AddressAnswer]) -> bool:
    """Is it the network's doing, or that of several of whom each has its own? A control among them tells at once.

    Without one they have to go on for so long that a control, if there were any, would have answered.
    """
    if len({answer.provider or answer.host for answer in failures}) < OFFLINE_ADDRESSES:
        return False
    lasted_s = failures[-1].began - failures[0].at
    return any(answer.provider is None for answer in failures) or lasted_s >= CONTROLS_TAKE_S
