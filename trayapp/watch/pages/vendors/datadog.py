"""Datadog Status Pages: the page is drawn from one file, `config.json`, which holds everything.

Incidents are written down afterwards, too: the file tells when each step happened (`startedAt`) beside when it was
noted (`createdAt`), and the list of what an incident touches has today's states. Read from recorded answers; the words
are those of <https://docs.datadoghq.com/api/latest/status-pages/>.
"""

import math
from collections.abc import Iterator, Sequence

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageStage,
    PageState,
    PageUpdate,
)
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import Fetcher, Unfit
from trayapp.watch.pages.records import Record, listed, listing, moment, text
from trayapp.watch.pages.shapes import (
    MAX_CLOSED,
    MAX_COMPONENTS,
    MAX_ID,
    MAX_NAME,
    MAX_OPEN,
    MAX_PAST,
    MAX_UPDATES,
    ident,
    is_planned,
    spelled,
    stage,
    words,
    worst_impact,
)
from trayapp.watch.pages.vendor import MakeVendor, Reading

RECENT_S = 86_400.0
"""Incidents that were over longer ago are history, not news; the file keeps them all."""
_LIGHTS = {
    "operational": PageLight.OPERATIONAL,
    "degraded": PageLight.DEGRADED,
    "partial_outage": PageLight.PARTIAL,
    "major_outage": PageLight.MAJOR,
    "maintenance": PageLight.MAINTENANCE,
}
# No recorded page had a maintenance; these are the names of Datadog's API and those of its incidents. So is `status`.
_BEGINS = ("startDate", "startedAt", "publishedDate")
_ENDS = ("endDate", "completedDate", "resolvedDate")


class Datadog:
    """Reads one page."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        return await self._read(base, self._clock.now() - RECENT_S, MAX_CLOSED)

    async def past(self, base: str) -> Sequence[PageIncident]:
        """All that the file keeps. Raises `Unfit`."""
        return (await self._read(base, -math.inf, MAX_PAST)).incidents

    async def _read(self, base: str, since: float, most: int) -> Reading:
        file: Record = await self._fetcher.json(f"{base}/config.json", dict)
        records = listing(file, "components")
        if self._page_id is not None and text(file, "id") != self._page_id:
            raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=plain(text(file, "id") or "", MAX_ID))
        if file.get("enabled") is False:
            raise Unfit(PageHealth.UNREADABLE, "inactive")
        leaves = list(_leaves(records))
        if not leaves:
            raise Unfit(PageHealth.EMPTY, "no_components")
        parts = [_component(each) for each in leaves[:MAX_COMPONENTS] if ident(each)]
        lost = sum(not (ident(each) and text(each, "status")) for each in leaves)
        if lost == len(leaves):
            raise Unfit(PageHealth.UNREADABLE, "shape", where=".components[0].status")
        try:
            # None at all are null in its answers.
            told = listing(file, "incidents", optional="incidents" in file)
            planned = listing(file, "maintenances", optional=True)
        except Unfit:
            return Reading(parts, (), lost, "incidents")
        made = [self._incident(each, maintenance=is_planned(_word(each))) for each in told]
        made += [self._incident(each, maintenance=True) for each in planned]
        read = [one for one in made if one is not None]
        return Reading(parts, _news(read, since, most), lost + len(made) - len(read))

    def _incident(self, record: Record, *, maintenance: bool) -> PageIncident | None:
        """None where it does not say what it is, how it stands or when it began."""
        started_at = moment(record, *(_BEGINS if maintenance else ("publishedDate",)), clock=self._clock)
        now = _stage(record)
        if not ident(record) or started_at is None or now is None:
            return None
        timeline = listed(record, "timeline")
        updates = sorted((self._update(each, started_at) for each in timeline), key=lambda one: one.at, reverse=True)
        noted = [moment(each, "createdAt", clock=self._clock) for each in timeline]
        written = [at for at in noted if at is not None]
        resolved = now is PageStage.RESOLVED
        ended_at = moment(record, "resolvedDate", "completedDate", clock=self._clock) if resolved else None
        newest = next((update.states for update in updates if update.states), ())
        told = [state for update in updates for state in update.states] if resolved else [*_states(record), *newest]
        return PageIncident(
            id=ident(record),
            name=plain(text(record, "title") or "", MAX_NAME),
            stage=now,
            impact=Impact.MAINTENANCE if maintenance else worst_impact([state.state for state in told]),
            components=tuple(dict.fromkeys(state.component for state in _states(record))),
            started_at=started_at if maintenance else min([started_at, *(update.at for update in updates)]),
            updated_at=max([started_at, *(update.at for update in updates[:1])]) if ended_at is None else ended_at,
            updates=tuple(updates[:MAX_UPDATES]),
            resolved_at=ended_at,
            maintenance=maintenance,
            # One that is over was often noted weeks later, which is news to nobody.
            published_at=None if resolved else min(written, default=None),
            ends_at=moment(record, *_ENDS, clock=self._clock) if maintenance else None,
        )

    def _update(self, record: Record, started_at: float) -> PageUpdate:
        at = moment(record, "startedAt", clock=self._clock)
        said = words(text(record, "description"))
        return PageUpdate(started_at if at is None else at, stage(text(record, "status")), said, _states(record))


def _news(told: Sequence[PageIncident], since: float, most: int) -> list[PageIncident]:
    """Those that are open, and `most` of those that have ended since then."""
    opened = [one for one in told if one.stage is not PageStage.RESOLVED]
    closed = [one for one in told if one.stage is PageStage.RESOLVED and one.updated_at > since]
    return [*opened[:MAX_OPEN], *closed[:most]]


def _leaves(records: Sequence[Record]) -> Iterator[Record]:
    """The components themselves, out of groups in groups; groups have no state of their own.

    A group whose members cannot be read is one record that cannot be read.
    """
    waiting = list(reversed(records))
    for _ in range(2 * MAX_COMPONENTS):
        if not waiting:
            return
        record = waiting.pop()
        members = listed(record, "components")
        waiting += reversed(members)
        if record.get("type") == "ComponentGroup" and not isinstance(record.get("components"), list):
            yield {}
        elif record.get("type") != "ComponentGroup" and not members:
            yield record


def _component(record: Record) -> PageComponent:
    return PageComponent(ident(record), plain(text(record, "name") or ident(record), MAX_NAME), _light(record))


def _light(record: Record) -> PageLight:
    return _LIGHTS.get(spelled(text(record, "status")), PageLight.UNKNOWN)


def _word(record: Record) -> str | None:
    return text(record, "currentStatus") or text(record, "status")


def _stage(record: Record) -> PageStage | None:
    """By its word, and where that says nothing by its mark; None where neither is there."""
    word, over = _word(record), record.get("resolved")
    if word is None and not isinstance(over, bool):
        return None
    known = stage(word)
    return PageStage.RESOLVED if known is PageStage.UNKNOWN and over is True else known


def _states(record: Record) -> tuple[PageState, ...]:
    return tuple(
        PageState(ident(each), _light(each))
        for each in listed(record, "componentsAffected")[:MAX_COMPONENTS]
        if ident(each)
    )


VENDOR: MakeVendor = Datadog
