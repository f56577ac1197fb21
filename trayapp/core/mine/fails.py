"""What "it fails for me" amounts to: them, you, or neither can be seen; from what is known of the service right now.

The user's own word shows nothing by itself: it may be their browser. It asks for a fresh look, it decides between what
the looks leave open, and it never colours a light.
"""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from msgspec import Struct

from trayapp.core.catalogue import Ability
from trayapp.core.evidence.network_picture import Stretch
from trayapp.core.evidence.observation import Badge, NetworkState, NetworkStep
from trayapp.core.light.claim import Claim, ClaimKind
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.verdicts import Judgement, ServiceVerdict
from trayapp.core.mine.side import Side
from trayapp.core.mine.symptoms import Symptom
from trayapp.core.snapshot import Snapshot, how_many_move
from trayapp.core.switching.route import Endpoint, To
from trayapp.core.switching.target import TargetState

# What a local model can stand in for.
_LOCALLY = (Ability.CHAT, Ability.CODE)


class Why(StrEnum):
    """What the answer rests on.

    With them: `down`; `errors` (of its edge, or that make no sense, or have just begun); `refuses` what it accepted;
    `trouble` that own eyes or the page see; `reported` by the page alone; `slow`; `flapping`; `maintenance`;
    `recovering`.
    With you: `offline`; `blocked` in this network; `key`, `quota`, `model`, `rate_limit`, `throttled` (whoever asks
    from here), `region`: of the account, the tool or the address; `local`: the provider looks well, and its requests
    go to a local model that is not ready; `answers`: it really answers here at this moment; `symptom`: nothing is
    wrong, and what is seen is usually on this side.
    Neither: `checking`, for something has begun to fail; `odd`: what answers makes no sense, as at a wrong address;
    `silent`: no answer from here, and a calm page; `elsewhere`: the page tells of trouble with models that are not
    known to be used here; `unseen`: only the page speaks for it, and pages lag; `calm`: all that can be seen is well;
    `no_evidence`.
    """

    DOWN = "down"
    ERRORS = "errors"
    REFUSES = "refuses"
    TROUBLE = "trouble"
    REPORTED = "reported"
    SLOW = "slow"
    FLAPPING = "flapping"
    MAINTENANCE = "maintenance"
    RECOVERING = "recovering"
    OFFLINE = "offline"
    BLOCKED = "blocked"
    KEY = "key"
    QUOTA = "quota"
    MODEL = "model"
    RATE_LIMIT = "rate_limit"
    THROTTLED = "throttled"
    REGION = "region"
    FORBIDDEN = "forbidden"
    LOCAL = "local"
    ANSWERS = "answers"
    SYMPTOM = "symptom"
    CHECKING = "checking"
    ODD = "odd"
    SILENT = "silent"
    ELSEWHERE = "elsewhere"
    UNSEEN = "unseen"
    CALM = "calm"
    NO_EVIDENCE = "no_evidence"


class Fails(Struct, frozen=True):
    """The answer. `sure`: it is shown, and not only likely. `status`: of the error that it rests on. `step`: of the own
    network, where that is it or may be. `parts`: names of the parts in trouble, else of those that only the page can
    speak for. `symptoms`: what the user means by their words, the clearest first. `works`: names of services that stand
    in, by what they are used for; `local`: the model that can. `vpn`: its interface, where one is in the way.
    """

    service: str
    side: Side
    sure: bool
    why: Why
    status: int | None = None
    step: NetworkStep | None = None
    parts: tuple[str, ...] = ()
    symptoms: tuple[Symptom, ...] = ()
    works: dict[Ability, tuple[str, ...]] = {}
    local: str | None = None
    vpn: str | None = None


_Found = tuple[Side, bool, Why]

