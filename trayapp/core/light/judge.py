"""The judge: all observations in, one judgement out. It holds the state that the ten rules need, and no clock.

What began before a resume or a network change is dropped, and failures within the grace after one; the rest goes to
the network (rule 1), to the components it speaks for (rules 2 to 9), and from there to services and incidents
(rule 10).
"""

import ipaddress
from urllib.parse import urlsplit

from msgspec import Struct, field, structs

from trayapp.core.catalogue import Catalogue, Part, Provider, Service
from trayapp.core.evidence.connection import ConnectionMemory, OwnConnection
from trayapp.core.evidence.observation import (
    Control,
    Depth,
    Disturbance,
    NetworkReport,
    NetworkState,
    Observation,
    Outcome,
    Source,
    Try,
)
from trayapp.core.evidence.own_evidence import GAP_S, Sight
from trayapp.core.evidence.pace import Pace
from trayapp.core.evidence.page_report import PageHealth, PageIncident, PageReport
from trayapp.core.evidence.reach import Reach
from trayapp.core.incident.store import IncidentRecord, IncidentStore, Trouble
from trayapp.core.light import service as whole
from trayapp.core.light.badges import Badges
from trayapp.core.light.component import PartMemory, PartState
from trayapp.core.light.page_opinion import PageView
from trayapp.core.light.reasons import SEPARATOR, Code, reason
from trayapp.core.light.severity import Finding, Light, worst
from trayapp.core.light.slowness import Pulse
from trayapp.core.light.verdicts import Judgement, PageStatus, ServiceVerdict, Transition

# A reading of a page takes no longer than this; so much earlier its requests may have begun.
PAGE_READING_S = 15.0
# Who has been offline for so long is not asked to keep up the pace of trouble: a look a minute finds the way back.
OFFLINE_PATIENCE_S = 300.0
# A memory from the future means that the clock was set back: its times say nothing.
CLOCK_SLACK_S = 60.0


class ServiceMemory(Struct):
    """The last verdict on a service, and the last that was not grey."""

    light: Light = Light.GREY
    finding: Finding = Finding.STARTING
    last_known: Light | None = None
    last_known_at: float | None = None


class Memory(Struct):
    """What survives a restart; JSON-able by msgspec. Parts are keyed "service/component"."""

    saved_at: float = 0.0
    parts: dict[str, PartMemory] = field(default_factory=dict)
    services: dict[str, ServiceMemory] = field(default_factory=dict)
    cases: list[IncidentRecord] = field(default_factory=list)
    pulses: dict[str, Pulse] = field(default_factory=dict)
    network: ConnectionMemory = field(default_factory=ConnectionMemory)


