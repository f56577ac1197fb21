"""The judge: all observations in, one judgement out. It holds the state that the ten rules need, and no clock.

What began before a resume or a network change is dropped, and failures within the grace after one; the rest goes to
the network (rule 1), to the evidence on the components it speaks for (rules 2 to 9), and from there to services
(rule 10). Whatever nothing has changed about is not judged anew, so that an evaluation costs little more than what
came in.
"""

import math
from collections.abc import Callable, Iterable
from urllib.parse import urlsplit

from msgspec import Struct, field, structs

from trayapp.core.agenda import Agenda
from trayapp.core.catalogue import Catalogue, Part
from trayapp.core.evidence.connection import ConnectionMemory, OwnConnection
from trayapp.core.evidence.families import Families, FamiliesMemory, Use
from trayapp.core.evidence.groups import EvidenceGroups, GroupMemory
from trayapp.core.evidence.host_paces import HostPaces
from trayapp.core.evidence.known_networks import KnownNetworks
from trayapp.core.evidence.observation import (
    Control,
    Disturbance,
    DisturbanceKind,
    NetworkReport,
    NetworkState,
    Observation,
    OnNetwork,
    Outcome,
    Try,
)
from trayapp.core.evidence.own_evidence import GAP_S, Sight
from trayapp.core.evidence.pace import Pace
from trayapp.core.evidence.page_report import PageIncident, PageReport
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.refusals import Refusals, RefusalsMemory
from trayapp.core.evidence.unverified import Unverified, UnverifiedMemory
from trayapp.core.light.badges import Badges
from trayapp.core.light.component import ComponentMemory, ComponentState
from trayapp.core.light.gap import Gap, GapMemory
from trayapp.core.light.page_readings import PageReadings, PageReadingsMemory
from trayapp.core.light.ruling import Rulings, Surroundings
from trayapp.core.light.severity import worst
from trayapp.core.light.silence import Silences
from trayapp.core.light.slowness import Pulse, SlowHosts, note, slow_hosts
from trayapp.core.light.trouble import Trouble
from trayapp.core.light.verdicts import Judgement, PageStatus
from trayapp.core.light.watched_service import KnownLight, WatchedService

# A reading of a page takes no longer than this; so much earlier its requests may have begun.
PAGE_READING_S = 15.0
# A memory from the future means that the clock was set back: its times say nothing.
CLOCK_SLACK_S = 60.0


class JudgeMemory(Struct):
    """What survives a restart; JSON-able by msgspec. Components are keyed "service/component"."""

    saved_at: float = 0.0
    components: dict[str, ComponentMemory] = field(default_factory=dict)
    evidence: list[GroupMemory] = field(default_factory=list)
    known: dict[str, KnownLight] = field(default_factory=dict)
    pulses: dict[str, Pulse] = field(default_factory=dict)
    network: ConnectionMemory = field(default_factory=ConnectionMemory)
    refusals: RefusalsMemory = field(default_factory=RefusalsMemory)
    pages: dict[str, PageReadingsMemory] = field(default_factory=dict)
    families: FamiliesMemory = field(default_factory=FamiliesMemory)
    gap: GapMemory | None = None
    unverified: UnverifiedMemory = field(default_factory=UnverifiedMemory)


