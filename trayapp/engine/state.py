"""Every rule that runs, runs here: evidence goes in with `observe`, time with `advance`, and what follows comes out.

Pure: no clock, no waiting, no input or output. The engine, the demo, simulations and playbooks all drive this one
object. Reading it changes nothing.
"""

import math
from collections.abc import Callable
from functools import partial

from msgspec import Struct, field, structs

from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.known_networks import KnownNetworks, KnownNetworksMemory
from trayapp.core.evidence.observation import (
    Depth,
    Disturbance,
    DisturbanceKind,
    NetworkState,
    Observation,
    Outcome,
    Source,
    Try,
)
from trayapp.core.evidence.pace import Pace
from trayapp.core.evidence.page_report import PageHistory, PageReport
from trayapp.core.evidence.passages import Passages
from trayapp.core.hosts import host_of
from trayapp.core.incident.aftermath import Aftermath, AftermathMemory
from trayapp.core.incident.concerns import Concerned
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.incident.joining import Joining
from trayapp.core.incident.known_pasts import KnownPasts, PastsMemory
from trayapp.core.incident.outlook import Outlook
from trayapp.core.incident.silence import patience_s
from trayapp.core.incident.store import IncidentRecord, IncidentStore
from trayapp.core.light.aside import Lasts
from trayapp.core.light.judge import CLOCK_SLACK_S, Judge, JudgeMemory
from trayapp.core.light.severity import Finding, Light
from trayapp.core.light.verdicts import Judgement, Transition
from trayapp.core.mine.reported import Reported
from trayapp.core.mine.set_aside import AsideMemory, SetAside
from trayapp.core.notify.auto_news import AutoNews
from trayapp.core.notify.banner import Announcement
from trayapp.core.notify.policy import NotificationMemory, NotificationPolicy
from trayapp.core.notify.together import between
from trayapp.core.snapshot import Circumstances, Snapshot, compose, how_many_move
from trayapp.core.switching.auto_mode import AutoMemory, AutoMode
from trayapp.core.switching.route import Mode, To, Until
from trayapp.core.switching.routes import Routes, RoutesMemory


class LastVerdict(Struct):
    """The light and finding of a service as last said, so that a change is known across a restart."""

    light: Light = Light.GREY
    finding: Finding = Finding.STARTING


class IncidentMemory(Struct):
    """What survives a restart of incidents and verdicts. `saved_at`: when it was true."""

    saved_at: float = 0.0
    records: list[IncidentRecord] = field(default_factory=list)
    verdicts: dict[str, LastVerdict] = field(default_factory=dict)
    aftermath: AftermathMemory = field(default_factory=AftermathMemory)


class Memory(Struct):
    """All that survives a restart, in pieces that are stored by name."""

    judge: JudgeMemory | None = None
    incidents: IncidentMemory | None = None
    told: NotificationMemory | None = None
    routes: RoutesMemory | None = None
    networks: KnownNetworksMemory | None = None
    auto: AutoMemory | None = None
    pasts: PastsMemory | None = None
    aside: AsideMemory | None = None


class Result(Struct, frozen=True):
    """What follows at one moment.

    `transitions`: every change of a verdict since the last time; `announcements`: what is to be shown or taken away;
    `paces`: of the hosts that may be asked more than once a minute; `news_at`: when there is something to tell although
    nothing new comes in.
    """

    snapshot: Snapshot
    transitions: tuple[Transition, ...]
    announcements: tuple[Announcement, ...]
    paces: dict[str, Pace]
    news_at: float


