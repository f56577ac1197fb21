"""The reasons that a status page gives, as a person would say them."""

from collections.abc import Callable

from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.core.light.reasons import Code
from trayapp.text import codes
from trayapp.text.language import _, ngettext
from trayapp.text.names import part
from trayapp.text.page_words import HEALTHS, IMPACTS, STAGES, STATES
from trayapp.text.seen_reason import SeenReason
from trayapp.text.times import ago, duration


def _page_incident(x: SeenReason) -> str:
    title, stage = x.text("title") or _("an incident"), x.word("stage", STAGES, STAGES[PageStage.UNKNOWN])
    if x.params.get("impact") in (Impact.MAJOR, Impact.CRITICAL):
        return _(
            "{provider}'s page: {title} ({stage}, {impact}, {age}).",
            provider=x.provider, title=title, stage=stage, impact=x.word("impact", IMPACTS, ""), age=x.age,
        )  # fmt: skip
    return _("{provider}'s page: {title} ({stage}, {age}).", provider=x.provider, title=title, stage=stage, age=x.age)


def _page_unnamed(x: SeenReason) -> str:
    title, stage = x.text("title") or _("an incident"), x.word("stage", STAGES, STAGES[PageStage.UNKNOWN])
    return _(
        "{provider}'s page: {title} ({stage}, {age}); it names no part.",
        provider=x.provider, title=title, stage=stage, age=x.age,
    )  # fmt: skip


def _page_elsewhere(x: SeenReason) -> str:
    title, stage = x.text("title") or _("an incident"), x.word("stage", STAGES, STAGES[PageStage.UNKNOWN])
    return _(
        "{provider}'s page: {title} ({stage}, {age}); it concerns {families}, and you use {used}.",
        provider=x.provider, title=title, stage=stage, age=x.age, families=x.names("families"), used=x.names("used"),
    )  # fmt: skip


def _page_stale(x: SeenReason) -> str:
    state = x.word("state", STATES, STATES[PageLight.UNKNOWN])
    return _(
        "{provider}'s page: {component} has the state “{state}”, unchanged for {duration}; nobody looks after it.",
        provider=x.provider, component=part(x.text("component")), state=state, duration=duration(x.s.at - x.r.at),
    )  # fmt: skip


def _page_operational(x: SeenReason) -> str:
    if "components" not in x.params:
        return _("{provider}'s page: everything operational.", provider=x.provider)
    if not x.params["components"]:
        return _("{provider}'s page: no trouble with this.", provider=x.provider)
    return _("{provider}'s page: {names} operational.", provider=x.provider, names=x.names("components"))


def _page_silent(x: SeenReason) -> str:
    if "components" not in x.params:
        return _("{provider}'s page: still says that all is well.", provider=x.provider)
    if not x.params["components"]:
        return _("{provider}'s page: still tells of no trouble with this.", provider=x.provider)
    return _("{provider}'s page: still calls {names} operational.", provider=x.provider, names=x.names("components"))


def _page_component(x: SeenReason) -> str:
    state = x.word("state", STATES, STATES[PageLight.UNKNOWN])
    return _(
        "{provider}'s page: {component} has the state “{state}”.",
        provider=x.provider, component=part(x.text("component")), state=state,
    )  # fmt: skip


def _page_maintenance(x: SeenReason) -> str:
    title = x.text("title") or _("maintenance")
    return _(
        "{provider}'s page: maintenance, {title}, {since}.",
        provider=x.provider,
        title=title,
        since=x.since("started_at"),
    )


def _page_resolved(x: SeenReason) -> str:
    title = x.text("title") or _("an incident")
    return _("{provider}'s page: {title} (resolved, {age}).", provider=x.provider, title=title, age=x.age)


def _page_unknown(x: SeenReason) -> str:
    health = x.word("health", HEALTHS, HEALTHS[PageHealth.UNREADABLE])
    why = codes.page(x.text("reason"), x.params)
    if why:
        health = _("{state} ({reason})", state=health, reason=why)
    at = x.number("fetched_at")
    if at is None:
        return _("{provider}'s page {health}.", provider=x.provider, health=health)
    return _("{provider}'s page {health}; last read {age}.", provider=x.provider, health=health, age=ago(x.s.at - at))


def _page_contradicted(x: SeenReason) -> str:
    return ngettext(
        "{provider}'s page says it is down, but {n} real answer since then says otherwise.",
        "{provider}'s page says it is down, but {n} real answers since then say otherwise.",
        x.count("answers"),
        provider=x.provider,
    )


def _page_not_closed(x: SeenReason) -> str:
    return _(
        "It answers again, but {provider}'s page is not done yet: {title} ({stage}).",
        provider=x.provider,
        title=x.text("title") or _("an incident"),
        stage=x.word("stage", STAGES, STAGES[PageStage.UNKNOWN]),
    )


PAGE_REASONS: dict[str, Callable[[SeenReason], str]] = {
    Code.PAGE_INCIDENT: _page_incident,
    Code.PAGE_COMPONENT: _page_component,
    Code.PAGE_MAINTENANCE: _page_maintenance,
    Code.PAGE_RESOLVED: _page_resolved,
    Code.PAGE_UNNAMED: _page_unnamed,
    Code.PAGE_ELSEWHERE: _page_elsewhere,
    Code.PAGE_STALE: _page_stale,
    Code.PAGE_MISSING: lambda x: _("{provider}'s page no longer lists {id}.", provider=x.provider, id=x.text("id")),
    Code.PAGE_OPERATIONAL: _page_operational,
    Code.PAGE_SILENT: _page_silent,
    Code.PAGE_UNKNOWN: _page_unknown,
    Code.PAGE_CONTRADICTED: _page_contradicted,
    Code.NO_PAGE: lambda x: _("There is no status page for this."),
    Code.PAGE_NOT_CLOSED: _page_not_closed,
}
