"""Pages of all kinds, spoilt at random with their structure in mind, through their readers and rule 4.

    python -m tests.bench.page_fuzz [--cases 100000] [--seed 1]

Of two cases one takes the files of a page in one state, spoils one of them in one to four places (values of another
type or size, records dropped, doubled, moved and multiplied, markup torn, files cut and joined), reads the page and
judges it: none of what is put in says that anything is wrong, so that no trouble may come out of a calm page. The other
spoils a page with trouble on it (`tests.support.spoilt_pages`): no part of it may be green that the page does not call
well. No reader may raise anything but `Unfit`. Printed are, by kind, the cases, how many could be read at all, the
lights of calm pages, those green out of damage, and the longest case in milliseconds of this thread's processor time
(budget: 50). Garbage is collected between cases: what all of them left behind is no time of one. Ends with 1 where one
lied or took longer.
"""

import argparse
import asyncio
import copy
import gc
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple, cast

from tests.support import vendorfiles, vendorpages
from tests.support.fakeclock import FakeClock
from tests.support.mutations import places
from tests.support.pagefiles import PAGE_ID
from tests.support.spoilt_pages import FILES, greens, spoilt_at_random
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHealth, PageLight, PageReport
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.severity import Light
from trayapp.watch.pages.fetch import Fetcher, Unfit, decoded
from trayapp.watch.pages.registry import make_vendor, page_kinds
from trayapp.watch.pages.vendor import Reading

BASE = "https://status.example"
CLOCK = FakeClock()
BUDGET_S = 0.05
MOST = 40
COLLECTED_EVERY = 500
Files = dict[str, bytes]

_JUNK: tuple[Any, ...] = (
    None, True, 0, 7, -1, 1e308, 2**70, 1_770_152_000, "", "nonsense", "x" * 5_000, "a\0b\ud800", "operational",
    "resolved", "2026-02-03T20:59:00Z", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "<b>Resolved</b>",
    [], {}, [None], [[[]]], {"id": "chat"},
)  # fmt: skip
_KEYS = ("id", "name", "status", "components", "incidents", "updates", "data", "page")
_MARKUP = (b"<![CDATA[", b"&a;", b"<item>", b"</item>", b"<title>", b"-->", b"<b>", b"\xff\xfe", b"<details>", b"<h2>")
_STATES = {
    "healthy": PageLight.OPERATIONAL,
    "resolved": PageLight.OPERATIONAL,
    "degraded": PageLight.DEGRADED,
    "major": PageLight.MAJOR,
    "maintenance": PageLight.MAINTENANCE,
}
CALM, TROUBLED = "healthy", "troubled"
"""What was resolved is open where the word for it is what was lost."""


class Shelf:
    """Hands out files as the fetcher would."""

    def __init__(self, files: Files) -> None:
        self._files = files

    async def json(self, url: str, kind: type) -> Any:
        return decoded(self._body(url), kind)

    async def made(self, url: str, _accept: str, make: Callable[[bytes], Any]) -> Any:
        return make(self._body(url))

    def _body(self, url: str) -> bytes:
        body = self._files.get(url.removeprefix(BASE).partition("?")[0].rstrip("/"))
        if body is None:
            raise Unfit(PageHealth.MOVED, "gone")
        return body


class Case(NamedTuple):
    """`light`: of the part in trouble; None where the page could not be read. `took_s`: of processor time. `lies`: the
    parts that are green although the page does not say so."""

    kind: str
    state: str
    light: Light | None
    took_s: float
    lies: tuple[str, ...] = ()


