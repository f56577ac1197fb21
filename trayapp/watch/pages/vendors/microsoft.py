"""Microsoft's page on services for everybody, Copilot among them: a row each in `/api/posts/m365Consumer`.

A row has a word for its state, and while something is wrong, or was until lately, a post with title and message. What
moves when nothing happens is the time of rows without a post, which is that of the answer; a post's times stand in its
message. Not documented: read from recorded answers, before and after an incident, and from the page's own script, which
knows of five words, none of them for a maintenance. The others are those by which Microsoft calls states elsewhere
(<https://learn.microsoft.com/graph/api/resources/servicehealth>), as other readers expect them here.
"""

import re

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import (
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageStage,
    PageUpdate,
)
from trayapp.core.remote_text import plain
from trayapp.watch.pages.feed_file import when
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.records import Record, listing, moment, moment_of, text
from trayapp.watch.pages.shapes import MAX_COMPONENTS, MAX_NAME, MAX_OPEN, ident, words, worst_impact
from trayapp.watch.pages.vendor import Copies, MakeVendor, Reading, no_page_id

_LIGHTS = {
    **dict.fromkeys(("operational", "available", "serviceoperational"), PageLight.OPERATIONAL),
    **dict.fromkeys(("servicedegradation", "investigating", "confirmed"), PageLight.DEGRADED),
    **dict.fromkeys(("restoringservice", "extendedrecovery"), PageLight.DEGRADED),
    "serviceinterruption": PageLight.MAJOR,
    "verifyingservice": PageLight.OPERATIONAL,
}
"""The fifth word of the script is "Unknown". Those are not here that leave open whether anything is wrong:
something was reported, or nobody looks into it any more."""
_STAGES = {
    "verifyingservice": PageStage.MONITORING,
    **dict.fromkeys(("restoringservice", "extendedrecovery"), PageStage.IDENTIFIED),
}
_OVER = frozenset(
    {
        "servicerestored", "postincidentreviewpublished", "postincidentreportpublished", "falsepositive", "resolved",
        "resolvedexternal", "mitigated", "mitigatedexternal",
    }
)  # fmt: skip
_TIME = r"^{} time: \w{{1,12}}, (\w{{3,9}}) (\d{{1,2}}), (\d{{4}}), at (1[0-2]|0?[1-9]):(\d{{2}}) ([AP])M UTC\s*$"
_START, _END = (re.compile(_TIME.format(word), re.MULTILINE) for word in ("Start", "End"))


class Microsoft:
    """Reads one page. It has no id of its own."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page = page
        self._clock = clock
        self._copies = Copies(clock)

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        rows = listing({"rows": await self._fetcher.json(f"{base}/api/posts/m365Consumer", list)}, "rows")
        no_page_id(self._page)
        if not rows:
            raise Unfit(PageHealth.EMPTY, "no_components")
        times = (moment(each, "LastUpdatedTime", clock=self._clock) for each in rows)
        rows = self._copies.newest("rows", rows, max((at for at in times if at is not None), default=None))
        named = [each for each in rows if ident(each, "ServiceWorkloadName")]
        readable = sum(text(each, "Status") is not None for each in named)
        if not readable:
            raise Unfit(PageHealth.UNREADABLE, "shape", where="[0].Status")
        posts = [self._post(each) for each in named[:MAX_OPEN]]
        told = [one for one in posts if one is not None]
        return Reading([_component(each) for each in named[:MAX_COMPONENTS]], told, len(rows) - readable)

    def _post(self, row: Record) -> PageIncident | None:
        """The post of a row, None where it has none; what is always well posts nothing."""
        title, updated_at = text(row, "Title"), moment(row, "LastUpdatedTime", clock=self._clock)
        stage = _stage(row)
        if title is None or updated_at is None or stage is None:
            return None
        name, message = ident(row, "ServiceWorkloadName"), text(row, "Message") or ""
        began, ended = _unix(_START, message), _unix(_END, message)
        began_at = None if began is None else moment_of(began, self._clock)
        ended_at = None if ended is None else moment_of(ended, self._clock)
        started_at = updated_at if began_at is None else min(began_at, updated_at)
        # Nothing is over after it was said to be, nor before it began.
        over_at = updated_at if ended_at is None else min(max(started_at, ended_at), updated_at)
        return PageIncident(
            # A post has no id; the next one on the same service is another.
            id=name if began is None else f"{name}-{began:.0f}",
            name=plain(title, MAX_NAME),
            stage=stage,
            impact=worst_impact([_light(row)]),
            components=(name,),
            started_at=started_at,
            updated_at=updated_at,
            updates=(PageUpdate(updated_at, stage, words(message)),),
            resolved_at=over_at if stage is PageStage.RESOLVED else None,
        )


def _component(row: Record) -> PageComponent:
    name = ident(row, "ServiceWorkloadName")
    return PageComponent(name, plain(text(row, "ServiceDisplayName") or name, MAX_NAME), _light(row))


def _word(row: Record) -> str:
    """Without what stands between its parts: "Service restored", or "ServiceRestored"."""
    return "".join(filter(str.isalpha, text(row, "Status") or "")).lower()


def _light(row: Record) -> PageLight:
    return PageLight.OPERATIONAL if _word(row) in _OVER else _LIGHTS.get(_word(row), PageLight.UNKNOWN)


def _stage(row: Record) -> PageStage | None:
    """Seldom a stage is told, mostly only what has become of it."""
    if _word(row) in _OVER:
        return PageStage.RESOLVED
    if _word(row) in _STAGES:
        return _STAGES[_word(row)]
    match _light(row):
        case PageLight.OPERATIONAL:
            return None
        case PageLight.UNKNOWN:
            return PageStage.UNKNOWN
        case _:
            return PageStage.INVESTIGATING


def _unix(line: re.Pattern[str], message: str) -> float | None:
    """The time in a line of a message: its months are English in every language."""
    met = line.search(message)
    if met is None:
        return None
    month, day, year, hour, minute, half = met.groups()
    return when(f"{day} {month} {year} {int(hour) % 12 + 12 * (half == 'P')}:{minute}:00 +0000")


VENDOR: MakeVendor = Microsoft
