"""Evidence is kept once for each kind of request, not once for each component that it speaks for.

The components of a provider share one `Evidence` until a request speaks for some of them alone; from then on these go
their own way, with the past that they share.
"""

from collections.abc import Iterable

from msgspec import Struct

from trayapp.core.agenda import Agenda
from trayapp.core.catalogue import Part
from trayapp.core.evidence.connection import Down, OwnConnection
from trayapp.core.evidence.observation import Try
from trayapp.core.evidence.own_evidence import Evidence, EvidenceMemory
from trayapp.core.evidence.reach import Reach


class Group(Struct, eq=False):
    """Components with one past."""

    parts: set[Part]
    evidence: Evidence


class GroupMemory(Struct):
    """What survives a restart: the components as "service/component", and what is known of them."""

    parts: tuple[str, ...]
    evidence: EvidenceMemory


class EvidenceGroups:
    """The evidence on all components of `providers`, each given with its components. `all`: every group there is."""

    def __init__(self, providers: Iterable[Iterable[Part]], kept: Iterable[GroupMemory] = ()) -> None:
        self.all: list[Group] = []
        self._agenda: Agenda[Group] = Agenda()
        self._touched: set[Group] = set()
        self._listening: set[Group] = set()
        self._rests_on: tuple[int, tuple[Down | None, ...]] | None = None
        self._group: dict[Part, Group] = {}
        remembered = {name: memory for memory in kept for name in memory.parts}
        for parts in providers:
            by_memory: dict[int, Group] = {}
            for part in parts:
                memory = remembered.get(_name(part))
                group = by_memory.get(id(memory))
                if group is None:
                    group = by_memory[id(memory)] = Group(set(), Evidence(memory.evidence if memory else None))
                    self.all.append(group)
                group.parts.add(part)
                self._group[part] = group

    def __contains__(self, part: Part) -> bool:
        return part in self._group

    def of(self, part: Part) -> Evidence:
        return self._group[part].evidence

    def add(self, t: Try) -> None:
        """Take in a try, once for all components that it speaks for."""
        spoken_for = {part for part in t.parts if part in self._group}
        while spoken_for:
            group = self._group[next(iter(spoken_for))]
            concerned = group.parts & spoken_for
            if concerned != group.parts:
                group = self._split(group, concerned)
            group.evidence.add(t)
            self._touched.add(group)
            spoken_for -= concerned

    def _split(self, group: Group, parts: set[Part]) -> Group:
        group.parts -= parts
        apart = Group(parts, group.evidence.copy())
        self.all.append(apart)
        for part in parts:
            self._group[part] = apart
        return apart

    def look(self, now: float, network: OwnConnection) -> set[Part]:
        """Let the time be `now`; the components about which something can have changed.

        Only those are looked at which have reason for it: new tries, an open question that others' answers may decide,
        a moment that has come. While the own network is down no question is open; when it is back, all are.
        """
        down = tuple(network.down(reach) for reach in Reach)
        version, down_before = self._rests_on or (-1, ())
        concerned = self._touched.union(self._agenda.due(now))
        if down != down_before:
            concerned.update(self.all)
        elif network.version != version:
            concerned |= self._listening
        self._rests_on = network.version, down
        changed: set[Part] = set()
        for group in concerned:
            evidence, before = group.evidence, group.evidence.version
            evidence.look(now, network)
            if group in self._touched or evidence.version != before:
                changed |= group.parts
            self._agenda.set(group, evidence.look_at)
            if evidence.listens and network.down(evidence.reach or Reach.PUBLIC) is None:
                self._listening.add(group)
            else:
                self._listening.discard(group)
        self._touched.clear()
        return changed

    def remember(self) -> list[GroupMemory]:
        """All groups that were ever asked about."""
        return [
            GroupMemory(tuple(sorted(map(_name, group.parts))), memory)
            for group in self.all
            if (memory := group.evidence.remember()) != _NOTHING
        ]


_NOTHING = EvidenceMemory()


def _name(part: Part) -> str:
    return f"{part.service}/{part.component}"