class Judge:
    """The rules of the light over all watched services. Sans-io; `now` and all times are steady seconds."""

    def __init__(
        self, catalogue: Catalogue, watched: tuple[str, ...], now: float, memory: Memory | None = None
    ) -> None:
        kept = memory if memory is not None and memory.saved_at <= now + CLOCK_SLACK_S else Memory()
        self._now = now
        self._watched = catalogue.watched(watched)
        # Another hour may be another network.
        self._network = OwnConnection(now, kept.network if now - kept.saved_at <= GAP_S else None)
        self._pages = {provider.provider: PageView(expected=provider.page is not None) for provider, _ in self._watched}
        self._page_hosts = {
            provider.provider: urlsplit(provider.page.url).netloc for provider, _ in self._watched if provider.page
        }
        self._parts: dict[Part, PartState] = {}
        for provider, service in self._watched:
            for component in service.components:
                part = Part(service.id, component.id)
                reach = _likely_reach(provider, service, component.id)
                memo = kept.parts.get(_key(part))
                self._parts[part] = PartState(provider.provider, service, component, reach, memo, now)
        self._hosts: dict[str, set[Part]] = {}
        self._pulses = kept.pulses
        self._badges = Badges()
        self._services = {service.id: kept.services.get(service.id) or ServiceMemory() for _, service in self._watched}
        self._book = IncidentStore(kept.cases)
        self._transitions: list[Transition] = []

    # What comes in

    def observe(self, observation: Observation) -> None:
        """Take in one piece of evidence; which of them came first makes no difference within a moment."""
        match observation:
            case Disturbance():
                self._network.disturbed(observation)
                for view in self._pages.values():
                    view.disturbed()
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
                if not self._is_void(observation.at, failed=observation.health is not PageHealth.OK):
                    self._observe_page(observation)

    def _is_void(self, began: float, *, failed: bool) -> bool:
        disturbance = self._network.disturbance
        if disturbance is None:
            return False
        return began < disturbance.at or (failed and self._network.in_grace(began))

    def _observe_try(self, t: Try) -> None:
        self._network.observe_try(t)
        self._badges.observe(t)
        self._hosts.setdefault(t.host, set()).update(t.parts)
        if t.outcome is Outcome.GOOD and t.first_token_s is not None:
            self._pulses.setdefault(t.host, Pulse()).note(t.at, t.first_token_s)
        for part in t.parts:
            if part in self._parts:
                self._parts[part].observe(t, self._network)

    def _observe_page(self, report: PageReport) -> None:
        view = self._pages.get(report.provider)
        if view is None:
            return
        host = self._page_hosts.get(report.provider, "")
        reach = _reach_of(host)
        view.observe(report, excused=self._network.down(reach) is not None)
        if report.health is PageHealth.OK:
            self._network.observe_page(report.at, report.at - PAGE_READING_S, host, report.provider, reach)
            for provider, service in self._watched:
                if provider.provider == report.provider:
                    for component in service.components:
                        self._parts[Part(service.id, component.id)].heard(view, report.at)

    # What is asked of it

    def pace(self, host: str, now: float) -> Pace:
        """TROUBLE from the first failure until it is cleared or red; RED while own eyes hold it red."""
        found = Pace.CALM
        for state in self._at(host):
            state.eyes.look(now, self._network, page_unsettled=True)
            if state.eyes.red is not None:
                return Pace.RED
            if self._in_trouble(state):
                found = Pace.TROUBLE
        offline_since = self._network.offline_since
        if offline_since is not None and now - offline_since > OFFLINE_PATIENCE_S:
            return Pace.CALM
        return found

    def wants_control(self, host: str, now: float) -> bool:
        """From the second try on, a control runs beside each; loopback needs none."""
        states = [one for one in self._at(host) if one.reach is not Reach.LOOPBACK]
        for state in states:
            state.eyes.look(now, self._network, page_unsettled=True)
        return any(one.eyes.red is not None or self._in_trouble(one) for one in states)

    def _in_trouble(self, state: PartState) -> bool:
        return bool(state.eyes.run) or self._undecided(state)

    def settled(self, service_id: str, now: float) -> bool:
        """Whether more tries would change nothing: every source has spoken and no run of failures is undecided."""
        provider = next((one.provider for one, service in self._watched if service.id == service_id), None)
        if provider is None:
            return True
        view = self._pages[provider]
        return all(
            self._part_settled(state, view, now) for part, state in self._parts.items() if part.service == service_id
        )

    def sampled_at(self, service_id: str) -> float | None:
        """When the probe of this service that was asked longest ago was asked; None while one of them never was.

        What only a page speaks for has no sample of its own: a page keeps its own pace, and shows its age.
        """
        tried = [
            state.eyes.tried_at for part, state in self._parts.items() if part.service == service_id and state.probed
        ]
        known = [at for at in tried if at is not None]
        return None if len(known) < len(tried) else min(known, default=self._now)

    def _part_settled(self, state: PartState, view: PageView, now: float) -> bool:
        if self._network.down(state.reach) is not None or state.eyes.proxy is not None:
            return True
        if (state.probed and state.eyes.tried_at is None) or (state.on_page and view.expected and view.latest is None):
            return False
        sight = state.eyes.look(now, self._network, page_unsettled=True)
        return not self._undecided(state) and (not state.eyes.run or sight is Sight.DOWN)

    def _at(self, host: str) -> list[PartState]:
        return [self._parts[part] for part in self._hosts.get(host, ()) if part in self._parts]

    def _undecided(self, state: PartState) -> bool:
        eyes = state.eyes
        return eyes.foreign is not None and not eyes.blocked(self._network) and self._network.down(state.reach) is None

    def drain_transitions(self) -> tuple[Transition, ...]:
        """Every change since the last call."""
        drained, self._transitions = tuple(self._transitions), []
        return drained

    def remember(self) -> Memory:
        """What a restart has to know."""
        parts = {_key(part): state.remember() for part, state in self._parts.items()}
        return Memory(
            self._now, parts, dict(self._services), list(self._book.cases), dict(self._pulses), self._network.remember()
        )

    # The judgement

    def judge(self, now: float) -> Judgement:
        """Everything the rules say at `now`."""
        now = self._now = max(now, self._now)
        status = self._network.status(now, self._reach())
        troubles = [self._service(provider, service, now) for provider, service in self._watched]
        self._book.update(troubles, now, network_fine=status.state is NetworkState.ONLINE)
        self._book.page_said(self._page_incidents())
        verdicts = tuple(self._finish(one.verdict, now) for one in troubles)
        return Judgement(
            at=now,
            light=worst(one.light for one in verdicts),
            services=verdicts,
            pages=tuple(self._page_statuses()),
            network=status,
            incidents=self._book.incidents(),
            disturbance=self._network.disturbance,
        )

    def _service(self, provider: Provider, service: Service, now: float) -> Trouble:
        view = self._pages[provider.provider]
        states = [self._parts[Part(service.id, one.id)] for one in service.components]
        views = [state.view(view, self._network, self._pulses, now) for state in states]
        made = whole.whole(views, now)
        badges = self._badges.of(service.id, now)
        memory = self._services[service.id]
        if made.light is not Light.GREY:
            memory.last_known, memory.last_known_at = made.light, now
        verdict = ServiceVerdict(
            id=service.id,
            provider=provider.provider,
            name=service.name,
            provider_name=provider.name,
            light=made.light,
            finding=made.finding,
            confidence=made.confidence,
            since=made.since,
            components=tuple(one.verdict for one in views),
            reasons=(*made.reasons, *self._badges.reasons(service.id, now)),
            badges=badges,
            unseen=tuple(one.verdict.id for one in views if not one.verdict.seen),
            last_known=memory.last_known,
            last_known_at=memory.last_known_at,
            latency_s=_latency_s(states, now),
            website=service.website,
        )
        return _trouble(verdict, made, states, view, now)

    def _finish(self, verdict: ServiceVerdict, now: float) -> ServiceVerdict:
        """Name the incident, and the sharing that only the book can see; note the change."""
        case = self._book.open_for(verdict.id, verdict.provider)
        if case is not None and verdict.id in case.members:
            verdict = structs.replace(verdict, incident=case.id)
            if case.shared and verdict.light is Light.RED:
                names = dict.fromkeys(one.name for one, _ in self._watched if one.provider in case.providers)
                said = reason(
                    Code.SHARED, Source.NETWORK, now, providers=SEPARATOR.join(names), count=len(case.providers)
                )
                verdict = structs.replace(verdict, finding=Finding.SHARED, reasons=(said, *verdict.reasons))
        memory = self._services[verdict.id]
        if (verdict.light, verdict.finding) != (memory.light, memory.finding):
            change = Transition(now, verdict.id, verdict.light, verdict.finding, memory.light, memory.finding)
            self._transitions.append(change)
            memory.light, memory.finding = verdict.light, verdict.finding
        return verdict

    def _page_incidents(self) -> dict[str, PageIncident]:
        reports = [view.latest for view in self._pages.values() if view.latest is not None]
        return {one.id: one for report in reports for one in report.incidents}

    def _page_statuses(self) -> list[PageStatus]:
        found = []
        for provider in {provider.provider: provider for provider, _ in self._watched}.values():
            if provider.page is None:
                continue
            view = self._pages[provider.provider]
            if view.latest is None:
                found.append(PageStatus(provider.provider, PageHealth.NEVER, None, provider.page.url))
                continue
            latest = view.latest
            found.append(
                PageStatus(provider.provider, latest.health, view.fetched_at, latest.link, latest.reason, latest.params)
            )
        return found

    def _reach(self) -> Reach:
        """The kind of address that matters most: the public one, if anything watched has it."""
        kinds = {one.reach for one in self._parts.values()}
        return next((one for one in (Reach.PUBLIC, Reach.PRIVATE) if one in kinds), Reach.LOOPBACK)


