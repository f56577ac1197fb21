"""What an item of a feed means: stage, gravity, parts and updates, by the marked-up words that vendors put there.

A word counts where it stands by itself, as a heading or in bold, or where a vendor's own form puts it; never one from
the middle of a sentence. What is not said stays unknown.
"""

import html
import re
from typing import NamedTuple

from trayapp.core.evidence.page_report import Impact, PageLight, PageStage
from trayapp.watch.pages.feed_dates import near
from trayapp.watch.pages.feed_file import Item, when
from trayapp.watch.pages.feed_titles import by_monitor, is_on, is_over

MAX_MARKS = 200
# What stands within a mark of ours, around the numbers of a date.
_VAR = re.compile(r"</?var\b[^<>]{0,100}>", re.IGNORECASE)
_MARK = re.compile(r"<(strong|b|small|h[1-6])\b[^<>]{0,200}>([^<]{1,200})</\1\s*>", re.IGNORECASE)
# A heading may go on: "Investigating outage".
_HEADING = re.compile(r"(investigating|identified|monitoring|resolved)\s", re.IGNORECASE)
_STATUS = re.compile(r"^\s*status:\s*(.+)$", re.IGNORECASE)
_SEVERITY = re.compile(r"<p>\s*severity:\s*(\w{1,30})\s*</p>", re.IGNORECASE)
_RESOLVED_AT = re.compile(r"<p>\s*resolved:\s*([^<]{1,60})</p>", re.IGNORECASE)
_PART = re.compile(r"<li>([^<]{1,200})\(([^()<]{1,40})\)\s*</li>", re.IGNORECASE)
# Instatus's: "<strong>Type:</strong> Incident", "<strong>Affected Components:</strong> API, Web App".
_FIELD = re.compile(r"<strong>\s*(type|affected components):\s*</strong>([^<]{1,2000})", re.IGNORECASE)
_TITLE_PART = re.compile(r"^\s*\[([^\]]{1,100})\]\s*(\S)")
_TAG = re.compile(r"<[^<>]{0,2000}>")

_STAGES = {
    "investigating": PageStage.INVESTIGATING,
    "identified": PageStage.IDENTIFIED,
    "monitoring": PageStage.MONITORING,
    "resolved": PageStage.RESOLVED,
    "postmortem": PageStage.RESOLVED,
    "completed": PageStage.RESOLVED,
    "scheduled": PageStage.SCHEDULED,
    "in progress": PageStage.IN_PROGRESS,
    "verifying": PageStage.IN_PROGRESS,
    # incident.io's.
    "maintenance scheduled": PageStage.SCHEDULED,
    "maintenance in progress": PageStage.IN_PROGRESS,
    "maintenance complete": PageStage.RESOLVED,
}
_TITLE_STAGES = _STAGES | {
    "started": PageStage.INVESTIGATING,
    "mitigated": PageStage.RESOLVED,
    "ended": PageStage.RESOLVED,
}
"""In brackets before a title, where other vendors put a part."""
_MAINTENANCE = frozenset(
    {
        "scheduled", "in progress", "verifying", "completed", "maintenance scheduled", "maintenance in progress",
        "maintenance complete",
    }
)  # fmt: skip
_SEVERITIES = {
    # xAI's, of 2026 until August ("unavailable") and since then; OnlineOrNot's; what others call incidents.
    "outage": Impact.CRITICAL,
    "unavailable": Impact.CRITICAL,
    "major_outage": Impact.CRITICAL,
    "critical": Impact.CRITICAL,
    "disruption": Impact.MAJOR,
    "partial_outage": Impact.MAJOR,
    "major": Impact.MAJOR,
    "degraded": Impact.MINOR,
    "degraded_performance": Impact.MINOR,
    "minor": Impact.MINOR,
    # Something to know.
    "info": Impact.NONE,
    "informational": Impact.NONE,
    "none": Impact.NONE,
}
"""The gravest first."""
_LIGHTS = {
    "operational": PageLight.OPERATIONAL,
    "degraded performance": PageLight.DEGRADED,
    "degraded": PageLight.DEGRADED,
    "partial outage": PageLight.PARTIAL,
    "major outage": PageLight.MAJOR,
    "full outage": PageLight.MAJOR,
    "under maintenance": PageLight.MAINTENANCE,
}
# A name may have brackets, but not of a state: there two items ran together.
_LIGHT_AND_REST = re.compile(rf"\(\s*(?:{'|'.join(_LIGHTS)})\s*\)", re.IGNORECASE)


