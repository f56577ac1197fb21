"""A page that publishes a feed and no states: what none of its open incidents touches is well, so far as it says."""

import asyncio
import math
from collections.abc import Callable, Sequence
from typing import NamedTuple

from msgspec.structs import replace

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageStage,
    PageUpdate,
)
from trayapp.core.remote_text import plain, unmarked
from trayapp.watch.pages.feed_file import Feed, Item, read_feed
from trayapp.watch.pages.feed_words import Meaning, meaning
from trayapp.watch.pages.fetch import FEED, Fetcher, Unfit
from trayapp.watch.pages.recognition import pieces
from trayapp.watch.pages.records import moment_of
from trayapp.watch.pages.shapes import (
    MAX_COMPONENTS,
    MAX_ID,
    MAX_NAME,
    MAX_OPEN,
    MAX_PAST,
    MAX_UPDATES,
    decent_link,
    words,
    worst_impact,
)
from trayapp.watch.pages.vendor import Reading

RECENT_S = 86_400.0
"""A closed incident that nobody has written on for longer is history, not news."""
UNTOLD_S = 7 * 86_400.0
"""An item that never says how it stands is no news after a week."""
WHOLE = "*"


class Form(NamedTuple):
    """What is peculiar to a vendor's feed. `path`: below the page's address, empty where that is the feed's own.

    `keeps_history`: it lists what is over, so that an empty one is none. `listed_is_open`: an item that does not say
    how it stands is under way, for the vendor takes it away when it is over. `marks_parts`: the title begins with a
    part in brackets, whose id is in the link; and updates carry times, for the item's own is not to be believed.
    `elsewhere`: whether an item is about what nobody here watches.
    """

    path: str = ""
    keeps_history: bool = False
    listed_is_open: bool = False
    marks_parts: bool = False
    elsewhere: Callable[[Item], bool] | None = None


