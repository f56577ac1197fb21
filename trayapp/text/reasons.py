"""Every reason for a verdict, as a person would say it."""

from collections.abc import Callable

from trayapp.core.evidence.observation import Depth, DisturbanceKind, NetworkStep, Source
from trayapp.core.evidence.phases import MOST, Phase
from trayapp.core.light.reasons import Code, Reason
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.text import codes
from trayapp.text.language import N_, _, ngettext
from trayapp.text.names import name
from trayapp.text.page_reasons import PAGE_REASONS
from trayapp.text.seen_reason import SeenReason
from trayapp.text.times import ago, answer_time, day_time, duration, in_time, wall_time
from trayapp.text.trim import clean

_HOST_MAX = 60
_MODEL_MAX = 60
# Statuses from here on refuse; below it there is an answer, or the way to one.
_REFUSES = 400


def reason(r: Reason, s: Snapshot, v: ServiceVerdict | None = None) -> str:
    """One or two sentences with source and age. `v`: whose reason it is; found in the snapshot when not given."""
    in_words = _WORDS.get(r.code)
    if in_words is None:
        return _("A reason without words: {code}.", code=clean(r.code))
    return in_words(SeenReason(r, s, v or _owner(r, s)))


def _owner(r: Reason, s: Snapshot) -> ServiceVerdict | None:
    services = s.judgement.services
    owned = ((v, reason) for v in services for reason in (*v.reasons, *(x for c in v.components for x in c.reasons)))
    owners = [v for v, reason in owned if reason is r] or [v for v in services if r in v.reasons]
    return owners[0] if owners else None


def _failures(x: SeenReason) -> str:
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


def _refused(x: SeenReason) -> str:
    times = {"since": _clock_time(x, "since_at"), "accepted": _clock_time(x, "accepted_at")}
    # The number alone: what a 401 usually means is not what it means here. Some tell it in a body that came with 200.
    said = x.text("what").removeprefix("http_")
    what = int(said) if said.isdecimal() else x.count("status")
    if 0 < what < _REFUSES:
        return _(
            "{provider} answers since {since} something else than at {accepted} ({what}).",
            provider=x.provider, what=what, **times,
        )  # fmt: skip
    if x.r.source is Source.TRAFFIC:
        return _(
            "{provider} refuses since {since} what it accepted from your tools at {accepted} ({what}).",
            provider=x.provider, what=what, **times,
        )  # fmt: skip
    return _(
        "{provider} refuses since {since} what it accepted at {accepted} ({what}).",
        provider=x.provider, what=what, **times,
    )  # fmt: skip


def _clock_time(x: SeenReason, key: str) -> str:
    """A time of day; with its day where that is another one."""
    return _time(x, x.number(key) or x.s.at)


def _time(x: SeenReason, at: float) -> str:
    return day_time(wall_time(at, x.s.wall_offset_s), wall_time(x.s.at, x.s.wall_offset_s))


def _badge_key(x: SeenReason) -> str:
    if x.number("accepted_at") is None:
        return _("{provider} does not accept your key.", provider=x.provider)
    return _(
        "{provider} refuses what it accepted at {accepted}: that need not be your key's fault.",
        provider=x.provider, accepted=_clock_time(x, "accepted_at"),
    )  # fmt: skip


def _badge_forbidden(x: SeenReason) -> str:
    if x.number("accepted_at") is not None:
        return _badge_key(x)
    return _(
        "{provider} refuses you (403) and does not say why: the key may not do this, or the address is blocked.",
        provider=x.provider,
    )


def _badge_rate_limit(x: SeenReason) -> str:
    if x.params.get("keyless"):
        return _("{provider} is slowing down requests from your address (rate limit).", provider=x.provider)
    return _("{provider} is slowing your key down (rate limit).", provider=x.provider)


def _badge_model(x: SeenReason) -> str:
    model = x.text("model", _MODEL_MAX)
    if not model:
        return _("{provider} does not offer this model (any more): choose another.", provider=x.provider)
    return _(
        "{provider} does not offer the model {model} (any more): choose another.", provider=x.provider, model=model
    )


def _answers(x: SeenReason) -> str:
    return _with_phase(_answered(x), x)


def _with_phase(sentence: str, x: SeenReason) -> str:
    """With where the time went, if one phase explains it."""
    phase, phase_s, of_s = x.params.get("phase"), x.number("phase_s"), x.number("of_s")
    if phase not in _PHASES or phase_s is None or of_s is None:
        return sentence
    # What was said before it is the whole, with what passed outside all phases.
    of_s = max(of_s, x.number("latency_s") or 0.0)
    if phase_s <= MOST * of_s:
        return sentence
    times = {"part": answer_time(phase_s), "whole": answer_time(of_s)}
    return f"{sentence} {_(_PHASES[Phase(str(phase))], **times)}"


_PHASES: dict[Phase, str] = {
    Phase.DNS: N_("Looking up its name took {part} of {whole}."),
    Phase.CONNECT: N_("Connecting took {part} of {whole}."),
    Phase.TLS: N_("The secure connection (TLS) took {part} of {whole}."),
    Phase.ANSWER: N_("{part} of {whole} passed before it began to answer."),
    Phase.TOKEN: N_("{part} of {whole} passed between its first sign of life and the first word."),
}


