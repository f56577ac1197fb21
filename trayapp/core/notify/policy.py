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
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Withdraw
from trayapp.core.notify.content import PASSING, SILENT_IN, NotificationContent
from trayapp.core.notify.together import NOTHING_BETWEEN, Between, gather
from trayapp.core.switching.offer import Offer
from trayapp.core.switching.route import Route

YELLOW_AFTER_S = 300.0
"""Most yellow goes by itself within five minutes; what stays is worth a quiet word."""
TOGETHER_S = 1.0
"""Services that one outage takes down are found out one after the other; so long waits the first word for the rest."""
POP_GAP_S = 600.0
"""An incident that relapses pops up again after ten quiet minutes at the earliest; in between it replaces silently."""
KEPT_S = 7 * 86_400.0
"""How long it is remembered what was told of an incident that is gone, should it come up again."""

_YELLOW_KEY = "yellow:"
# No provider is called so.
_TOGETHER_KEY = _YELLOW_KEY + "*"
_BAD_NEWS = (BannerStage.DOWN, BannerStage.CONFIRMED)
_FIRST_WORD = (None, BannerStage.YELLOW)
_LOW = (BannerStage.YELLOW, BannerStage.FLAPPING)
_OPEN = (IncidentStage.OPEN, IncidentStage.PARTLY_BACK)


_Together = Generator[Announcement, None, set[str]]


class BannerRecord(Struct):
    """What was told under one key. `down`, `back`: service ids, as last told; `fallen`: all ever told as down, or the
    incidents that are told as one; `failed`: ids of all parts that failed, by service.

    `shown`: the banner stands. `popped_at`: when it last popped up, with more than a low word. `confirmed`: the
    provider's words were in it. `home`: it offers the way home. `silence`: it says that the page is silent since then.
    `cause`: it, or the all-clear, names the cause. `yellow_from`, `red_from`: when trouble short of red, and red, was
    first seen that nobody has been told of.
    """

    at: float
    stage: BannerStage | None = None
    shown: bool = False
    popped_at: float | None = None
    confirmed: bool = False
    flapped: bool = False
    only_when_back: bool = False
    home: bool = False
    silence: float | None = None
    cause: bool = False
    providers: tuple[str, ...] = ()
    down: tuple[str, ...] = ()
    back: tuple[str, ...] = ()
    fallen: tuple[str, ...] = ()
    failed: dict[str, list[str]] = field(default_factory=dict)
    yellow_from: float | None = None
    red_from: float | None = None


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

    def only_when_back(self, incident_id: str) -> None:
        """Be silent about this incident until it is over; its banner goes with the next report."""
        spoken = self._told.by_key.setdefault(incident_id, BannerRecord(at=self._now))
        spoken.only_when_back = True
        if spoken.shown:
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
            name for name, verdict in verdicts.items() if not _tells_the_same(verdicts_before.get(name), verdict)
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
        yellow = [one for one in incidents if _is_only_yellow(one, records[one.id], desk)]
        group = gather(yellow, told.fallen if told is not None else ())
        due = [_yellow_is_due(records[one.id], desk.now) for one in group]
        if told is None and not any(due):
            return set()
        if not group:
            return {_TOGETHER_KEY} if told is not None and desk.unsure(*told.providers) else set()
        services = tuple(name for one in group for name in one.services)
        if told is None:
            told = self._told.by_key[_TOGETHER_KEY] = BannerRecord(at=desk.now)
        if services != told.down:
            heard = any(records[one.id].stage is not None for one in group)
            yield desk.yellow_together(_TOGETHER_KEY, group, pops_up=told.stage is None and not heard)
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
        stage = _stage(incident, spoken, desk)
        if stage is BannerStage.YELLOW and not _yellow_is_due(spoken, desk.now):
            return
        if not _red_is_due(stage, spoken, desk.now):
            return
        if stage is BannerStage.RECOVERING and spoken.stage is BannerStage.YELLOW and not spoken.shown:
            # Told among others: theirs goes when it is over.
            return
        if stage is not None and not spoken.only_when_back and _is_news(stage, incident, spoken, desk):
            yield self._tell(stage, incident, spoken, desk)

    def _over(self, incident: Incident, desk: NotificationContent) -> Iterator[Announcement]:
        spoken = self._told.by_key.get(incident.id)
        # What was never told while it lasted was published after the fact: it belongs into the history.
        if spoken is None or spoken.stage is BannerStage.OVER:
            yield from self._late_cause(incident, desk)
            return
        if spoken.stage not in _FIRST_WORD or spoken.only_when_back:
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
        again = stage is BannerStage.DOWN and bool(spoken.fallen) and spoken.stage not in (*_FIRST_WORD, *_BAD_NEWS)
        back, providers = desk.back(incident, spoken.fallen), desk.provider_ids(incident)
        pops_up = _pops_up(stage, spoken, incident.down, back, providers, desk.now)
        after_silence = _is_word(incident, spoken)
        banner = desk.banner(
            incident, stage, back, spoken.failed, pops_up=pops_up, again=again, after_silence=after_silence
        )
        spoken.silence = incident.silent_since
        spoken.cause = stage is BannerStage.OVER and incident.cause is not None
        spoken.stage, spoken.at, spoken.shown, spoken.red_from = stage, desk.now, True, None
        spoken.providers, spoken.down, spoken.back = providers, incident.down, back
        spoken.fallen = tuple(dict.fromkeys((*spoken.fallen, *incident.down)))
        spoken.confirmed |= banner.params.get("title") is not None
        spoken.flapped |= stage is BannerStage.FLAPPING
        spoken.home = Button.BACK_TO_CLOUD in banner.buttons
        spoken.popped_at = desk.now if pops_up and stage not in _LOW else spoken.popped_at
        return banner

    def _on_yellow(self, key: str, services: list[ServiceVerdict], desk: NotificationContent) -> Iterator[Announcement]:
        spoken = self._told.by_key.setdefault(key, BannerRecord(at=desk.now))
        if any(v.flapping for v in services) and not spoken.flapped:
            stage = BannerStage.FLAPPING
        elif spoken.stage is None and _yellow_is_due(spoken, desk.now):
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
            if self._now - told.at < KEPT_S or (told.shown and told.stage is not BannerStage.OVER)
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