class State:
    """Judge, incidents, routes and notifications behind one door. All times are steady seconds.

    `mode`: who switches, at the beginning. `wall_offset_s` turns steady seconds into Unix time as of now. `routes` and
    `auto` answer the gateway, request by request.
    `result`: the latest; there is one from the first `advance` on.
    """

    def __init__(
        self,
        catalogue: Catalogue,
        watched: tuple[str, ...],
        now: float,
        memory: Memory | None = None,
        *,
        mode: Mode = Mode.MANUAL,
        wall_offset_s: Callable[[float], float] = lambda now: 0.0,
    ) -> None:
        kept = memory or Memory()
        self.routes = Routes(catalogue, kept.routes)
        self.auto = AutoMode(mode, kept.auto)
        self._wall_offset_s = wall_offset_s
        self._policy = NotificationPolicy(kept.told)
        self._auto_news = AutoNews()
        self._networks = KnownNetworks(kept.networks)
        self._outlook = Outlook()
        self._pasts = KnownPasts(kept.pasts)
        for provider, past in self._pasts.incidents().items():
            self._outlook.learn(provider, past)
        self._passages = Passages()
        self._aside = SetAside(kept.aside)
        self._reported = Reported()
        self._concerned = Concerned()
        self._circumstances = Circumstances()
        self.result: Result
        self._watch(catalogue, watched, now, kept.judge, kept.incidents)

    def _watch(
        self,
        catalogue: Catalogue,
        watched: tuple[str, ...],
        now: float,
        judge: JudgeMemory | None,
        incidents: IncidentMemory | None,
    ) -> None:
        self._now = now
        self._judge = Judge(catalogue, watched, now, judge, self._networks, self._wall_offset_s)
        past = incidents is not None and incidents.saved_at <= now + CLOCK_SLACK_S
        kept = incidents if incidents is not None and past else IncidentMemory()
        self._incidents = IncidentStore(kept.records, kept.saved_at)
        self._aftermath = Aftermath(kept.aftermath)
        self._outlook.use(catalogue)
        self._names = {name: provider.name for name, provider in catalogue.providers.items()}
        self._joining = Joining(self._names)
        known = (service.id for _, service in catalogue.watched(watched))
        self._verdicts = {name: kept.verdicts.get(name) or LastVerdict() for name in known}

    # What comes in

    def observe(self, evidence: Observation | Circumstances) -> None:
        """Take in one piece of evidence, or what has become of the fallback, the tools and the gateway."""
        if isinstance(evidence, Circumstances):
            self._circumstances = evidence
        elif isinstance(evidence, PageHistory):
            self._aftermath.told(evidence)
            self._learn(evidence.provider, new=self._pasts.told(evidence))
        else:
            self._judge.observe(evidence)
            if isinstance(evidence, Disturbance):
                self.auto.disturbed(evidence.at)
                if evidence.kind is DisturbanceKind.NETWORK_CHANGE:
                    self._passages.forget()
            elif isinstance(evidence, Try) and not evidence.unverified:
                self._passages.observe(evidence)
                self._probed(evidence)
            elif isinstance(evidence, PageReport):
                self._learn(evidence.provider, new=self._pasts.reported(evidence))

    def _learn(self, provider: str, *, new: bool) -> None:
        """Forecasts rest on what a provider's page tells of its past, from the next moment on."""
        if new:
            self._outlook.learn(provider, self._pasts.incidents()[provider])

    def _probed(self, one: Try) -> None:
        """Auto mode counts requests for itself; of probes it wants to know what they show of the host of the API."""
        if one.source is Source.PROBE and one.depth >= Depth.API and one.outcome in (Outcome.GOOD, Outcome.FAIL):
            provider = self.routes.catalogue.providers.get(one.provider)
            if provider is not None and provider.api is not None and host_of(provider.api.url) == one.host:
                self.auto.probed(one.provider, one.at, good=one.outcome is Outcome.GOOD)

    def switch(self, providers: tuple[str, ...], to: To, until: Until, now: float) -> None:
        """The user sends `providers` there. `until` counts for the local route only."""
        self.auto.chosen(providers, to, now, well=self.routes.well)
        self.routes.switch(providers, to, until, now)

    def watch(self, catalogue: Catalogue, watched: tuple[str, ...], now: float) -> None:
        """Go on with other services, or with the same ones from another catalogue; what is known of them stays."""
        self.routes.use(catalogue)
        self._watch(catalogue, watched, now, self._judge.remember(), self._remember_incidents())

    def forget(self, services: frozenset[str] | None) -> None:
        """Follow no incident of these services, or of any, that is over: nobody wants to be reminded of it."""
        self._incidents.forget(services)
        self._aftermath.forget(services)

    def only_when_back(self, incident_id: str, *, on: bool = True) -> None:
        """The user wants to hear of this incident only when it is over, or of all of it again."""
        self._policy.only_when_back(incident_id, on=on)

    def set_aside(self, target: str, lasts: Lasts | None, until: float | None, now: float) -> bool:
        """The user does not want this open incident, or this service, to count; False where there is no such."""
        incidents = self._incidents.incidents()
        return self._aside.put(target, lasts, until, self.judgement, incidents, now)

    def user_says(self, service: str, now: float) -> None:
        """It fails for the user: that stands among the reasons, and colours nothing."""
        self._reported.says(service, now)

    def undo_aside(self, target: str) -> bool:
        """It counts again; False where it did."""
        return self._aside.undo(target, self.judgement)

    def advance(self, now: float) -> Result:
        """Let the time be `now`, and work out everything that follows."""
        judged = self._judge.advance(now)
        self._now = judged.at
        self._incidents.page_said(self._judge.page_incidents)
        network_fine = judged.network.state is NetworkState.ONLINE
        self._incidents.update(self._judge.troubles, judged.at, network_fine=network_fine, patience_s=self._patience_s)
        self._aftermath.follow(self._incidents.take_ended())
        self._aftermath.look(self._judge.page_incidents, judged.at)
        incidents = self._incidents.incidents()
        judgement = self._aside.apply(self._joining.join(judged, incidents), incidents, judged.at)
        judgement = self._reported.apply(judgement, judgement.at)
        self.routes.judged(judgement)
        self.auto.advance(judgement.at)
        circumstances = self._circumstances
        snapshot = self._compose(judgement, incidents, judgement.at)
        announcements = self._policy.report(
            judgement,
            incidents,
            snapshot.routes,
            snapshot.offer,
            judgement.at,
            local_answers=len(circumstances.local_answers),
            tools=partial(how_many_move, circumstances.tools),
            forecasts=snapshot.forecasts,
            aftermath=snapshot.aftermath,
            concerns=snapshot.concerns,
            way=between(snapshot.around, snapshot.passages),
        )
        moved = self._auto_news.report(
            self.auto, snapshot.offer.moved, self._names, circumstances.target.model, judgement.at
        )
        transitions = self._transitions(judgement)
        deadline = self.auto.deadline
        news_at = min(self._policy.news_at, self._aside.ends_at, math.inf if deadline is None else deadline)
        self.result = Result(snapshot, transitions, (*announcements, *moved), self._judge.paces, news_at)
        return self.result

    def _transitions(self, judgement: Judgement) -> tuple[Transition, ...]:
        changes = []
        for verdict in judgement.services:
            last = self._verdicts[verdict.id]
            if verdict.light is not last.light or verdict.finding is not last.finding:
                changes.append(
                    Transition(judgement.at, verdict.id, verdict.light, verdict.finding, last.light, last.finding)
                )
                last.light, last.finding = verdict.light, verdict.finding
        return tuple(changes)

    def _compose(self, judgement: Judgement, incidents: tuple[Incident, ...], now: float) -> Snapshot:
        offset_s = self._wall_offset_s(now)
        forecasts = self._outlook.forecasts(judgement, incidents, now)
        passages = self._passages.lately(now)
        circumstances = self._circumstances
        concerns = self._concerned.of(incidents, self._judge.providers, self._judge.use)
        return compose(
            judgement, incidents, self.routes, self.auto, circumstances, now, offset_s, forecasts, passages,
            self._aftermath.incidents, concerns, self._policy.hushed,
        )  # fmt: skip

    def snapshot(self, now: float) -> Snapshot:
        """The picture at `now`, as far as the latest `advance` and the circumstances of now tell."""
        latest = self.result.snapshot
        return self._compose(latest.judgement, latest.incidents, now)

    @property
    def judgement(self) -> Judgement:
        """The latest judgement."""
        return self.result.snapshot.judgement

    def pace(self, host: str) -> Pace:
        """How eagerly a host may be asked."""
        return self._judge.pace(host)

    def wants_control(self, host: str) -> bool:
        """Should the next try at this host run beside a control?"""
        return self._judge.wants_control(host)

    def wants_past(self, provider: str) -> bool:
        """Whether the page of a provider that is in no trouble should be asked for its past."""
        known = self.routes.catalogue.providers.get(provider)
        if known is None or known.page is None:
            return False
        wanted = self._pasts.wanted(provider, known.page.url, self._now)
        if not wanted and not self._aftermath.wants_past(provider, self._now):
            return False
        verdicts = [one for one in self.judgement.services if one.provider == provider]
        return not any(one.light in (Light.RED, Light.YELLOW) or one.incident for one in verdicts)

    def is_troubled(self, provider: str) -> bool:
        """Is anything of this provider's in trouble, by its page or by own eyes, or about to be found so?"""
        return any(
            verdict.provider == provider and verdict.light in (Light.YELLOW, Light.RED)
            for verdict in self.judgement.services
        )

    def _patience_s(self, provider: str) -> float | None:
        """How long this provider's page may be silent; None where it cannot be heard now."""
        return patience_s(self._aftermath.gap_s(provider)) if self._judge.page_speaks(provider) else None

    def settled(self, service_id: str) -> bool:
        """Whether more tries would change nothing about this service."""
        return self._judge.settled(service_id)

    def sampled_at(self, service_id: str) -> float | None:
        """When the probe of this service that was asked longest ago was asked; None while one of them never was."""
        return self._judge.sampled_at(service_id)

    @property
    def is_calm(self) -> bool:
        """Nothing is local, and nothing fails and no incident is open, or nothing of it can be seen from here: a
        restart would lose little."""
        away = self.judgement.network.state in (NetworkState.OFFLINE, NetworkState.CAPTIVE)
        return (
            (away or self._judge.is_calm)
            and not self.auto.diverted
            and (away or all(one.stage is IncidentStage.OVER for one in self._incidents.incidents()))
            and all(route.to is To.CLOUD for route in self.routes.all().values())
        )

    def remember(self) -> Memory:
        """All that a restart has to know."""
        return Memory(
            self._judge.remember(),
            self._remember_incidents(),
            self._policy.remember(),
            self.routes.remember(),
            self._networks.remember(),
            self.auto.remember(),
            self._pasts.remember(),
            self._aside.remember(),
        )

    def _remember_incidents(self) -> IncidentMemory:
        verdicts = {name: structs.replace(last) for name, last in self._verdicts.items()}
        return IncidentMemory(self._now, list(self._incidents.records), verdicts, self._aftermath.remember())
