"""On whose side it is, for whatever own requests and the page say together: from samples, through the rules."""

import pytest

from tests.unit.core.playbook import CATALOGUE, START, Play
from trayapp.core.mine.fails import fails

PAGES = {
    "fine": "page ok",
    "degraded": "page degraded:completions incident:investigating:minor:completions",
    "down": "page major:completions,responses incident:investigating:major:completions,responses",
    "unreadable": "page html",
}
THEIRS = "them sure down"
# What own requests see within 15 s, and then the answer for each state of the page.
MATRIX = {
    "api 401": ("neither calm", "them sure trouble", THEIRS, "neither calm"),
    "real ok": ("you answers", "them sure trouble", THEIRS, "you answers"),
    "api 502 +!": ("them errors", "them sure trouble", THEIRS, "them errors"),
    "api timeout +": ("neither checking", "them sure trouble", THEIRS, "neither checking"),
    "api connect +": ("neither checking", "them sure trouble", THEIRS, "neither checking"),
    "api timeout -": ("you sure offline",) * 4,
    "api foreign +": ("you sure blocked", "you blocked", "them down", "you sure blocked"),
    "api untrusted +": ("you sure blocked", "you blocked", "them down", "you sure blocked"),
    "api private_address +": ("you sure blocked", "you blocked", "them down", "you sure blocked"),
    "api no_name +": ("you sure blocked", "you blocked", "them down", "neither no_evidence"),
    "api 407": ("you sure offline",) * 4,
    "api 429": ("you sure rate_limit", "you rate_limit", THEIRS, "you sure rate_limit"),
    "network offline dns": ("you sure offline",) * 4,
    "network captive captive_portal": ("you sure offline",) * 4,
    "network offline clock": ("you sure offline",) * 4,
    "network offline proxy": ("you sure offline",) * 4,
}


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("own", MATRIX)
def test_what_own_requests_and_the_page_say_together(own: str, page: str) -> None:
    play = Play(("api", "chat", "beta"), CATALOGUE)
    for at, sample in ((0, "beta 200"), (1, PAGES[page]), (2, "api 401"), (295, PAGES[page]), (296, "beta 200")):
        play.feed(at, sample)
    for at in (300, 305, 315):
        play.feed(at, own)
    found = fails(play.state.snapshot(START + 331.0), "api")
    assert found is not None
    said = " ".join(filter(None, (found.side, "sure" if found.sure else "", found.why)))
    assert said == MATRIX[own][list(PAGES).index(page)]
