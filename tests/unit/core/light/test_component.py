"""One component: which source wins, as a table of two facts and the light that they make together."""

import pytest

from tests.unit.core.playbook import Play

# Own eyes on the API after a quiet start, at 120 s.
EYES = {
    "fine": ["api 401"],
    "one failure": ["api 503"],
    "checking": ["api 503", "api 503 +"],
    "down": ["api 503", "api 503 +", "api 503 +", "api 503 +"],
    "blocked": ["api foreign +"],
    "own network": ["api timeout -"],
    "proxy": ["api 407"],
}
PAGES = {
    "fine": "page ok",
    "partial": "page partial:completions",
    "major": "page major:completions",
    "monitoring": "page incident:monitoring:major:completions",
    "maintenance": "page maintenance:completions",
    "wrong": "page wrong_page",
}
G, Y, R, B = "green ok", "yellow degraded", "red down", "grey blocked"
BACK, CHECK, DONE, NET = "yellow recovering", "yellow checking", "yellow maintenance", "grey own_network"
TABLE = {
    #               fine   partial  major  monitoring  maintenance  wrong
    "fine":        (G,     Y,       R,     BACK,       G,           G),
    "one failure": (G,     Y,       R,     BACK,       G,           G),
    "checking":    (CHECK, Y,       R,     CHECK,      DONE,        CHECK),
    "down":        (R,     R,       R,     R,          DONE,        R),
    "blocked":     (B,     Y,       R,     BACK,       B,           B),
    "own network": (NET,   NET,     NET,   NET,        NET,         NET),
    "proxy":       (NET,   NET,     NET,   NET,        NET,         NET),
}  # fmt: skip


@pytest.mark.parametrize("eyes", EYES)
@pytest.mark.parametrize("page", PAGES)
def test_page_and_own_eyes(eyes: str, page: str) -> None:
    play = Play(("api", "beta"))
    for at, sample in ((0.0, "api 401"), (1.0, "page ok"), (2.0, "beta 200"), (100.0, PAGES[page])):
        play.feed(at, sample)
    for number, sample in enumerate(EYES[eyes]):
        play.feed(120.0 + 15.0 * number, sample)
    components = {one.id: one for one in play.last.services[0].components}
    found = components["completions"]
    assert f"{found.light.value} {found.finding.value}" == TABLE[eyes][list(PAGES).index(page)]


def test_a_page_that_lags_ends_no_outage_that_nobody_watched_for_a_while() -> None:
    play = Play(("api", "beta"))
    for at, sample in (
        (0, "api 401"), (1, "beta 200"), (60, "api 503"), (65, "api 503 +"), (80, "api 503 +"), (95, "api 503 +")
    ):  # fmt: skip
        play.feed(at, sample)
    play.restart(2000.0)
    play.feed(2001.0, "page ok")
    play.expect("api grey starting", "own eyes have not looked yet")
    play.feed(2002.0, "api 503")
    play.expect("api grey starting", "nor decided")
    play.feed(2130.0, "page ok")
    play.expect("api green ok", "after two minutes the page has the word")


def test_traffic_makes_a_component_seen() -> None:
    play = Play(("api",))
    assert play.last.services[0].unseen == ()
    play = Play(("chat",))
    play.feed(0.0, "site ok")
    assert "chat" in play.last.services[0].unseen


def test_since_is_the_first_failure_and_the_first_sign_of_life() -> None:
    play = Play(("beta", "gamma"))
    sinces = {}
    for at, sample in (
        (0, "beta 200"), (1, "gamma 200"), (60, "beta 503"), (65, "beta 503 +"), (80, "beta 503 +"),
        (95, "beta 503 +"), (130, "beta 200"), (190, "beta 200"),
    ):  # fmt: skip
        verdict = play.feed(at, sample).services[0]
        sinces[verdict.finding.value] = verdict.since - play.last.at + at
    assert {name: round(since) for name, since in sinces.items()} == {
        "ok": 0, "checking": 60, "down": 60, "recovering": 130
    }  # fmt: skip