_FAILED = frozenset({Outcome.FAIL, Outcome.FOREIGN, Outcome.PROXY})


def _trouble(
    verdict: ServiceVerdict, made: whole.Whole, states: list[PartState], view: PageView, now: float
) -> Trouble:
    troubled = [one for one in made.deciding if one.light in (Light.RED, Light.YELLOW)]
    began = [one.trouble_at for one in troubled if one.trouble_at is not None]
    back = [one.back_at for one in made.deciding if one.back_at is not None]
    names = {one.verdict.id for one in troubled}
    pages = [incident for one in states if one.part.component in names for incident in one.page_incidents(view, now)]
    return Trouble(verdict, min(began, default=None), max(back, default=None), tuple(dict.fromkeys(pages)))


def _latency_s(states: list[PartState], now: float) -> float | None:
    found = [
        good
        for one in states
        if (good := one.eyes.answering(now) or one.eyes.good(now, Depth.API)) is not None and good.latency_s is not None
    ]
    return max(found, key=lambda one: (one.depth, one.at)).latency_s if found else None


def _key(part: Part) -> str:
    return f"{part.service}/{part.component}"


def _likely_reach(provider: Provider, service: Service, component: str) -> Reach:
    """The kind of address that the catalogue suggests, until a try has shown it."""
    probe = next((one for one in service.probes if component in one.components), None)
    if probe is not None:
        return _reach_of(probe.host)
    return _reach_of(urlsplit(provider.page.url).netloc if provider.page else "")


def _reach_of(netloc: str) -> Reach:
    """By the name alone: core asks no resolver."""
    host = urlsplit(f"//{netloc}").hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return Reach.LOOPBACK
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return Reach.PUBLIC
    if address.is_loopback:
        return Reach.LOOPBACK
    return Reach.PRIVATE if address.is_private else Reach.PUBLIC
