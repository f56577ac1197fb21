"""One component: own requests and page followed through time, and the verdict that the rules make of them."""

import math

from msgspec import Struct, structs

from trayapp.core.agenda import next_moment
from trayapp.core.catalogue import Component, Part, ProbeKind, Service
from trayapp.core.evidence.connection import Down
from trayapp.core.evidence.families import Use
from trayapp.core.evidence.observation import Depth
from trayapp.core.evidence.own_evidence import QUIET_S, Evidence
from trayapp.core.evidence.reach import Reach
from trayapp.core.light.claim import Claim
from trayapp.core.light.page_memory import PAGE_HELD_S, PageMemory
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.page_readings import PageReadings
from trayapp.core.light.ruling import CONTRADICTING_ANSWERS, STARTING_S, Case, Ruling, Surroundings, good_since
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.silence import KEPT_OUT_AFTER_S
from trayapp.core.light.verdicts import ComponentVerdict


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


class ComponentState:
    """All that is known of one component. `advance` judges; everything else only reads.

    `use`: which of its service's model families are used here, as far as that is known. `recovering`: it waits for the
    ten quiet minutes to be over. `changes_at`: when the passing of time alone may change
    the verdict.
    """

    def __init__(
        self, service: Service, component: Component, reach: Reach, memory: ComponentMemory | None, now: float
    ) -> None:
        self.part = Part(service.id, component.id)
        self.page_ids = component.page_components
        self.use: Use | None = None
        probes = (probe for probe in service.probes if component.id in probe.components)
        # What is unverified speaks for nobody.
        kinds = {probe.kind for probe in probes if not probe.unverified}
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
            evidence.forget_stranger()
        opinion = self._opinion(readings, evidence)
        last = self.page.last_word(opinion, around.gap, readings.fresh_s)
        held = last if last is not None and now - last.at <= PAGE_HELD_S else self.word(readings, now, opinion)
        self.recovering = self._still_recovering(around, held, down, now)
        self._settle_page(around, down, now)
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

    def word(self, readings: PageReadings, now: float, opinion: PageOpinion | None) -> PageOpinion | None:
        """`opinion`, or until the page is heard after a restart what it said before, for as long as a reading speaks.

        That it was calm or announced something excuses what fails; it makes nothing green.
        """
        before = self.page.opinion
        return before if readings.unheard and before and now - before.at <= readings.fresh_s else opinion

    def is_calm(self, readings: PageReadings, now: float) -> bool | None:
        """Whether its page calls it well, or did until it could not be reached any more; None where it has no word."""
        said = self.word(readings, now, readings.opinion(self.page_ids, self.use))
        if said is not None and said.silent and readings.latest is not None and readings.latest.unreached:
            return self.page.opinion is None or self.page.opinion.untroubled
        return None if said is None or said.silent else said.untroubled

    def _opinion(self, readings: PageReadings, evidence: Evidence) -> PageOpinion | None:
        """What the page says of it now, followed."""
        opinion = readings.opinion(self.page_ids, self.use)
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
            # An edge that answers says nothing of what its page speaks of.
            rings=not self._deep,
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
    ) -> tuple[Ruling, float]:
        """What the rules say and until when, asked once for all components that rest on the very same things."""
        page = self.page
        flaps = page.flapping is not None and page.flapping.on
        rests_on = (
            id(around.evidence), id(opinion), id(held), id(last), id(page.opinion), page.red_at, page.seen_coming,
            page.ended_at, self.recovering, self.probed, self.on_page, down, self.part if flaps else None,
            around.refusal, around.kept_out, around.unverified,
        )  # fmt: skip
        known = around.rulings.get(rests_on)
        if known is None:
            case = Case(
                around, page, opinion, held, last, down, now,
                probed=self.probed, on_page=self.on_page, recovering=self.recovering,
            )  # fmt: skip
            moments = [] if opinion is None else [opinion.until]
            known = around.rulings[rests_on] = case.ruling(), self._next_change(around, moments, now)
        return known

    def _still_recovering(self, around: Surroundings, held: PageOpinion | None, down: Down | None, now: float) -> bool:
        evidence = around.evidence
        if evidence.back_at is None or evidence.back_at == self._recovered:
            return False
        unsettled = held is not None and held.unsettled
        # Minutes in which nobody asked, offline or asleep, are no quiet ones.
        heard = down is None and (not self.probed or evidence.is_answering_as_usual(now))
        if now >= evidence.well_at and not unsettled and heard:
            self._recovered = evidence.back_at
            return False
        return True

    def _settle_page(self, around: Surroundings, down: Down | None, now: float) -> None:
        latest = around.readings.latest
        heard = down is None and latest is not None and latest.at >= around.network.back_at
        self.page.settle(now, heard=heard)

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
        if (well_since := good_since(evidence, now)) is not None:
            moments.append(well_since + QUIET_S)
        if around.kept_out is not None:
            moments.append(around.kept_out + KEPT_OUT_AFTER_S)
        return next_moment([*moments, *self.page.moments], now)
