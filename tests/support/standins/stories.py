"""Longer and stranger stories than `stage` has, on the same stage and in virtual time.

`namespace.play` runs it with the STORIES to play, and with mounts of its own; what was seen of each row of
`tests/end2end/provider_stories.txt` is a line of JSON.
"""

import asyncio
import json
import re
import sys
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, NamedTuple

from tests.support.httpserver import Server, answer
from tests.support.networks.wire import ip
from tests.support.scene import EPOCH
from tests.support.standins.hosts import BAD_GATEWAY, HTML, JSON, Reply
from tests.support.standins.stage import PREFIX, Seen, Stage, staged
from tests.support.standins.table import row_of
from tests.support.virtual_time import VirtualClock, VirtualLoop
from trayapp.core.evidence.observation import Disturbance, DisturbanceKind
from trayapp.text.banners import words

FILE = Path(__file__).parents[2] / "end2end" / "provider_stories.txt"
THEN = ", then "
AFTER_S = 600.0
DAY = timedelta(days=1)
HOUR_S = 3600.0
ELSEWHERE, NOBODY = f"{PREFIX}.250", f"{PREFIX}.251"
UNAVAILABLE = Reply(503, b"<html><title>503</title>Service Unavailable</html>", HTML)
REFUSED = Reply(403, b"<html><title>Just a moment...</title></html>", HTML | {"cf-mitigated": "challenge"})
LIMITED = Reply(429, b'{"error": {"message": "Rate limit reached", "type": "rate_limit_error", "code": 429}}', JSON)
UNKNOWN = Reply(401, b'{"error": {"message": "Who are you?", "type": "authentication_error", "code": 401}}', JSON)
LOGIN_PAGE = "<html><title>Welcome</title>Log in to go on</html>"


class Row(NamedTuple):
    """As the columns of the file."""

    story: str
    light: str
    services: str
    culprit: str
    pops: str
    banner: str


class Clock(VirtualClock):
    """Wall time may be wrong by `off`; while the machine sleeps, time passes for nobody."""

    off = timedelta()

    def wall(self, at: float) -> datetime:
        return super().wall(at) + self.off

    def steady(self, moment: datetime) -> float:
        return super().steady(moment - self.off)

    def sleep_through(self, seconds: float) -> None:
        self._epoch_s += seconds


class Play:
    """One story, as it goes on."""

    def __init__(self, stage: Stage, folder: Path, services: tuple[str, ...], stack: AsyncExitStack) -> None:
        self.stage, self.hosts, self.stack = stage, stage.hosts, stack
        self.clock = Clock(EPOCH)
        self.seen = Seen(folder, services, self.clock)
        self.told: list[dict[str, Any]] = []

    async def start(self, *, well: bool = True) -> None:
        """Start the program, and wait until all that can be told is well."""
        await self.stack.enter_async_context(self.seen)
        if well:
            await self.seen.until_green()
            self._turn()

    async def stands(self, seconds: float = AFTER_S) -> None:
        """What stands after so long is the next row."""
        await self.clock.sleep(seconds)
        titles = sorted(words(one, wall=self.clock.wall).title for one in self.seen.standing.values())
        self.told.append(
            self.seen.told(0.0)
            | {
                "banner": " + ".join(titles),
                "pops": str(sum(one.pops_up for one in self.seen.banners)),
                "said": [" | ".join(words(one, wall=self.clock.wall)[:2]) for one in self.seen.banners],
            }
        )
        self._turn()

    def _turn(self) -> None:
        self.seen.transitions.clear()
        self.seen.banners.clear()
        self.seen.engine.bad.clear()

    async def well_again(self) -> None:
        """Whatever failed answers, and ten quiet minutes are over."""
        self.hosts.down.clear()
        self.hosts.instead = lambda kind, host: None
        await self.stands(AFTER_S + 180.0)

    def instead(self, reply: Reply, *providers: str, kind: str = "probe") -> None:
        """The hosts of their probes, or pages, answer so from now on; without any, everybody's."""
        hosts = self.hosts.hosts_of(*(providers or self.hosts.catalogue.providers), kind=kind)
        self.hosts.instead = lambda asked, host: reply if asked == kind and host in hosts else None

    async def strangers(self, tls: Any, *names: str) -> None:
        """These names lead to somebody else with that certificate, who answers all with a login page."""
        ip(f"address replace {ELSEWHERE}/32 dev lo")
        for port, context in ((443, tls), (80, None)):
            server = Server(ELSEWHERE, context, port=port)
            server.always(answer(200, LOGIN_PAGE))
            await self.stack.enter_async_context(server)
        self.lead(ELSEWHERE, *names)

    def sleep_through(self, seconds: float) -> None:
        """The machine sleeps, and wakes up."""
        self.clock.sleep_through(seconds)
        self.seen.engine.observe(Disturbance(self.clock.now(), DisturbanceKind.RESUME))

    def lead(self, address: str | None, *names: str) -> None:
        """These names lead there from now on, or nowhere."""
        self.stage.resolver.names |= dict.fromkeys(names, () if address is None else (address,))

    def api_of(self, provider: str) -> str:
        (host,) = self.hosts.hosts_of(provider)
        return host


