"""States that follow from open incidents."""

import pytest

from trayapp.core.evidence.page_report import PageComponent, PageLight
from trayapp.watch.pages.derived import derived

L = PageLight
PARTS = {"chat": "Chat\n", "login": None}


@pytest.mark.parametrize(
    ("said", "state"),
    [
        ([], L.OPERATIONAL),
        ([L.DEGRADED, L.MAJOR, L.PARTIAL], L.MAJOR),
        ([L.UNKNOWN, L.DEGRADED], L.DEGRADED),
        ([L.UNKNOWN, L.OPERATIONAL], L.UNKNOWN),
        ([L.MAINTENANCE, L.OPERATIONAL], L.MAINTENANCE),
        ([L.MAINTENANCE, L.UNKNOWN], L.UNKNOWN),
    ],
)
def test_the_worst_that_is_said_counts(said: list[PageLight], state: PageLight) -> None:
    chat, login = derived(PARTS, [("chat", each, 7.0) for each in said], unsure=False)
    assert chat == PageComponent("chat", "Chat", state, 7.0 if said else None)
    assert login == PageComponent("login", "login", L.OPERATIONAL)


@pytest.mark.parametrize("said", [[], [("chat", L.OPERATIONAL, None)], [("elsewhere", L.MAJOR, None)]])
def test_what_nobody_speaks_of_is_unknown_where_somebody_does_not_say(
    said: list[tuple[str, PageLight, float | None]],
) -> None:
    assert [part.state for part in derived(PARTS, said, unsure=True)] == [L.UNKNOWN, L.UNKNOWN]


def test_what_is_said_is_said() -> None:
    chat, login = derived(PARTS, [("chat", L.PARTIAL, 7.0)], unsure=True)
    assert (chat.state, login.state) == (L.PARTIAL, L.UNKNOWN)
