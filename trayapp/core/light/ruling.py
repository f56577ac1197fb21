"""The order of the rules: which of all that is known of a component decides its light, and why."""

import math
from typing import NamedTuple

from msgspec import Struct, structs

from trayapp.core.evidence.connection import Down, OwnConnection
from trayapp.core.evidence.observation import Depth
from trayapp.core.evidence.own_evidence import QUIET_S, Evidence, Sight
from trayapp.core.evidence.refusals import Refusal
from trayapp.core.evidence.unverified import UnverifiedFailure
from trayapp.core.light.claim import Claim, claim_of, explains
from trayapp.core.light.page_memory import PageMemory
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.page_readings import PageReadings
from trayapp.core.light.reason_builder import ReasonBuilder
from trayapp.core.light.reasons import Reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.silence import KEPT_OUT_AFTER_S, silent_since
from trayapp.core.light.slowness import SlowHosts

# Three real answers that the page's red cannot explain: one may come from a corner that still works.
CONTRADICTING_ANSWERS = 3
# A first round is done in a minute; what has found nothing in two has no evidence.
STARTING_S = 120.0


class Surroundings(NamedTuple):
    """What a component is judged by, beside its own past. `rulings`: those of this moment, by what they rest on.

    `gap`: the latest time that nobody watched, from and to. `refusal`: what it refuses although it accepted it.
    `kept_out`: since when its provider is silent beside another. `unverified`: what of it fails that decides nothing.
    """

    evidence: Evidence
    readings: PageReadings
    network: OwnConnection
    slow: SlowHosts
    gap: tuple[float, float]
    rulings: "Rulings"
    refusal: Refusal | None = None
    kept_out: float | None = None
    unverified: UnverifiedFailure | None = None


class Ruling(Struct, frozen=True):
    light: Light
    finding: Finding
    reasons: tuple[Reason, ...] = ()
    since: float | None = None
    confidence: Confidence | None = None
    out: frozenset[str] = frozenset()
    back_at: float | None = None
    fell_at: float | None = None
    claim: Claim | None = None


Rulings = dict[tuple[object, ...], tuple[Ruling, float]]


