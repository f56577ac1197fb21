"""Rule 10: from parts to the whole. Pure functions of the components' views."""

from collections.abc import Iterable, Sequence

from msgspec import Struct

from trayapp.core.evidence.observation import Source
from trayapp.core.light.component import PartView
from trayapp.core.light.reasons import SEPARATOR, Code, Reason, reason
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.errors import Param

# One of thirty models with trouble must not colour a service whose other twenty-nine work.
LISTED_ONLY_SHARE = 0.1
# When so many parts are partly out or worse, it is the service, whichever part is called the main one.
RED_SHARE = 0.5
RED_AT_LEAST = 2

_LIGHTS = (Light.GREEN, Light.GREY, Light.YELLOW, Light.RED)
# Among equal lights, the finding that tells most comes last and wins.
_FINDINGS = (
    Finding.OK,
    Finding.NO_EVIDENCE,
    Finding.STARTING,
    Finding.BLOCKED,
    Finding.OWN_NETWORK,
    Finding.CHECKING,
    Finding.RECOVERING,
    Finding.SLOW,
    Finding.FLAPPING,
    Finding.MAINTENANCE,
    Finding.REPORTED_ONLY,
    Finding.DEGRADED,
    Finding.DOWN,
    Finding.SHARED,
)
_PAGE_SPEAKS = frozenset({Code.PAGE_INCIDENT, Code.PAGE_COMPONENT, Code.PAGE_NOT_CLOSED})
_PAGE_IS_CALM = frozenset({Code.PAGE_SILENT, Code.PAGE_OPERATIONAL})
_CONFIDENCES = (Confidence.ANSWERING, Confidence.REPORTED, Confidence.REACHABLE)


class Whole(Struct, frozen=True):
    """A service made of its parts. `since`: as of the part that decides; `deciding`: those parts."""

    light: Light
    finding: Finding
    since: float
    confidence: Confidence | None
    reasons: tuple[Reason, ...]
    deciding: tuple[PartView, ...]


def whole(views: Sequence[PartView], now: float) -> Whole:
    """The light of a service: its worst main part, coloured yellow at most by minor ones, red by many at once."""
    if not views:
        return Whole(Light.GREY, Finding.NO_EVIDENCE, now, None, (), ())
    mains = [one for one in views if one.verdict.main] or list(views)
    minors = [one for one in views if one not in mains]
    troubled = [one for one in minors if one.light in (Light.RED, Light.YELLOW)]
    few = len(troubled) < LISTED_ONLY_SHARE * len(minors)
    out = [one for one in views if one.partial]
    worst_main = max(mains, key=rank)
    counts: dict[str, Param] = {"failing": len(troubled), "total": len(minors), "components": _names(troubled)}
    listed = (Reason(Code.LISTED_ONLY, Source.PAGE, now, counts),) if troubled and few else ()
    if worst_main.light is not Light.RED and len(out) >= max(RED_AT_LEAST, RED_SHARE * len(views)):
        since = min(one.verdict.since for one in out)
        said = reason(Code.PARTS, Source.PAGE, since, components=_names(out), failing=len(out), total=len(views))
        return Whole(Light.RED, Finding.DOWN, since, None, (said, *_reasons(out)), tuple(out))
    worst_minor = max(troubled, key=rank) if troubled and not few else None
    if worst_minor is not None and worst_main.light is not Light.RED:
        as_yellow = Finding.DEGRADED if worst_minor.light is Light.RED else worst_minor.finding
        if worst_main.light is not Light.YELLOW or _FINDINGS.index(as_yellow) > _FINDINGS.index(worst_main.finding):
            said = Reason(Code.PARTS, Source.PAGE, worst_minor.verdict.since, counts)
            since = min(one.verdict.since for one in troubled)
            return Whole(Light.YELLOW, as_yellow, since, None, (said, *_reasons(troubled)), tuple(troubled))
    deciding = [one for one in mains if (one.light, one.finding) == (worst_main.light, worst_main.finding)]
    return Whole(
        worst_main.light,
        worst_main.finding,
        min(one.verdict.since for one in deciding),
        _confidence(mains) if worst_main.light is Light.GREEN else None,
        (*_reasons(deciding), *listed),
        tuple(deciding),
    )


def rank(view: PartView) -> tuple[int, int]:
    """How much a part's light and finding say about the whole."""
    return _LIGHTS.index(view.light), _FINDINGS.index(view.finding)


def _confidence(views: Iterable[PartView]) -> Confidence | None:
    """What the strongest part rests on: a service that answers answers."""
    found = [one.confidence for one in views if one.confidence is not None]
    return min(found, key=_CONFIDENCES.index, default=None)


def _reasons(views: Iterable[PartView]) -> tuple[Reason, ...]:
    """The parts' reasons, each said once; what the page says of one part outweighs its silence about another."""
    seen: list[Reason] = []
    for view in views:
        seen += [one for one in view.verdict.reasons if not any(_same(one, other) for other in seen)]
    if any(one.code in _PAGE_SPEAKS for one in seen):
        seen = [one for one in seen if one.code not in _PAGE_IS_CALM]
    return tuple(seen)


def _same(one: Reason, other: Reason) -> bool:
    return one.code == other.code and one.params == other.params and one.link == other.link


def _names(views: Iterable[PartView]) -> str:
    return SEPARATOR.join(one.verdict.name for one in views)
