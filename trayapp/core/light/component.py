"""One component: own eyes, page, flapping and slowness joined into one light, in the order of the rules."""

from msgspec import Struct, structs

from trayapp.core.catalogue import Component, Part, ProbeKind, Service
from trayapp.core.evidence.connection import OwnConnection
from trayapp.core.evidence.observation import Depth, Outcome, Try
from trayapp.core.evidence.own_evidence import QUIET_S, Evidence, EvidenceMemory, Sight
from trayapp.core.evidence.page_report import PageIncident
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.strikes import vouched
from trayapp.core.light.flapping import Flapping
from trayapp.core.light.page_opinion import PAGE_HELD_S, PageOpinion, PageView
from trayapp.core.light.reason_builder import ReasonBuilder
from trayapp.core.light.reasons import Reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.slowness import Pulse, slow_alone
from trayapp.core.light.verdicts import ComponentVerdict

# Three real answers that the page's red cannot explain: one may come from a corner that still works.
CONTRADICTING_ANSWERS = 3
# A first round is done in a minute; what has found nothing in two has no evidence.
STARTING_S = 120.0
# A failure on a network where this share of everything fails says nothing about flapping.
FLAPPING_MAX_Q = 0.05


class PageMemory(Struct):
    """What the page last said of a component, when its red was first read, and when its trouble was first over."""

    voice: PageOpinion | None = None
    red_at: float | None = None
    ended_at: float | None = None


class PartMemory(Struct):
    """What survives a restart. `last_known`: the last light that was not grey."""

    eyes: EvidenceMemory
    page: PageMemory
    flapping: Flapping
    light: Light
    finding: Finding
    since: float
    last_known: Light | None = None


class PartView(Struct, frozen=True):
    """The verdict on a component with what the whole needs to know of it.

    `partial`: partial outage or worse. `trouble_at`: when its present trouble began. `back_at`: when it came back.
    """

    verdict: ComponentVerdict
    confidence: Confidence | None = None
    partial: bool = False
    trouble_at: float | None = None
    back_at: float | None = None

    @property
    def light(self) -> Light:
        return self.verdict.light

    @property
    def finding(self) -> Finding:
        return self.verdict.finding


class _Ruling(Struct, frozen=True):
    light: Light
    finding: Finding
    reasons: tuple[Reason, ...] = ()
    since: float | None = None
    confidence: Confidence | None = None
    partial: bool = False
    back_at: float | None = None


