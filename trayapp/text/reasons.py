"""Every reason for a verdict, as a person would say it."""

from collections.abc import Callable, Mapping

from trayapp.core.evidence.observation import Depth, DisturbanceKind, NetworkStep, Source
from trayapp.core.evidence.page_report import Impact, PageHealth, PageLight, PageStage
from trayapp.core.light.reasons import SEPARATOR, Code, Reason
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.errors import Param
from trayapp.text import codes
from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import join_short, name, part
from trayapp.text.times import ago, answer_time, day_time, duration, in_time, since, wall_time
from trayapp.text.trim import clean

_NAMES_MAX = 80
_HOST_MAX = 60
_TITLE_MAX = 120

STAGES: dict[str, str] = {
    PageStage.INVESTIGATING: N_("investigating"),
    PageStage.IDENTIFIED: N_("identified"),
    PageStage.MONITORING: N_("monitoring"),
    PageStage.RESOLVED: N_("resolved"),
    PageStage.SCHEDULED: N_("scheduled"),
    PageStage.IN_PROGRESS: N_("in progress"),
    PageStage.UNKNOWN: N_("stage unknown"),
}
IMPACTS: dict[str, str] = {
    Impact.NONE: N_("no impact stated"),
    Impact.MINOR: N_("minor impact"),
    Impact.MAJOR: N_("major impact"),
    Impact.CRITICAL: N_("critical impact"),
    Impact.MAINTENANCE: N_("maintenance"),
    Impact.UNKNOWN: N_("impact unknown"),
}
STATES: dict[str, str] = {
    PageLight.OPERATIONAL: N_("operational"),
    PageLight.DEGRADED: N_("degraded performance"),
    PageLight.PARTIAL: N_("partial outage"),
    PageLight.MAJOR: N_("major outage"),
    PageLight.MAINTENANCE: N_("under maintenance"),
    PageLight.UNKNOWN: N_("an unknown state"),
}
HEALTHS: dict[str, str] = {
    PageHealth.OK: N_("can be read"),
    PageHealth.INCOMPLETE: N_("can be read only in part"),
    PageHealth.STALE: N_("has told nothing new for too long"),
    PageHealth.UNREADABLE: N_("cannot be read"),
    PageHealth.REFUSED: N_("refuses to answer"),
    PageHealth.MOVED: N_("has moved elsewhere"),
    PageHealth.WRONG_PAGE: N_("is the page of somebody else"),
    PageHealth.EMPTY: N_("is empty"),
    PageHealth.NEVER: N_("has not been read yet"),
    "missing_component": N_("does not list it"),
    "unknown_value": N_("says something that is not understood"),
}


def reason(r: Reason, s: Snapshot, v: ServiceVerdict | None = None) -> str:
    """One or two sentences with source and age. `v`: whose reason it is; found in the snapshot when not given."""
    in_words = _WORDS.get(r.code)
    if in_words is None:
        return _("A reason without words: {code}.", code=clean(r.code))
    return in_words(_Seen(r, s, v or _owner(r, s)))


def _owner(r: Reason, s: Snapshot) -> ServiceVerdict | None:
    services = s.judgement.services
    owned = ((v, reason) for v in services for reason in (*v.reasons, *(x for c in v.components for x in c.reasons)))
    owners = [v for v, reason in owned if reason is r] or [v for v in services if r in v.reasons]
    return owners[0] if owners else None


class _Seen:
    """A reason in its surroundings."""

    def __init__(self, r: Reason, s: Snapshot, v: ServiceVerdict | None) -> None:
        self.r, self.s, self.v = r, s, v
        self.provider = name(v.provider_name) if v is not None else _("Provider")
        self.params: Mapping[str, Param] = r.params

    @property
    def age(self) -> str:
        return ago(self.s.at - self.r.at)

    def text(self, key: str, limit: int = _TITLE_MAX) -> str:
        value = self.params.get(key)
        return "" if value is None else clean(str(value), limit)

    def number(self, key: str) -> float | None:
        value = self.params.get(key)
        return float(value) if isinstance(value, int | float) else None

    def count(self, key: str) -> int:
        return int(self.number(key) or 0)

    def names(self, key: str) -> str:
        return join_short([part(text) for text in str(self.params.get(key) or "").split(SEPARATOR)], _NAMES_MAX)

    def word(self, key: str, table: Mapping[str, str], otherwise: str) -> str:
        return _(table.get(str(self.params.get(key)), otherwise))

    def since(self, key: str) -> str:
        at = self.number(key)
        return since(at, self.s.at, self.s.wall_offset_s) if at is not None else ""

    @property
    def whose(self) -> str:
        return _("Your tools") if self.r.source is Source.TRAFFIC else _("From here")

    @property
    def what(self) -> str:
        return codes.failure(str(self.params.get("what") or ""))


