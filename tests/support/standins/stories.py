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

from tests.support.standins.hosts import BAD_GATEWAY, HTML, JSON, TEXT, Reply
from tests.support.standins.play import AFTER_S, LOGIN_PAGE, NOBODY, Play
from tests.support.standins.stage import staged
from tests.support.standins.table import row_of
from tests.support.virtual_time import VirtualLoop

FILE = Path(__file__).parents[2] / "end2end" / "provider_stories.txt"
THEN = ", then "
DAY = timedelta(days=1)
HOUR_S = 3600.0
UNAVAILABLE = Reply(503, b"<html><title>503</title>Service Unavailable</html>", HTML)
REFUSED = Reply(403, b"<html><title>Just a moment...</title></html>", HTML | {"cf-mitigated": "challenge"})
LIMITED = Reply(429, b'{"error": {"message": "Rate limit reached", "type": "rate_limit_error", "code": 429}}', JSON)
GONE = Reply(404, b'{"error": {"message": "Not here", "type": "invalid_request_error"}}', JSON)
UNKNOWN = Reply(401, b'{"error": {"message": "Who are you?", "type": "authentication_error", "code": 401}}', JSON)


class Row(NamedTuple):
    """As the columns of the file."""

    story: str
    light: str
    services: str
    culprit: str
    pops: str
    banner: str


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


async def _inspected(play: Play) -> None:
    names = play.hosts.secure
    await play.strangers(play.stage.company.server(*names), *names, pass_on=True)
    await play.start()
    await play.stands()
    play.hosts.down.add("groq")
    await play.stands()


async def _filtered(play: Play) -> None:
    names = play.hosts.secure
    await play.strangers(play.stage.company.server(*names), *names, pass_on=True)
    await play.start()
    play.instead(Reply(403, b"<html><title>Access denied</title>This category is blocked</html>", HTML), *FILTERED)
    await play.stands()


async def _cable(play: Play) -> None:
    await play.start()
    play.hosts.down.add("groq")
    await play.stands()
    play.stage.pull_the_cable()
    await play.stands(300.0)
    play.stage.plug_in()
    await play.stands(300.0)
    await play.well_again()


async def _no_controls(play: Play) -> None:
    await play.start()
    play.lead(NOBODY, *(name for name in play.hosts.names if play.hosts.kind(f"https://{name}/") == "control"))
    await play.stands(1200.0)


async def _no_names(play: Play) -> None:
    await play.start()
    play.lead(None, *play.hosts.hosts_of("groq"), *play.hosts.hosts_of("groq", kind="page"))
    await play.stands(1800.0)


async def _names_fail(play: Play) -> None:
    await play.start()
    play.stage.resolver.failing = {*play.hosts.hosts_of("groq"), *play.hosts.hosts_of("groq", kind="page")}
    await play.stands(1800.0)


def _refuses(reply: Reply) -> Story:
    async def story(play: Play) -> None:
        await play.start()
        play.instead(reply, "groq")
        await play.stands(1200.0)

    return story


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


FILTERED = ("fireworks", "cerebras", "github-copilot")
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
ABOUT_ALL = frozenset(
    {_limited, _unknown, _html_from_all, _inspected, _filtered, _no_network, _all_pages_away, _all_pages_refuse}
)
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
    "a company reads along": _inspected,
    "a company keeps three out": _filtered,
    "cable out in an outage": _cable,
    "no control answers": _no_controls,
    "all names of a provider are gone": _no_names,
    "all names of a provider fail": _names_fail,
    "404 from one API": _refuses(
        Reply(404, b'{"error": {"message": "Not here", "type": "invalid_request_error"}}', JSON)
    ),
    "words of a limit from one API": _refuses(Reply(429, b"Rate exceeded.", TEXT)),
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
