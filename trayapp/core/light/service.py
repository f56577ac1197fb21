"""Rule 10: from parts to the whole. Pure functions of the components' views."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, structs

from trayapp.core.evidence.observation import Source
from trayapp.core.light.component import ComponentView
from trayapp.core.light.reasons import SEPARATOR, Code, Reason, reason
from trayapp.core.light.severity import Confidence, Finding, Light, severity
from trayapp.errors import Param

# One of thirty models with trouble must not colour a service whose other twenty-nine work.
LISTED_ONLY_SHARE = 0.1
# When so many main parts are partly out or worse, it is the service.
RED_SHARE = 0.5
RED_AT_LEAST = 2

_PAGE_SPEAKS = frozenset(
    {
        Code.PAGE_INCIDENT,
        Code.PAGE_UNNAMED,
        Code.PAGE_ELSEWHERE,
        Code.PAGE_COMPONENT,
        Code.PAGE_STALE,
        Code.PAGE_NOT_CLOSED,
    }
)
_PAGE_IS_CALM = frozenset({Code.PAGE_SILENT, Code.PAGE_OPERATIONAL})


class Whole(Struct, frozen=True):
    """A service made of its parts. `since`: as of the part that decides; `deciding`: those parts."""

    light: Light
    finding: Finding
    since: float
    confidence: Confidence | None
    reasons: tuple[Reason, ...]
    deciding: tuple[ComponentView, ...]


def whole(views: Sequence[ComponentView], now: float) -> Whole:
    """The light of a service: its worst main part, coloured yellow at most by minor ones, red by many at once."""
    if not views:
        return Whole(Light.GREY, Finding.NO_EVIDENCE, now, None, (), ())
    mains = [view for view in views if view.verdict.main] or list(views)
    minors = [view for view in views if not view.verdict.main] if len(mains) < len(views) else []
    troubled = [view for view in minors if view.light in (Light.RED, Light.YELLOW)]
    counted, all_minors = _distinct(troubled), _distinct(minors)
    few = len(counted) < LISTED_ONLY_SHARE * len(all_minors)
    counts: dict[str, Param] = {"failing": len(counted), "total": len(all_minors), "components": _names(troubled)}
    listed = (Reason(Code.LISTED_ONLY, Source.PAGE, now, counts),) if troubled and few else ()
    # What nobody can tell hides nothing that can be told.
    told = [view for view in mains if not view.untold] or mains
    worst_main = max(told, key=rank)
    out, total = _out(mains), len(_distinct(mains))
    if worst_main.light is not Light.RED and len(out) >= max(RED_AT_LEAST, RED_SHARE * total):
        since = min(view.verdict.since for view in out)
        said = reason(Code.PARTS, Source.PAGE, since, components=_names(out), failing=len(out), total=total)
        return Whole(Light.RED, Finding.DOWN, since, None, (said, *_reasons(out)), tuple(out))
    worst_minor = max(troubled, key=rank) if troubled and not few else None
    if worst_minor is not None and worst_main.light is not Light.RED:
        as_yellow = Finding.DEGRADED if worst_minor.light is Light.RED else worst_minor.finding
        if worst_main.light is not Light.YELLOW or severity(Light.YELLOW, as_yellow) > rank(worst_main):
            said = Reason(Code.PARTS, Source.PAGE, worst_minor.verdict.since, counts)
            since = min(view.verdict.since for view in troubled)
            return Whole(Light.YELLOW, as_yellow, since, None, (said, *_reasons(troubled)), tuple(troubled))
    deciding = [view for view in told if rank(view) == rank(worst_main)]
    bad = worst_main.light in (Light.RED, Light.YELLOW) and worst_main.finding is not Finding.RECOVERING
    # Bad since its first part is, back, well or unknown since its last part is.
    since = (min if bad else max)(view.verdict.since for view in deciding)
    untold = [view for view in mains if view not in told]
    dark = (reason(Code.PARTS_UNKNOWN, Source.PAGE, now, components=_names(untold)),) if untold else ()
    return Whole(
        worst_main.light,
        worst_main.finding,
        since,
        _confidence(told) if worst_main.light is Light.GREEN else None,
        (*_reasons(deciding), *dark, *listed),
        tuple(deciding),
    )


def _distinct(views: Iterable[ComponentView]) -> list[ComponentView]:
    """Parts that rest on the same page component or the same request count once."""
    return list({view.verdict.id if view.rests_on is None else view.rests_on: view for view in views}.values())


def _out(views: Iterable[ComponentView]) -> list[ComponentView]:
    """Those that the page calls partly out or worse, each because of a page component of its own."""
    seen: set[str] = set()
    out = []
    for view in views:
        if view.out - seen:
            out.append(view)
            seen |= view.out
    return out


def rank(view: ComponentView) -> tuple[int, int]:
    """How much a part's light and finding say about the whole."""
    return severity(view.light, view.finding)


def _confidence(views: Iterable[ComponentView]) -> Confidence | None:
    """What the strongest part rests on: a service that answers answers."""
    rests_on = {view.confidence for view in views}
    return next((confidence for confidence in Confidence if confidence in rests_on), None)


def _reasons(views: Iterable[ComponentView]) -> tuple[Reason, ...]:
    """The parts' reasons, each said once; what the page says of one part outweighs its silence about another."""
    seen: dict[tuple[object, ...], Reason] = {}
    for view in views:
        for each in view.verdict.reasons:
            if each.code in _PAGE_IS_CALM:
                key = (each.code, each.link)
                seen[key] = _joined(seen[key], each) if key in seen else each
            else:
                seen.setdefault((each.code, each.link, *each.params.items()), each)
    reasons = tuple(seen.values())
    if any(each.code in _PAGE_SPEAKS for each in reasons):
        return tuple(each for each in reasons if each.code not in _PAGE_IS_CALM)
    return reasons


def _joined(one: Reason, other: Reason) -> Reason:
    """That the page is calm about two parts, said once."""
    names = [name for each in (one, other) for name in str(each.params.get("components", "")).split(SEPARATOR) if name]
    some = any("components" in each.params for each in (one, other))
    return structs.replace(one, params={"components": SEPARATOR.join(dict.fromkeys(names))} if some else {})


def _names(views: Iterable[ComponentView]) -> str:
    return SEPARATOR.join(view.verdict.name for view in views)
