"""Whom an incident concerns, in a sentence."""

from trayapp.core.incident.concerns import Concerns
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.text.language import _, ngettext
from trayapp.text.names import join_short

_NAMES_MAX = 40


def sentence(c: Concerns, title: str = "") -> str:
    """ "Concerns Opus, which you use."; empty where the page does not say. `title`: stands beside it already."""
    return " ".join(filter(None, (_families(c, title), *_limits(c, title))))


def lines(v: ServiceVerdict, s: Snapshot) -> list[str]:
    """Of the incident that a service is in, beside its other reasons."""
    concerned = s.concerns.get(v.incident or "")
    said = sentence(concerned) if concerned is not None else ""
    return [said] if said else []


def _families(c: Concerns, title: str) -> str:
    names = join_short(c.families, _NAMES_MAX)
    if not c.families or (c.hit is None and all(family.lower() in title.lower() for family in c.families)):
        return ""
    if c.hit is None:
        return _("Concerns {families}.", families=names)
    if set(c.families) <= set(c.used):
        return ngettext(
            "Concerns {families}, which you use.",
            "Concerns {families}, which you use.",
            len(c.families),
            families=names,
        )
    return _("Concerns {families}; you use {used}.", families=names, used=join_short(c.used, _NAMES_MAX))


def _limits(c: Concerns, title: str) -> list[str]:
    plans = [one for one in c.plans if one.lower() not in title.lower()]
    regions = [one for one in c.regions if one.lower() not in title.lower()]
    said = []
    if plans:
        names = join_short(plans, _NAMES_MAX)
        said.append(ngettext("It names the plan {names}.", "It names the plans {names}.", len(plans), names=names))
    if regions:
        names = join_short(regions, _NAMES_MAX)
        said.append(
            ngettext("It names the region {names}.", "It names the regions {names}.", len(regions), names=names)
        )
    return said
