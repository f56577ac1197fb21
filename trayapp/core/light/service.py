"""Rule 10: from parts to the whole. Pure functions of the components' views."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from trayapp.core.evidence.observation import Source
from trayapp.core.light.component import ComponentView
from trayapp.core.light.reasons import SEPARATOR, Code, Reason, reason
from trayapp.core.light.severity import Confidence, Finding, Light, severity
from trayapp.errors import Param

# One of thirty models with trouble must not colour a service whose other twenty-nine work.
LISTED_ONLY_SHARE = 0.1
# When so many parts are partly out or worse, it is the service, whichever part is called the main one.
RED_SHARE = 0.5
RED_AT_LEAST = 2

_PAGE_SPEAKS = frozenset({Code.PAGE_INCIDENT, Code.PAGE_COMPONENT, Code.PAGE_NOT_CLOSED})
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
    few = len(troubled) < LISTED_ONLY_SHARE * len(minors)
    out = [view for view in views if view.partial]
    worst_main = max(mains, key=rank)
    counts: dict[str, Param] = {"failing": len(troubled), "total": len(minors), "components": _names(troubled)}
    listed = (Reason(Code.LISTED_ONLY, Source.PAGE, now, counts),) if troubled and few else ()
    if worst_main.light is not Light.RED and len(out) >= max(RED_AT_LEAST, RED_SHARE * len(views)):
        since = min(view.verdict.since for view in out)
        said = reason(Code.PARTS, Source.PAGE, since, components=_names(out), failing=len(out), total=len(views))
        return Whole(Light.RED, Finding.DOWN, since, None, (said, *_reasons(out)), tuple(out))
    worst_minor = max(troubled, key=rank) if troubled and not few else None
    if worst_minor is not None and worst_main.light is not Light.RED:
        as_yellow = Finding.DEGRADED if worst_minor.light is Light.RED else worst_minor.finding
        if worst_main.light is not Light.YELLOW or severity(Light.YELLOW, as_yellow) > rank(worst_main):
            said = Reason(Code.PARTS, Source.PAGE, worst_minor.verdict.since, counts)
            since = min(view.verdict.since for view in troubled)
            return Whole(Light.YELLOW, as_yellow, since, None, (said, *_reasons(troubled)), tuple(troubled))
    deciding = [view for view in mains if rank(view) == rank(worst_main)]
    return Whole(
        worst_main.light,
        worst_main.finding,
        min(view.verdict.since for view in deciding),
        _confidence(mains) if worst_main.light is Light.GREEN else None,
        (*_reasons(deciding), *listed),
        tuple(deciding),
    )


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
            seen.setdefault((each.code, each.link, *each.params.items()), each)
    reasons = tuple(seen.values())
    if any(each.code in _PAGE_SPEAKS for each in reasons):
        return tuple(each for each in reasons if each.code not in _PAGE_IS_CALM)
    return reasons


def _names(views: Iterable[ComponentView]) -> str:
    return SEPARATOR.join(view.verdict.name for view in views)
