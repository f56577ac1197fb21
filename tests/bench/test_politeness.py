"""A short form of the bench: an hour in three situations, and what counts as too much."""

from itertools import pairwise

import pytest

from tests.bench.politeness import WARM_S, Asked, Day, near, play, rude
from trayapp.core.catalogue import Catalogue, Component, Page, Provider, Service
from trayapp.engine.loading import load_all
from trayapp.paths import home

HOURS = {"own network away": 0.15}
"""Where everybody fails, everybody is asked more often, and every answer is judged."""
PAGE = Catalogue({"acme": Provider("acme", "Acme", (), Page("statuspage", "https://status.example", interval_s=300))})


@pytest.mark.parametrize("situation", ["openai by probe", "own network away", "refused"])
def test_nobody_is_asked_more_often_than_politeness_allows(situation: str) -> None:
    catalogue = load_all(home()).catalogue
    found = play(situation, HOURS.get(situation, 0.75), catalogue)
    assert list(rude(found, catalogue)) == []
    # Everybody is asked, and what went wrong was noticed.
    hosts = {probe.host for _, service in catalogue.services() for probe in service.probes}
    assert hosts <= {one.host for one in found.log}
    assert ("openai-api" in found.red_at) == (situation == "openai by probe")
    assert any(one.at > WARM_S and not (one.fine and not one.patience_s) for one in found.log)


def test_a_host_with_the_pages_of_several_providers_is_one_host() -> None:
    """Three that are read every two minutes would make three readings in two, in whatever minute."""
    pages = {name: Page("statuspage", f"https://status.example/{name}") for name in ("acme", "bolt", "core")}
    parts = (Component("chat", "Chat", True, ("part-1",)),)
    catalogue = Catalogue(
        {name: Provider(name, name, (Service(name, name, components=parts),), page) for name, page in pages.items()}
    )
    found = play("well", 2.0, catalogue)
    assert list(rude(found, catalogue)) == []
    times = [one.at for one in found.log]
    assert len(times) > 100
    assert all(later >= one + 60.0 for one, later in pairwise(times))


def test_near_a_provider_are_those_that_share_a_host_with_it() -> None:
    shared = Page("statuspage", "https://status.example/acme")
    catalogue = Catalogue(
        {
            "acme": Provider("acme", "Acme", (Service("acme-api", "Acme"),), shared),
            "bolt": Provider("bolt", "Bolt", (Service("bolt-api", "Bolt"),), shared),
            "core": Provider(
                "core", "Core", (Service("core-api", "Core"),), Page("statuspage", "https://core.example")
            ),
        }
    )
    usual = len(near("well", catalogue))
    assert near("acme by page", catalogue)[usual:] == ("acme-api", "bolt-api")


def probes(*times: float, fails_from: float = 1e9, patience_s: float = 0.0) -> list[Asked]:
    return [Asked(at, "api.example", "probe", at < fails_from, patience_s) for at in times]


def pages(*times: float) -> list[Asked]:
    return [Asked(at, "status.example", "page", fine=True) for at in times]


@pytest.mark.parametrize(
    ("log", "told"),
    [
        (probes(100, 160, 220), 0),
        (probes(100, 159), 1),
        (probes(100, 160, 165, 174, 182, 190, 199, fails_from=160), 0),
        (probes(100, 160, 165, 174, 182, 190, 199, 210, fails_from=160), 1),
        (probes(150, *range(300, 400, 15), fails_from=150), 0),
        (probes(150, *range(300, 400, 12), fails_from=150), 5),
        (probes(100, 399, 700, patience_s=300.0), 1),
        (pages(100, 101, 400, 402), 0),
        (pages(100, 101, 150, 151), 1),
    ],
)
def test_what_is_too_much(log: list[Asked], told: int) -> None:
    assert len(list(rude(Day(log, {}, 0), PAGE))) == told
