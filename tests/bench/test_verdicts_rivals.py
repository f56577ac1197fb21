"""The short form of the table beside other monitors: a month, spread over the nine networks."""

from functools import cache
from statistics import median
from xml.etree import ElementTree

import pytest

from tests.bench.verdicts_ledger import Result
from tests.bench.verdicts_networks import DAY_S, NETWORKS
from tests.bench.verdicts_picture import draw
from tests.bench.verdicts_rivals import OURS, judged, row
from tests.bench.verdicts_rules import RIVALS

DAYS = 30 / len(NETWORKS)
# Ten seconds of computing, which a machine that is busy with other workers gives in minutes.
pytestmark = pytest.mark.timeout(400)


@cache
def found(network: str, rule: str) -> Result:
    return judged(7, DAYS, network, rule)


@pytest.mark.parametrize("network", NETWORKS)
def test_no_rival_is_truer(network: str) -> None:
    ours = found(network, OURS)
    assert ours.false_reds == 0
    assert ours.tries > 4 * DAYS * DAY_S / 64 / 3
    for rule in RIVALS:
        theirs = found(network, rule)
        assert len(theirs.told) == len(ours.told) > 10
        assert ours.false_yellows <= theirs.false_yellows + 1
        assert ours.wrong_s <= theirs.wrong_s + 600.0


def test_on_a_sound_network_every_rule_does_as_its_defaults_say() -> None:
    sound = {rule: found("sound", rule) for rule in RIVALS}
    assert not any(result.false_reds or result.false_yellows for result in sound.values())
    assert not any(result.missed for rule, result in sound.items() if rule != "AIWatch's probes")
    # Asked each 5 minutes, and four more times 60 s apart at the most; in silence 10 s a time.
    assert 120 <= min(sound["Nagios"].to_red_s) < max(sound["Nagios"].to_red_s) <= 300 + 120 + 3 * 10 + 1
    assert max(sound["Uptime Kuma"].to_red_s) <= 60 + 48 + 1
    assert min(sound["Uptime Kuma, 2 retries"].to_red_s) >= 120
    assert 120 <= min(sound["Gatus"].to_red_s) <= max(sound["Gatus"].to_red_s) <= 180 + 30 + 1
    assert max(sound["Vigil"].to_red_s) <= 120 + 31 + 1
    assert max(sound["Upptime"].to_red_s) <= 300 + 90 + 12 + 1
    assert not sound["AIWatch's probes"].to_red_s


def test_ours_is_red_before_all_that_look_twice() -> None:
    for network in NETWORKS:
        ours = found(network, OURS)
        assert median(ours.to_red_s) < 120.0
        for rule in ("Nagios", "Uptime Kuma, 2 retries", "Gatus", "Gatus, connectivity"):
            assert median(ours.to_red_s) < median(found(network, rule).to_red_s)


def test_one_look_cries_wolf() -> None:
    assert found("café", "Uptime Kuma").false_reds > 100


def test_a_connectivity_check_looks_at_nothing_while_the_network_is_away() -> None:
    train = "two hours of train a day"
    assert found(train, "Gatus, connectivity").false_yellows < found(train, "Gatus").false_yellows


def test_the_row_and_the_picture_say_what_was_found() -> None:
    all_found = {rule: [found("sound", rule)] for rule in (OURS, *RIVALS)}
    assert row(OURS, found("sound", OURS), DAYS).split()[2] == "0"
    picture = draw(all_found, DAYS)
    words = [text.text or "" for text in ElementTree.fromstring(picture).iter("{http://www.w3.org/2000/svg}text")]
    assert f"{OURS}: 0" in words
    assert not any(word.startswith("AIWatch") for word in words)
