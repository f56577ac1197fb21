"""Decides what is told: one banner an incident, replaced stage by stage, said once and taken back when untrue.

It only compares what is true now with what was told before, so it can be asked at any time and after any restart.
"""

import math
import operator
from collections.abc import Callable, Collection, Generator, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from trayapp.core.evidence.observation import NetworkState
from trayapp.core.incident.concerns import Concerns
from trayapp.core.incident.forecast import Forecast
from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Withdraw
from trayapp.core.notify.content import NotificationContent
from trayapp.core.notify.news import (
    LOW,
    TOGETHER_S,
    YELLOW_AFTER_S,
    BannerRecord,
    is_again,
    is_news,
    is_only_yellow,
    is_word,
    pops_up,
    red_is_due,
    stage_of,
    tells_the_same,
    yellow_is_due,
)
from trayapp.core.notify.together import NOTHING_BETWEEN, Between, gather
from trayapp.core.switching.offer import Offer
from trayapp.core.switching.route import Route

KEPT_S = 7 * 86_400.0
"""How long it is remembered what was told of an incident that is gone, should it come up again."""

_YELLOW_KEY = "yellow:"
# No provider is called so.
_TOGETHER_KEY = _YELLOW_KEY + "*"
_OPEN = (IncidentStage.OPEN, IncidentStage.PARTLY_BACK)


_Together = Generator[Announcement, None, set[str]]


class NotificationMemory(Struct):
    """All that was told, by banner key: what survives a restart."""

    by_key: dict[str, BannerRecord] = field(default_factory=dict)


