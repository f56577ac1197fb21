"""Lines that only the panel shows: an incident in the provider's words, the way home, and names for screen readers."""

from trayapp.core.evidence.page_report import PageUpdate
from trayapp.core.incident.incident import Incident
from trayapp.core.light.severity import Light
from trayapp.core.snapshot import AnsweredBy, Snapshot
from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import join, model_name, provider_name
from trayapp.text.numbers import decimal, grouped
from trayapp.text.page_words import STAGES
from trayapp.text.rows import LIGHTS
from trayapp.text.times import clock_time, day_time, wall_time
from trayapp.text.trim import clean

_TITLE_MAX = 120
_NAME_MAX = 40
_MB = 1_000_000
_TOOLS_MAX = 200
_UPDATE_MAX = 600
"""Characters of one update: a paragraph; the link leads to the rest."""


def light_name(light: Light) -> str:
    """What a picture of the light means, for those who hear it: "red"."""
    return _(LIGHTS[light])


_ANSWERED = {
    AnsweredBy.CLOUD: N_("Simulated tool: request {n}, answered from the cloud"),
    AnsweredBy.NOBODY: N_("Simulated tool: request {n}, failed"),
    AnsweredBy.LOCAL: N_("Simulated tool: request {n}, answered locally by {model}"),
}


def demo_line(s: Snapshot) -> str:
    """That this is a demo, its clock, and how its tool fares; empty where all is real."""
    if s.demo is None:
        return ""
    time = clock_time(wall_time(s.at, s.wall_offset_s))
    clock = _("Demo, the night of 3 February 2026: {time}", time=time)
    return " · ".join(filter(None, (clock, tool_line(s))))


def tool_line(s: Snapshot) -> str:
    """How the demo's tool fares; empty before its first request."""
    if s.demo is None or s.demo.answered is None:
        return ""
    return _(_ANSWERED[s.demo.answered], n=s.demo.requests, model=model_name(s.target.model or ""))


def incident_title(incident: Incident, s: Snapshot) -> str:
    """The provider's own title with its stage: "Elevated Error Rates (identified)"; empty without one."""
    if not incident.title:
        return ""
    title = clean(incident.title, _TITLE_MAX)
    if incident.page_stage is None:
        return title
    return _("{title} ({stage})", title=title, stage=_(STAGES[incident.page_stage]))


def update_line(update: PageUpdate, s: Snapshot) -> str:
    """One update as the provider wrote it: "22:18, identified: We have found the cause."."""
    time = day_time(wall_time(update.at, s.wall_offset_s), wall_time(s.at, s.wall_offset_s))
    return _("{time}, {stage}: {text}", time=time, stage=_(STAGES[update.stage]), text=clean(update.text, _UPDATE_MAX))


def offer_line(s: Snapshot) -> str:
    """Who is back, and what the local model answered meanwhile; empty while nobody is."""
    if not s.offer.back:
        return ""
    names = join([provider_name(provider, s) for provider in s.offer.back])
    back = ngettext("{names} works again.", "{names} work again.", len(s.offer.back), names=names)
    answered = sum(s.routes[provider].answered for provider in s.offer.back if provider in s.routes)
    if not answered:
        return back
    meanwhile = ngettext("{n} request was answered locally.", "{n} requests were answered locally.", answered)
    return f"{back} {meanwhile}"


def bytes_line(s: Snapshot) -> str:
    """What watching has cost today, there and back: "Data used today: 1.2 MB"; empty before the first request."""
    if not s.bytes_today:
        return ""
    if s.bytes_today < _MB:
        return _("Data used today: {n} kB", n=max(1, round(s.bytes_today / 1000)))
    return _("Data used today: {n} MB", n=decimal(s.bytes_today / _MB, 1))


def spent_lines(s: Snapshot) -> tuple[str, ...]:
    """What asking for single tokens has cost today: "Real answers of OpenAI today: 240 of 2,000 tokens, at most 0.02 of
    0.25 in money"."""
    return tuple(
        _(
            "Real answers of {provider} today: {tokens} of {most} tokens, at most {cost} of {limit} in money",
            provider=provider_name(one.provider, s),
            tokens=grouped(one.tokens),
            most=grouped(one.daily_tokens),
            cost=decimal(one.cost, 2),
            limit=decimal(one.daily_cost, 2),
        )
        for one in s.spent_today
    )


def tools_line(s: Snapshot) -> str:
    """The programs that are pointed at the gateway: "editor, nightly"."""
    return clean(", ".join(clean(tool.name, _NAME_MAX) for tool in s.tools), _TOOLS_MAX)


def answers_lines(s: Snapshot) -> tuple[str, ...]:
    """What was answered locally on the routes that are local, by tool: "editor: 7 requests, qwen3:8b"."""
    counts: dict[tuple[str, str], int] = {}
    for answer in s.local_answers:
        key = clean(answer.tool, _NAME_MAX), model_name(answer.model)
        counts[key] = counts.get(key, 0) + 1
    return tuple(
        ngettext(
            "{tool}: {n} request, {model}",
            "{tool}: {n} requests, {model}",
            n,
            tool=clean(tool, 40),
            model=model,
        )
        for (tool, model), n in counts.items()
    )
