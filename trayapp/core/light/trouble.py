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

    `pages`: the page's incidents that touch what is in trouble.
    """

    verdict: ServiceVerdict
    trouble_at: float | None
    back_at: float | None
    pages: tuple[PageIncident, ...] = ()


def trouble_of(verdict: ServiceVerdict, made: Whole, views: Sequence[ComponentView]) -> Trouble:
    """From the verdict, and what it was made of."""
    troubled = [view for view in made.deciding if view.light in (Light.RED, Light.YELLOW)]
    began = [view.trouble_at for view in troubled if view.trouble_at is not None]
    back = [view.back_at for view in made.deciding if view.back_at is not None]
    names = {view.verdict.id for view in troubled}
    opinions = [view.opinion for view in views if view.verdict.id in names and view.opinion is not None]
    pages = dict.fromkeys(incident for opinion in opinions for incident in opinion.incidents)
    return Trouble(verdict, min(began, default=None), max(back, default=None), tuple(pages))
