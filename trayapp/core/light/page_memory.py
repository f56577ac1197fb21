"""Rules 5 and 8: what a page last said of a component, and how long that outlives the page itself."""

from msgspec import Struct

from trayapp.core.evidence.flapping import Flapping
from trayapp.core.evidence.own_evidence import GAP_S, QUIET_S
from trayapp.core.evidence.page_report import PageIncident
from trayapp.core.light.incident_reach import over_at
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.severity import Finding, Light

# Outages that pages report last an hour or two in the median: as long may what a page last said be true without it.
PAGE_HELD_S = 7200.0


class PageMemory(Struct):
    """Follows a page's opinion on one component.

    `red_at`: when its red was first read; `seen_coming`: it was not red when it was read before. `ended_at`: when its
    trouble was first read to be over; `back_at`: when it was over by the page's own word.
    """

    opinion: PageOpinion | None = None
    red_at: float | None = None
    seen_coming: bool = False
    ended_at: float | None = None
    back_at: float | None = None
    flapping: Flapping | None = None

    def follow(
        self, opinion: PageOpinion, incidents: tuple[PageIncident, ...], fresh_s: float, *, afresh: bool, rings: bool
    ) -> None:
        """Take in what the page says now; what it made ends with it.

        `incidents`: the page's word on all of them. `afresh`: it comes after a gap in which anything may have happened.
        `rings`: whether good and bad readings tell that it flaps.
        """
        before = self.opinion
        if opinion is before or opinion.silent:
            return
        newer = before is not None and opinion.at > before.at
        if before is not None and newer and (afresh or opinion.at - before.at > fresh_s):
            self.red_at = self.ended_at = self.back_at = before = None
        bad = opinion.light in (Light.RED, Light.YELLOW)
        if opinion.light is not Light.RED:
            self.red_at = None
        elif self.red_at is None:
            self.red_at, self.seen_coming = opinion.at, before is not None
        if bad:
            self.ended_at = self.back_at = None
        elif before is not None and _has_ended(before, opinion):
            self.ended_at = opinion.at
            self.back_at = _over_at(before, incidents, opinion.at)
        if rings and before is not None and newer:
            self.flapping = self.flapping or Flapping()
            self.flapping.note(opinion.at, good=not bad)
        self.opinion = opinion

    def settle(self, now: float, *, heard: bool) -> None:
        """What it made is over after ten quiet minutes. `heard`: it has been since the connection was last away.

        Minutes in which nobody could listen are quiet for another reason.
        """
        if self.ended_at is not None and now >= self.ended_at + (QUIET_S if heard else QUIET_S + GAP_S):
            self.ended_at = None

    def without_doubt(self, opinion: PageOpinion, answers: int, enough: int) -> PageOpinion:
        """The opinion that rules where only states that lag speak against it, with so many real answers since then.

        What was only listed does not come back because the provider goes on to watch its fix.
        """
        if opinion.calm is None:
            return opinion
        listed = self.opinion is not None and self.opinion.lapsed and self.opinion.light is Light.GREEN
        if answers >= enough or (listed and opinion.finding is Finding.RECOVERING):
            return opinion.calm
        return opinion

    def last_word(self, opinion: PageOpinion | None, gap: tuple[float, float], fresh_s: float) -> PageOpinion | None:
        """The page's last word where it was trouble and the page has been silent since; None where there is none.

        `gap`: the latest time that nobody watched, from and to. After a longer one than readings speak for, the verdict
        starts afresh.
        """
        last = self.opinion
        silent = opinion is None or opinion.silent
        if not silent or last is None or last.light not in (Light.RED, Light.YELLOW):
            return None
        gap_from, gap_to = gap
        return None if gap_to > last.at and gap_to - gap_from > fresh_s else last

    def fell_at(self, opinion: PageOpinion) -> float | None:
        """When the red that it says began, as far as anybody knows: by its own word, or because it was seen coming."""
        if opinion.since is not None:
            return opinion.since
        return self.red_at if self.seen_coming else None

    @property
    def moments(self) -> list[float]:
        """When time alone changes what it makes of a component."""
        moments = [] if self.opinion is None else [self.opinion.at + PAGE_HELD_S]
        if self.ended_at is not None:
            moments += [self.ended_at + QUIET_S, self.ended_at + QUIET_S + GAP_S]
        return moments


def _has_ended(before: PageOpinion, now: PageOpinion) -> bool:
    """Whether it was in trouble before that is over now: not what is only listed since then, and not what turned out to
    concern models alone that are not used here."""
    if before.light not in (Light.RED, Light.YELLOW) or (before.calm and now.lapsed):
        return False
    ours = {incident.id for incident in before.incidents}
    return before.light is Light.RED or not ours or not ours <= now.elsewhere


def _over_at(before: PageOpinion, incidents: tuple[PageIncident, ...], read_at: float) -> float:
    """When the trouble was over: the end of its last incident, if the page has told one, else when that was read."""
    ours = {incident.id for incident in before.incidents}
    ends = [over_at(incident) for incident in incidents if incident.id in ours]
    known = [end for end in ends if end is not None]
    if not known or len(known) < len(ends):
        return read_at
    return min(read_at, max(*known, before.since or known[0]))