class Case:
    """What the rules have to decide on. `ruling` says what they make of it.

    `page`: what is remembered of it; `opinion`: its word now; `last`: its latest one that told anything; `held`: the
    one that rules. `down`: what is wrong with the own connection. `probed`, `on_page`: who is meant to speak.
    """

    def __init__(
        self,
        around: Surroundings,
        page: PageMemory,
        opinion: PageOpinion | None,
        held: PageOpinion | None,
        last: PageOpinion | None,
        down: Down | None,
        now: float,
        *,
        probed: bool,
        on_page: bool,
        recovering: bool,
    ) -> None:
        self._around, self._page, self._opinion, self._held, self._down = around, page, opinion, held, down
        self._evidence, self._network, self._now = around.evidence, around.network, now
        self._probed, self._on_page = probed, on_page and around.readings.expected
        self._sight = self._evidence.sight(recovering=recovering)
        self._orphan = last if held is not last and last is not None and last.light is Light.RED else None
        self._refusal = self._uncontradicted_refusal()
        self._tell = ReasonBuilder(
            self._evidence,
            opinion,
            self._orphan or held,
            self._network,
            now,
            has_page=self._on_page,
            probed=probed,
            refusal=self._refusal,
        )

    def ruling(self) -> Ruling:
        """What the first rule that has something to say says."""
        evidence, ruling = self._evidence, self._flap(self._in_order())
        if ruling.out or ruling.light is Light.RED:
            failures = (evidence.run or [evidence.red.last]) if evidence.red is not None else ()
            return structs.replace(ruling, claim=claim_of(self._opinion, failures, self._refusal))
        return ruling

    def _in_order(self) -> Ruling:
        evidence, down, tell = self._evidence, self._down, self._tell
        if down is not None:
            return Ruling(Light.GREY, Finding.OWN_NETWORK, tell.network_down(down), down.since)
        if evidence.proxy is not None:
            return Ruling(Light.GREY, Finding.OWN_NETWORK, tell.proxy(evidence.proxy), evidence.proxy.at)
        trouble = self._trouble()
        if trouble is not None:
            return trouble
        stranger = evidence.stranger
        if stranger.latest is not None and stranger.blocks:
            if stranger.latest.code == "no_name" and self._page_is_gone:
                # A filter's doing, or the end of its domain.
                return Ruling(Light.GREY, Finding.NO_EVIDENCE, tell.nameless(stranger.latest))
            return Ruling(Light.GREY, Finding.BLOCKED, tell.blocked(stranger.latest), stranger.latest.at)
        unverified = self._uncontradicted_failure()
        if unverified is not None and unverified.blocked:
            return Ruling(Light.GREY, Finding.BLOCKED, tell.blocked(unverified.last), unverified.since_at)
        if self._orphan is not None and evidence.answering(self._now) is None:
            return self._orphaned(self._orphan)
        return self._well() or self._unknown()

    def _trouble(self) -> Ruling | None:
        evidence, page, held, refusal = self._evidence, self._page, self._held, self._refusal
        sight, tell, now, run = self._sight, self._tell, self._now, self._evidence.run
        page_light = held.light if held is not None else Light.GREY
        began = run[0].at if run else evidence.failed_at
        failing = sight in (Sight.DOWN, Sight.DEGRADED, Sight.CHECKING)
        # What its page calls an outage is one, whatever was announced for today.
        excused = held is not None and held.maintenance and page_light is not Light.RED
        if excused and (failing or refusal is not None):
            since = began if failing or refusal is None else refusal.since_at
            return Ruling(Light.YELLOW, Finding.MAINTENANCE, tell.trouble(sight), since)
        kept_out = self._around.kept_out
        page_calm = page_light is Light.GREEN or held is None or held.silent
        if kept_out is not None and page_calm and silent_since(evidence) is not None:
            return self._kept_out(kept_out)
        if sight is Sight.DOWN and evidence.red is not None:
            first_at = evidence.red.first_at
            return Ruling(Light.RED, Finding.DOWN, tell.trouble(sight), first_at, fell_at=first_at)
        if held is not None and page_light is Light.RED:
            since = held.since if held.since is not None else page.red_at
            answers = evidence.real_answers_since(page.red_at or held.at) if sight is Sight.CLEAR else 0
            if answers >= CONTRADICTING_ANSWERS:
                return Ruling(Light.YELLOW, Finding.REPORTED_ONLY, tell.contradicted(answers), since)
            return Ruling(Light.RED, Finding.DOWN, tell.trouble(sight), since, out=held.out, fell_at=page.fell_at(held))
        if refusal is not None:
            since, reasons = refusal.since_at, tell.trouble(sight)
            if refusal.agreed or explains(held, refusal):
                return Ruling(Light.RED, Finding.DOWN, reasons, since, fell_at=since)
            return Ruling(Light.YELLOW, Finding.DEGRADED, reasons, since)
        if sight is Sight.DEGRADED:
            return Ruling(Light.YELLOW, Finding.DEGRADED, tell.trouble(sight), began)
        if sight is Sight.RECOVERING:
            reasons = tell.recovering(evidence.back_at, evidence.well_at)
            return Ruling(Light.YELLOW, Finding.RECOVERING, reasons, evidence.back_at, back_at=evidence.back_at)
        if held is not None and page_light is Light.YELLOW and held.finding is not Finding.RECOVERING:
            return Ruling(Light.YELLOW, held.finding, tell.trouble(sight), held.since, out=held.out)
        given_up_at = evidence.doubt.gives_up_at
        if sight is Sight.CHECKING and given_up_at is not None and now >= given_up_at:
            return Ruling(Light.GREY, Finding.NO_EVIDENCE, tell.nothing_to_compare(), given_up_at)
        if sight is Sight.CHECKING:
            return Ruling(Light.YELLOW, Finding.CHECKING, tell.trouble(sight), began)
        unverified = self._uncontradicted_failure()
        if unverified is not None and not (excused or unverified.blocked or evidence.stranger.blocks):
            return Ruling(Light.YELLOW, Finding.CHECKING, tell.unverified(unverified), unverified.since_at)
        if held is not None and page_light is Light.YELLOW:
            return Ruling(Light.YELLOW, Finding.RECOVERING, tell.trouble(sight), held.since, back_at=held.since)
        if page.ended_at is not None:
            # What failed here after the page's own end did not know of it.
            back_at = max(page.back_at or page.ended_at, evidence.failed_at or 0.0)
            reasons = tell.recovering(back_at, page.ended_at + QUIET_S)
            return Ruling(Light.YELLOW, Finding.RECOVERING, reasons, back_at, back_at=back_at)
        answered = evidence.strikes.last_good(Depth.COMPLETION)
        slow = self._around.slow.alone(answered.host) if answered is not None else None
        if slow is not None and answered is not None:
            return Ruling(Light.YELLOW, Finding.SLOW, tell.slow(answered, *slow), answered.at)
        return None

    def _kept_out(self, since: float) -> Ruling:
        reasons = self._tell.kept_out(self._sight)
        if self._now < since + KEPT_OUT_AFTER_S:
            return Ruling(Light.YELLOW, Finding.CHECKING, reasons, since)
        return Ruling(Light.GREY, Finding.BLOCKED, reasons, since)

    def _uncontradicted_refusal(self) -> Refusal | None:
        """What it refuses, unless real answers contradict what a request without a credential was told."""
        refusal = self._around.refusal
        if refusal is not None and not refusal.keyed:
            answers = self._evidence.real_answers_since(refusal.since_at)
            return None if answers >= CONTRADICTING_ANSWERS else refusal
        return refusal

    def _uncontradicted_failure(self) -> UnverifiedFailure | None:
        """What fails that is unverified, unless something that proves more has answered since."""
        failure = self._around.unverified
        good = self._evidence.good(self._now, Depth.API) if failure is not None else None
        return failure if failure is None or good is None or good.at <= failure.since_at else None

    def _well(self) -> Ruling | None:
        confidence = None
        if self._evidence.stranger.unwell or self._evidence.unanswered_until is not None:
            # What it answered before somebody was in its place, and its page, say nothing of what it does now. Nor does
            # a page that was calm while it was down.
            return None
        if self._evidence.answering(self._now) is not None:
            confidence = Confidence.ANSWERING
        elif self._opinion is not None and self._opinion.light is Light.GREEN and not self._beginning():
            confidence = Confidence.REPORTED
        elif self._evidence.good(self._now, Depth.API) is not None:
            confidence = Confidence.REACHABLE
        if confidence is None:
            return None
        return Ruling(Light.GREEN, Finding.OK, self._tell.well(), confidence=confidence)

    def _orphaned(self, last: PageOpinion) -> Ruling:
        """The page died while it said red, hours ago: that own eyes are well for a while speaks against it."""
        well_since = good_since(self._evidence, self._now)
        if well_since is None or self._now - well_since < QUIET_S:
            return self._unknown()
        since = self._page.red_at if last.since is None else last.since
        return Ruling(Light.YELLOW, Finding.REPORTED_ONLY, self._tell.orphaned(), since)

    def _beginning(self) -> bool:
        """Own requests are about to speak for the first time since a start or a gap.

        A page that lags behind must not call an outage over that lasts, only because nobody saw it for a while.
        """
        silent = self._untried or bool(self._evidence.run)
        return silent and self._evidence.good(self._now, Depth.EDGE) is None and self._just_started

    @property
    def _just_started(self) -> bool:
        return self._now < self._network.back_at + STARTING_S

    @property
    def _untried(self) -> bool:
        """Whether a probe is due that has not run since the start, a sleep, or on this network."""
        tried_at = self._evidence.tried_at
        return self._probed and (tried_at is None or tried_at < self._network.back_at)

    @property
    def _page_is_gone(self) -> bool:
        """Whether it has one that cannot be read any more, and so does not call it well."""
        latest, opinion = self._around.readings.latest, self._opinion
        unread = latest is not None and not latest.speaks and (opinion is None or opinion.light is Light.GREY)
        return self._on_page and unread

    def _unknown(self) -> Ruling:
        latest = self._around.readings.latest
        unread = self._on_page and (latest is None or latest.at < self._network.back_at)
        if self._just_started and (self._untried or unread or self._evidence.run):
            return Ruling(Light.GREY, Finding.STARTING, self._tell.starting())
        return Ruling(Light.GREY, Finding.NO_EVIDENCE, self._tell.no_evidence())

    def _flap(self, ruling: Ruling) -> Ruling:
        rings = [ring for ring in (self._evidence.flapping, self._page.flapping) if ring is not None and ring.on]
        if not rings or ruling.light is Light.GREY:
            return ruling
        reasons = (self._tell.flapping(max(ring.percent for ring in rings)), *ruling.reasons)
        if ruling.light is Light.GREEN or ruling.finding in (Finding.CHECKING, Finding.RECOVERING):
            return Ruling(Light.YELLOW, Finding.FLAPPING, reasons, ruling.since)
        return structs.replace(ruling, reasons=reasons)


def good_since(evidence: Evidence, now: float) -> float | None:
    """Since when its host has answered at depth api without a failure; None while it does not."""
    if evidence.good(now, Depth.API) is None or evidence.run:
        return None
    failed_at = -math.inf if evidence.failed_at is None else evidence.failed_at
    first = evidence.strikes.first_good_since(failed_at, Depth.API)
    return None if first is None else first.at