class NotificationPolicy:
    """Turns judgements into announcements. Sans-io; what `remember` returns has to be stored before they are shown.

    `news_at`: when time alone makes news of what the latest report rests on.
    """

    def __init__(self, told: NotificationMemory | None = None) -> None:
        self._told = told or NotificationMemory()
        self._retracted: list[str] = []
        self._now = 0.0
        self._rests_on: tuple[Any, ...] | None = None
        # The verdicts and incidents that were last looked at for news, by their ids.
        self._seen: tuple[dict[str, ServiceVerdict], dict[str, Incident]] = {}, {}
        self.news_at = math.inf

    def remember(self) -> NotificationMemory:
        """What was told so far."""
        return self._told

    @property
    def hushed(self) -> tuple[str, ...]:
        """The incidents of which only the end is wanted."""
        return tuple(key for key, told in self._told.by_key.items() if told.only_when_back)

    def only_when_back(self, incident_id: str, *, on: bool = True) -> None:
        """Be silent about this incident until it is over; its banner goes with the next report. Not `on`: tell what is
        news of it again."""
        spoken = self._told.by_key.setdefault(incident_id, BannerRecord(at=self._now))
        spoken.only_when_back = on
        # What it has come to in the silence is looked at afresh.
        self._rests_on, self._seen = None, ({}, {})
        if on and spoken.shown:
            spoken.shown = False
            self._retracted.append(incident_id)

    def report(
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
        aftermath: tuple[Incident, ...] = (),
        concerns: Mapping[str, Concerns] | None = None,
        way: Between = NOTHING_BETWEEN,
    ) -> tuple[Announcement, ...]:
        """What has to be shown, replaced or taken away now.

        `local_answers`: requests answered locally, where no route has counted them; `tools`: how many notice
        where the requests for some providers go.
        `forecasts`: of services, by their ids; `concerns`: whom incidents concern, by theirs; no news by themselves.
        `aftermath`: incidents that ended longer ago, of which their pages have said something since.
        `way`: what everybody's requests go through; no news by itself either.
        """
        self._now = now
        rests_on = (judgement.services, judgement.network.state, judgement.pages, incidents, routes, offer, aftermath)
        if (
            not self._retracted
            and now < self.news_at
            and self._rests_on is not None
            and _same(rests_on, self._rests_on)
        ):
            return ()
        self._rests_on = rests_on
        said: list[Announcement] = [Withdraw(key) for key in self._retracted]
        self._retracted.clear()
        desk = NotificationContent(
            judgement,
            incidents,
            routes,
            offer,
            now,
            local_answers=local_answers,
            tools=tools,
            forecasts=forecasts,
            concerns=concerns,
            way=way,
        )
        # While the own network is the trouble, nobody else's trouble is told, nor taken back.
        if judgement.network.state not in (NetworkState.OFFLINE, NetworkState.CAPTIVE):
            said += self._news(desk)
            for incident in aftermath:
                said += self._late_cause(incident, desk)
        else:
            # What has fallen due meanwhile is told when the network is back.
            self._seen = {}, {}
        said += self._withdraw_offers(desk)
        self._forget_old()
        told = self._told.by_key.values()
        waits = [one.yellow_from + YELLOW_AFTER_S for one in told if one.yellow_from and one.stage is None]
        waits += [one.red_from + TOGETHER_S for one in told if one.red_from is not None]
        self.news_at = min((at for at in waits if at > now), default=math.inf)
        return tuple(said)

    def _news(self, desk: NotificationContent) -> Iterator[Announcement]:
        incidents = list(desk.incidents())
        ids = {incident.id for incident in incidents}
        verdicts_before, incidents_before = self._seen
        verdicts = {verdict.id: verdict for verdict in desk.judgement.services}
        changed = {
            name
            for name, verdict in verdicts.items()
            if (before := verdicts_before.get(name)) is not verdict and not tells_the_same(before, verdict)
        }
        changed |= verdicts_before.keys() - verdicts.keys()
        together = yield from self._together([one for one in incidents if one.stage in _OPEN], desk)
        alone = {incident.id: incident for incident in incidents if incident.id not in together}
        self._seen = verdicts, alone
        for incident in alone.values():
            same = incidents_before.get(incident.id) is incident and changed.isdisjoint(incident.services)
            if not same or desk.now >= self.news_at:
                yield from self._on_incident(incident, desk)
        groups = {_YELLOW_KEY + provider: services for provider, services in desk.yellow_alone(ids).items()}
        for key, services in groups.items():
            yield from self._on_yellow(key, services, desk)
        yield from self._withdraw_untrue(ids | set(groups) | together, desk)

    def _together(self, incidents: list[Incident], desk: NotificationContent) -> _Together:
        """Yellow of several providers at once, told as one: the keys of all that this speaks for, and its own."""
        told = self._told.by_key.get(_TOGETHER_KEY)
        records = {one.id: self._told.by_key.setdefault(one.id, BannerRecord(at=desk.now)) for one in incidents}
        yellow = [one for one in incidents if is_only_yellow(one, records[one.id], desk)]
        group = gather(yellow, told.fallen if told is not None else ())
        due = [yellow_is_due(records[one.id], desk.now) for one in group]
        if told is None and not any(due):
            return set()
        if not group:
            return {_TOGETHER_KEY} if told is not None and desk.unsure(*told.providers) else set()
        services = tuple(name for one in group for name in one.services)
        if told is None:
            told = self._told.by_key[_TOGETHER_KEY] = BannerRecord(at=desk.now)
        if services != told.down:
            # Nothing stands under this key that the first word could replace quietly, whoever was told of alone.
            yield desk.yellow_together(_TOGETHER_KEY, group, pops_up=told.stage is None)
            told.stage, told.at, told.shown, told.down = BannerStage.YELLOW, desk.now, True, services
            told.providers = tuple(dict.fromkeys(name for one in group for name in desk.provider_ids(one)))
        told.fallen = tuple(dict.fromkeys((*told.fallen, *(one.id for one in group))))
        for one in group:
            record = records[one.id]
            record.stage, record.providers = BannerStage.YELLOW, desk.provider_ids(one)
            desk.note_failed(one, record.failed)
            if record.shown:
                record.shown = False
                yield Withdraw(one.id)
        return {_TOGETHER_KEY, *(one.id for one in group)}

    def _on_incident(self, incident: Incident, desk: NotificationContent) -> Iterator[Announcement]:
        if incident.stage is IncidentStage.OVER:
            yield from self._over(incident, desk)
            return
        spoken = self._told.by_key.setdefault(incident.id, BannerRecord(at=desk.now))
        if aside := desk.aside():
            # What comes back from there is told as if it fell now.
            spoken.down, spoken.fallen = (
                tuple(name for name in names if name not in aside) for names in (spoken.down, spoken.fallen)
            )
        desk.note_failed(incident, spoken.failed)
        stage = stage_of(incident, spoken, desk)
        if stage is BannerStage.YELLOW and not yellow_is_due(spoken, desk.now):
            return
        if not red_is_due(stage, spoken, desk.now):
            return
        if stage is BannerStage.RECOVERING and spoken.stage is BannerStage.YELLOW and not spoken.shown:
            # Told among others: theirs goes when it is over.
            return
        if stage is not None and not spoken.only_when_back and is_news(stage, incident, spoken, desk):
            yield self._tell(stage, incident, spoken, desk)

    def _over(self, incident: Incident, desk: NotificationContent) -> Iterator[Announcement]:
        spoken = self._told.by_key.get(incident.id)
        # What was never told while it lasted was published after the fact: it belongs into the history.
        if spoken is None or spoken.stage is BannerStage.OVER:
            yield from self._late_cause(incident, desk)
            return
        if spoken.owes_the_end:
            yield self._tell(BannerStage.OVER, incident, spoken, desk)
        elif spoken.shown:
            spoken.shown = False
            yield Withdraw(incident.id)
        spoken.stage = BannerStage.OVER

    def _late_cause(self, incident: Incident, desk: NotificationContent) -> Iterator[Announcement]:
        """The cause of what was told, named after the all-clear: once, and without haste."""
        spoken = self._told.by_key.get(incident.id)
        told = spoken is not None and spoken.stage is BannerStage.OVER and spoken.popped_at is not None
        if spoken is None or not told or spoken.cause or not incident.cause or desk.aside() >= {*incident.services}:
            return
        spoken.cause = True
        spoken.shown = True
        yield desk.banner(incident, BannerStage.CAUSE, (), {}, pops_up=True, again=False)

    def _tell(self, stage: BannerStage, incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> Banner:
        again = stage is BannerStage.DOWN and is_again(incident, spoken)
        back, providers = desk.back(incident, spoken.fallen), desk.provider_ids(incident)
        loud = pops_up(stage, spoken, incident.down, back, providers, desk.now)
        after_silence = is_word(incident, spoken)
        banner = desk.banner(
            incident, stage, back, spoken.failed,
            pops_up=loud, again=again, after_silence=after_silence, owes_the_end=spoken.owes_the_end,
        )  # fmt: skip
        spoken.silence = incident.silent_since
        spoken.cause = stage is BannerStage.OVER and incident.cause is not None
        spoken.stage, spoken.at, spoken.shown, spoken.red_from = stage, desk.now, True, None
        spoken.providers, spoken.down, spoken.back = providers, incident.down, back
        spoken.fallen = tuple(dict.fromkeys((*spoken.fallen, *incident.down)))
        spoken.confirmed |= banner.params.get("title") is not None
        spoken.flapped |= stage is BannerStage.FLAPPING
        spoken.home = Button.BACK_TO_CLOUD in banner.buttons
        if loud and stage not in LOW:
            spoken.popped_at = desk.now
            spoken.pops += 1
            spoken.returned |= stage is BannerStage.PARTLY_BACK
        return banner

    def _on_yellow(self, key: str, services: list[ServiceVerdict], desk: NotificationContent) -> Iterator[Announcement]:
        spoken = self._told.by_key.setdefault(key, BannerRecord(at=desk.now))
        if any(v.flapping for v in services) and not spoken.flapped:
            stage = BannerStage.FLAPPING
        elif spoken.stage is None and yellow_is_due(spoken, desk.now):
            stage = BannerStage.YELLOW
        else:
            return
        banner = desk.yellow_banner(key, stage, services, pops_up=spoken.stage is None)
        spoken.stage, spoken.at, spoken.shown = stage, desk.now, True
        spoken.flapped |= stage is BannerStage.FLAPPING
        yield banner

    def _withdraw_untrue(self, true_keys: set[str], desk: NotificationContent) -> Iterator[Announcement]:
        for key, spoken in list(self._told.by_key.items()):
            if key in true_keys or spoken.stage is BannerStage.OVER:
                continue
            if key.startswith(_YELLOW_KEY):
                if desk.unsure(key.removeprefix(_YELLOW_KEY)):
                    continue
                del self._told.by_key[key]
            if desk.silenced(key):
                # Should it come back, it is told anew; should it end meanwhile, it was never spoken of.
                spoken.stage, spoken.down, spoken.fallen, spoken.confirmed, spoken.red_from = None, (), (), False, None
                spoken.popped_at = spoken.silence = None
                spoken.pops, spoken.returned, spoken.flapped = 0, False, False
            if spoken.shown:
                spoken.shown = False
                yield Withdraw(key)

    def _withdraw_offers(self, desk: NotificationContent) -> Iterator[Announcement]:
        for key, spoken in self._told.by_key.items():
            if spoken.home and not desk.local_until_back(spoken.providers):
                spoken.home = spoken.shown = False
                yield Withdraw(key)

    def _forget_old(self) -> None:
        self._told.by_key = {
            key: told
            for key, told in self._told.by_key.items()
            if self._now - told.at < KEPT_S
            or ((told.shown or told.only_when_back) and told.stage is not BannerStage.OVER)
        }


def _same(rests_on: tuple[Any, ...], before: tuple[Any, ...]) -> bool:
    """Verdicts that have not changed are the same objects, which is quicker to see than that they are equal."""
    services, *others = rests_on
    services_before, *others_before = before
    return (
        len(services) == len(services_before)
        and all(map(operator.is_, services, services_before))
        and others == others_before
    )
