"""Rule 1: is it the own network? And, for rule 2, how often anything fails here at all.

Everything that was asked leaves an `AddressAnswer`. A good one vouches for the network from the moment it was *asked*,
for its own kind of address only. What the network allows is the share of failures among everybody else's answers.
"""

from bisect import insort
from collections import Counter

from msgspec import Struct

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
from trayapp.core.light.verdicts import NetworkStatus

# Two windows: the long one knows what kind of network this is, the short one notices that it has just changed.
LONG_WINDOW_S = 600.0
SHORT_WINDOW_S = 90.0
# Weak priors (failures, tries) from a quiet network: they keep a handful of answers from claiming 0 % or 100 %.
LONG_PRIOR = (0.3, 60.0)
SHORT_PRIOR = (0.05, 5.0)
# One isolated failure in 300 tries happens on the best networks; a smaller q would let two tries decide.
FLOOR = 0.003
# So many controls within the short window measure the network by themselves; then providers that fall together
# do not excuse each other.
ENOUGH_CONTROLS = 8
# A control that fails this often in a row while others answer in between is broken or blocked itself.
DEAD_CONTROL_FAILURES = 6
# Two addresses that fail together are the network; one alone may be its own trouble.
OFFLINE_ADDRESSES = 2
# "So many other hosts answer" looks back this far: a calm host is asked once a minute.
ANSWERING_WINDOW_S = 150.0
# Wi-Fi, DHCP, DNS and VPN need about this long after a resume or a change of networks.
GRACE_S = 30.0

# Steps that a plain-HTTP or any other control cannot disprove: only a provider's own good answer, or a new diagnosis.
_STUBBORN_STEPS = frozenset({NetworkStep.TLS, NetworkStep.CLOCK, NetworkStep.PROXY, NetworkStep.CAPTIVE_PORTAL})
# Somebody in between answered: that says nothing about how often answers get lost.
_INTERFERENCE = frozenset({Outcome.FOREIGN, Outcome.PROXY})
_NEVER = float("-inf")


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


class ConnectionMemory(Struct):
    """What survives a restart."""

    answers: list[AddressAnswer] = []
    report: NetworkReport | None = None
    disturbance: Disturbance | None = None
    epoch: float = 0.0


class Down(Struct, frozen=True):
    """The own network fails, since `since`, at `step` (None when not known)."""

    state: NetworkState
    step: NetworkStep | None
    since: float


