"""A service as the incidents see it."""

from collections.abc import Sequence

from msgspec import Struct

from trayapp.core.evidence.page_report import PageIncident
from trayapp.core.light.component import ComponentView
from trayapp.core.light.service import Whole
from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import ServiceVerdict


class Trouble(Struct, frozen=True, eq=False):
    """`trouble_at`: its first failure or the page's own start; `back_at`: when what was in trouble came back.

    `pages`: the page's incidents that touch what is in trouble. `fell_at`: when what makes it red began, by the times
    of the evidence; None where it is not red or nobody knows. `proven`: by the provider's own error or its page.
    """

    verdict: ServiceVerdict
    trouble_at: float | None
    back_at: float | None
    pages: tuple[PageIncident, ...] = ()
    fell_at: float | None = None
    proven: bool = False


def trouble_of(verdict: ServiceVerdict, made: Whole, views: Sequence[ComponentView]) -> Trouble:
    """From the verdict, and what it was made of."""
    troubled = [view for view in made.deciding if view.light in (Light.RED, Light.YELLOW)]
    began = [view.trouble_at for view in troubled if view.trouble_at is not None]
    back = [view.back_at for view in made.deciding if view.back_at is not None]
    names = {view.verdict.id for view in troubled}
    opinions = [view.opinion for view in views if view.verdict.id in names and view.opinion is not None]
    pages = dict.fromkeys(incident for opinion in opinions for incident in opinion.incidents)
    fell_at, proven = _fall(made)
    return Trouble(verdict, min(began, default=None), max(back, default=None), tuple(pages), fell_at, proven)


def _fall(made: Whole) -> tuple[float | None, bool]:
    """When a red service fell, and whether that is proven; many parts that the page calls partly out are."""
    if made.light is not Light.RED:
        return None, False
    red = [view for view in made.deciding if view.light is Light.RED]
    if not red:
        return made.since, True
    known = [view.fell_at for view in red if view.fell_at is not None]
    return min(known) if len(known) == len(red) else None, any(
        view.claim is not None and view.claim.shown for view in red
    )