class PartState:
    """All that is known of one component."""

    def __init__(
        self, provider: str, service: Service, component: Component, reach: Reach, memory: PartMemory | None, now: float
    ) -> None:
        self.part = Part(service.id, component.id)
        self._provider = provider
        self._component = component
        self._reach = reach
        kinds = {probe.kind for probe in service.probes if component.id in probe.components}
        self.probed = bool(kinds - {ProbeKind.COMPLETION})
        self._deep = ProbeKind.API in kinds
        self.eyes = Evidence(memory.eyes if memory else None)
        self.page = memory.page if memory else PageMemory()
        self.flapping = memory.flapping if memory else Flapping()
        self._light = memory.light if memory else Light.GREY
        self._finding = memory.finding if memory else Finding.STARTING
        self._since = min(memory.since, now) if memory else now
        self._last_known = memory.last_known if memory else None

    def remember(self) -> PartMemory:
        voice = self.page.voice
        page = PageMemory(voice and structs.replace(voice, incidents=()), self.page.red_at, self.page.ended_at)
        return PartMemory(
            self.eyes.remember(), page, self.flapping, self._light, self._finding, self._since, self._last_known
        )

    @property
    def reach(self) -> Reach:
        """The kind of address it was last asked at, or the one that the catalogue suggests."""
        return self.eyes.reach or self._reach

    @property
    def on_page(self) -> bool:
        """Whether a status page is meant to speak for it."""
        return bool(self._component.page_components)

    def page_incidents(self, view: PageView, now: float) -> tuple[PageIncident, ...]:
        """The page's incidents that touch it."""
        voice = view.voice(self._component.page_components, now)
        return voice.incidents if voice is not None else ()

    def observe(self, t: Try, network: OwnConnection) -> None:
        self.eyes.add(t, network)
        if t.outcome is Outcome.GOOD:
            self.flapping.note(t.at, good=True)
        elif (
            t.outcome is Outcome.FAIL
            and vouched(t, network)
            and network.chance_of_failure(t.provider, t.reach, t.at) <= FLAPPING_MAX_Q
        ):
            self.flapping.note(t.at, good=False)

    def heard(self, view: PageView, now: float) -> None:
        """The page was read again: follow its light, since what it made ends with it."""
        voice = view.voice(self._component.page_components, now)
        if voice is None or voice.light is Light.GREY:
            return
        before = self.page.voice
        if before is not None and (view.starts_afresh or voice.at - before.at > view.fresh_s):
            self.page = PageMemory()
            before = None
        bad = voice.light is not Light.GREEN
        if voice.light is Light.RED:
            self.page.red_at = voice.at if self.page.red_at is None else self.page.red_at
        else:
            self.page.red_at = None
        if bad:
            self.page.ended_at = None
        elif before is not None and before.light is not Light.GREEN:
            self.page.ended_at = voice.at
        self.page.voice = voice
        if not self.probed and before is not None and voice.at > before.at:
            self.flapping.note(voice.at, good=not bad)

    def view(self, view: PageView, network: OwnConnection, pulses: dict[str, Pulse], now: float) -> PartView:
        """The verdict now."""
        voice = view.voice(self._component.page_components, now)
        held = self._held(voice, now)
        sight = self.eyes.look(now, network, page_unsettled=held is not None and held.unsettled)
        has_page = view.expected and self.on_page
        tell = ReasonBuilder(
            self._provider, self.eyes, voice, held, network, now, has_page=has_page, probed=self.probed
        )
        ruling = self._rule(sight, voice, held, network, pulses, tell, view, now)
        ruling = self._flap(ruling, tell)
        if (ruling.light, ruling.finding) != (self._light, self._finding):
            self._light, self._finding = ruling.light, ruling.finding
            self._since = min(now, ruling.since if ruling.since is not None else now)
        if ruling.light is not Light.GREY:
            self._last_known = ruling.light
        verdict = ComponentVerdict(
            self._component.id,
            self._component.name,
            self._component.main,
            ruling.light,
            ruling.finding,
            self._since,
            self._seen(now),
            ruling.reasons,
        )
        trouble_at = ruling.since if ruling.light in (Light.RED, Light.YELLOW) else None
        return PartView(verdict, ruling.confidence, ruling.partial, trouble_at, ruling.back_at)

    def _held(self, voice: PageOpinion | None, now: float) -> PageOpinion | None:
        """The voice that rules: the page's last trouble outlives the page's own silence for a while."""
        last = self.page.voice
        if (voice is None or voice.light is Light.GREY) and last is not None and last.light is not Light.GREEN:
            return last if now - last.at <= PAGE_HELD_S else voice
        return voice

    def _rule(
        self,
        sight: Sight,
        voice: PageOpinion | None,
        held: PageOpinion | None,
        network: OwnConnection,
        pulses: dict[str, Pulse],
        tell: ReasonBuilder,
        view: PageView,
        now: float,
    ) -> _Ruling:
        if (down := network.down(self.reach)) is not None:
            # Whose page that was is known now: not that of somebody who blocks this one host.
            self.eyes.forget_foreign()
            return _Ruling(Light.GREY, Finding.OWN_NETWORK, tell.network_down(down), down.since)
        if self.eyes.proxy is not None:
            return _Ruling(Light.GREY, Finding.OWN_NETWORK, tell.proxy(self.eyes.proxy), self.eyes.proxy.at)
        trouble = self._trouble(sight, held, tell, pulses, now)
        if trouble is not None:
            return trouble
        foreign = self.eyes.foreign
        if foreign is not None and self.eyes.blocked(network):
            return _Ruling(Light.GREY, Finding.BLOCKED, tell.blocked(foreign), foreign.at)
        return self._well(voice, network, tell, now) or self._unknown(view, network, tell, now)

    def _trouble(
        self, sight: Sight, held: PageOpinion | None, tell: ReasonBuilder, pulses: dict[str, Pulse], now: float
    ) -> _Ruling | None:
        eyes, run = self.eyes, self.eyes.run
        page_light = held.light if held is not None else Light.GREY
        began = run[0].at if run else eyes.failed_at
        if held is not None and held.maintenance and sight in (Sight.DOWN, Sight.DEGRADED, Sight.CHECKING):
            return _Ruling(Light.YELLOW, Finding.MAINTENANCE, tell.trouble(sight), began)
        if sight is Sight.DOWN and eyes.red is not None:
            return _Ruling(Light.RED, Finding.DOWN, tell.trouble(sight), eyes.red.first_at, partial=True)
        if held is not None and page_light is Light.RED:
            since = held.since if held.since is not None else self.page.red_at
            answers = eyes.real_answers_since(self.page.red_at or held.at) if sight is Sight.CLEAR else 0
            if answers >= CONTRADICTING_ANSWERS:
                return _Ruling(Light.YELLOW, Finding.REPORTED_ONLY, tell.contradicted(answers), since)
            return _Ruling(Light.RED, Finding.DOWN, tell.trouble(sight), since, partial=True)
        if sight is Sight.DEGRADED:
            return _Ruling(Light.YELLOW, Finding.DEGRADED, tell.trouble(sight), began)
        if sight is Sight.RECOVERING:
            reasons = tell.recovering(eyes.back_at, eyes.well_at)
            return _Ruling(Light.YELLOW, Finding.RECOVERING, reasons, eyes.back_at, back_at=eyes.back_at)
        if held is not None and page_light is Light.YELLOW and held.finding is not Finding.RECOVERING:
            return _Ruling(Light.YELLOW, held.finding, tell.trouble(sight), held.since, partial=held.partial)
        if sight is Sight.CHECKING:
            return _Ruling(Light.YELLOW, Finding.CHECKING, tell.trouble(sight), began)
        if held is not None and page_light is Light.YELLOW:
            return _Ruling(Light.YELLOW, Finding.RECOVERING, tell.trouble(sight), held.at, back_at=held.at)
        ended_at = self.page.ended_at
        if ended_at is not None and now - ended_at < QUIET_S:
            reasons = tell.recovering(ended_at, ended_at + QUIET_S)
            return _Ruling(Light.YELLOW, Finding.RECOVERING, reasons, ended_at, back_at=ended_at)
        answered = eyes.strikes.last_good(Depth.COMPLETION)
        slow = slow_alone(answered.host, pulses, now) if answered is not None else None
        if slow is not None and answered is not None:
            return _Ruling(Light.YELLOW, Finding.SLOW, tell.slow(answered, *slow), answered.at)
        return None

    def _well(
        self, voice: PageOpinion | None, network: OwnConnection, tell: ReasonBuilder, now: float
    ) -> _Ruling | None:
        confidence = None
        if self.eyes.answering(now) is not None:
            confidence = Confidence.ANSWERING
        elif voice is not None and voice.light is Light.GREEN and not self._beginning(network, now):
            confidence = Confidence.REPORTED
        elif self.eyes.good(now, Depth.API) is not None:
            confidence = Confidence.REACHABLE
        if confidence is None:
            return None
        return _Ruling(Light.GREEN, Finding.OK, tell.well(), confidence=confidence)

    def _beginning(self, network: OwnConnection, now: float) -> bool:
        """Own eyes are about to speak for the first time since a start or a gap.

        A page that lags behind must not call an outage over that lasts, only because nobody saw it for a while.
        """
        silent = self._untried(network) or bool(self.eyes.run)
        return silent and self.eyes.good(now, Depth.EDGE) is None and now < network.back_at + STARTING_S

    def _untried(self, network: OwnConnection) -> bool:
        """Whether a probe is due that has not run since the start, a sleep, or on this network."""
        tried_at = self.eyes.tried_at
        return self.probed and (tried_at is None or tried_at < network.back_at)

    def _unknown(self, view: PageView, network: OwnConnection, tell: ReasonBuilder, now: float) -> _Ruling:
        page_at = view.latest.at if view.latest is not None else None
        unread = self.on_page and view.expected and (page_at is None or page_at < network.back_at)
        if now < network.back_at + STARTING_S and (self._untried(network) or unread or self.eyes.run):
            return _Ruling(Light.GREY, Finding.STARTING, tell.starting())
        return _Ruling(Light.GREY, Finding.NO_EVIDENCE, tell.no_evidence())

    def _flap(self, ruling: _Ruling, tell: ReasonBuilder) -> _Ruling:
        if not self.flapping.on or ruling.light is Light.GREY:
            return ruling
        reasons = (tell.flapping(self.flapping.percent), *ruling.reasons)
        if ruling.light is Light.GREEN or ruling.finding in (Finding.CHECKING, Finding.RECOVERING):
            return _Ruling(Light.YELLOW, Finding.FLAPPING, reasons, ruling.since)
        return structs.replace(ruling, reasons=reasons)

    def _seen(self, now: float) -> bool:
        return (
            self._deep
            or self.eyes.strikes.last_good(Depth.API) is not None
            or any(one.depth >= Depth.API for one in self.eyes.run)
        )
