"""What the readers make of recorded answers of real status pages, beside what an index says that a correct one says.

    python -m tests.bench.payloads DIR

DIR holds recordings, their names made of the provider, the kind of page and the date (`acme_statuspage_summary_2026-09-
15.json`), and an `INDEX.md` with a row of a table for each. A recording is served over HTTP for whatever its reader
asks; a file that another recording of that provider and kind is named after is that one. Printed are health, states and
open incidents as of the day after, the past that it tells, and the index's words. Judging is left to whoever reads it.
"""

import argparse
import asyncio
import re
import sys
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path

from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Request, Server, answer
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageIncident, PageReport, PageStage
from trayapp.watch.http import Http
from trayapp.watch.pages.reader import PageReader
from trayapp.watch.pages.recognition import vendor_of
from trayapp.watch.pages.registry import page_kinds
from trayapp.watch.schedule.budget import Budget

INDEX = "INDEX.md"
_DATED = re.compile(r"(\d{4})-(\d{2})(?:-(\d{2}))?")
_ALIASES = {"googlecloud": "google", "atom": "feed", "feed": "xai"}


def recordings(folder: Path) -> list[Path]:
    """All files but the index and words about others."""
    return sorted(one for one in folder.rglob("*") if one.is_file() and one.suffix in (".json", ".xml", ".html"))


def said_of(index: str, recording: Path) -> str:
    """What the index says of it, without its name."""
    rows = [line for line in index.splitlines() if line.startswith("|") and recording.name.split(".")[0] in line]
    return " | ".join(cell.strip() for cell in rows[0].strip("|").split("|")[1:]) if rows else "nothing"


def kind_of(recording: Path, body: bytes) -> str:
    words = recording.name.replace(".", "_").split("_")
    named = [_ALIASES.get(word, word) for word in words]
    return next((word for word in named if word in page_kinds()), None) or vendor_of(body) or "statuspage"


def day_after(recording: Path) -> datetime:
    found = _DATED.search(recording.name)
    year, month, day = (int(part or 1) for part in found.groups()) if found else (2026, 1, 1)
    return datetime(year, month, day, 12, tzinfo=UTC) + timedelta(days=1)


def _served(recording: Path, path: str) -> Path:
    """The recording that has the file at `path`, else the one in question."""
    stem = Path(path.partition("?")[0]).stem
    prefix = "_".join(recording.name.split("_")[:2])
    others = [one for one in recording.parent.glob(f"{prefix}_*") if stem and f"_{stem}_" in one.name]
    return recording if recording in others or not others else others[0]


async def read(recording: Path, kind: str) -> tuple[PageReport | None, tuple[PageIncident, ...], bool]:
    """The report, the past, and whether anything of both is from this recording."""
    clock = FakeClock(day_after(recording))
    http, asked_for = Http(), set[Path]()
    async with Server() as server:

        async def serve(writer: asyncio.StreamWriter, request: Request) -> None:
            kinds = {".html": "text/html", ".xml": "application/xml"}
            served = _served(recording, request.path)
            asked_for.add(served)
            head = {"content-type": kinds.get(served.suffix, "application/json")}
            await answer(200, served.read_bytes(), head)(writer, request)

        server.always(serve)
        reader = PageReader("recorded", Page(kind, server.url), 120.0, http, Budget(clock), clock)
        try:
            report, past = await reader.read(), (await reader.read_past()).incidents
            return report, past or (), recording in asked_for
        finally:
            await http.close()


def told(report: PageReport | None, past: tuple[PageIncident, ...]) -> list[str]:
    """In lines."""
    if report is None:
        return ["no report"]
    states = Counter(str(one.state) for one in report.components)
    lines = [f"{report.health} {report.reason or ''} {dict(report.params)}".rstrip(" {}"), f"states: {dict(states)}"]
    troubled = [f"{one.name} ({one.state})" for one in report.components if one.state != "operational"]
    lines += [f"not operational: {', '.join(troubled[:8])}"] if troubled else []
    for one in report.incidents:
        if one.stage is not PageStage.RESOLVED:
            lines.append(f"open: {one.name!r} {one.stage}, impact {one.impact}, touches {', '.join(one.components)}")
    for one in [one for one in (past or report.incidents) if one.stage is PageStage.RESOLVED][:4]:
        lasted = "?" if one.resolved_at is None else f"{(one.resolved_at - one.started_at) / 60:.0f} min"
        lines.append(f"past: {one.name!r} {datetime.fromtimestamp(one.started_at, UTC):%Y-%m-%d %H:%M}, {lasted}")
    return lines


async def main(folder: Path) -> None:
    index = (folder / INDEX).read_text()
    for recording in recordings(folder):
        kind = kind_of(recording, recording.read_bytes())
        print(f"{recording.relative_to(folder)} [{kind}]")
        report, past, asked_for = await read(recording, kind)
        for line in told(report, past) if asked_for else ["no reader asks for this file"]:
            print(f"    {line}")
        print(f"  index: {said_of(index, recording)}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    sys.exit(asyncio.run(main(parser.parse_args().folder)))
