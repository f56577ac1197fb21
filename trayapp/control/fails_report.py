"""The answer to `llm-ampel fails`: schema 1 of its JSON, and lines for a terminal, in the language of the moment."""

from datetime import UTC, datetime
from typing import Any

from trayapp.core.mine.fails import Fails
from trayapp.core.snapshot import Snapshot
from trayapp.text import fails as words

SCHEMA = 1


def report(f: Fails, s: Snapshot) -> dict[str, Any]:
    """`sees`: sentences. `works`: names of services, by what they are used for. `reports`: a link for people."""
    verdict = s.judgement.service(f.service)
    at = datetime.fromtimestamp(s.at + s.wall_offset_s, UTC)
    return {
        "schema": SCHEMA,
        "generated_at": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
        "service": f.service,
        "side": f.side,
        "sure": f.sure,
        "why": f.why,
        "light": verdict.light if verdict is not None else None,
        "status": f.status,
        "step": f.step,
        "parts": list(f.parts),
        "text": words.sentence(f, s),
        "next": words.next_step(f),
        "symptoms": [{"id": one.id, "text": words.symptom_line(one)} for one in f.symptoms],
        "sees": words.seen_lines(f, s),
        "works": {ability: list(names) for ability, names in f.works.items()},
        "local": f.local,
        "reports": verdict.reports if verdict is not None else None,
    }


def lines(f: Fails, s: Snapshot, asked: str) -> list[str]:
    """`asked`: what the user has said of it."""
    out = [words.sentence(f, s), words.next_step(f)]
    out += [f"  {line}" for line in words.meant_lines(f, asked)]
    out += [f"  {line}" for line in words.seen_lines(f, s)]
    if instead := words.works_lines(f):
        out += [words.instead(), *(f"  {line}" for line in instead)]
    verdict = s.judgement.service(f.service)
    if verdict is not None and verdict.reports is not None:
        out.append(words.others_report(verdict.reports))
    return out
