"""A night as text: what a person would have seen, readable and the same on every run.

Transitions are listed by service, since two services that fall together fall in no fixed order. Of a banner that was
replaced by another of the same stage, the last one counts. Times and durations are left out.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime

from trayapp.core.judgement import Transition
from trayapp.core.news import Announcement, Banner
from trayapp.text import banners
from trayapp.text.language import language, set_language

_TIMES = (
    (re.compile(r"\b\d{1,2}:\d{2}\b"), "hh:mm"),
    (re.compile(r"\b\d+ (?:h|Std\.) \d+ (?:min|Min\.)"), "h min"),
    (re.compile(r"\b\d+ (?:h|min|Std\.|Min\.|s|Sek\.)"), "min"),
)


def timeless(text: str) -> str:
    """`text` with times and durations replaced by their units."""
    for pattern, words in _TIMES:
        text = pattern.sub(words, text)
    return text


def render(
    transitions: Iterable[Transition], announcements: Iterable[Announcement], wall: Callable[[float], datetime]
) -> str:
    """Lights and findings of every service, then the banners in both languages."""
    by_service: dict[str, list[str]] = {}
    for one in transitions:
        by_service.setdefault(one.service, []).append(f"    {one.light:<7} {one.finding}")
    lines = ["Lights and findings"]
    for service in sorted(by_service):
        lines += ["", f"  {service}", *by_service[service]]
    told = last_of_each_stage(announcements)
    before = language()
    try:
        for code, title in (("en", "Banners"), ("de", "Banner auf Deutsch")):
            set_language(code)
            lines += ["", title]
            for one in told:
                words = banners.words(one, wall=wall)
                lines += ["", f"  {one.stage}", f"    {timeless(words.title)}", f"    {timeless(words.body)}"]
                lines += [f"    [{'] ['.join(label for _, label in words.buttons)}]"] if words.buttons else []
    finally:
        set_language(before)
    return "\n".join(lines) + "\n"


def last_of_each_stage(announcements: Iterable[Announcement]) -> list[Banner]:
    """Banners in the order in which their stages were first reached."""
    last: dict[tuple[str, str], Banner] = {}
    for one in announcements:
        if isinstance(one, Banner):
            last[one.key, one.stage] = one
    return list(last.values())