class FeedPage:
    """Reads one feed."""

    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock, form: Form) -> None:
        self._fetcher = fetcher
        self._page_id = page.page_id
        self._clock = clock
        self._form = form

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`. The page's id is the title, link or id that the feed gives itself."""
        return await asyncio.to_thread(self._reading, await self._feed(base), self._clock.now(), MAX_OPEN)

    async def past(self, base: str) -> Sequence[PageIncident]:
        """What the feed still lists. Raises `Unfit`."""
        reading = await asyncio.to_thread(self._reading, await self._feed(base), -math.inf, MAX_PAST)
        return reading.incidents

    async def _feed(self, base: str) -> Feed:
        feed = await self._fetcher.made(f"{base}{self._form.path}", FEED, read_feed)
        names = {feed.about.get(key, "") for key in ("title", "link", "id")} - {""}
        if self._page_id is not None and self._page_id not in names:
            raise Unfit(PageHealth.WRONG_PAGE, "page_id", found=plain(feed.about.get("title", ""), MAX_ID))
        if not feed.items and self._form.keeps_history:
            raise Unfit(PageHealth.EMPTY, "no_items")
        return feed

    def _reading(self, feed: Feed, now: float, most: int) -> Reading:
        """`now`: what is no news by then is left out."""
        parts: dict[str, str] = {}
        told: dict[str, PageIncident] = {}
        lost = 0
        for item in feed.items:
            means = meaning(item)
            touched = _linked(item, means) if self._form.marks_parts else _named(means)
            one = self._incident(item, means, tuple(touched))
            if one is None:
                lost += means.stage is not PageStage.RESOLVED
                continue
            parts |= {name: title for name, title in touched.items() if len(parts) < MAX_COMPONENTS}
            twin = told.get(one.id)
            told[one.id] = one if twin is None else _together(twin, one, apart=self._form.marks_parts)
        kept = [one for one in told.values() if self._is_news(one, now)]
        kept.sort(key=lambda one: one.stage is PageStage.RESOLVED)
        # Whoever watches the page as a whole watches something, even where its items name no part.
        parts = parts or {WHOLE: feed.about.get("title") or WHOLE}
        found = [PageComponent(name, plain(title, MAX_NAME), PageLight.OPERATIONAL) for name, title in parts.items()]
        return Reading(found, kept[:most], lost, stated=False)

    def _incident(self, item: Item, means: Meaning, touched: tuple[str, ...]) -> PageIncident | None:
        """None where it does not say what it is, or when."""
        ident = plain(item.first("guid", "id", "link"), MAX_ID * 2)
        published = item.at("published", "pubdate", "date", "updated")
        dated = [said.at for said in means.updates if said.at is not None]
        if not (ident or means.name) or (not dated and (published is None or self._form.marks_parts)):
            return None
        # The time of publication is that of an earlier page sometimes; updates with times of their own are right.
        began = min(dated) if dated else published
        newest = max([*dated, *(at for at in (item.at("updated"), published) if at is not None)])
        steady = [moment_of(at, self._clock) for at in (began or newest, newest)]
        if None in steady:
            return None
        began_at, newest_at = (at or 0.0 for at in steady)
        stage = means.stage
        if stage is PageStage.UNKNOWN and self._form.listed_is_open and not means.updates:
            stage = PageStage.INVESTIGATING
        impact = means.impact if means.impact is not Impact.UNKNOWN else worst_impact(list(means.parts.values()))
        if self._form.elsewhere is not None and self._form.elsewhere(item):
            # Listed, and no more: it is still the page's word on something.
            impact = Impact.NONE
        return PageIncident(
            id=ident or plain(f"{means.name} {began_at:.0f}", MAX_ID * 2),
            name=plain(unmarked(means.name[: 4 * MAX_NAME]), MAX_NAME),
            stage=stage,
            impact=impact,
            components=touched,
            started_at=began_at,
            updated_at=newest_at,
            link=decent_link(item.first("link")),
            updates=tuple(self._updates(means, began_at, newest_at)),
            resolved_at=None if means.resolved_at is None else moment_of(means.resolved_at, self._clock),
            maintenance=means.maintenance,
        )

    def _updates(self, means: Meaning, began_at: float, newest_at: float) -> list[PageUpdate]:
        """Newest first; what does not say when it was written is the newest, or as old as the incident."""
        found, older = [], means.stage
        for number, said in enumerate(means.updates[:MAX_UPDATES]):
            at = None if said.at is None else moment_of(said.at, self._clock)
            unsaid = newest_at if number == 0 else began_at
            later = next((each.stage for each in means.updates[number:] if each.stage is not None), older)
            found.append(PageUpdate(unsaid if at is None else at, later, words(said.text)))
        return sorted(found, key=lambda update: update.at, reverse=True)

    def _is_news(self, one: PageIncident, now: float) -> bool:
        if one.stage is PageStage.RESOLVED:
            return one.updated_at > now - RECENT_S
        return one.stage is not PageStage.UNKNOWN or one.updated_at > now - UNTOLD_S


def _linked(item: Item, means: Meaning) -> dict[str, str]:
    """The part that an item is about, with its title by id: "/grok-com/INC25664c15" is the part, and the incident."""
    path = [each for each in pieces(decent_link(item.first("link"))).path.split("/") if each]
    return {plain(path[0], MAX_ID): means.title_part or path[0]} if len(path) == 2 else {}


def _named(means: Meaning) -> dict[str, str]:
    """The parts that an item names; their names are all that tells them apart."""
    names = [means.title_part] if means.title_part else list(means.parts)[:MAX_COMPONENTS]
    return {plain(name, MAX_ID): name for name in names}


def _together(one: PageIncident, other: PageIncident, *, apart: bool) -> PageIncident:
    """Two items of one incident: what both touch, or what is not over where they differ, and the newer words.

    Where each part has an item of its own (`apart`), of items on the same parts the newer has the say; elsewhere it has
    it always: it is the next update.
    """
    same = not apart or one.components == other.components
    lead = max(one, other, key=lambda each: (not same and each.stage is not PageStage.RESOLVED, each.updated_at))
    ended = [each.stage is PageStage.RESOLVED for each in (one, other)]
    both = lead.components if ended[0] != ended[1] else tuple(dict.fromkeys((*one.components, *other.components)))
    return replace(lead, components=both, started_at=min(one.started_at, other.started_at))