def _page_incident(x: _Seen) -> str:
    title, stage = x.text("title") or _("an incident"), x.word("stage", STAGES, STAGES[PageStage.UNKNOWN])
    if x.params.get("impact") in (Impact.MAJOR, Impact.CRITICAL):
        return _(
            "{provider}'s page: {title} ({stage}, {impact}, {age}).",
            provider=x.provider, title=title, stage=stage, impact=x.word("impact", IMPACTS, ""), age=x.age,
        )  # fmt: skip
    return _("{provider}'s page: {title} ({stage}, {age}).", provider=x.provider, title=title, stage=stage, age=x.age)


def _page_unnamed(x: _Seen) -> str:
    title, stage = x.text("title") or _("an incident"), x.word("stage", STAGES, STAGES[PageStage.UNKNOWN])
    return _(
        "{provider}'s page: {title} ({stage}, {age}); it names no part.",
        provider=x.provider, title=title, stage=stage, age=x.age,
    )  # fmt: skip


def _page_stale(x: _Seen) -> str:
    state = x.word("state", STATES, STATES[PageLight.UNKNOWN])
    return _(
        "{provider}'s page: {component} has the state “{state}”, unchanged for {duration}; nobody looks after it.",
        provider=x.provider, component=part(x.text("component")), state=state, duration=duration(x.s.at - x.r.at),
    )  # fmt: skip


def _page_operational(x: _Seen) -> str:
    if not x.params.get("components"):
        return _("{provider}'s page: everything operational.", provider=x.provider)
    return _("{provider}'s page: {names} operational.", provider=x.provider, names=x.names("components"))


def _page_silent(x: _Seen) -> str:
    if not x.params.get("components"):
        return _("{provider}'s page: still says that all is well.", provider=x.provider)
    return _("{provider}'s page: still calls {names} operational.", provider=x.provider, names=x.names("components"))


def _page_component(x: _Seen) -> str:
    state = x.word("state", STATES, STATES[PageLight.UNKNOWN])
    return _(
        "{provider}'s page: {component} has the state “{state}”.",
        provider=x.provider, component=part(x.text("component")), state=state,
    )  # fmt: skip


def _page_maintenance(x: _Seen) -> str:
    title = x.text("title") or _("maintenance")
    return _(
        "{provider}'s page: maintenance, {title}, {since}.",
        provider=x.provider,
        title=title,
        since=x.since("started_at"),
    )


def _page_resolved(x: _Seen) -> str:
    title = x.text("title") or _("an incident")
    return _("{provider}'s page: {title} (resolved, {age}).", provider=x.provider, title=title, age=x.age)


def _page_unknown(x: _Seen) -> str:
    health = x.word("health", HEALTHS, HEALTHS[PageHealth.UNREADABLE])
    why = codes.page(x.text("reason"), x.params)
    if why:
        health = _("{state} ({reason})", state=health, reason=why)
    at = x.number("fetched_at")
    if at is None:
        return _("{provider}'s page {health}.", provider=x.provider, health=health)
    return _("{provider}'s page {health}; last read {age}.", provider=x.provider, health=health, age=ago(x.s.at - at))


def _page_contradicted(x: _Seen) -> str:
    return ngettext(
        "{provider}'s page says it is down, but {n} real answer since then says otherwise.",
        "{provider}'s page says it is down, but {n} real answers since then say otherwise.",
        x.count("answers"),
        provider=x.provider,
    )


def _failures(x: _Seen) -> str:
    failed, tries = x.count("failed"), x.count("tries")
    if str(x.params.get("what")).startswith("http_"):
        return ngettext(
            "{whose}: {failed} of {n} request failed with {what}.",
            "{whose}: {failed} of {n} requests failed with {what}.",
            tries,
            whose=x.whose,
            failed=failed,
            what=x.what,
        )
    return ngettext(
        "{whose}: {failed} of {n} request failed: {what}.",
        "{whose}: {failed} of {n} requests failed: {what}.",
        tries,
        whose=x.whose,
        failed=failed,
        what=x.what,
    )