_BADGES: Mapping[Badge, Why] = {
    Badge.QUOTA: Why.QUOTA,
    Badge.KEY: Why.KEY,
    Badge.REGION: Why.REGION,
    Badge.FORBIDDEN: Why.FORBIDDEN,
    Badge.MODEL: Why.MODEL,
    Badge.RATE_LIMIT: Why.RATE_LIMIT,
}
_YELLOW: Mapping[Finding, _Found] = {
    Finding.CHECKING: (Side.NEITHER, False, Why.CHECKING),
    Finding.SLOW: (Side.THEM, True, Why.SLOW),
    Finding.FLAPPING: (Side.THEM, False, Why.FLAPPING),
    Finding.MAINTENANCE: (Side.THEM, True, Why.MAINTENANCE),
    Finding.RECOVERING: (Side.THEM, True, Why.RECOVERING),
    Finding.REPORTED_ONLY: (Side.THEM, False, Why.REPORTED),
}
_RED: Mapping[ClaimKind, _Found] = {
    ClaimKind.NOT_YOU: (Side.THEM, True, Why.DOWN),
    ClaimKind.EDGE: (Side.THEM, False, Why.ERRORS),
    ClaimKind.ERRORS: (Side.THEM, False, Why.ERRORS),
    ClaimKind.REFUSED: (Side.THEM, False, Why.REFUSES),
    ClaimKind.SILENT: (Side.NEITHER, False, Why.SILENT),
    ClaimKind.NONE: (Side.THEM, False, Why.DOWN),
}
_SEEN_FAILING = frozenset({Code.FAILURES, Code.SOME_FAILURES})
# Nobody can tell whether it is their names or whoever looks them up here.
_NAMELESS = frozenset({"dns", "dns_timeout"})
_REPORTED_OR_PAST = frozenset({Finding.DEGRADED, Finding.REPORTED_ONLY, Finding.RECOVERING, Finding.SLOW})
_PAGE = frozenset({Code.PAGE_INCIDENT, Code.PAGE_COMPONENT})
# Colours nothing by itself; beside somebody for whom it fails it is more than a coincidence.
_LISTED = (Code.PAGE_INCIDENT, Code.PAGE_UNNAMED, Code.PAGE_STALE, Code.LISTED_ONLY)
# Then nothing is known against the provider.
_WELL = frozenset({Why.ANSWERS, Why.SYMPTOM, Why.UNSEEN, Why.CALM, Why.NO_EVIDENCE})
# Parts that go through the gateway.
_MOVE = frozenset(map(str, Endpoint))
# From here on it is the server's own.
_SERVER_ERROR = 500


def fails(s: Snapshot, service: str, symptoms: tuple[Symptom, ...] = ()) -> Fails | None:
    """The answer about a watched service; None for one that is not watched."""
    verdict = s.judgement.service(service)
    if verdict is None:
        return None
    side, sure, why = _found(s.judgement, verdict, symptoms)
    if why in _WELL and _moved_nowhere(s, verdict):
        side, sure, why = Side.YOU, False, Why.LOCAL
    if side is Side.THEM and _names_some(s, verdict) and not any(_has(verdict, code) for code in _SEEN_FAILING):
        # Nobody knows here whether this user is one of them.
        sure = False
    local = s.target.model if s.target.state is TargetState.READY else None
    return Fails(
        service,
        side,
        sure,
        why,
        status=_status(verdict, why),
        step=_step(s.judgement, verdict, why),
        parts=_parts(verdict, side, why, symptoms),
        symptoms=symptoms,
        works=_works(s.judgement, verdict, symptoms),
        local=local if any(one in _LOCALLY for one in _wanted(verdict, symptoms)) else None,
        vpn=s.network.of(Stretch.VPN).detail,
    )


def _names_some(s: Snapshot, v: ServiceVerdict) -> bool:
    """Whether its page tells of users of some plans or places alone."""
    concerned = s.concerns.get(v.incident or "")
    return concerned is not None and bool(concerned.plans or concerned.regions)


def _step(judgement: Judgement, v: ServiceVerdict, why: Why) -> NetworkStep | None:
    if why is Why.OFFLINE:
        return judgement.network.step
    if why is Why.BLOCKED and any(reason.params.get("what") == "proxy_refused" for reason in v.reasons):
        return NetworkStep.PROXY
    failed = [reason.params.get("what") for reason in v.reasons if reason.code in _SEEN_FAILING]
    nameless = why in (Why.CHECKING, Why.SILENT) and bool(failed) and _NAMELESS.issuperset(failed)
    return NetworkStep.DNS if nameless else None


def _moved_nowhere(s: Snapshot, v: ServiceVerdict) -> bool:
    """Whether tools that ask for it are sent to a local model that cannot answer; a website stays where it is."""
    if not any(part.id in _MOVE for part in v.components):
        return False
    route = s.routes.get(v.provider)
    moved = route is not None and route.to is To.LOCAL and how_many_move(s.tools, (v.provider,)) > 0
    return moved and s.target.state is not TargetState.READY


def _found(judgement: Judgement, v: ServiceVerdict, symptoms: tuple[Symptom, ...]) -> _Found:
    network = judgement.network.state
    # What is still told of a service rests on this machine or its own network, as a local server does.
    lost = v.light is Light.GREY and network in (NetworkState.OFFLINE, NetworkState.CAPTIVE)
    if v.finding is Finding.OWN_NETWORK or lost:
        return Side.YOU, True, Why.OFFLINE
    if v.finding is Finding.BLOCKED:
        return Side.YOU, not _has(v, Code.KEPT_OUT), Why.BLOCKED
    if v.light is Light.RED:
        side, sure, why = _RED[(v.claim or Claim(ClaimKind.NONE)).kind]
        # It is down, and whoever is in its place here would keep it out if it were not.
        return side, sure and not _has(v, Code.BLOCKED), why
    refused = _refused(v)
    if v.light is Light.YELLOW:
        return _yellow(v, refused)
    if refused is not None:
        return refused
    if v.light is Light.GREY:
        return Side.NEITHER, False, Why.NO_EVIDENCE
    return _green(v, symptoms)