Story = Callable[[Play], Awaitable[None]]


async def _two(play: Play) -> None:
    await play.start()
    play.hosts.down |= {"groq", "mistral"}
    await play.stands()
    await play.well_again()


async def _edges(play: Play) -> None:
    await play.start()
    play.instead(BAD_GATEWAY, "cohere", "groq", "together")
    await play.stands()
    await play.well_again()


async def _page_away(play: Play) -> None:
    await play.start()
    play.instead(UNAVAILABLE, "openai", kind="page")
    await play.stands(1800.0)


async def _page_away_in_its_outage(play: Play) -> None:
    await play.start()
    play.hosts.reported["mistral"] = play.clock.now()
    await play.clock.sleep(AFTER_S)
    play.instead(UNAVAILABLE, "mistral", kind="page")
    await play.stands(3600.0)
    await play.stands(5400.0)


async def _calm_page(play: Play) -> None:
    await play.start()
    play.hosts.down.add("groq")
    await play.stands(1200.0)
    await play.well_again()


async def _limited(play: Play) -> None:
    await play.start()
    play.instead(LIMITED)
    await play.stands(1800.0)


async def _unknown(play: Play) -> None:
    await play.start()
    play.instead(UNKNOWN)
    await play.stands(1800.0)


async def _html_from_one(play: Play) -> None:
    await play.start()
    play.instead(Reply(200, LOGIN_PAGE.encode(), HTML), "groq")
    await play.stands()


async def _html_from_all(play: Play) -> None:
    await play.start()
    await play.strangers(play.stage.company.server(*play.hosts.names), *play.hosts.names)
    await play.stands()


async def _private_address(play: Play) -> None:
    await play.start()
    play.lead("10.9.8.7", play.api_of("groq"))
    await play.stands()


async def _no_name(play: Play) -> None:
    await play.start()
    play.lead(None, play.api_of("groq"))
    await play.stands()


async def _other_host(play: Play) -> None:
    await play.start()
    await play.strangers(play.stage.authority.server("parked.example"), play.api_of("groq"))
    await play.stands()


async def _expired(play: Play) -> None:
    await play.start()
    yesterday = datetime.now(UTC) - DAY
    host = play.api_of("groq")
    tls = play.stage.authority.server(host, not_before=yesterday - 30 * DAY, not_after=yesterday)
    await play.strangers(tls, host)
    await play.stands()


def _wrong_clock(off: timedelta) -> Story:
    async def story(play: Play) -> None:
        play.clock.off, play.hosts.now = off, play.clock.now
        await play.start()
        await play.stands()
        play.hosts.reported |= dict.fromkeys(("openrouter", "google-cloud"), play.clock.now())
        await play.stands()

    return story


async def _no_network(play: Play) -> None:
    play.stage.pull_the_cable()
    await play.start(well=False)
    await play.stands(300.0)
    play.stage.plug_in()
    await play.stands()


async def _asleep(play: Play) -> None:
    await play.start()
    play.hosts.down.add("groq")
    await play.stands()
    play.sleep_through(3 * HOUR_S)
    await play.stands()
    await play.well_again()


async def _well_after_sleep(play: Play) -> None:
    await play.start()
    play.hosts.down.add("groq")
    await play.stands()
    play.hosts.down.clear()
    play.sleep_through(3 * HOUR_S)
    await play.stands(1200.0)


async def _back_for_a_minute(play: Play) -> None:
    await play.start()
    play.hosts.down.add("groq")
    await play.clock.sleep(AFTER_S)
    play.hosts.down.clear()
    await play.clock.sleep(60.0)
    play.hosts.down.add("groq")
    await play.stands()
    await play.well_again()


def _slow(kind: str) -> Story:
    async def story(play: Play) -> None:
        await play.start()
        play.hosts.slow = dict.fromkeys(play.hosts.hosts_of("groq", kind=kind), 8.0)
        await play.stands(1200.0)

    return story


async def _other_vendors(play: Play) -> None:
    await play.start()
    play.hosts.kinds = {"cerebras": "betterstack", "cursor": "incidentio", "groq": "statuspage"}
    await play.stands(2400.0)


async def _all_pages_away(play: Play) -> None:
    await play.start()
    play.instead(UNAVAILABLE, kind="page")
    await play.stands(2400.0)