class Said(NamedTuple):
    """An update: when, where that is said, and its own stage, where it has one."""

    at: float | None
    stage: PageStage | None
    text: str


class Meaning(NamedTuple):
    """What an item says. Updates newest first. `parts`: by name. Times are Unix seconds."""

    name: str
    stage: PageStage
    impact: Impact
    maintenance: bool
    title_part: str
    parts: dict[str, PageLight]
    updates: list[Said]
    resolved_at: float | None


def meaning(item: Item) -> Meaning:
    """What `item` says."""
    title = item.first("title")
    body = item.first("encoded", "content", "description", "summary")
    bracket = _TITLE_PART.match(title)
    titled = _TITLE_STAGES.get(bracket[1].strip().lower()) if bracket else None
    part = bracket if titled is None else None
    about = item.at("updated", "published", "pubdate", "date")
    active, updates, stages = _updates(_VAR.sub("", body), about)
    fields = {met[1].lower(): html.unescape(met[2]).strip() for met in _FIELD.finditer(body)}
    touched = filter(None, map(str.strip, fields.get("affected components", "").split(",")))
    categories = {each.strip().lower() for each in item.categories}
    titled = titled or by_monitor(title)
    stage = _stage(title, titled, active, [said.stage for said in updates if said.stage is not None], categories)
    severities = [met[1].lower() for met in _SEVERITY.finditer(body)]
    severities += [word for word in _SEVERITIES if word in categories]
    resolved = _RESOLVED_AT.search(body)
    return Meaning(
        name=title[bracket.end() - 1 :] if bracket else title,
        stage=stage,
        impact=_SEVERITIES.get(severities[0], Impact.UNKNOWN) if severities else Impact.UNKNOWN,
        maintenance=not stages.isdisjoint(_MAINTENANCE)
        or "maintenance" in {*categories, fields.get("type", "").lower()},
        title_part=part[1].strip() if part else "",
        parts=dict.fromkeys(touched, PageLight.UNKNOWN)
        | {
            name: _LIGHTS.get(met[2].strip().lower(), PageLight.UNKNOWN)
            for met in _PART.finditer(body)
            if (name := _LIGHT_AND_REST.split(html.unescape(met[1]), maxsplit=1)[0].strip())
        },
        updates=updates,
        resolved_at=when(resolved[1]) if resolved else None,
    )


def _updates(body: str, about: float | None) -> tuple[str, list[Said], set[str]]:
    """The word for how it stands as a whole, the updates, and all words for stages that they use. `about`: the item's
    own time."""
    whole, at, found, words = "", None, [], set()
    marks = list(_MARK.finditer(body))[:MAX_MARKS]
    for number, mark in enumerate(marks):
        word = html.unescape(mark[2]).strip()
        status = _STATUS.match(word)
        heading = _HEADING.match(word) if mark[1].lower().startswith("h") else None
        name = (status[1] if status else heading[1] if heading else word).strip().lower()
        end = marks[number + 1].start() if number + 1 < len(marks) else len(body)
        said = Said(at, _STAGES.get(name), _plain_words(body[mark.end() : end]))
        if status and not whole:
            whole, only = name, said
            words.add(name)
        elif name in _STAGES or name == "update":
            words.add(name)
            found.append(said)
            at = None
        else:
            at = when(word) or near(word, about)
    # Where nothing else is said, the words after the state are the update.
    return whole, found or ([only] if whole in _STAGES else []), words


def _plain_words(markup: str) -> str:
    return html.unescape(_TAG.sub(" ", markup)).strip(" -–—\n\t\r")


def _stage(
    title: str, titled: PageStage | None, whole: str, stages: list[PageStage], categories: set[str]
) -> PageStage:
    """How it stands; unknown where two places contradict each other."""
    said = _said_stage(title, titled, whole, stages[0] if stages else None, categories)
    return PageStage.UNKNOWN if said is not PageStage.RESOLVED and "resolved" in categories else said


def _said_stage(
    title: str, titled: PageStage | None, whole: str, newest: PageStage | None, categories: set[str]
) -> PageStage:
    if whole == "active" or (not whole and "active" in categories and "resolved" not in categories):
        return PageStage.INVESTIGATING if newest in (None, PageStage.RESOLVED) else newest
    if whole:
        return _STAGES.get(whole, PageStage.UNKNOWN)
    if newest is not None:
        return newest
    if titled not in (None, PageStage.RESOLVED):
        return titled
    over = is_over(title) or (titled is not None and not is_on(title))
    return PageStage.RESOLVED if "resolved" in categories or over else PageStage.UNKNOWN