def _refused(v: ServiceVerdict) -> _Found | None:
    """What the provider tells the user's own credential, model or address."""
    meant = next((meant for badge, meant in _BADGES.items() if badge in v.badges), None)
    keyless = any(reason.code == Code.BADGE_RATE_LIMIT and reason.params.get("keyless") for reason in v.reasons)
    if meant is Why.RATE_LIMIT and keyless:
        # It was our own request without a key: others at this address may be asking too much, as behind a VPN.
        return Side.YOU, False, Why.THROTTLED
    return None if meant is None else (Side.YOU, True, meant)


def _yellow(v: ServiceVerdict, refused: _Found | None) -> _Found:
    seen = [reason for reason in v.reasons if reason.code in _SEEN_FAILING]
    if refused is not None and not seen and v.finding in _REPORTED_OR_PAST and not _has(v, Code.REFUSED):
        # Nothing fails here but what it tells the user themselves.
        return Side.YOU, False, refused[2]
    if _has(v, Code.BLOCKED) and not seen and v.finding in _REPORTED_OR_PAST:
        return Side.YOU, False, Why.BLOCKED
    statuses = [status for reason in seen if isinstance(status := reason.params.get("status"), int)]
    if v.finding is Finding.CHECKING and statuses:
        theirs = max(statuses) >= _SERVER_ERROR
        return (Side.THEM, False, Why.ERRORS) if theirs else (Side.NEITHER, False, Why.ODD)
    if v.finding is Finding.CHECKING and seen and all(reason.params.get("what") == "expired" for reason in seen):
        # A wrong clock would see all certificates so.
        return Side.THEM, False, Why.TROUBLE
    if v.finding in _YELLOW:
        return _YELLOW[v.finding]
    if _has(v, Code.REFUSED):
        return Side.THEM, False, Why.REFUSES
    return Side.THEM, any(reason.code in _PAGE for reason in v.reasons), Why.TROUBLE


def _green(v: ServiceVerdict, symptoms: tuple[Symptom, ...]) -> _Found:
    pointed = {name for symptom in symptoms[:1] for name in symptom.components}
    # Where the words name a part, that is the one that has to be seen.
    meant = [part for part in v.components if part.id in pointed] or list(v.components)
    troubled = [part for part in meant if part.light in (Light.YELLOW, Light.RED)]
    if troubled:
        return Side.THEM, False, Why.TROUBLE
    if any(_has(v, code) for code in _LISTED):
        return Side.THEM, False, Why.REPORTED
    if _has(v, Code.PAGE_ELSEWHERE):
        return Side.NEITHER, False, Why.ELSEWHERE
    if v.confidence is Confidence.ANSWERING and all(part.seen for part in meant):
        return Side.YOU, False, Why.ANSWERS
    if symptoms and symptoms[0].side is Side.YOU:
        return Side.YOU, False, Why.SYMPTOM
    if any(not part.seen for part in meant):
        return Side.NEITHER, False, Why.UNSEEN
    return Side.NEITHER, False, Why.CALM


def _has(v: ServiceVerdict, code: Code) -> bool:
    return any(reason.code == code for reason in v.reasons)


def _status(v: ServiceVerdict, why: Why) -> int | None:
    if why not in (Why.ERRORS, Why.DOWN, Why.ODD):
        return None
    if v.claim is not None and v.claim.status is not None:
        return v.claim.status
    seen = (reason.params.get("status") for reason in v.reasons if reason.code in (Code.FAILURES, Code.SOME_FAILURES))
    return next((status for status in seen if isinstance(status, int)), None)


def _parts(v: ServiceVerdict, side: Side, why: Why, symptoms: tuple[Symptom, ...]) -> tuple[str, ...]:
    if side is Side.THEM:
        return tuple(part.name for part in v.components if part.light in (Light.YELLOW, Light.RED))
    if why is not Why.UNSEEN:
        return ()
    pointed = {name for symptom in symptoms[:1] for name in symptom.components}
    unseen = [part for part in v.components if not part.seen]
    return tuple(part.name for part in unseen if part.id in pointed) or tuple(part.name for part in unseen)


def _wanted(v: ServiceVerdict, symptoms: tuple[Symptom, ...]) -> tuple[Ability, ...]:
    """What somebody may look for elsewhere: what they say fails, else all that the service is used for."""
    named = next((symptom.ability for symptom in symptoms if symptom.ability is not None), None)
    return (named,) if named is not None else v.abilities or (Ability.CHAT,)


def _works(judgement: Judgement, v: ServiceVerdict, symptoms: tuple[Symptom, ...]) -> dict[Ability, tuple[str, ...]]:
    well = [one for one in judgement.services if one.light is Light.GREEN and one.id != v.id]
    found = {ability: _names(well, ability) for ability in _wanted(v, symptoms)}
    return {ability: names for ability, names in found.items() if names}


def _names(well: Iterable[ServiceVerdict], ability: Ability) -> tuple[str, ...]:
    return tuple(one.name for one in well if ability in one.abilities)