def _refused(x: _Seen) -> str:
    times = {"since": _clock_time(x, "since_at"), "accepted": _clock_time(x, "accepted_at")}
    # The number alone: what a 401 usually means is not what it means here.
    what = x.count("status")
    if x.r.source is Source.TRAFFIC:
        return _(
            "{provider} refuses since {since} what it accepted from your tools at {accepted} ({what}).",
            provider=x.provider, what=what, **times,
        )  # fmt: skip
    return _(
        "{provider} refuses since {since} what it accepted at {accepted} ({what}).",
        provider=x.provider, what=what, **times,
    )  # fmt: skip


def _clock_time(x: _Seen, key: str) -> str:
    """A time of day; with its day where that is another one."""
    offset_s = x.s.wall_offset_s
    return day_time(wall_time(x.number(key) or x.s.at, offset_s), wall_time(x.s.at, offset_s))


def _badge_key(x: _Seen) -> str:
    if x.number("accepted_at") is None:
        return _("{provider} does not accept your key.", provider=x.provider)
    return _(
        "{provider} refuses what it accepted at {accepted}: that need not be your key's fault.",
        provider=x.provider, accepted=_clock_time(x, "accepted_at"),
    )  # fmt: skip


def _answers(x: _Seen) -> str:
    latency = x.number("latency_s")
    real = x.params.get("depth") in (Depth.COMPLETION, "completion")
    if x.r.source is Source.TRAFFIC:
        sentence = _("Your own requests: answered, {age}.", age=x.age)
    elif real:
        sentence = _("From here: a real answer, {age}.", age=x.age)
    else:
        sentence = _("From here: it answers, {age}.", age=x.age)
    if latency is None:
        return sentence
    if x.r.source is Source.TRAFFIC:
        return _("Your own requests: answered {time}, {age}.", time=in_time(latency), age=x.age)
    if real:
        return _("From here: a real answer {time}, {age}.", time=in_time(latency), age=x.age)
    return _("From here: it answers {time}, {age}.", time=in_time(latency), age=x.age)


def _not_answering_lately(x: _Seen) -> str:
    at = x.number("last_at")
    if at is None:
        return _("From here: no answer yet.")
    return _("From here: the last good answer came {age}.", age=ago(x.s.at - at))


def _challenge(x: _Seen) -> str:
    return _(
        "From here: {host} asks programs whether they are a person. What is in front is up, the rest cannot be seen.",
        host=x.text("host", _HOST_MAX),
    )


def _edge_only(x: _Seen) -> str:
    about = name(x.v.name) if x.v is not None else x.text("host", _HOST_MAX)
    return _("From here: the server in front answers; that says nothing about {name} itself.", name=about)


def _blocked(x: _Seen) -> str:
    return _(
        "Something between you and {host} answers in its place ({what}): a filter, a login page or a firewall.",
        host=x.text("host", _HOST_MAX),
        what=x.what,
    )


def _kept_out(x: _Seen) -> str:
    return _("Several providers fell silent at once, their pages are calm: this network may keep AI services out.")


def _slow(x: _Seen) -> str:
    return _(
        "The first word takes {now}, usually {usual}.",
        now=answer_time(x.number("first_token_s") or 0.0),
        usual=answer_time(x.number("baseline_s") or 0.0),
    )


def _recovering(x: _Seen) -> str:
    until, back = x.number("until_at"), x.number("back_at")
    left = duration(max(0.0, until - x.s.at)) if until is not None and until > x.s.at else ""
    if back is not None and left:
        return _("It works again {since}; watched for another {left}.", since=x.since("back_at"), left=left)
    return _("It works again and is still being watched.")


def _page_not_closed(x: _Seen) -> str:
    return _(
        "It answers again, but {provider}'s page is not done yet: {title} ({stage}).",
        provider=x.provider,
        title=x.text("title") or _("an incident"),
        stage=x.word("stage", STAGES, STAGES[PageStage.UNKNOWN]),
    )


