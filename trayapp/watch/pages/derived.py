"""Components of pages that give them no states: what the open incidents make of each, the worst where they differ."""

from collections.abc import Iterable, Mapping

from trayapp.core.evidence.page_report import PageComponent, PageLight
from trayapp.core.remote_text import plain
from trayapp.watch.pages.shapes import MAX_COMPONENTS, MAX_NAME, worst_light


def derived(
    parts: Mapping[str, str | None], said: Iterable[tuple[str, PageLight, float | None]], *, unsure: bool
) -> list[PageComponent]:
    """The components `parts` (names by id) with what is `said` of them (id, state, since when).

    `unsure`: somebody did not tell what is touched, so that a component of which nothing is said is unknown.
    """
    worst: dict[str, tuple[PageLight, float | None]] = {}
    for name, state, since in said:
        known = worst.setdefault(name, (state, since))
        if worst_light((known[0], state)) is not known[0]:
            worst[name] = state, since
    rest = PageLight.UNKNOWN if unsure else PageLight.OPERATIONAL
    found = []
    for name, title in list(parts.items())[:MAX_COMPONENTS]:
        state, since = worst.get(name, (rest, None))
        if state is PageLight.OPERATIONAL and unsure:
            state = rest
        found.append(PageComponent(name, plain(title or name, MAX_NAME), state, since))
    return found
