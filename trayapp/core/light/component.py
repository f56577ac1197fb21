"""One component: own requests, page, flapping and slowness joined into one light, in the order of the rules."""

import math
from typing import NamedTuple

from msgspec import Struct, structs

from trayapp.core.agenda import next_moment
from trayapp.core.catalogue import Component, Part, ProbeKind, Service
from trayapp.core.evidence.connection import Down, OwnConnection
from trayapp.core.evidence.observation import Depth
from trayapp.core.evidence.own_evidence import QUIET_S, Evidence, Sight
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.refusals import Refusal
from trayapp.core.light.claim import Claim, claim_of, names_it
from trayapp.core.light.page_memory import PAGE_HELD_S, PageMemory
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.page_readings import PageReadings
from trayapp.core.light.reason_builder import ReasonBuilder
from trayapp.core.light.reasons import Reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.silence import KEPT_OUT_AFTER_S, silent_since
from trayapp.core.light.slowness import SlowHosts
from trayapp.core.light.verdicts import ComponentVerdict

# Three real answers that the page's red cannot explain: one may come from a corner that still works.
CONTRADICTING_ANSWERS = 3
# A first round is done in a minute; what has found nothing in two has no evidence.
STARTING_S = 120.0


class ComponentMemory(Struct):
    """What survives a restart. `recovered`: the return (`Evidence.back_at`) whose ten quiet minutes are over."""

    page: PageMemory
    light: Light
    finding: Finding
    since: float
    recovered: float | None = None


class ComponentView(Struct, frozen=True):
    """The verdict on a component with what the service needs to know of it.

    `out`: the page components that are partly out or worse, where the page makes the light. `rests_on`: the same for
    parts that are one. `untold`: grey because nobody says anything of it, and nothing fails. `trouble_at`: when its
    present trouble began. `back_at`: when it came back. `fell_at`: when its red began, None where nobody knows;
    `claim`: what may be said of it while it is red.
    """

    verdict: ComponentVerdict
    confidence: Confidence | None = None
    out: frozenset[str] = frozenset()
    rests_on: object = None
    untold: bool = False
    trouble_at: float | None = None
    back_at: float | None = None
    opinion: PageOpinion | None = None
    fell_at: float | None = None
    claim: Claim | None = None

    @property
    def light(self) -> Light:
        return self.verdict.light

    @property
    def finding(self) -> Finding:
        return self.verdict.finding


class Surroundings(NamedTuple):
    """What a component is judged by, beside its own past. `rulings`: those of this moment, by what they rest on.

    `gap`: the latest time that nobody watched, from and to. `refusal`: what it refuses although it accepted it.
    `kept_out`: since when its provider is silent beside another.
    """

    evidence: Evidence
    readings: PageReadings
    network: OwnConnection
    slow: SlowHosts
    gap: tuple[float, float]
    rulings: "Rulings"
    refusal: Refusal | None = None
    kept_out: float | None = None


class _Ruling(Struct, frozen=True):
    light: Light
    finding: Finding
    reasons: tuple[Reason, ...] = ()
    since: float | None = None
    confidence: Confidence | None = None
    out: frozenset[str] = frozenset()
    back_at: float | None = None
    fell_at: float | None = None
    claim: Claim | None = None


Rulings = dict[tuple[object, ...], tuple[_Ruling, float]]


