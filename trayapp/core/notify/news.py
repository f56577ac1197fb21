"""What is news of an incident, and how loudly it is told: what is true now beside what was told before."""

import math

from msgspec import Struct, field

from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.notify.banner import BannerStage
from trayapp.core.notify.content import PASSING, SILENT_IN, NotificationContent

YELLOW_AFTER_S = 300.0
"""Most yellow goes by itself within five minutes; what stays is worth a quiet word."""
TOGETHER_S = 1.0
"""Services that one outage takes down are found out one after the other; so long waits the first word for the rest."""
POP_GAP_S = 600.0
"""An incident that relapses pops up again after ten quiet minutes at the earliest; in between it replaces silently."""
POPS_AT_THAT_PACE = 3
"""Down, back in part, down again: that is a story. From then on each rest is twice as long as the one before: who has
been told four times that it comes and goes knows."""

BAD_NEWS = (BannerStage.DOWN, BannerStage.CONFIRMED)
FIRST_WORD = (None, BannerStage.YELLOW)
LOW = (BannerStage.YELLOW, BannerStage.FLAPPING)


class BannerRecord(Struct):
    """What was told under one key. `down`, `back`: service ids, as last told; `fallen`: all ever told as down, or the
    incidents that are told as one; `failed`: ids of all parts that failed, by service.

    `shown`: the banner stands. `popped_at`: when it last popped up, with more than a low word, and `pops`: how often;
    `returned`: so that something was back. `confirmed`: the provider's words were in it. `home`: it offers the way
    home. `silence`: it says that the page is silent since then. `cause`: it, or the all-clear, names the cause.
    `yellow_from`, `red_from`: when trouble short of red, and red, was first seen that nobody has been told of.
    """

    at: float
    stage: BannerStage | None = None
    shown: bool = False
    popped_at: float | None = None
    pops: int = 0
    returned: bool = False
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

    @property
    def owes_the_end(self) -> bool:
        """Whether its end has to be told: who was told loudly, or was promised it, or asked for nothing else, waits for
        it. What was told quietly ends quietly."""
        return self.popped_at is not None or self.flapped or self.only_when_back


def is_only_yellow(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> bool:
    """Trouble of one provider, and no more than that so far."""
    quiet = spoken.stage in FIRST_WORD and spoken.popped_at is None
    quiet = quiet and not spoken.only_when_back and not incident.shared
    return quiet and stage_of(incident, spoken, desk) is BannerStage.YELLOW


def tells_the_same(before: ServiceVerdict | None, now: ServiceVerdict) -> bool:
    """Whether nothing has changed that decides on news; what else a banner says is read when there are some."""
    return before is not None and _gist(before) == _gist(now)


def _gist(verdict: ServiceVerdict) -> tuple[object, ...]:
    parts = [(part.id, part.light, part.finding) for part in verdict.components]
    return verdict.light, verdict.finding, verdict.flapping, verdict.aside, parts


def yellow_is_due(spoken: BannerRecord, now: float) -> bool:
    """Whether trouble short of red has lasted long enough for a word; from the first time it is asked."""
    if spoken.yellow_from is None:
        spoken.yellow_from = now
    return spoken.stage is not None or now - spoken.yellow_from >= YELLOW_AFTER_S


def red_is_due(stage: BannerStage | None, spoken: BannerRecord, now: float) -> bool:
    """Whether red has had its moment for others to fall with it."""
    if stage is not BannerStage.DOWN or (spoken.stage not in FIRST_WORD and spoken.fallen):
        spoken.red_from = None
        return True
    if spoken.red_from is None:
        spoken.red_from = now
    return now - spoken.red_from >= TOGETHER_S


def stage_of(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> BannerStage | None:
    """The stage that the incident is in now, told or not; None while there is nothing to tell."""
    touched = desk.verdicts(incident.services)
    if any(v.flapping for v in touched) and not _falls(incident, spoken, desk):
        return BannerStage.FLAPPING
    if incident.stage is IncidentStage.RECOVERING:
        return BannerStage.RECOVERING if spoken.stage is not None else None
    if any(v.light is Light.RED for v in desk.verdicts(incident.down)):
        return _stage_of_red(incident, spoken, desk)
    if any(v.light is Light.YELLOW and v.finding not in PASSING for v in touched):
        # Who was told that it is down is told of its return, whatever else is in lesser trouble.
        return BannerStage.PARTLY_BACK if desk.back(incident, spoken.fallen) else BannerStage.YELLOW
    return None


def _falls(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> bool:
    """Whether it is down without having come back since that was told: it may have flapped before, and does not now."""
    red = any(v.light is Light.RED for v in desk.verdicts(incident.down))
    return red and (spoken.stage in BAD_NEWS or not set(incident.down) <= set(spoken.fallen))


def _stage_of_red(incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> BannerStage:
    if incident.stage is IncidentStage.PARTLY_BACK and desk.back(incident, spoken.fallen):
        return BannerStage.PARTLY_BACK
    if spoken.stage not in BAD_NEWS or not set(incident.down) <= set(spoken.down):
        return BannerStage.DOWN
    news = incident.title is not None and not spoken.confirmed
    return BannerStage.CONFIRMED if news else spoken.stage or BannerStage.DOWN


def is_news(stage: BannerStage, incident: Incident, spoken: BannerRecord, desk: NotificationContent) -> bool:
    """Whether this stage says more than was told."""
    if stage is BannerStage.FLAPPING:
        # Said once, and again only where 'down' would stand there that is not true any more.
        return not spoken.flapped or spoken.stage in BAD_NEWS
    if stage is not spoken.stage or (stage in SILENT_IN and _silence_is_news(incident, spoken)):
        return True
    if stage is BannerStage.DOWN:
        return not set(incident.down) <= set(spoken.down)
    if stage is BannerStage.PARTLY_BACK:
        return (set(desk.back(incident, spoken.fallen)), set(incident.down)) != (set(spoken.back), set(spoken.down))
    return False


def _silence_is_news(incident: Incident, spoken: BannerRecord) -> bool:
    """Said once of each silence, and taken back by the first word after it."""
    return (incident.silent_since is not None and spoken.silence is None) or is_word(incident, spoken)


def is_word(incident: Incident, spoken: BannerRecord) -> bool:
    """Whether its page has spoken since it was told as silent."""
    return spoken.silence is not None and incident.word_at is not None and incident.word_at > spoken.silence


def pops_up(
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
    if stage in LOW:
        return spoken.stage is None
    if stage is BannerStage.OVER:
        return True
    first = spoken.popped_at is None
    rested_s = math.inf if spoken.popped_at is None else now - spoken.popped_at
    rested = rested_s >= POP_GAP_S * 2.0 ** max(0, spoken.pops - POPS_AT_THAT_PACE)
    if stage is BannerStage.DOWN:
        spreads = not set(providers) <= set(spoken.providers)
        # Who only knows the website has not heard of it when its API fell a while ago.
        grows = not set(down) <= set(spoken.fallen) and rested_s >= POP_GAP_S
        return first or spreads or grows or (spoken.stage not in BAD_NEWS and rested)
    if stage is BannerStage.PARTLY_BACK:
        more = spoken.stage in (*FIRST_WORD, *BAD_NEWS) or not set(back) <= set(spoken.back)
        more = more or not set(down) <= set(spoken.down)
        return not spoken.returned or (more and rested)
    return False


def is_again(incident: Incident, spoken: BannerRecord) -> bool:
    """Whether all that is down had been told as down before, and not as that last."""
    down = set(incident.down)
    return down.isdisjoint(spoken.down) and down <= set(spoken.fallen)