def _flapping(x: _Seen) -> str:
    return _("It keeps changing between good and bad ({percent} % of the last 21 checks).", percent=x.count("percent"))


def _network_fine(x: _Seen) -> str:
    hosts = x.count("hosts")
    if not hosts:
        return _("Your connection: fine.")
    return ngettext(
        "Your connection: fine, {n} other host answers.", "Your connection: fine, {n} other hosts answer.", hosts
    )


def _network_shaky(x: _Seen) -> str:
    return _(
        "Your connection: shaky, {percent} % of all else fails too. More proof is needed.", percent=x.count("percent")
    )


def _network_down(x: _Seen) -> str:
    step = str(x.params.get("step") or "")
    return _("Your connection: {step}.", step=codes.step(NetworkStep(step) if step in set(NetworkStep) else None))


def _grace(x: _Seen) -> str:
    if x.params.get("kind") == DisturbanceKind.NETWORK_CHANGE:
        return _("The network has just changed; looking again.")
    return _("The computer has just woken up; looking again.")


def _shared(x: _Seen) -> str:
    return _(
        "{providers} fell within two minutes while your connection is fine: something that they share.",
        providers=x.names("providers"),
    )


def _parts(x: _Seen) -> str:
    return ngettext(
        "{failing} of {n} part has trouble: {names}.",
        "{failing} of {n} parts have trouble: {names}.",
        x.count("total"),
        failing=x.count("failing"),
        names=x.names("components"),
    )


def _listed_only(x: _Seen) -> str:
    return _("Trouble in minor parts only: {names}.", names=x.names("components"))


_WORDS: dict[str, Callable[[_Seen], str]] = {
    Code.PAGE_INCIDENT: _page_incident,
    Code.PAGE_COMPONENT: _page_component,
    Code.PAGE_MAINTENANCE: _page_maintenance,
    Code.PAGE_RESOLVED: _page_resolved,
    Code.PAGE_UNNAMED: _page_unnamed,
    Code.PAGE_STALE: _page_stale,
    Code.PAGE_MISSING: lambda x: _("{provider}'s page no longer lists {id}.", provider=x.provider, id=x.text("id")),
    Code.PAGE_OPERATIONAL: _page_operational,
    Code.PAGE_SILENT: _page_silent,
    Code.PAGE_UNKNOWN: _page_unknown,
    Code.PAGE_CONTRADICTED: _page_contradicted,
    Code.NO_PAGE: lambda x: _("There is no status page for this."),
    Code.FAILURES: _failures,
    Code.SOME_FAILURES: _failures,
    Code.ANSWERS: _answers,
    Code.NOT_ANSWERING_LATELY: _not_answering_lately,
    Code.CHALLENGE: _challenge,
    Code.EDGE_ONLY: _edge_only,
    Code.BLOCKED: _blocked,
    Code.KEPT_OUT: _kept_out,
    Code.SLOW: _slow,
    Code.RECOVERING: _recovering,
    Code.PAGE_NOT_CLOSED: _page_not_closed,
    Code.FLAPPING: _flapping,
    Code.NETWORK_FINE: _network_fine,
    Code.NETWORK_UNPROVEN: lambda x: _("Your connection: nothing has shown yet that it works."),
    Code.NETWORK_SHAKY: _network_shaky,
    Code.NOTHING_TO_COMPARE: lambda x: _(
        "Nothing here to compare with: whether it is the connection or {provider} cannot be told.", provider=x.provider
    ),
    Code.NETWORK_DOWN: _network_down,
    Code.GRACE: _grace,
    Code.STARTING: lambda x: _("Just started; the first answers are on their way."),
    Code.SHARED: _shared,
    Code.PARTS: _parts,
    Code.PARTS_UNKNOWN: lambda x: _("Nobody can tell how {names} is doing.", names=x.names("components")),
    Code.LISTED_ONLY: _listed_only,
    Code.REFUSED: _refused,
    Code.BADGE_KEY: _badge_key,
    Code.BADGE_QUOTA: lambda x: _("Your quota at {provider} is used up.", provider=x.provider),
    Code.BADGE_REGION: lambda x: _("{provider} refuses your address: VPN or country.", provider=x.provider),
    Code.BADGE_RATE_LIMIT: lambda x: _("{provider} is slowing your key down (rate limit).", provider=x.provider),
}
