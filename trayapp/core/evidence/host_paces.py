"""How eagerly each host may be asked, and whether a control runs beside the next try there."""

from collections.abc import Iterable

from trayapp.core.catalogue import Part
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.groups import EvidenceGroups
from trayapp.core.evidence.observation import Try
from trayapp.core.evidence.own_evidence import Evidence
from trayapp.core.evidence.pace import FIRST_MINUTE_S, IN_PART_PATIENCE_S, Pace
from trayapp.core.evidence.reach import Reach

# Who has been offline for so long is not asked to keep up the pace of trouble: a look a minute finds the way back.
OFFLINE_PATIENCE_S = 300.0


class HostPaces:
    """TROUBLE from the first failure until it is cleared or red; RED while own requests hold it red.

    `by_host`: of those that were ever in trouble; all others are calm.
    """

    def __init__(self, groups: EvidenceGroups, network: OwnConnection) -> None:
        self.by_host: dict[str, Pace] = {}
        self._groups = groups
        self._network = network
        self._hosts: dict[Part, set[str]] = {}
        # What each host was last asked about.
        self._noted: dict[str, tuple[Part, ...]] = {}
        self._parts: dict[str, set[Part]] = {}
        self._wanting_control: set[str] = set()

    def note(self, t: Try) -> None:
        """A host was asked about these components."""
        if self._noted.get(t.host) == t.parts:
            return
        self._noted[t.host] = t.parts
        for part in t.parts:
            if part in self._groups:
                self._hosts.setdefault(part, set()).add(t.host)
                self._parts.setdefault(t.host, set()).add(part)

    def is_patient(self, now: float) -> bool:
        """Whether the connection has been away for so long that trouble is no reason to hurry."""
        since = self._network.offline_since
        return since is not None and now - since > OFFLINE_PATIENCE_S

    def update(self, parts: Iterable[Part], now: float) -> None:
        """Something about these components has changed."""
        patient = self.is_patient(now)
        for host in {host for part in parts for host in self._hosts.get(part, ())}:
            evidences = {id(evidence): evidence for evidence in map(self._groups.of, self._parts[host])}.values()
            troubled = [evidence for evidence in evidences if evidence.red is not None or self._is_open(evidence)]
            pace = self._pace(evidences, troubled, patient=patient)
            if pace is Pace.CALM:
                self.by_host.pop(host, None)
            else:
                self.by_host[host] = pace
            if any(
                _needs_proof(evidence) for evidence in evidences if evidence in troubled or evidence.stranger.blocks
            ):
                self._wanting_control.add(host)
            else:
                self._wanting_control.discard(host)

    def _pace(self, evidences: Iterable[Evidence], troubled: list[Evidence], *, patient: bool) -> Pace:
        """By the times of the tries, and not of now: only a try changes it."""
        if any(evidence.red is not None for evidence in troubled):
            return Pace.RED
        suspect = [since for evidence in evidences if (since := evidence.in_part.suspect_since) is not None]
        if patient or not (troubled or suspect):
            return Pace.CALM
        tried_at = max((evidence.tried_at for evidence in evidences if evidence.tried_at is not None), default=0.0)
        began = [evidence.run[0].at for evidence in troubled if evidence.run]
        if troubled:
            since = min((*began, *suspect), default=tried_at)
            return Pace.TROUBLE if tried_at - since < FIRST_MINUTE_S else Pace.LASTING
        return Pace.LASTING if tried_at - min(suspect) < IN_PART_PATIENCE_S else Pace.LONG

    def of(self, host: str) -> Pace:
        """How eagerly `host` may be asked."""
        return self.by_host.get(host, Pace.CALM)

    def wants_control(self, host: str) -> bool:
        """From the second try on, a control runs beside each that may need one."""
        return host in self._wanting_control

    def is_undecided(self, evidence: Evidence) -> bool:
        """Whether it is still open whose page it was that came instead of an answer."""
        return evidence.undecided and self._network.down(evidence.reach or Reach.PUBLIC) is None

    def _is_open(self, evidence: Evidence) -> bool:
        return bool(evidence.run) or self.is_undecided(evidence)


def _needs_proof(evidence: Evidence) -> bool:
    """Loopback needs none, and whoever has just answered beyond doubt is its own."""
    return evidence.reach is not Reach.LOOPBACK and not (evidence.run and evidence.run[-1].proven)
