"""AWS Health's public events: `/public/currentevents`, JSON in UTF-16.

One list for all services and regions, without states of components: a component here is a service in a region, for
instance `bedrock-us-east-1`, or a service anywhere, `bedrock`. The file is documented nowhere, and has two shapes: with
`date`, `service` ("bedrock-us-east-1") and `event_log`, and with `startTime`, `service` ("BEDROCK"), `region` and a log
that is JSON within a text. The numbers of its states are read differently by others, so none of them makes red; that 0
is well they agree on. The state of an event is that of its worst hour and stays: its services and its log tell whether
it is over.
"""

import asyncio
import math
import re

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import Impact, PageHealth, PageIncident, PageStage, PageUpdate
from trayapp.core.remote_text import plain
from trayapp.watch.pages.fetch import JSON, Fetcher, Unfit, decoded
from trayapp.watch.pages.records import Record, inner, listed, moment, text
from trayapp.watch.pages.shapes import MAX_CLOSED, MAX_ID, MAX_NAME, MAX_OPEN, MAX_UPDATES, words
from trayapp.watch.pages.vendor import MakeVendor, Reading, no_page_id

RECENT_S = 86_400.0
MAX_SERVICES = 200
LINK = "https://health.aws.amazon.com/health/status"

_IMPACTS = {"1": Impact.MINOR, "2": Impact.MAJOR, "3": Impact.MAJOR}
_REGION = re.compile(r"-[a-z]{2}(-[a-z]{2,6})?-[a-z]{4,10}-\d$|-global$")


class Aws:
    """Reads the events of one address."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher
        self._page = page
        self._clock = clock

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        no_page_id(self._page)
        records = await self._fetcher.made(f"{base}/public/currentevents", JSON, _records)
        told = await asyncio.to_thread(lambda: [_incident(each, self._clock) for each in records])
        read = [each for each in told if each is not None]
        if records and not read:
            raise Unfit(PageHealth.UNREADABLE, "shape", where="[0]")
        since = self._clock.now() - RECENT_S
        opened = [each for each in read if each.stage is not PageStage.RESOLVED]
        closed = [each for each in read if each.stage is PageStage.RESOLVED and each.updated_at > since]
        return Reading((), [*opened[:MAX_OPEN], *closed[:MAX_CLOSED]], len(told) - len(read), stated=False)


def _records(body: bytes) -> list[Record]:
    # What comes first is newest or gravest; a thousand events at once were never seen.
    return listed({"": decoded(body, list)[: 2 * MAX_OPEN]}, "")


def _incident(record: Record, clock: Clock) -> PageIncident | None:
    """None where it does not say what it is about, or when it began."""
    started_at = moment(record, "date", "startTime", clock=clock)
    names = _components(record)
    if started_at is None or not names:
        return None
    updates = [_update(each, started_at, clock) for each in _log(record)]
    updates.sort(key=lambda update: update.at, reverse=True)
    ended_at = moment(record, "endTime", "end_time", clock=clock)
    over = ended_at is not None or _is_over(record)
    told_at = moment(record, "lastUpdatedTime", clock=clock)
    newest = updates[0].at if updates else started_at
    summary = text(record, "summary") or next((text(each, "summary") for each in _log(record)), None)
    return PageIncident(
        id=plain(text(record, "arn") or f"{names[0]}-{started_at:.0f}", MAX_ID * 2),
        name=plain(_untold(summary) or text(record, "typeCode") or names[0], MAX_NAME),
        stage=PageStage.RESOLVED if over else PageStage.INVESTIGATING if _tells(record) else PageStage.UNKNOWN,
        impact=_impact(record),
        components=names,
        started_at=started_at,
        updated_at=newest if told_at is None else max(newest, told_at),
        link=LINK,
        updates=tuple(updates[:MAX_UPDATES]),
        resolved_at=ended_at if ended_at is not None else newest if over else None,
    )


def _is_over(record: Record) -> bool:
    """By the mark in its own or its newest title, else by its services, and where it lists none by a number."""
    newest, services = _newest(record), inner(record, "impacted_services")
    if _is_marked(record) or _is_marked(newest):
        return True
    if services:
        return all(_is_well(inner(services, name).get("current")) for name in services)
    return _is_well(record.get("status")) or _is_well(newest.get("status"))


def _is_marked(record: Record) -> bool:
    """Whether the title of an event, or of an entry of its log, says that it is over."""
    return "[RESOLVED]" in (text(record, "summary") or "").upper()


def _is_well(state: object) -> bool:
    """Whether a state, a number or one in a text, is that of what an event touches no more."""
    return type(state) in (int, str) and str(state) == "0"


def _tells(record: Record) -> bool:
    """Whether it would say that it is over: in its end, or in the titles of its log."""
    if "event_log" not in record:
        return record.get("endTime") is None
    return isinstance(record["event_log"], list) and all(text(each, "summary") for each in _log(record))


def _components(record: Record) -> tuple[str, ...]:
    """The services that it touches, each in its region and by itself."""
    region = (text(record, "region") or "").lower()
    impacted = inner(record, "impacted_services")
    still = [name for name in impacted if not _is_well(inner(impacted, name).get("current"))]
    names = [(text(record, "service") or "").lower(), *map(str.lower, still)]
    found: dict[str, None] = {}
    for name in filter(None, names[:MAX_SERVICES]):
        service = _REGION.sub("", name)
        found[plain(f"{service}-{region}" if region and service == name else name, MAX_ID)] = None
        found[plain(service, MAX_ID)] = None
    return tuple(found)


def _impact(record: Record) -> Impact:
    """By the number of its newest state, else by its kind; what is only said to be one is unknown."""
    if "event_log" in record or "status" in record:
        return _IMPACTS.get(str(record.get("status")), Impact.UNKNOWN)
    if newest := _newest(record):
        return _IMPACTS.get(str(newest.get("status")), Impact.UNKNOWN)
    return Impact.MAJOR if (text(record, "typeCode") or "").endswith("_OPERATIONAL_ISSUE") else Impact.UNKNOWN


def _log(record: Record) -> list[Record]:
    if "event_log" in record:
        return listed(record, "event_log")
    said = text(inner(record, "metadata"), "EVENT_LOG")
    try:
        return listed({"": decoded((said or "").encode(errors="replace"), list)}, "") if said else []
    except Unfit:
        return []


def _newest(record: Record) -> Record:
    """The newest entry of its log, an empty record where it has none; one without a time is older than all."""

    def written_at(entry: Record) -> float:
        at = entry.get("timestamp")
        return at if isinstance(at, int | float) else -math.inf

    return max(_log(record), key=written_at, default={})


def _update(record: Record, started_at: float, clock: Clock) -> PageUpdate:
    at = moment(record, "timestamp", clock=clock)
    over = _is_marked(record) or _is_well(record.get("status"))
    stage = PageStage.RESOLVED if over else PageStage.INVESTIGATING
    said = text(record, "message") or text(record, "summary")
    return PageUpdate(started_at if at is None else at, stage, words(said))


def _untold(summary: str | None) -> str:
    """A title without the mark of its stage."""
    return re.sub(r"^\s*\[RESOLVED\]\s*", "", summary or "", flags=re.IGNORECASE)


VENDOR: MakeVendor = Aws