class OwnConnection:
    """What all answers together say about the own connection. Sans-io; times are arguments."""

    def __init__(self, now: float, memory: "ConnectionMemory | None" = None) -> None:
        self._answers: list[AddressAnswer] = []
        self._report: NetworkReport | None = None
        self._disturbance: Disturbance | None = None
        # What began before the latest disturbance says nothing about this network.
        self._epoch = 0.0
        self._dead: Counter[str] = Counter()
        self._control_failing: dict[str, float] = {}
        # The start of the latest good answer, by kind: from providers, from any control, and over TLS.
        self._provider_good: dict[Reach, float] = {}
        self._any_good: dict[Reach, float] = {}
        self._secure_good: dict[Reach, float] = {}
        self._state = NetworkState.UNKNOWN
        self._state_since = now
        self.back_at = now
        for one in memory.answers if memory is not None else ():
            self._add(one)
        if memory is not None:
            self._report, self._disturbance, self._epoch = memory.report, memory.disturbance, memory.epoch

    def remember(self) -> "ConnectionMemory":
        """What a restart has to know: the answers that still weigh, and what holds until it is disproved."""
        newest = self._answers[-1].at if self._answers else 0.0
        answers = [one for one in self._answers if one.at >= newest - LONG_WINDOW_S]
        return ConnectionMemory(answers, self._report, self._disturbance, self._epoch)

    # What came in

    def observe_try(self, t: Try) -> None:
        if t.outcome is Outcome.NEUTRAL:
            return
        good = t.outcome is Outcome.GOOD
        self._add(AddressAnswer(t.at, t.began, t.host, t.provider, t.reach, good, t.code, t.outcome))

    def observe_control(self, c: Control) -> None:
        good = c.good and not c.altered
        self._add(
            AddressAnswer(
                c.at, c.began, c.host, None, c.reach, good, c.code, plain=c.plain, step=c.step, altered=c.altered
            )
        )

    def observe_page(self, at: float, began: float, host: str, provider: str, reach: Reach) -> None:
        """A page that was read well is an answer like any other; it counts as its provider's."""
        self._add(AddressAnswer(at, began, host, provider, reach, True, "page", Outcome.GOOD))

    def observe_report(self, report: NetworkReport) -> None:
        if report.state is not NetworkState.UNKNOWN and (self._report is None or report.at >= self._report.at):
            self._report = report

    def disturbed(self, disturbance: Disturbance) -> None:
        """Forget what another network or the time before a sleep had proved."""
        self._disturbance = disturbance
        self._report = None
        self._epoch = disturbance.at
        if disturbance.kind is DisturbanceKind.NETWORK_CHANGE:
            self._answers.clear()
            self._dead.clear()
            self._control_failing.clear()
        self._any_good.clear()
        self._provider_good.clear()
        self._secure_good.clear()
        self.back_at = max(self.back_at, disturbance.at)

    def _add(self, answer: AddressAnswer) -> None:
        insort(self._answers, answer, key=lambda one: one.at)
        if answer.provider is None:
            self._follow_control(answer)
        if answer.good:
            _raise(self._any_good, answer)
            if answer.provider is not None:
                _raise(self._provider_good, answer)
            if not answer.plain:
                _raise(self._secure_good, answer)
        oldest = self._answers[-1].at - LONG_WINDOW_S
        if self._answers[0].at < oldest - LONG_WINDOW_S:
            self._answers = [one for one in self._answers if one.at >= oldest]

    def _follow_control(self, answer: AddressAnswer) -> None:
        """Count the failures of a control between which others answered."""
        if answer.good:
            self._dead.pop(answer.host, None)
            return
        failing_since = self._control_failing.get(answer.host, _NEVER)
        if answer.began > failing_since:
            if failing_since == _NEVER or self._any_good.get(answer.reach, _NEVER) >= failing_since:
                self._dead[answer.host] += 1
            self._control_failing[answer.host] = answer.began

    # What follows from it

    @property
    def disturbance(self) -> Disturbance | None:
        return self._disturbance

    @property
    def offline_since(self) -> float | None:
        """Since when the connection has been known to fail, as of the latest `status`; None while it does not."""
        return self._state_since if self._state in (NetworkState.OFFLINE, NetworkState.CAPTIVE) else None

    def in_grace(self, began: float) -> bool:
        """Whether a failure that began then may still be the fault of a resume or a network change."""
        return began < self.grace_until

    @property
    def grace_until(self) -> float:
        """When the grace after the latest disturbance ends."""
        return self._disturbance.at + GRACE_S if self._disturbance is not None else _NEVER

    def chance_of_failure(self, provider: str, reach: Reach, now: float, *, lasting: bool = False) -> float:
        """q: the chance that a try fails here for no fault of `provider`, from everybody else's answers.

        `lasting`: over the whole of the long window, however well things go at the moment.
        """
        if reach is Reach.LOOPBACK:
            return FLOOR
        long_failed = long_all = short_failed = short_all = controls_failed = controls = 0
        for one in reversed(self._answers):
            if one.at < now - LONG_WINDOW_S:
                break
            if one.reach is not reach or one.provider == provider or self._is_dead(one) or one.outcome in _INTERFERENCE:
                continue
            long_all += 1
            long_failed += not one.good
            if one.at >= now - SHORT_WINDOW_S:
                short_all += 1
                short_failed += not one.good
                if one.provider is None:
                    controls += 1
                    controls_failed += not one.good
        if controls >= ENOUGH_CONTROLS and not lasting:
            return max(FLOOR, _share(controls_failed, controls, SHORT_PRIOR))
        return max(FLOOR, _share(long_failed, long_all, LONG_PRIOR), _share(short_failed, short_all, SHORT_PRIOR))

    def answered(self, provider: str, reach: Reach, since: float, until: float, *, over_tls: bool = False) -> bool:
        """Whether anybody but `provider` answered a request that was made between `since` and `until`."""
        if reach is Reach.LOOPBACK:
            return True
        for one in reversed(self._answers):
            if one.at < since:
                break
            if (
                one.good
                and one.reach is reach
                and one.provider != provider
                and since <= one.began <= until
                and not (over_tls and one.plain)
            ):
                return True
        return False

    def hosts_answering(self, now: float, provider: str | None = None, since: float = _NEVER) -> int:
        """How many hosts, other than those of `provider`, answered lately to requests made after `since`."""
        since = max(since, now - ANSWERING_WINDOW_S)
        return len(
            {one.host for one in self._answers if one.good and one.began >= since and one.provider != (provider or "")}
        )

    def down(self, reach: Reach) -> Down | None:
        """Why nothing can be told about providers at such addresses, or None while the network is not in doubt."""
        if reach is Reach.LOOPBACK:
            return None
        return self._reported_down(reach) or self._inferred_down(reach)

    def _reported_down(self, reach: Reach) -> Down | None:
        report = self._report
        if report is None or report.state not in (NetworkState.OFFLINE, NetworkState.CAPTIVE):
            return None
        if reach is not Reach.PUBLIC and report.step is not NetworkStep.INTERFACE:
            return None
        disproof = self._provider_good if report.step in _STUBBORN_STEPS else self._any_good
        if disproof.get(reach, self._epoch) >= report.began:
            return None
        return Down(report.state, report.step, report.at)

    def _inferred_down(self, reach: Reach) -> Down | None:
        online = self._report is not None and self._report.state is NetworkState.ONLINE
        proven = self._report.began if self._report is not None and online and reach is Reach.PUBLIC else _NEVER
        good = max(self._any_good.get(reach, self._epoch), proven)
        secure = max(self._secure_good.get(reach, self._epoch), proven)
        failing: list[AddressAnswer] = []
        untrusted: list[AddressAnswer] = []
        for one in self._answers:
            if one.reach is not reach or one.good or self._is_dead(one):
                continue
            if one.began > good:
                failing.append(one)
            if one.code == "tls" and one.began > secure:
                untrusted.append(one)
        if any(one.altered for one in failing) or _addresses(failing, Outcome.FOREIGN) >= OFFLINE_ADDRESSES:
            return Down(NetworkState.CAPTIVE, NetworkStep.CAPTIVE_PORTAL, failing[0].at)
        if any(one.outcome is Outcome.PROXY for one in failing):
            return Down(NetworkState.OFFLINE, NetworkStep.PROXY, failing[0].at)
        if len({one.provider or one.host for one in untrusted}) >= OFFLINE_ADDRESSES:
            return Down(NetworkState.CAPTIVE, NetworkStep.TLS, untrusted[0].at)
        controls = [one for one in failing if one.provider is None]
        if len({one.host for one in controls}) >= OFFLINE_ADDRESSES:
            return Down(NetworkState.OFFLINE, controls[-1].step, controls[0].at)
        return None

    def status(self, now: float, reach: Reach) -> NetworkStatus:
        """The own connection as people are shown it. `reach`: the kind of address that matters most to the user."""
        down = self.down(reach)
        report = self._report
        if down is not None:
            state, step = down.state, down.step
        else:
            online = report is not None and report.state is NetworkState.ONLINE
            state, step = NetworkState.ONLINE if self._any_good or online else NetworkState.UNKNOWN, None
        if state is not self._state:
            if self.offline_since is not None:
                self.back_at = now
            self._state, self._state_since = state, now
        answering = self.hosts_answering(now)
        return NetworkStatus(state, self._state_since, step, report.passed if report else (), answering)

    def _is_dead(self, one: AddressAnswer) -> bool:
        return one.provider is None and self._dead[one.host] >= DEAD_CONTROL_FAILURES


def _raise(table: dict[Reach, float], answer: AddressAnswer) -> None:
    table[answer.reach] = max(answer.began, table.get(answer.reach, _NEVER))


def _share(failed: int, tries: int, prior: tuple[float, float]) -> float:
    return (failed + prior[0]) / (tries + prior[1])


def _addresses(answers: list[AddressAnswer], outcome: Outcome) -> int:
    return len({one.host for one in answers if one.outcome is outcome})
