"""What a banner is made of: who is down, what is back, what works, which buttons help. Not whether it is told."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

from msgspec import structs

from trayapp.core.evidence.observation import Source
from trayapp.core.evidence.page_report import PageHealth, PageStage
from trayapp.core.incident.concerns import Concerns
from trayapp.core.incident.forecast import Forecast, half_over_s
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.claim import together
from trayapp.core.light.reasons import Code, page_shows
from trayapp.core.light.severity import Finding, Light, worst_finding
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.notify.banner import Banner, BannerStage, Button, Urgency
from trayapp.core.notify.together import NOTHING_BETWEEN, Between, common
from trayapp.core.switching.offer import Offer
from trayapp.core.switching.route import Route, To, Until
from trayapp.errors import Param

# Yellow that is not worth a word: it passes by itself, or is news only after something worse was told.
PASSING = (Finding.CHECKING, Finding.RECOVERING, Finding.STARTING)
_LIGHTS = {
    BannerStage.DOWN: Light.RED,
    BannerStage.CONFIRMED: Light.RED,
    BannerStage.PARTLY_BACK: Light.RED,
    BannerStage.RECOVERING: Light.YELLOW,
    BannerStage.YELLOW: Light.YELLOW,
    BannerStage.FLAPPING: Light.YELLOW,
    BannerStage.OVER: Light.GREEN,
    BannerStage.CAUSE: Light.GREEN,
}
# Stages whose banner says that the page is silent, and what it says then; and whom it concerns.
SILENT_IN = (BannerStage.DOWN, BannerStage.CONFIRMED, BannerStage.YELLOW)
# Its page has not called it over, for which the all-clear may wait.
_UNFINISHED = (PageStage.INVESTIGATING, PageStage.IDENTIFIED, PageStage.MONITORING)
_UNSURE = (Finding.CHECKING, Finding.STARTING)
_FAILING = (Code.FAILURES, Code.SOME_FAILURES)
_OURS = (Source.PROBE, Source.TRAFFIC)
# Where there is room for three, the last is missed least: menu and panel have it, too.
_ALWAYS = (Button.DETAILS, Button.ONLY_WHEN_BACK, Button.SET_ASIDE)


class NotificationContent:
    """Everything that can be told at one moment."""

    def __init__(
        self,
        judgement: Judgement,
        incidents: tuple[Incident, ...],
        routes: dict[str, Route],
        offer: Offer,
        now: float,
        *,
        local_answers: int = 0,
        tools: Callable[[Collection[str]], int] = lambda providers: 0,
        forecasts: Mapping[str, Forecast] | None = None,
        concerns: Mapping[str, Concerns] | None = None,
        way: Between = NOTHING_BETWEEN,
    ) -> None:
        self.judgement = judgement
        self.routes = routes
        self.now = now
        self._every_incident = incidents
        self._offer = offer
        self._local_answers = local_answers
        self._tools = tools
        self._forecasts = forecasts or {}
        self._concerns = concerns or {}
        self._way = way
        self._verdicts = {verdict.id: (place, verdict) for place, verdict in enumerate(judgement.services)}

    def incidents(self) -> Iterator[Incident]:
        """Those to be told of: an open shared incident speaks for the single ones of its services, and nobody for what
        is set aside."""
        every = [heard for one in self._every_incident if (heard := self._without_aside(one)) is not None]
        shared = {
            service
            for incident in every
            if incident.shared and incident.stage is not IncidentStage.OVER
            for service in incident.services
        }
        for incident in every:
            if incident.shared or incident.stage is IncidentStage.OVER or not set(incident.services) <= shared:
                yield incident

    def _without_aside(self, incident: Incident) -> Incident | None:
        """What is left to tell of an incident; None where nothing is."""
        marks = {v.id: v.aside for v in self.verdicts(incident.services) if v.aside is not None}
        if not marks:
            return incident
        services = tuple(name for name in incident.services if name not in marks)
        if not services or any(mark.incident == incident.id for mark in marks.values()):
            return None
        return structs.replace(incident, services=services, down=tuple(n for n in incident.down if n not in marks))

    def silenced(self, incident_id: str) -> bool:
        """Whether the user has set aside all that there would be to tell of an incident."""
        return any(one.id == incident_id and self._without_aside(one) is None for one in self._every_incident)

    def aside(self) -> frozenset[str]:
        """Ids of the services that are set aside."""
        return frozenset(v.id for v in self.judgement.services if v.aside is not None)

    def verdicts(self, ids: Iterable[str]) -> list[ServiceVerdict]:
        """The verdicts on these services, in the user's order."""
        places = sorted({self._verdicts[name][0] for name in ids if name in self._verdicts})
        return [self.judgement.services[place] for place in places]

    def names(self, ids: Iterable[str]) -> tuple[str, ...]:
        return tuple(v.name for v in self.verdicts(ids))

    def working(self) -> tuple[str, ...]:
        return tuple(v.name for v in self.judgement.services if v.light is Light.GREEN)

    def provider_ids(self, incident: Incident) -> tuple[str, ...]:
        ids = dict.fromkeys(v.provider for v in self.verdicts(incident.services))
        return tuple(ids) or (incident.provider,)

    def back(self, incident: Incident, fallen: tuple[str, ...]) -> tuple[str, ...]:
        """Ids of those among the `fallen` services of the incident that work again."""
        return tuple(
            v.id
            for v in self.verdicts(set(incident.services) & set(fallen))
            if v.id not in incident.down and (v.light is Light.GREEN or v.finding is Finding.RECOVERING)
        )

    def note_failed(self, incident: Incident, failed: dict[str, list[str]]) -> None:
        """Add the parts that fail now to `failed`, so that their return can be told by name."""
        for v in self.verdicts(incident.services):
            known = failed.setdefault(v.id, [])
            seen = set(known)
            known += [
                part.id
                for part in v.components
                if part.light in (Light.RED, Light.YELLOW) and part.finding not in PASSING and part.id not in seen
            ]

    def yellow_alone(self, incident_ids: set[str]) -> dict[str, list[ServiceVerdict]]:
        """Yellow services that no incident speaks for, by provider."""
        groups: dict[str, list[ServiceVerdict]] = {}
        for v in self.judgement.services:
            alone = v.incident is None or v.incident not in incident_ids
            if alone and v.aside is None and v.light is Light.YELLOW and v.finding not in PASSING:
                groups.setdefault(v.provider, []).append(v)
        return groups

    def unsure(self, *providers: str) -> bool:
        """Is a service of these providers between two findings, so that nothing is proven untrue yet?"""
        return any(v.provider in providers and v.finding in _UNSURE for v in self.judgement.services)

    def local(self, providers: Iterable[str]) -> bool:
        return any(name in self.routes and self.routes[name].to is To.LOCAL for name in providers)

    def local_until_back(self, providers: Iterable[str]) -> bool:
        routes = (self.routes[name] for name in providers if name in self.routes)
        return any(route.to is To.LOCAL and route.until is Until.BACK for route in routes)

    def banner(
        self,
        incident: Incident,
        stage: BannerStage,
        back: tuple[str, ...],
        failed: dict[str, list[str]],
        *,
        pops_up: bool,
        again: bool,
        after_silence: bool = False,
        owes_the_end: bool = True,
    ) -> Banner:
        """The banner of an incident's stage. `failed`: see `note_failed`; `again`: it had been told as back.
        `after_silence`: its page has a word, and had none for long. `owes_the_end`: its end will be told."""
        params = self._params(incident, stage, again=again)
        if stage is BannerStage.RECOVERING and owes_the_end:
            params["waits"] = incident.page_stage in _UNFINISHED
        if stage in SILENT_IN:
            params["silent_since"] = incident.silent_since
            heard = after_silence and incident.silent_since is None and incident.updates
            params["word"] = incident.updates[0].text if heard else None
        parts = tuple(part for service in back for part in failed.get(service, ()))
        return Banner(
            key=incident.id,
            stage=stage,
            at=self.now,
            pops_up=pops_up,
            urgency=self._urgency(stage, was_down=incident.red_at is not None),
            light=Light.YELLOW if stage is BannerStage.PARTLY_BACK and not incident.down else _LIGHTS[stage],
            concerns=self._concerns.get(incident.id) if stage in SILENT_IN else None,
            buttons=self._buttons(incident, stage),
            services=self._services(incident, stage),
            working=self.working(),
            back=self.names(back),
            provider=incident.provider,
            providers=tuple(dict.fromkeys(v.provider_name for v in self.verdicts(incident.services))),
            parts=parts if stage is BannerStage.PARTLY_BACK else (),
            params={key: value for key, value in params.items() if value is not None},
        )

    def yellow_banner(self, key: str, stage: BannerStage, services: list[ServiceVerdict], *, pops_up: bool) -> Banner:
        """The banner for yellow that no incident speaks for."""
        return Banner(
            key=key,
            stage=stage,
            at=self.now,
            pops_up=pops_up,
            urgency=Urgency.LOW,
            light=_LIGHTS[stage],
            buttons=(Button.DETAILS,),
            services=tuple(v.name for v in services),
            working=self.working(),
            provider=services[0].provider,
            providers=(services[0].provider_name,),
            params={"since": min(v.since for v in services), "finding": _worst(services)},
        )

    def yellow_together(self, key: str, group: Sequence[Incident], *, pops_up: bool) -> Banner:
        """The banner for yellow of several providers at once. Its services are in the user's order."""
        services = [v for v in self.verdicts(name for one in group for name in one.services) if _is_in_trouble(v)]
        found = common(services, self._way)
        ids = [v.id for v in services]
        params: dict[str, Param] = {"since": min(one.begun_at(ids) for one in group), "finding": _worst(services)}
        if found is not None:
            params |= {"trouble": found.trouble.value, "common": found.cause.value, "who": found.who}
        return Banner(
            key=key,
            stage=BannerStage.YELLOW,
            at=self.now,
            pops_up=pops_up,
            urgency=Urgency.LOW,
            light=Light.YELLOW,
            buttons=(Button.DETAILS,),
            services=tuple(v.name for v in services),
            working=self.working(),
            provider=group[0].provider,
            providers=tuple(dict.fromkeys(v.provider_name for v in services)),
            params={name: value for name, value in params.items() if value is not None},
        )

    def _urgency(self, stage: BannerStage, *, was_down: bool) -> Urgency:
        if stage is BannerStage.DOWN:
            return Urgency.NORMAL if self.working() else Urgency.CRITICAL
        loud = stage is BannerStage.PARTLY_BACK or (stage is BannerStage.OVER and was_down)
        return Urgency.NORMAL if loud else Urgency.LOW

    def _in_trouble(self, incident: Incident) -> list[ServiceVerdict]:
        touched = self.verdicts(incident.services)
        return [v for v in touched if _is_in_trouble(v)] or touched

    def _services(self, incident: Incident, stage: BannerStage) -> tuple[str, ...]:
        match stage:
            case BannerStage.OVER | BannerStage.CAUSE:
                # One service goes by its own name, as when it fell; several that are all of a house by the provider's.
                return self.names(incident.services) if len(incident.services) == 1 else ()
            case BannerStage.RECOVERING:
                return self.names(incident.services)
            case BannerStage.YELLOW | BannerStage.FLAPPING:
                return tuple(v.name for v in self._in_trouble(incident))
            case BannerStage.PARTLY_BACK if not incident.down:
                return tuple(v.name for v in self._in_trouble(incident))
            case _:
                return self.names(incident.down)

    def _params(self, incident: Incident, stage: BannerStage, *, again: bool) -> dict[str, Param]:
        params: dict[str, Param] = {"since": incident.started_at}
        match stage:
            case BannerStage.DOWN:
                down = self.verdicts(incident.down)
                claim = together((v.provider, v.claim) for v in down)
                params |= {"claim": claim.kind.value, "status": claim.status}
                reasons = [reason for v in down for reason in v.reasons]
                seen = any(reason.source in _OURS and reason.code in _FAILING for reason in reasons)
                params |= {"title": incident.title, "again": again or None, "seen": seen, "page": self._page(incident)}
                params |= {"shown": page_shows(reasons) or None, "since": incident.begun_at(incident.down)}
            case BannerStage.PARTLY_BACK if incident.down:
                params |= {"since": incident.begun_at(incident.down)}
            case BannerStage.CONFIRMED:
                params |= {"since": incident.fell_at(incident.down)}
                half_s = half_over_s(self._forecasts.get(name) for name in incident.down)
                params |= {"title": incident.title, "cause": incident.cause, "half_s": half_s}
            case BannerStage.RECOVERING:
                params |= {"ended_at": incident.back_at}
            case BannerStage.OVER:
                ended = {"ended_from": incident.ended_from, "ended_at": incident.ended_at}
                params |= {**ended, "cause": incident.cause, **self._local_params(incident)}
                params |= {"steady": True if incident.red_at is None else None}
            case BannerStage.CAUSE:
                params |= {"ended_at": incident.ended_at, "cause": incident.cause}
            case BannerStage.YELLOW | BannerStage.PARTLY_BACK:
                troubled = self._in_trouble(incident)
                params |= {"title": incident.title, "finding": _worst(troubled)}
                params |= {"since": incident.begun_at([v.id for v in troubled])}
            case _:
                pass
        return params

    def _page(self, incident: Incident) -> bool:
        return any(page.provider == incident.provider and page.health is PageHealth.OK for page in self.judgement.pages)

    def _local_params(self, incident: Incident) -> dict[str, Param]:
        providers = self.provider_ids(incident)
        if not self.local(providers):
            return {}
        counted = sum(self.routes[name].answered for name in providers if name in self.routes)
        return {"local": True, "tools": self._tools(providers), "answered": counted or self._local_answers}

    def _buttons(self, incident: Incident, stage: BannerStage) -> tuple[Button, ...]:
        providers = self.provider_ids(incident)
        match stage:
            case BannerStage.OVER | BannerStage.CAUSE:
                home = (Button.BACK_TO_CLOUD, Button.STAY_LOCAL)
                return home if self.local_until_back(providers) else (Button.DETAILS,)
            case BannerStage.DOWN | BannerStage.CONFIRMED | BannerStage.PARTLY_BACK:
                return (*self._switch_button(providers), *_ALWAYS)
            case _:
                return _ALWAYS

    def _switch_button(self, providers: tuple[str, ...]) -> tuple[Button, ...]:
        """What the offer has for these providers; nothing where they are local, or cannot be moved."""
        if self.local(providers):
            return ()
        if self._offer.set_up:
            return (Button.SET_UP_FALLBACK,)
        return (Button.SWITCH_LOCAL,) if set(providers) & set(self._offer.down) else ()


def _is_in_trouble(verdict: ServiceVerdict) -> bool:
    return verdict.light in (Light.YELLOW, Light.RED) and verdict.finding not in PASSING


def _worst(services: list[ServiceVerdict]) -> Finding:
    return worst_finding(verdict.finding for verdict in services)