class ComponentState:
    """All that is known of one component. `advance` judges; everything else only reads.

    `recovering`: it waits for the ten quiet minutes to be over. `changes_at`: when the passing of time alone may change
    the verdict.
    """

    def __init__(
        self, service: Service, component: Component, reach: Reach, memory: ComponentMemory | None, now: float
    ) -> None:
        self.part = Part(service.id, component.id)
        self.page_ids = component.page_components
        kinds = {probe.kind for probe in service.probes if component.id in probe.components}
        self.probed = bool(kinds - {ProbeKind.COMPLETION})
        self.page = memory.page if memory else PageMemory()
        self.recovering = False
        self.changes_at = math.inf
        self._component = component
        twin = next(one for one in service.components if one.page_components == component.page_components)
        self._shares = twin.name if twin is not component and component.page_components else None
        self._reach = reach
        self._deep = ProbeKind.API in kinds
        self._light = memory.light if memory else Light.GREY
        self._finding = memory.finding if memory else Finding.STARTING
        self._since = min(memory.since, now) if memory else now
        self._recovered = memory.recovered if memory else None

    def remember(self) -> ComponentMemory:
        opinion = self.page.opinion
        page = structs.replace(
            self.page, opinion=opinion and structs.replace(opinion, incidents=(), calm=None, until=opinion.at)
        )
        return ComponentMemory(page, self._light, self._finding, self._since, self._recovered)

    def reach(self, evidence: Evidence) -> Reach:
        """The kind of address it was last asked at, or the one that the catalogue suggests."""
        return evidence.reach or self._reach

    @property
    def on_page(self) -> bool:
        """Whether a status page is meant to speak for it."""
        return bool(self.page_ids)

    def advance(self, around: Surroundings, now: float) -> ComponentView:
        """The verdict now."""
        evidence, readings = around.evidence, around.readings
        down = around.network.down(self.reach(evidence))
        if down is not None:
            # Whose page that was is known now: not that of somebody who blocks this one host.
            evidence.forget_foreign()
        opinion = self._opinion(readings, evidence)
        last = self.page.last_word(opinion, around.gap, readings.fresh_s)
        held = last if last is not None and now - last.at <= PAGE_HELD_S else opinion
        self.recovering = self._still_recovering(evidence, held, now)
        ruling, self.changes_at = self._ruling(around, opinion, held, last, down, now)
        if (ruling.light, ruling.finding) != (self._light, self._finding):
            self._light, self._finding = ruling.light, ruling.finding
            self._since = min(now, ruling.since if ruling.since is not None else now)
        verdict = ComponentVerdict(
            self._component.id,
            self._component.name,
            self._component.main,
            ruling.light,
            ruling.finding,
            self._since,
            self._seen(evidence),
            ruling.reasons,
            self._shares,
        )
        trouble_at = ruling.since if ruling.light in (Light.RED, Light.YELLOW) else None
        return ComponentView(
            verdict,
            ruling.confidence,
            ruling.out,
            self.page_ids or id(evidence),
            ruling.finding is Finding.NO_EVIDENCE and not evidence.run and not (opinion is not None and opinion.stale),
            trouble_at,
            ruling.back_at,
            opinion,
            ruling.fell_at,
            ruling.claim,
        )

    def _opinion(self, readings: PageReadings, evidence: Evidence) -> PageOpinion | None:
        """What the page says of it now, followed."""
        opinion = readings.opinion(self.page_ids)
        if opinion is None:
            return None
        if opinion.doubted_at is not None:
            answers = evidence.real_answers_since(opinion.doubted_at)
            opinion = self.page.without_doubt(opinion, answers, CONTRADICTING_ANSWERS)
        self.page.follow(
            opinion,
            readings.incidents,
            readings.fresh_s,
            afresh=readings.starts_afresh,
            rings=not self.probed,
        )
        return opinion

    def _ruling(
        self,
        around: Surroundings,
        opinion: PageOpinion | None,
        held: PageOpinion | None,
        last: PageOpinion | None,
        down: Down | None,
        now: float,
    ) -> tuple[_Ruling, float]:
        """What the rules say and until when, asked once for all components that rest on the very same things."""
        page = self.page
        flaps = page.flapping is not None and page.flapping.on
        rests_on = (
            id(around.evidence), id(opinion), id(held), id(last), id(page.opinion), page.red_at, page.seen_coming,
            page.ended_at, self.recovering, self.probed, self.on_page, down, self.part if flaps else None,
            around.refusal, around.kept_out,
        )  # fmt: skip
        known = around.rulings.get(rests_on)
        if known is None:
            evidence = around.evidence
            sight = evidence.sight(recovering=self.recovering)
            has_page = around.readings.expected and self.on_page
            orphan = last if held is not last and last is not None and last.light is Light.RED else None
            word, refusal = orphan or held, self._refusal(around)
            tell = ReasonBuilder(
                evidence, opinion, word, around.network, now, has_page=has_page, probed=self.probed, refusal=refusal
            )
            ruling = self._flap(self._rule(sight, opinion, held, orphan, down, around, tell, now), evidence, tell)
            if ruling.out or ruling.light is Light.RED:
                failures = (evidence.run or [evidence.red.last]) if evidence.red is not None else ()
                ruling = structs.replace(ruling, claim=claim_of(opinion, failures, refusal))
            moments = [] if opinion is None else [opinion.until]
            known = around.rulings[rests_on] = ruling, self._next_change(around, moments, now)
        return known

    def _still_recovering(self, evidence: Evidence, held: PageOpinion | None, now: float) -> bool:
        if evidence.back_at is None or evidence.back_at == self._recovered:
            return False
        unsettled = held is not None and held.unsettled
        if now >= evidence.well_at and not unsettled:
            self._recovered = evidence.back_at
            return False
        return True

    def _rule(
        self,
        sight: Sight,
        opinion: PageOpinion | None,
        held: PageOpinion | None,
        orphan: PageOpinion | None,
        down: Down | None,
        around: Surroundings,
        tell: ReasonBuilder,
        now: float,
    ) -> _Ruling:
        evidence = around.evidence
        if down is not None:
            return _Ruling(Light.GREY, Finding.OWN_NETWORK, tell.network_down(down), down.since)
        if evidence.proxy is not None:
            return _Ruling(Light.GREY, Finding.OWN_NETWORK, tell.proxy(evidence.proxy), evidence.proxy.at)
        trouble = self._trouble(sight, held, around, tell, now)
        if trouble is not None:
            return trouble
        if evidence.foreign is not None and evidence.blocked:
            return _Ruling(Light.GREY, Finding.BLOCKED, tell.blocked(evidence.foreign), evidence.foreign.at)
        if orphan is not None and evidence.answering(now) is None:
            return self._orphaned(orphan, around, tell, now)
        return self._well(opinion, around, tell, now) or self._unknown(around, tell, now)

    def _trouble(
        self, sight: Sight, held: PageOpinion | None, around: Surroundings, tell: ReasonBuilder, now: float
    ) -> _Ruling | None:
        evidence, run = around.evidence, around.evidence.run
        page_light = held.light if held is not None else Light.GREY
        began = run[0].at if run else evidence.failed_at
        refusal = tell.refusal
        failing = sight in (Sight.DOWN, Sight.DEGRADED, Sight.CHECKING)
        # What its page calls an outage is one, whatever was announced for today.
        excused = held is not None and held.maintenance and page_light is not Light.RED
        if excused and (failing or refusal is not None):
            since = began if failing or refusal is None else refusal.since_at
            return _Ruling(Light.YELLOW, Finding.MAINTENANCE, tell.trouble(sight), since)
        if around.kept_out is not None and page_light is Light.GREEN and silent_since(evidence) is not None:
            return self._kept_out(around.kept_out, sight, tell, now)
        if sight is Sight.DOWN and evidence.red is not None:
            first_at = evidence.red.first_at
            return _Ruling(Light.RED, Finding.DOWN, tell.trouble(sight), first_at, fell_at=first_at)
        if held is not None and page_light is Light.RED:
            since = held.since if held.since is not None else self.page.red_at
            answers = evidence.real_answers_since(self.page.red_at or held.at) if sight is Sight.CLEAR else 0
            if answers >= CONTRADICTING_ANSWERS:
                return _Ruling(Light.YELLOW, Finding.REPORTED_ONLY, tell.contradicted(answers), since)
            fell_at = self.page.fell_at(held)
            return _Ruling(Light.RED, Finding.DOWN, tell.trouble(sight), since, out=held.out, fell_at=fell_at)
        if refusal is not None:
            since, reasons = refusal.since_at, tell.trouble(sight)
            if refusal.agreed or names_it(held):
                return _Ruling(Light.RED, Finding.DOWN, reasons, since, fell_at=since)
            return _Ruling(Light.YELLOW, Finding.DEGRADED, reasons, since)
        if sight is Sight.DEGRADED:
            return _Ruling(Light.YELLOW, Finding.DEGRADED, tell.trouble(sight), began)
        if sight is Sight.RECOVERING:
            reasons = tell.recovering(evidence.back_at, evidence.well_at)
            return _Ruling(Light.YELLOW, Finding.RECOVERING, reasons, evidence.back_at, back_at=evidence.back_at)
        if held is not None and page_light is Light.YELLOW and held.finding is not Finding.RECOVERING:
            return _Ruling(Light.YELLOW, held.finding, tell.trouble(sight), held.since, out=held.out)
        given_up_at = evidence.doubt.gives_up_at
        if sight is Sight.CHECKING and given_up_at is not None and now >= given_up_at:
            return _Ruling(Light.GREY, Finding.NO_EVIDENCE, tell.nothing_to_compare(), given_up_at)
        if sight is Sight.CHECKING:
            return _Ruling(Light.YELLOW, Finding.CHECKING, tell.trouble(sight), began)
        if held is not None and page_light is Light.YELLOW:
            since = held.at if held.since is None else held.since
            return _Ruling(Light.YELLOW, Finding.RECOVERING, tell.trouble(sight), since, back_at=since)
        ended_at = self.page.ended_at
        if ended_at is not None and now - ended_at < QUIET_S:
            # What failed here after the page's own end did not know of it.
            back_at = max(self.page.back_at or ended_at, evidence.failed_at or 0.0)
            reasons = tell.recovering(back_at, ended_at + QUIET_S)
            return _Ruling(Light.YELLOW, Finding.RECOVERING, reasons, back_at, back_at=back_at)
        answered = evidence.strikes.last_good(Depth.COMPLETION)
        slow = around.slow.alone(answered.host) if answered is not None else None
        if slow is not None and answered is not None:
            return _Ruling(Light.YELLOW, Finding.SLOW, tell.slow(answered, *slow), answered.at)
        return None

    def _kept_out(self, since: float, sight: Sight, tell: ReasonBuilder, now: float) -> _Ruling:
        if now < since + KEPT_OUT_AFTER_S:
            return _Ruling(Light.YELLOW, Finding.CHECKING, tell.kept_out(sight), since)
        return _Ruling(Light.GREY, Finding.BLOCKED, tell.kept_out(sight), since)

    def _refusal(self, around: Surroundings) -> Refusal | None:
        """What it refuses, unless real answers contradict what a request without a credential was told."""
        refusal = around.refusal
        if refusal is not None and not refusal.keyed:
            answers = around.evidence.real_answers_since(refusal.since_at)
            return None if answers >= CONTRADICTING_ANSWERS else refusal
        return refusal

    def _well(
        self, opinion: PageOpinion | None, around: Surroundings, tell: ReasonBuilder, now: float
    ) -> _Ruling | None:
        confidence = None
        if around.evidence.answering(now) is not None:
            confidence = Confidence.ANSWERING
        elif opinion is not None and opinion.light is Light.GREEN and not self._beginning(around, now):
            confidence = Confidence.REPORTED
        elif around.evidence.good(now, Depth.API) is not None:
            confidence = Confidence.REACHABLE
        if confidence is None:
            return None
        return _Ruling(Light.GREEN, Finding.OK, tell.well(), confidence=confidence)

    def _orphaned(self, last: PageOpinion, around: Surroundings, tell: ReasonBuilder, now: float) -> _Ruling:
        """The page died while it said red, hours ago: that own eyes are well for a while speaks against it."""
        good_since = _good_since(around.evidence, now)
        if good_since is None or now - good_since < QUIET_S:
            return self._unknown(around, tell, now)
        since = self.page.red_at if last.since is None else last.since
        return _Ruling(Light.YELLOW, Finding.REPORTED_ONLY, tell.orphaned(), since)

    def _beginning(self, around: Surroundings, now: float) -> bool:
        """Own requests are about to speak for the first time since a start or a gap.

        A page that lags behind must not call an outage over that lasts, only because nobody saw it for a while.
        """
        evidence, network = around.evidence, around.network
        silent = self._untried(evidence, network) or bool(evidence.run)
        return silent and evidence.good(now, Depth.EDGE) is None and now < network.back_at + STARTING_S

    def _untried(self, evidence: Evidence, network: OwnConnection) -> bool:
        """Whether a probe is due that has not run since the start, a sleep, or on this network."""
        return self.probed and (evidence.tried_at is None or evidence.tried_at < network.back_at)

    def _unknown(self, around: Surroundings, tell: ReasonBuilder, now: float) -> _Ruling:
        evidence, readings, network = around.evidence, around.readings, around.network
        page_at = readings.latest.at if readings.latest is not None else None
        unread = self.on_page and readings.expected and (page_at is None or page_at < network.back_at)
        if now < network.back_at + STARTING_S and (self._untried(evidence, network) or unread or evidence.run):
            return _Ruling(Light.GREY, Finding.STARTING, tell.starting())
        return _Ruling(Light.GREY, Finding.NO_EVIDENCE, tell.no_evidence())

    def _flap(self, ruling: _Ruling, evidence: Evidence, tell: ReasonBuilder) -> _Ruling:
        rings = [ring for ring in (evidence.flapping, self.page.flapping) if ring is not None and ring.on]
        if not rings or ruling.light is Light.GREY:
            return ruling
        reasons = (tell.flapping(max(ring.percent for ring in rings)), *ruling.reasons)
        if ruling.light is Light.GREEN or ruling.finding in (Finding.CHECKING, Finding.RECOVERING):
            return _Ruling(Light.YELLOW, Finding.FLAPPING, reasons, ruling.since)
        return structs.replace(ruling, reasons=reasons)

    def _seen(self, evidence: Evidence) -> bool:
        return (
            self._deep
            or evidence.strikes.last_good(Depth.API) is not None
            or any(t.depth >= Depth.API for t in evidence.run)
        )

    def _next_change(self, around: Surroundings, moments: list[float], now: float) -> float:
        evidence, network = around.evidence, around.network
        moments = [*moments, *evidence.changes_after(now), network.back_at + STARTING_S, network.grace_until]
        if self.recovering:
            moments.append(evidence.well_at)
        if (good_since := _good_since(evidence, now)) is not None:
            moments.append(good_since + QUIET_S)
        if around.kept_out is not None:
            moments.append(around.kept_out + KEPT_OUT_AFTER_S)
        return next_moment([*moments, *self.page.moments], now)


def _good_since(evidence: Evidence, now: float) -> float | None:
    """Since when its host has answered at depth api without a failure; None while it does not."""
    if evidence.good(now, Depth.API) is None or evidence.run:
        return None
    goods = evidence.strikes.goods_since(-math.inf if evidence.failed_at is None else evidence.failed_at, Depth.API)
    return goods[0].at if goods else None
