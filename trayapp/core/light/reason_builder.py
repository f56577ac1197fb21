"""The reasons behind a component's light, as codes: page, own requests, network."""

from msgspec import structs

from trayapp.core.evidence.connection import Down, OwnConnection
from trayapp.core.evidence.observation import Depth, NetworkStep, Source, Try
from trayapp.core.evidence.own_evidence import Evidence, Sight
from trayapp.core.evidence.reach import Reach
from trayapp.core.evidence.refusals import Refusal
from trayapp.core.evidence.unverified import UnverifiedFailure
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.reasons import Code, Reason, reason
from trayapp.core.light.severity import Light
from trayapp.errors import Param

# Below this share of failures elsewhere nobody would call the network shaky.
SHAKY_PERCENT = 3.0


class ReasonBuilder:
    """Collects what there is to say. `opinion`: the page's now; `held`: the page's word that rules."""

    def __init__(
        self,
        evidence: Evidence,
        opinion: PageOpinion | None,
        held: PageOpinion | None,
        network: OwnConnection,
        now: float,
        *,
        has_page: bool,
        probed: bool,
        refusal: Refusal | None = None,
    ) -> None:
        self.refusal = refusal
        self._has_page = has_page
        self._probed = probed
        self._evidence = evidence
        self._opinion = opinion
        self._held = held
        self._network = network
        self._now = now

    def network_down(self, down: Down) -> tuple[Reason, ...]:
        step = down.step.value if down.step else None
        return (reason(Code.NETWORK_DOWN, Source.NETWORK, down.since, step=step, state=down.state.value),)

    def proxy(self, t: Try) -> tuple[Reason, ...]:
        return (reason(Code.NETWORK_DOWN, Source.NETWORK, t.at, step=NetworkStep.PROXY.value, state="offline"),)

    def blocked(self, t: Try) -> tuple[Reason, ...]:
        return (_blocked(t), *self._company(t), *self._page())

    def nameless(self, t: Try) -> tuple[Reason, ...]:
        """`t` found no such name, and nobody says why."""
        return (_failures(t, 1, 1, t.at), *self._company(t), *self._page())

    def trouble(self, sight: Sight) -> tuple[Reason, ...]:
        """Page, own failures, network, in this order."""
        own = (*self._refused(), *self._own(sight))
        return (*self._page(silent=bool(own)), *own)

    def unverified(self, failure: UnverifiedFailure) -> tuple[Reason, ...]:
        """A request fails of which nothing shows what that tells."""
        t = failure.last
        said = reason(
            Code.UNVERIFIED_FAILS,
            Source.PROBE,
            t.at,
            host=t.host,
            what=t.code,
            status=t.status,
            since_at=failure.since_at,
        )
        return (*self._page(silent=True), said)

    def kept_out(self, sight: Sight) -> tuple[Reason, ...]:
        """Silent beside another provider, and both pages calm, or out of reach as well."""
        pages = "unreached" if self._held is None or self._held.silent else None
        return (reason(Code.KEPT_OUT, Source.NETWORK, self._now, pages=pages), *self.trouble(sight))

    def contradicted(self, answers: int) -> tuple[Reason, ...]:
        said = reason(Code.PAGE_CONTRADICTED, Source.PAGE, self._now, answers=answers)
        return (*self._page(), said, *self._answers())

    def orphaned(self) -> tuple[Reason, ...]:
        """The page's last word before it died, and what own eyes see."""
        return (*self._page(), *self._answers())

    def recovering(self, back_at: float | None, until_at: float) -> tuple[Reason, ...]:
        said = reason(Code.RECOVERING, Source.PROBE, back_at or self._now, back_at=back_at, until_at=until_at)
        held = self._held
        if held is not None and held.unsettled and held.incidents:
            first = held.incidents[0]
            not_closed = reason(
                Code.PAGE_NOT_CLOSED,
                Source.PAGE,
                first.updated_at,
                first.link,
                title=first.name,
                stage=first.stage.value,
            )
            return (said, not_closed, *self._answers())
        return (said, *self._page(), *self._answers())

    def slow(self, t: Try, first_token_s: float, baseline_s: float) -> tuple[Reason, ...]:
        params = {"first_token_s": first_token_s, "baseline_s": baseline_s, **_where(t)}
        said = Reason(Code.SLOW.value, t.source, t.at, params)
        return (said, *self._page())

    def flapping(self, percent: float) -> Reason:
        return reason(Code.FLAPPING, Source.PROBE, self._now, percent=round(percent))

    def well(self) -> tuple[Reason, ...]:
        latest = self._evidence.good(self._now, Depth.EDGE)
        if latest is not None and latest.code == "challenge" and self._evidence.answering(self._now) is None:
            # It takes nothing away; what programs are told now is said all the same.
            return (reason(Code.CHALLENGE, latest.source, latest.at, host=latest.host), *self._page())
        return (*self._answers(), *self._page())

    def starting(self) -> tuple[Reason, ...]:
        disturbance = self._network.disturbance
        if disturbance is not None and self._network.in_grace(self._now):
            kind, until_at = disturbance.kind.value, self._network.grace_until
            return (reason(Code.GRACE, Source.NETWORK, disturbance.at, kind=kind, until_at=until_at),)
        if self._evidence.run:
            return self._own(Sight.CHECKING)
        return (reason(Code.STARTING, Source.PROBE, self._now),)

    def no_evidence(self) -> tuple[Reason, ...]:
        edge = self._evidence.good(self._now, Depth.EDGE)
        said = self._page()
        if self._evidence.run:
            return (*self._own(Sight.CHECKING), *said)
        if edge is None and not self._probed:
            return said
        if edge is None:
            return (*said, reason(Code.NOT_ANSWERING_LATELY, Source.PROBE, self._now, last_at=None))
        code = Code.CHALLENGE if edge.code == "challenge" else Code.EDGE_ONLY
        return (reason(code, edge.source, edge.at, host=edge.host), *said)

    def nothing_to_compare(self) -> tuple[Reason, ...]:
        own = self._own(Sight.CHECKING)
        failures = tuple(said for said in own if said.code == Code.FAILURES)
        return (reason(Code.NOTHING_TO_COMPARE, Source.NETWORK, self._now), *failures, *self._page())

    def _page(self, *, silent: bool = False) -> tuple[Reason, ...]:
        if not self._has_page:
            return (reason(Code.NO_PAGE, Source.PAGE, self._now),)
        opinion, held = self._opinion, self._held
        said = held.reasons if held is not None else ()
        if opinion is not None and opinion is not held:
            said = (*said, *opinion.reasons)
        if (
            silent
            and opinion is not None
            and opinion.light is Light.GREEN
            and not (opinion.incidents or opinion.maintenance)
        ):
            calm = next((each for each in said if each.code == Code.PAGE_OPERATIONAL), None)
            others = tuple(each for each in said if each is not calm)
            silence = reason(Code.PAGE_SILENT, Source.PAGE, opinion.at, said[0].link)
            return (structs.replace(silence, params=calm.params if calm is not None else {}), *others)
        return said

    def _own(self, sight: Sight) -> tuple[Reason, ...]:
        evidence, run = self._evidence, self._evidence.run
        if (red := evidence.red) is not None:
            return (_failures(red.last, red.failed, red.failed, red.first_at), *self._company(red.last))
        if sight is Sight.DEGRADED and evidence.share is not None:
            failed, tries = evidence.share
            latest = evidence.strikes.last_failure()
            if latest is not None:
                some = _failures(latest, failed, tries, latest.at, Code.SOME_FAILURES)
                return (some, *self._company(latest))
        if run:
            return (_failures(run[-1], len(run), len(run), run[0].at), *self._company(run[-1]))
        stranger = evidence.stranger.latest
        return (_blocked(stranger), *self._company(stranger)) if stranger is not None else ()

    def _refused(self) -> tuple[Reason, ...]:
        refusal = self.refusal
        if refusal is None:
            return ()
        t = refusal.last
        return (
            reason(
                Code.REFUSED,
                t.source,
                t.at,
                since_at=refusal.since_at,
                accepted_at=refusal.accepted_at,
                tries=refusal.tries,
                witnesses=refusal.witnesses,
                what=t.code,
                status=t.status,
                host=t.host,
            ),
        )

    def _answers(self) -> tuple[Reason, ...]:
        good = self._evidence.answering(self._now) or self._evidence.good(self._now, Depth.API)
        if good is None:
            return ()
        depth = good.depth.name.lower()
        params = {"depth": depth, "latency_s": good.latency_s, "host": good.host, **_where(good, own=True)}
        return (Reason(Code.ANSWERS.value, good.source, good.at, params),)

    def _company(self, t: Try) -> tuple[Reason, ...]:
        """How everybody else does while `t` fails."""
        company = self._evidence.company
        if t.proven or (company is None and t.control):
            # It came over this very connection, or something did beside it, whatever becomes of all else.
            hosts = company.hosts if company is not None else 0
            return (reason(Code.NETWORK_FINE, Source.NETWORK, self._now, hosts=hosts),)
        if company is not None and company.percent >= SHAKY_PERCENT:
            return (reason(Code.NETWORK_SHAKY, Source.NETWORK, self._now, percent=round(company.percent)),)
        if company is not None and company.hosts:
            return (reason(Code.NETWORK_FINE, Source.NETWORK, self._now, hosts=company.hosts),)
        return () if t.reach is Reach.LOOPBACK else (reason(Code.NETWORK_UNPROVEN, Source.NETWORK, self._now),)


def _where(t: Try, *, own: bool = False) -> dict[str, Param]:
    """Which phase took most of the time, where that explains something."""
    told = t.phases.explains(own=own) if t.phases is not None else None
    return {} if told is None else {"phase": told[0].value, "phase_s": told[1], "of_s": told[2]}


def _blocked(t: Try) -> Reason:
    return reason(Code.BLOCKED, t.source, t.at, host=t.host, what=t.code, status=t.status)


def _failures(t: Try, failed: int, tries: int, since_at: float, code: Code = Code.FAILURES) -> Reason:
    return reason(
        code,
        t.source,
        t.at,
        failed=failed,
        tries=tries,
        what=t.code,
        status=t.status,
        host=t.host,
        since_at=since_at,
    )