def _answered(x: SeenReason) -> str:
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


def _unverified_fails(x: SeenReason) -> str:
    return _(
        "From here: {host} does not answer as it used to ({what}). What that means is not verified, so it decides "
        "nothing alone.",
        host=x.text("host", _HOST_MAX),
        what=x.what,
    )


def _not_answering_lately(x: SeenReason) -> str:
    at = x.number("last_at")
    if at is None:
        return _("From here: no answer yet.")
    return _("From here: the last good answer came {age}.", age=ago(x.s.at - at))


def _challenge(x: SeenReason) -> str:
    return _(
        "From here: {host} asks programs whether they are a person. What is in front is up, the rest cannot be seen.",
        host=x.text("host", _HOST_MAX),
    )


def _edge_only(x: SeenReason) -> str:
    about = name(x.v.name) if x.v is not None else x.text("host", _HOST_MAX)
    return _("From here: the server in front answers; that says nothing about {name} itself.", name=about)


def _blocked(x: SeenReason) -> str:
    return _(
        "Something between you and {host} answers in its place ({what}): a filter, a login page or a firewall.",
        host=x.text("host", _HOST_MAX),
        what=x.what,
    )


def _kept_out(x: SeenReason) -> str:
    if x.params.get("pages") == "unreached":
        return _("Several providers and their pages fell silent at once: this network may keep AI services out.")
    return _("Several providers fell silent at once, their pages are calm: this network may keep AI services out.")


def _slow(x: SeenReason) -> str:
    now, usual = x.number("first_token_s") or 0.0, x.number("baseline_s") or 0.0
    sentence = _("The first word takes {now}, usually {usual}.", now=answer_time(now), usual=answer_time(usual))
    return _with_phase(sentence, x)


def _recovering(x: SeenReason) -> str:
    until, back = x.number("until_at"), x.number("back_at")
    left = duration(max(0.0, until - x.s.at)) if until is not None and until > x.s.at else ""
    if back is not None and left:
        return _("It works again {since}; watched for another {left}.", since=x.since("back_at"), left=left)
    return _("It works again and is still being watched.")


def _flapping(x: SeenReason) -> str:
    return _("It keeps changing between good and bad ({percent} % of the last 21 checks).", percent=x.count("percent"))


def _network_fine(x: SeenReason) -> str:
    hosts = x.count("hosts")
    if not hosts:
        return _("Your connection: fine.")
    return ngettext(
        "Your connection: fine, {n} other host answers.", "Your connection: fine, {n} other hosts answer.", hosts
    )


def _network_shaky(x: SeenReason) -> str:
    return _(
        "Your connection: shaky, {percent} % of all else fails too. More proof is needed.", percent=x.count("percent")
    )


def _network_down(x: SeenReason) -> str:
    step = str(x.params.get("step") or "")
    return _("Your connection: {step}.", step=codes.step(NetworkStep(step) if step in set(NetworkStep) else None))


def _grace(x: SeenReason) -> str:
    if x.params.get("kind") == DisturbanceKind.NETWORK_CHANGE:
        return _("The network has just changed; looking again.")
    return _("The computer has just woken up; looking again.")


def _shared(x: SeenReason) -> str:
    return _(
        "{providers} fell within two minutes while your connection is fine: something that they share.",
        providers=x.names("providers"),
    )


def _parts(x: SeenReason) -> str:
    return ngettext(
        "{failing} of {n} part has trouble: {names}.",
        "{failing} of {n} parts have trouble: {names}.",
        x.count("total"),
        failing=x.count("failing"),
        names=x.names("components"),
    )


def _listed_only(x: SeenReason) -> str:
    return _("Trouble in minor parts only: {names}.", names=x.names("components"))


_WORDS: dict[str, Callable[[SeenReason], str]] = {
    **PAGE_REASONS,
    Code.FAILURES: _failures,
    Code.SOME_FAILURES: _failures,
    Code.UNVERIFIED_FAILS: _unverified_fails,
    Code.ANSWERS: _answers,
    Code.NOT_ANSWERING_LATELY: _not_answering_lately,
    Code.CHALLENGE: _challenge,
    Code.EDGE_ONLY: _edge_only,
    Code.BLOCKED: _blocked,
    Code.KEPT_OUT: _kept_out,
    Code.SLOW: _slow,
    Code.RECOVERING: _recovering,
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
    Code.BADGE_FORBIDDEN: _badge_forbidden,
    Code.BADGE_QUOTA: lambda x: _("Your quota at {provider} is used up.", provider=x.provider),
    Code.BADGE_MODEL: _badge_model,
    Code.USER_REPORT: lambda x: _(
        "You said at {time} that it fails for you.",
        time=_time(x, x.r.at),
    ),
    Code.BADGE_REGION: lambda x: _("{provider} refuses your address: VPN or country.", provider=x.provider),
    Code.BADGE_RATE_LIMIT: _badge_rate_limit,
}
