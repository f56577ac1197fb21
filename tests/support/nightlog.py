"""A night as readable text: what every light did, and what was told, in both languages.

Times differ a little from run to run, so clock times are written as hh:mm, durations as [duration] and numbers of
requests as [n]; services that change in the same moment may do so in any order, so each has its own list.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from trayapp.core.light.severity import Light
from trayapp.core.light.verdicts import Transition
from trayapp.core.notify.banner import Announcement, Banner
from trayapp.text import banners
from trayapp.text.language import LANGUAGES, language, set_language

_CLOCK = re.compile(r"\b\d\d:\d\d\b")
_DURATION = re.compile(r"\b\d+ (?:s|min|h|d|Min\.|Std\.|Tg\.)(?: \d+ (?:min|h|Min\.|Std\.))?(?!\w)")
_COUNT = re.compile(r"\b\d+ (requests|Anfragen)\b")


def render(
    transitions: Iterable[Transition], announcements: Iterable[Announcement], wall: Callable[[float], datetime]
) -> str:
    """The whole night: the changes of each service in their order, then the banners in theirs."""
    return "\n".join([*_changes(transitions), *_told(announcements, wall)]) + "\n"


def _changes(transitions: Iterable[Transition]) -> list[str]:
    by_service: dict[str, list[str]] = {}
    for one in transitions:
        lines = by_service.setdefault(one.service, [f"    {one.was_light} {one.was_finding}"])
        if one.light is one.was_light is Light.GREY:
            # On a busy machine two minutes of the night pass before the first answer is read.
            continue
        lines.append(f"    {one.light} {one.finding}")
    lines = ["Lights and findings", ""]
    for service in sorted(by_service):
        lines += [f"  {service}", *by_service[service], ""]
    return lines


def _told(announcements: Iterable[Announcement], wall: Callable[[float], datetime]) -> list[str]:
    keys: dict[str, str] = {}
    lines = ["Banners", ""]
    for one in announcements:
        key = keys.setdefault(one.key, _name_of(one.key, keys))
        if not isinstance(one, Banner):
            lines += [f"  {key}: withdrawn", ""]
            continue
        how = "pops up" if one.pops_up else "replaces silently"
        lines.append(f"  {key}: {one.stage}, {how}, {one.urgency}")
        before = language()
        for code in LANGUAGES:
            set_language(code)
            words = banners.words(one, wall=wall)
            buttons = " ".join(f"[{label}]" for _, label in words.buttons)
            lines += [f"    {code}  {_timeless(words.title)}", f"        {_timeless(words.body)}"]
            lines += [f"        {buttons}"] if buttons else []
        set_language(before)
        lines.append("")
    return lines


def _name_of(key: str, known: dict[str, str]) -> str:
    if key == "switch" or key.startswith("yellow:"):
        return key
    return f"incident {sum(name.startswith('incident') for name in known.values()) + 1}"


def _timeless(text: str) -> str:
    return _COUNT.sub(r"[n] \1", _DURATION.sub("[duration]", _CLOCK.sub("hh:mm", text)))