def _is_only_yellow(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> bool:
    """Trouble of one provider, and no more than that so far."""
    quiet = spoken.stage in _FIRST_WORD and not spoken.only_when_back and not incident.shared
    return quiet and _stage(incident, spoken, desk) is BannerStage.YELLOW


def _tells_the_same(before: ServiceVerdict | None, now: ServiceVerdict) -> bool:
    """Whether nothing has changed that decides on news; what else a banner says is read when there are some."""
    if before is now:
        return True
    return before is not None and _gist(before) == _gist(now)


def _gist(verdict: ServiceVerdict) -> tuple[object, ...]:
    parts = [(part.id, part.light, part.finding) for part in verdict.components]
    return verdict.light, verdict.finding, verdict.flapping, verdict.aside, parts


def _yellow_is_due(spoken: BannerRecord, now: float) -> bool:
    if spoken.yellow_from is None:
        spoken.yellow_from = now
    return spoken.stage is not None or now - spoken.yellow_from >= YELLOW_AFTER_S


def _red_is_due(stage: BannerStage | None, spoken: BannerRecord, now: float) -> bool:
    if stage is not BannerStage.DOWN or (spoken.stage not in _FIRST_WORD and spoken.fallen):
        spoken.red_from = None
        return True
    if spoken.red_from is None:
        spoken.red_from = now
    return now - spoken.red_from >= TOGETHER_S


def _stage(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> BannerStage | None:
    """The stage that the incident is in now, told or not; None while there is nothing to tell."""
    touched = desk.verdicts(incident.services)
    if any(v.flapping for v in touched) and not _falls(incident, spoken, desk):
        return BannerStage.FLAPPING
    if incident.stage is IncidentStage.RECOVERING:
        return BannerStage.RECOVERING if spoken.stage is not None else None
    if any(v.light is Light.RED for v in desk.verdicts(incident.down)):
        return _stage_of_red(incident, spoken, desk)
    if any(v.light is Light.YELLOW and v.finding not in PASSING for v in touched):
        return BannerStage.YELLOW
    return None


def _falls(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> bool:
    """Whether it is down without having come back since that was told: it may have flapped before, and does not now."""
    red = any(v.light is Light.RED for v in desk.verdicts(incident.down))
    return red and (spoken.stage in _BAD_NEWS or not set(incident.down) <= set(spoken.fallen))


def _stage_of_red(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> BannerStage:
    if incident.stage is IncidentStage.PARTLY_BACK and desk.back(incident, spoken.fallen):
        return BannerStage.PARTLY_BACK
    if spoken.stage not in _BAD_NEWS or not set(incident.down) <= set(spoken.down):
        return BannerStage.DOWN
    news = incident.title is not None and not spoken.confirmed
    return BannerStage.CONFIRMED if news else spoken.stage or BannerStage.DOWN


def _is_news(stage: BannerStage, incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> bool:
    if stage is BannerStage.FLAPPING:
        # Said once, and again only where 'down' would stand there that is not true any more.
        return not spoken.flapped or spoken.stage in _BAD_NEWS
    if stage is not spoken.stage or (stage in SILENT_IN and _silence_is_news(incident, spoken)):
        return True
    if stage is BannerStage.DOWN:
        return not set(incident.down) <= set(spoken.down)
    if stage is BannerStage.PARTLY_BACK:
        return (set(desk.back(incident, spoken.fallen)), set(incident.down)) != (set(spoken.back), set(spoken.down))
    return False


def _silence_is_news(incident: Incident, spoken: BannerRecord) -> bool:
    """Said once of each silence, and taken back by the first word after it."""
    return (incident.silent_since is not None and spoken.silence is None) or _is_word(incident, spoken)


def _is_word(incident: Incident, spoken: BannerRecord) -> bool:
    return spoken.silence is not None and incident.word_at is not None and incident.word_at > spoken.silence


def _pops_up(
    stage: BannerStage,
    spoken: BannerRecord,
    down: tuple[str, ...],
    back: tuple[str, ...],
    providers: tuple[str, ...],
    now: float,
) -> bool:
    """Only down, partly back and over pop up; what goes on within one incident does so after a rest.

    Other trouble does when it is the first word: there is nothing on the screen that it could change quietly.
    """
    if stage in _LOW:
        return spoken.stage is None
    rested = spoken.popped_at is None or now - spoken.popped_at >= POP_GAP_S
    if stage is BannerStage.OVER:
        return True
    if stage is BannerStage.DOWN:
        spreads = not set(providers) <= set(spoken.providers)
        # Who only knows the website has not heard of it when its API fell a while ago.
        grows = not set(down) <= set(spoken.fallen)
        return spoken.stage in _FIRST_WORD or spreads or ((grows or spoken.stage not in _BAD_NEWS) and rested)
    if stage is BannerStage.PARTLY_BACK:
        if spoken.stage in (*_FIRST_WORD, *_BAD_NEWS):
            return True
        return rested and not set(back) <= set(spoken.back)
    return False
