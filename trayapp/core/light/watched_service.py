"""A watched service: its components, its last known light, and the verdict that is made of what they show."""

from collections.abc import Iterable, Mapping

from msgspec import Struct

from trayapp.core.catalogue import Provider, Service
from trayapp.core.evidence.observation import Depth, Try
from trayapp.core.evidence.own_evidence import Evidence
from trayapp.core.evidence.reach import Reach, reach_of_url
from trayapp.core.light.badges import Badges
from trayapp.core.light.claim import strongest
from trayapp.core.light.component import ComponentMemory, ComponentState, ComponentView
from trayapp.core.light.reasons import Code
from trayapp.core.light.service import Whole, whole
from trayapp.core.light.severity import Light
from trayapp.core.light.trouble import Trouble, trouble_of
from trayapp.core.light.verdicts import ServiceVerdict


class KnownLight(Struct):
    """The last light of a service that was not grey; `until` is None while it still is."""

    light: Light
    until: float | None = None


class WatchedService:
    """One watched service and what was last made of it. `place`: among all, in the user's order."""

    def __init__(
        self,
        place: int,
        provider: Provider,
        service: Service,
        memories: Mapping[str, ComponentMemory],
        known: KnownLight | None,
        now: float,
    ) -> None:
        self.place = place
        self.provider = provider
        self.service = service
        self.components = [
            ComponentState(
                service,
                component,
                _likely_reach(provider, service, component.id),
                memories.get(f"{service.id}/{component.id}"),
                now,
            )
            for component in service.components
        ]
        self.parts = [component.part for component in self.components]
        unverified = {name for probe in service.probes if probe.unverified for name in probe.components}
        self._unverified = tuple(component.id for component in service.components if component.id in unverified)
        self.known = known
        self._green_since: float | None = None

    def judge(
        self, views: list[ComponentView], evidences: Iterable[Evidence], badges: Badges, before: float, now: float
    ) -> Trouble:
        """The verdict now, on components that look so. `evidences`: theirs; `before`: when it was last judged."""
        made = whole(views, now)
        self._follow_known(made.light, before)
        return trouble_of(self._verdict(made, views, _latest(evidences, now), badges, now), made, views)

    def _follow_known(self, light: Light, before: float) -> None:
        """Keep the last light that was not grey, with the moment until which it was."""
        if light is not Light.GREY:
            self.known = KnownLight(light)
        elif self.known is not None and self.known.until is None:
            self.known.until = before

    def _verdict(
        self, made: Whole, views: list[ComponentView], latest: Try | None, badges: Badges, now: float
    ) -> ServiceVerdict:
        service, known = self.service, self.known
        refused = any(each.code == Code.REFUSED for each in made.reasons)
        return ServiceVerdict(
            id=service.id,
            provider=self.provider.provider,
            name=service.name,
            provider_name=self.provider.name,
            light=made.light,
            finding=made.finding,
            confidence=made.confidence,
            since=self._since(made, views),
            components=tuple(view.verdict for view in views),
            reasons=(*made.reasons, *badges.reasons(service.id, now, refused=refused)),
            claim=strongest(view.claim for view in made.deciding) if made.light is Light.RED else None,
            flapping=any(each.code == Code.FLAPPING for each in made.reasons),
            badges=badges.of(service.id, now),
            unseen=tuple(view.verdict.id for view in views if not view.verdict.seen),
            last_known=known.light if known is not None else None,
            last_known_at=known.until if known is not None else None,
            latency_s=latest.latency_s if latest is not None else None,
            phases=latest.phases if latest is not None else None,
            website=service.website,
            reports=service.reports,
            abilities=service.abilities,
            unverified=self._unverified,
        )

    def _since(self, made: Whole, views: list[ComponentView]) -> float:
        """Since when the whole is so: well since the last of its parts is, whatever they do that it only lists."""
        if made.light is not Light.GREEN:
            self._green_since = None
            return made.since
        if self._green_since is None:
            self._green_since = max(view.verdict.since for view in views if view.light is Light.GREEN)
        return self._green_since


def _latest(evidences: Iterable[Evidence], now: float) -> Try | None:
    """The good answer whose time is told."""
    goods = [
        good
        for evidence in {id(evidence): evidence for evidence in evidences}.values()
        if (good := evidence.answering(now) or evidence.good(now, Depth.API)) and good.latency_s is not None
    ]
    return max(goods, key=lambda good: (good.depth, good.at), default=None)


def _likely_reach(provider: Provider, service: Service, component: str) -> Reach:
    """The kind of address that the catalogue suggests, until a try has shown it."""
    probe = next((probe for probe in service.probes if component in probe.components), None)
    if probe is not None:
        return reach_of_url(probe.url)
    return reach_of_url(provider.page.url) if provider.page is not None else Reach.PUBLIC