async def _all_pages_refuse(play: Play) -> None:
    await play.start()
    play.instead(REFUSED, kind="page")
    await play.stands(2400.0)


async def _silent(play: Play) -> None:
    await play.start()
    play.lead(NOBODY, play.api_of("groq"), play.api_of("mistral"))
    await play.stands()


async def _house_silent(play: Play) -> None:
    await play.start()
    play.lead(NOBODY, *play.hosts.hosts_of("openai"), *play.hosts.hosts_of("openai", kind="page"))
    await play.stands(1800.0)


SOME = (
    "openai",
    "google-cloud",
    "anthropic",
    "mistral",
    "groq",
    "cohere",
    "together",
    "openrouter",
    "cursor",
    "cerebras",
)
"""Watched where it is not about everybody: as many as it takes to know what is one's own network's fault."""
ABOUT_ALL = frozenset({_limited, _unknown, _html_from_all, _no_network, _all_pages_away, _all_pages_refuse})
STORIES: dict[str, Story] = {
    "two unrelated ones at once": _two,
    "three edges answer 502": _edges,
    "page away": _page_away,
    "page away in its outage": _page_away_in_its_outage,
    "down for 20 minutes, its page calm": _calm_page,
    "429 for everybody": _limited,
    "401 from everybody without a key": _unknown,
    "HTML from one API": _html_from_one,
    "HTML from everybody": _html_from_all,
    "a name that leads to a private address": _private_address,
    "a name that is gone": _no_name,
    "a name that leads to somebody else": _other_host,
    "one certificate has run out": _expired,
    "clock a day ahead": _wrong_clock(DAY),
    "clock a day behind": _wrong_clock(-DAY),
    "no network at the start": _no_network,
    "asleep in an outage": _asleep,
    "well again while asleep": _well_after_sleep,
    "back for a minute": _back_for_a_minute,
    "answers take 8 s": _slow("probe"),
    "its page takes 8 s": _slow("page"),
    "pages of another vendor": _other_vendors,
    "all pages away": _all_pages_away,
    "all pages refuse": _all_pages_refuse,
    "two are silent": _silent,
    "a whole house is silent": _house_silent,
}


def rows() -> dict[str, list[Row]]:
    """The rows of each story, in the order of the file."""
    lines = FILE.read_text().splitlines()
    begin = next(n for n, line in enumerate(lines) if line.startswith("story "))
    told: dict[str, list[Row]] = {}
    for line in filter(None, lines[begin + 1 :]):
        row = Row(*re.split(r"\s{2,}", line))
        told.setdefault(row.story.partition(THEN)[0], []).append(row)
    return told


def row_of_story(name: str, seen: dict[str, Any]) -> Row:
    """What was seen, in the columns of the file."""
    one = row_of(name, seen)
    return Row(name, one.light, one.services, one.culprit, seen["pops"], one.banner)


def wrong(rows: list[Row], seen: list[dict[str, Any]]) -> list[str]:
    """What is not as in the file, with what was seen; empty when all is."""
    out: list[str] = []
    touched: set[str] = set()
    for row, told in zip(rows, seen, strict=True):
        named = zip(Row._fields, row, row_of_story(row.story, told), strict=True)
        out += [f"{row.story}: {what} {there!r}, not {here!r}" for what, here, there in named if not _fits(here, there)]
        # Who was in trouble before may be on the way back; nobody else is, meanwhile.
        touched |= {one.split()[0] for one in row.services.split(", ")}
        red = row.light == "red" or any(one.light == "red" for one in rows)
        for service, light, finding in told["meanwhile"]:
            trouble = light in ("yellow", "red") and not touched & {service, "all"}
            if trouble or (light == "red" and not red):
                out.append(f"{row.story}: {service} {light} {finding} meanwhile")
    return out


def _fits(expected: str, seen: str) -> bool:
    return re.fullmatch(re.escape(expected).replace(r"\*", ".*"), seen) is not None


async def main(*stories: str) -> None:
    async with staged() as stage:
        for number, name in enumerate(stories):
            async with AsyncExitStack() as stack:
                all_of_them = STORIES[name] in ABOUT_ALL
                services = [one.id for p, one in stage.hosts.catalogue.services() if all_of_them or p.provider in SOME]
                play = Play(stage, stage.folder / str(number), tuple(services), stack)
                await STORIES[name](play)
            stage.heal()
            sys.stdout.write(json.dumps({"story": name, "seen": play.told}) + "\n")
            sys.stdout.flush()


if __name__ == "__main__":
    with asyncio.Runner(loop_factory=VirtualLoop) as runner:
        runner.run(main(*sys.argv[1:]))