class Judge:
    """The rules of the light over all watched services. Sans-io; `now` and all times are steady seconds.

    `observe` and `advance` change what is known; everything else reads what the latest `advance` has found.
    `wall_offset_s`: what Unix time is ahead of steady time, as of now; an hour of the week is one of everybody's.
    `troubles`: of every service, as of the latest `advance`; the same object while nothing has changed about it.
    `page_incidents`: the latest word of all pages on their incidents, by the pages' ids.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        watched: tuple[str, ...],
        now: float,
        memory: JudgeMemory | None = None,
        known: KnownNetworks | None = None,
        wall_offset_s: Callable[[float], float] = lambda now: 0.0,
    ) -> None:
        kept = memory if memory is not None and memory.saved_at <= now + CLOCK_SLACK_S else JudgeMemory()
        self._now = now
        pairs = catalogue.watched(watched)
        self.providers = {provider.provider: provider for provider, _ in pairs}
        # Another hour may be another network.
        self._known = known or KnownNetworks()
        self._network = OwnConnection(now, kept.network if now - kept.saved_at <= GAP_S else None, self._known)
        self._readings = {
            name: PageReadings(expected=provider.page is not None, memory=kept.pages.get(name))
            for name, provider in self.providers.items()
        }
        self._components: dict[Part, ComponentState] = {}
        self._services: dict[str, WatchedService] = {}
        for place, (provider, service) in enumerate(pairs):
            known_light = kept.known.get(service.id)
            if known_light is not None and known_light.until is None:
                known_light.until = min(kept.saved_at, now)
            state = WatchedService(place, provider, service, kept.components, known_light, now)
            self._services[service.id] = state
            self._components.update(zip(state.parts, state.components, strict=True))
        self._by_provider = {
            name: [state for state in self._services.values() if state.provider.provider == name]
            for name in self.providers
        }
        parts = ([part for state in states for part in state.parts] for states in self._by_provider.values())
        self._groups = EvidenceGroups(parts, kept.evidence)
        self._paces = HostPaces(self._groups, self._network)
        self._reach_of_host: dict[str, Reach] = {}
        self._widest: Reach | None = None
        self.troubles: list[Trouble] = []
        # Services to be judged anew: because of what came in, or because a moment has come.
        self._touched = set(self._services)
        self._agenda: Agenda[str] = Agenda()
        self._everywhere: tuple[object, ...] = ()
        self._pulses = kept.pulses
        self._wall_offset_s = wall_offset_s
        self._slow = SlowHosts()
        self._badges = Badges()
        self._silences = Silences()
        self._refusals = Refusals(kept.refusals)
        self._unverified = Unverified(kept.unverified)
        self._families = Families(self.providers.values(), kept.families)
        self._learn_use(self._services, now)
        self._pages = self._page_statuses()
        self.page_incidents: dict[str, PageIncident] = {}
        self._gap = Gap(now, kept.saved_at, kept.gap)

    # What comes in

    def observe(self, observation: Observation) -> None:
        """Take in one piece of evidence; which of them came first makes no difference within a moment."""
        self._gap.observed(observation.at)
        match observation:
            case Disturbance():
                self._network.disturbed(observation)
                if observation.kind is DisturbanceKind.NETWORK_CHANGE:
                    self._refusals.network_changed(observation.at)
                for readings in self._readings.values():
                    readings.disturbed()
            case OnNetwork():
                self._known.moved(observation.name)
            case Try():
                if not self._is_void(observation.began, failed=observation.outcome in _FAILED):
                    self._observe_try(observation)
            case Control():
                if not self._is_void(observation.began, failed=not observation.good):
                    self._network.observe_control(observation)
            case NetworkReport():
                if not self._is_void(observation.began, failed=observation.state is not NetworkState.ONLINE):
                    self._network.observe_report(observation)
            case PageReport():
                if not self._is_void(observation.at, failed=not observation.speaks):
                    self._observe_page(observation)

    def _is_void(self, began: float, *, failed: bool) -> bool:
        disturbance = self._network.disturbance
        if disturbance is None:
            return False
        return began < disturbance.at or (failed and self._network.in_grace(began))

    def _observe_try(self, t: Try) -> None:
        if t.proven and not t.control:
            # It is its own control, whatever was asked beside it.
            t = structs.replace(t, control=True)
        self._unverified.observe(t)
        if t.unverified:
            # It speaks for nobody else; but whoever answers beyond doubt proves the connection.
            if t.proven and t.outcome is Outcome.GOOD:
                self._network.observe_try(t)
            return
        self._network.observe_try(t)
        accepted_at = self._refusals.observe(t)
        self._badges.observe(t, accepted_at)
        if accepted_at is not None:
            # Neither a strike nor an answer as it should be: what it amounts to is for `Refusals` to say.
            t = structs.replace(t, outcome=Outcome.NEUTRAL)
        self._touched.update(part.service for part in t.parts if part in self._components)
        self._paces.note(t)
        self._learn_use(self._families.note(t), t.at)
        if t.outcome is Outcome.GOOD and t.first_token_s is not None:
            model = t.witness.model if t.witness is not None else ""
            note(self._pulses, t.host, model, t.at, t.first_token_s, self._wall_offset_s(t.at))
        self._groups.add(t)
        if self._reach_of_host.get(t.host) is not t.reach:
            self._reach_of_host[t.host] = t.reach
            self._widest = None

    def _learn_use(self, services: Iterable[str], now: float) -> None:
        """Something else may be known of the models that are used of these."""
        for name in services:
            if (state := self._services.get(name)) is not None:
                self._touched.add(name)
                for component in state.components:
                    component.use = self._families.use(name, now)

    def _observe_page(self, report: PageReport) -> None:
        readings = self._readings.get(report.provider)
        if readings is None:
            return
        readings.observe(report, excused=self._network.down(report.reach) is not None)
        self._pages = self._page_statuses()
        self.page_incidents = {
            incident.id: incident for readings in self._readings.values() for incident in readings.incidents
        }
        if report.speaks:
            host = urlsplit(report.link).netloc
            began = report.at - PAGE_READING_S
            self._network.observe_page(report.at, began, host, report.provider, report.reach)
        self._touched.update(service.service.id for service in self._by_provider[report.provider])

    def page_speaks(self, provider: str) -> bool:
        """Whether its page can be read now."""
        readings = self._readings.get(provider)
        return readings is not None and readings.speaks

    # The judgement

    def advance(self, now: float) -> Judgement:
        """Let the time be `now`, and say everything that the rules say then. A clock never runs backwards."""
        before, now = self._now, max(now, self._now)
        self._now = now
        looked_at = self._groups.look(now, self._network)
        self._touched.update(part.service for part in looked_at if part in self._components)
        status = self._network.advance(now, self._widest_reach())
        down = self._network.down(self._widest_reach())
        self._gap.network(None if down is None else down.since, now)
        self._find_touched(now)
        rulings: Rulings = {}
        for state in sorted((self._services[name] for name in self._touched), key=lambda state: state.place):
            self._advance_service(state, rulings, before, now)
        if self._touched:
            self._settle_recoveries()
            parts = (part for name in self._touched for part in self._services[name].parts)
            self._paces.update(parts, now)
        self._touched = set()
        return Judgement(
            at=now,
            light=worst({trouble.verdict.light for trouble in self.troubles}),
            services=tuple([trouble.verdict for trouble in self.troubles]),
            pages=self._pages,
            network=status,
            disturbance=self._network.disturbance,
        )

    def _find_touched(self, now: float) -> None:
        """Add the services about which something may have changed without anything having come in for them."""
        network = self._network
        self._touched.update(self._badges.look(now))
        lapsed, back = self._refusals.look(now)
        for part, at in back.items():
            if part in self._groups:
                self._groups.of(part).came_back(at)
        unverified = self._unverified.look(now, network)
        self._touched.update(part.service for part in (*lapsed, *back, *unverified) if part in self._components)
        slow = slow_hosts(self._pulses, now, self._wall_offset_s(now))
        if slow != self._slow:
            self._slow = slow
        self._follow_silences(now)
        downs = tuple(network.down(reach) for reach in Reach)
        everywhere = (
            downs, network.back_at, network.disturbance, self._slow, self._paces.is_patient(now), self._gap.latest,
            tuple(self._silences.kept_out.items()),
        )  # fmt: skip
        if everywhere != self._everywhere:
            self._everywhere = everywhere
            self._touched.update(self._services)
        self._touched.update(self._agenda.due(now))

    def _follow_silences(self, now: float) -> None:
        """Who is kept out; and for whom it is over, because they answer again, or another one does."""
        groups = self._groups.all
        for group in self._silences.follow(groups, self._provider_of, lambda parts: self._are_calm(parts, now)):
            group.evidence.explained(now)
            self._touched.update(part.service for part in group.parts)

    def _provider_of(self, parts: Iterable[Part]) -> str:
        return self._services[next(iter(parts)).service].provider.provider

    def _are_calm(self, parts: Iterable[Part], now: float) -> bool | None:
        """Whether their page calls one of them well; None where it has no word on any."""
        readings = self._readings[self._provider_of(parts)]
        words = {self._components[part].is_calm(readings, now) for part in parts}
        return True in words if words != {None} else None

    def _advance_service(self, state: WatchedService, rulings: Rulings, before: float, now: float) -> None:
        readings = self._readings[state.provider.provider]
        readings.look(now)
        silent, gap = self._silences.kept_out.get(state.provider.provider), self._gap.latest
        evidences = [self._groups.of(part) for part in state.parts]
        views = []
        around: Surroundings | None = None
        for component, evidence in zip(state.components, evidences, strict=True):
            refusal, unverified = self._refusals.of(component.part), self._unverified.of(component.part)
            if around is None or (around.evidence, around.refusal, around.unverified) != (
                evidence,
                refusal,
                unverified,
            ):
                around = Surroundings(
                    evidence, readings, self._network, self._slow, gap, rulings, refusal, silent, unverified
                )
            views.append(component.advance(around, now))
        moments = [component.changes_at for component in state.components]
        self._agenda.set(state.service.id, min((*moments, readings.silent_at), default=math.inf))
        trouble = state.judge(views, evidences, self._badges, before, now)
        self.troubles[state.place : state.place + 1] = [trouble]

    def _settle_recoveries(self) -> None:
        for group in self._groups.all:
            if group.evidence.back_at is not None and not any(
                self._components[part].recovering for part in group.parts
            ):
                group.evidence.recovered()

    def _page_statuses(self) -> tuple[PageStatus, ...]:
        return tuple(
            self._readings[name].status(name, provider.page.url)
            for name, provider in self.providers.items()
            if provider.page is not None
        )

    def _widest_reach(self) -> Reach:
        """The kind of address that matters most: the public one, if anything watched has it."""
        if self._widest is None:
            kinds = {component.reach(self._groups.of(part)) for part, component in self._components.items()}
            self._widest = next((reach for reach in (Reach.PUBLIC, Reach.PRIVATE) if reach in kinds), Reach.LOOPBACK)
        return self._widest

    # What is asked of it

    @property
    def paces(self) -> dict[str, Pace]:
        """Of the hosts that may be asked more than once a minute."""
        return self._paces.by_host

    def pace(self, host: str) -> Pace:
        """How eagerly `host` may be asked."""
        return self._paces.of(host)

    def wants_control(self, host: str) -> bool:
        """From the second try on, a control runs beside each; loopback needs none."""
        return self._paces.wants_control(host)

    def settled(self, service_id: str) -> bool:
        """Whether more tries would change nothing: every source has spoken and no run of failures is undecided."""
        service = self._services.get(service_id)
        return service is None or all(self._is_settled(component, service) for component in service.components)

    def use(self, service_id: str) -> Use | None:
        """Which model families are used of this service; None where it lists none."""
        return self._families.use(service_id, self._now)

    def sampled_at(self, service_id: str) -> float | None:
        """When the probe of this service that was asked longest ago was asked; None while one of them never was.

        What only a page speaks for has no sample of its own: a page keeps its own pace, and shows its age.
        """
        service = self._services.get(service_id)
        components = service.components if service is not None else ()
        tried = [self._groups.of(component.part).tried_at for component in components if component.probed]
        known = [at for at in tried if at is not None]
        return None if len(known) < len(tried) else min(known, default=self._now)

    def _is_settled(self, component: ComponentState, service: WatchedService) -> bool:
        evidence = self._groups.of(component.part)
        readings = self._readings[service.provider.provider]
        if self._network.down(component.reach(evidence)) is not None or evidence.proxy is not None:
            return True
        if (component.probed and evidence.tried_at is None) or (
            component.on_page and readings.expected and readings.latest is None
        ):
            return False
        is_down = evidence.sight(recovering=component.recovering) is Sight.DOWN
        return not self._paces.is_undecided(evidence) and (not evidence.run or is_down)

    @property
    def is_calm(self) -> bool:
        """Nothing fails, and nothing is being waited for."""
        evidences = (group.evidence for group in self._groups.all)
        return all(evidence.is_quiet for evidence in evidences)

    def remember(self) -> JudgeMemory:
        """What a restart has to know."""
        return JudgeMemory(
            self._now,
            {f"{part.service}/{part.component}": state.remember() for part, state in self._components.items()},
            self._groups.remember(),
            {name: state.known for name, state in self._services.items() if state.known is not None},
            dict(self._pulses),
            self._network.remember(),
            self._refusals.remember(),
            {name: readings.remember() for name, readings in self._readings.items()},
            self._families.remember(),
            self._gap.remember(),
            self._unverified.remember(),
        )


_FAILED = frozenset({Outcome.FAIL, Outcome.FOREIGN, Outcome.PROXY})