def cases(count: int, seed: int) -> Iterator[Case]:
    """So many cases, all kinds in turn. Raises whatever a reader raises that is not `Unfit`."""
    rnd = random.Random(seed)
    kinds, troubled = page_kinds(), list(FILES)
    for number in range(count):
        if number % 2:
            yield _troubled(troubled[number // 2 % len(troubled)], rnd)
            continue
        kind, state = kinds[number // 2 % len(kinds)], rnd.choice(vendorpages.STATES)
        files = dict(_files(kind, state))
        name = rnd.choice(list(files))
        files[name] = _spoilt(files[name], rnd)
        began = time.thread_time()
        light = _light(kind, files)
        yield Case(kind, state, light, time.thread_time() - began)


def _troubled(kind: str, rnd: random.Random) -> Case:
    spoilt = spoilt_at_random(kind, rnd)
    began = time.thread_time()
    lies = greens(kind, spoilt)
    took_s = time.thread_time() - began
    return Case(kind.partition(",")[0], TROUBLED, None if lies is None else Light.RED, took_s, lies or ())


def _files(kind: str, state: str) -> Files:
    if kind in vendorpages.KINDS:
        return vendorpages.files(kind, state, CLOCK.now())
    light, at = _STATES[state], CLOCK.now() - 600
    states = vendorfiles.WELL | {"id-chat": light}
    until = at + 300 if state == "resolved" else None
    told = vendorfiles.Told("i1", at, light, until=until, stage="resolved" if until else "investigating")
    made = vendorfiles.MAKERS[kind](states, () if state == "healthy" else (told,), PAGE_ID)
    return {path: json.dumps(file).encode() for path, file in made.items()}


def _light(kind: str, files: Files) -> Light | None:
    page_id = vendorpages.PAGE_IDS.get(kind) if kind in vendorpages.KINDS else PAGE_ID
    vendor = make_vendor(cast(Fetcher, Shelf(files)), Page(kind, BASE, page_id=page_id), CLOCK)
    try:
        reading = asyncio.run(vendor.read(BASE))
    except Unfit:
        return None
    part = {"aws": "chat-us-east-1"}.get(kind, "chat" if kind in vendorpages.KINDS else "id-chat")
    opinions = Opinions(_report(reading))
    lights = [opinions.of((name,), CLOCK.now()).light for name in (part, "login", "*")]
    return lights[0]


def _report(reading: Reading) -> PageReport:
    health = PageHealth.INCOMPLETE if reading.lost or reading.missing else PageHealth.OK
    parts, incidents = tuple(reading.components), tuple(reading.incidents)
    return PageReport(CLOCK.now(), "acme", health, BASE, parts, incidents, stated=reading.stated)


def _spoilt(body: bytes, rnd: random.Random) -> bytes:
    if rnd.random() < 0.1:
        cut, joined = rnd.randrange(len(body)), rnd.randrange(len(body))
        return body[:cut] + (body[joined:] if rnd.random() < 0.5 else b"")
    if body.startswith(b"<"):
        return _torn(body, rnd)
    encoding = "utf-16" if body.startswith(b"\xff\xfe") else "utf-8"
    return json.dumps(_changed(json.loads(body.decode(encoding)), rnd)).encode(encoding)


def _changed(value: Any, rnd: random.Random) -> Any:
    for _ in range(rnd.randint(1, 4)):
        paths = [path for path in places(value) if path]
        if not paths:
            return rnd.choice(_JUNK)
        path = rnd.choice(paths)
        key: Any = path[-1]
        where = value
        for step in path[:-1]:
            where = where[step]
        how = rnd.random()
        if how < 0.5:
            where[key] = copy.deepcopy(rnd.choice(_JUNK))
        elif how < 0.65:
            del where[key]
        elif how < 0.8:
            where[key] = [copy.deepcopy(where[key]) for _ in range(rnd.randint(2, MOST))]
        elif isinstance(where, list):
            where.append(copy.deepcopy(where[key]))
            rnd.shuffle(where)
        else:
            where[rnd.choice(_KEYS)] = copy.deepcopy(where[key])
    return value


def _torn(body: bytes, rnd: random.Random) -> bytes:
    pieces = [piece for piece in re.split(rb"(<[^<>]*>)", body) if piece]
    for _ in range(rnd.randint(1, 4)):
        one, other = rnd.randrange(len(pieces)), rnd.randrange(len(pieces))
        how = rnd.random()
        if how < 0.3:
            pieces[one] = b""
        elif how < 0.5:
            pieces[one] *= rnd.randint(2, MOST)
        elif how < 0.7:
            pieces[one], pieces[other] = pieces[other], pieces[one]
        else:
            pieces[one] = rnd.choice((*_MARKUP, rnd.randbytes(9)))
    return b"".join(pieces)


def main() -> int:
    """The table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cases", type=int, default=100_000)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    found: dict[str, list[Case]] = {}
    gc.disable()
    for number, case in enumerate(cases(options.cases, options.seed)):
        found.setdefault(case.kind, []).append(case)
        if number % COLLECTED_EVERY == 0:
            gc.collect()
    print("kind           cases   read   green  yellow   red   grey  lies  longest  over")
    wrong = 0
    for kind, told in sorted(found.items()):
        calm = Counter(one.light for one in told if one.state == CALM)
        read = sum(one.light is not None for one in told) / len(told)
        longest, over = max(one.took_s for one in told), sum(one.took_s > BUDGET_S for one in told)
        lies = sum(bool(one.lies) for one in told)
        lights = f"{calm[Light.GREEN]:>7} {calm[Light.YELLOW]:>7} {calm[Light.RED]:>5} {calm[Light.GREY]:>6} {lies:>5}"
        print(f"{kind:<12} {len(told):>7} {read:>6.0%} {lights} {longest * 1000:>5.1f} ms {over:>5}")
        wrong += over + lies + calm[Light.YELLOW] + calm[Light.RED]
    return min(wrong, 1)


if __name__ == "__main__":
    sys.exit(main())
