"""Every scene, sample by sample, and what its incidents and transitions make of it."""

import pytest

from tests.unit.core import plays_network, plays_proof, plays_provider, plays_strangers
from tests.unit.core.playbook import LINK, START, Play, Row
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.light.severity import Confidence, Finding, Light

PLAYS = {
    name.lower(): rows
    for module in (plays_provider, plays_network, plays_proof, plays_strangers)
    for name, rows in vars(module).items()
    if isinstance(rows, list)
}


def watched(rows: list[Row]) -> tuple[str, ...]:
    """The services that a playbook speaks of, in order."""
    return tuple(dict.fromkeys(light.split()[0] for row in rows for light in row.lights.split(",")))


def played(rows: list[Row]) -> Play:
    play = Play(watched(rows))
    play.run(rows)
    return play


def red(lights: dict[str, str]) -> set[str]:
    return {service for service, light in lights.items() if light.startswith("red")}


@pytest.mark.parametrize("name", PLAYS)
def test_every_sample_of_a_play(name: str) -> None:
    played(PLAYS[name])


@pytest.mark.parametrize("name", PLAYS)
def test_a_restart_before_any_sample_changes_no_red_and_tells_nothing_twice(name: str) -> None:
    """Killed and started again at every tenth moment: what was red stays red, and incidents keep their names."""
    rows = PLAYS[name]
    moments = sorted((moment for row in rows for moment in row.moments()), key=lambda moment: moment[0])
    play = Play(watched(rows))
    for number, (at, row) in enumerate(moments):
        before = play.lights()
        ids = {incident.id for incident in play.incidents}
        if number % 10 == 5:
            last_at = moments[number - 1][0]
            play.restart(last_at + 0.1)
            after = play.lights()
            assert red(before) == red(after)
            assert {incident.id for incident in play.incidents} == ids
        for sample in filter(None, map(str.strip, row.samples.split(";"))):
            play.feed(at, sample)


def test_the_night_is_one_incident_told_in_stages() -> None:
    play = Play(("chat", "api", "beta"))
    stages: list[tuple[IncidentStage, tuple[str, ...]]] = []
    moments = sorted(
        (moment for row in plays_provider.THE_NIGHT for moment in row.moments()), key=lambda moment: moment[0]
    )
    for at, row in moments:
        for sample in row.samples.split(";"):
            play.feed(at, sample.strip())
            for incident in play.incidents:
                if not stages or stages[-1] != (incident.stage, incident.down):
                    stages.append((incident.stage, incident.down))
    assert stages == [
        (IncidentStage.OPEN, ("api",)),
        (IncidentStage.OPEN, ("api", "chat")),
        (IncidentStage.PARTLY_BACK, ("api",)),
        (IncidentStage.RECOVERING, ()),
        (IncidentStage.OVER, ()),
    ]
    (incident,) = play.incidents
    assert incident.id == f"acme-{int(START) + 240}"
    assert incident.started_at == START + 240
    assert incident.red_at == START + 260
    assert (incident.ended_from, incident.ended_at) == (START + 12180, START + 12180)
    assert incident.title == "Elevated error rates"
    assert incident.cause is None
    assert incident.link == f"{LINK}/incidents/inc-1"


def test_the_transitions_of_the_night() -> None:
    play = played(plays_provider.THE_NIGHT)
    api = [
        (round(change.at - START), change.light, change.finding)
        for change in play.transitions
        if change.service == "api"
    ]
    assert api == [
        (0, Light.GREEN, Finding.OK),
        (245, Light.YELLOW, Finding.CHECKING),
        (260, Light.RED, Finding.DOWN),
        (12240, Light.YELLOW, Finding.RECOVERING),
        (13400, Light.GREEN, Finding.OK),
    ]


def test_the_reasons_of_a_red_in_the_order_in_which_people_ask() -> None:
    play = Play(("chat", "api", "beta"))
    play.run([row for row in plays_provider.THE_NIGHT if row.at <= 260])
    assert play.codes("api")[:3] == ["page_silent", "failures", "network_fine"]
    failures = next(reason for reason in play.last.services[1].reasons if reason.code == "failures")
    assert (failures.params["failed"], failures.params["tries"], failures.params["what"]) == (3, 3, "http_500")
    assert failures.params["since_at"] == START + 240
    fine = next(reason for reason in play.last.services[1].reasons if reason.code == "network_fine")
    assert fine.params["hosts"] == 3


def test_confirmed_by_the_page_the_page_speaks_first() -> None:
    play = Play(("chat", "api", "beta"))
    play.run([row for row in plays_provider.THE_NIGHT if row.at <= 570])
    assert play.codes("api")[:2] == ["page_incident", "failures"]


def test_own_network_keeps_the_last_known_light_and_its_age() -> None:
    play = Play(("api", "beta"))
    play.run([row for row in plays_network.WIFI_DROPS_AFTER_AN_ANSWER if row.at <= 74])
    verdict = play.last.services[0]
    assert verdict.light is Light.GREY
    assert verdict.last_known is Light.GREEN
    assert verdict.last_known_at == START + 65.5
    assert verdict.reasons[0].params["step"] == "interface"
    assert play.last.light is Light.GREY
    assert play.last.network.step == "interface"
    assert play.incidents == ()


def test_grey_never_hides_red() -> None:
    play = Play(("chat", "api", "beta"))
    play.run([row for row in plays_provider.THE_NIGHT if row.at <= 260])
    play.feed(1700, "api 502 +")
    assert play.lights()["beta"] == "grey no_evidence"
    play = Play(("api", "beta"))
    for at, sample in ((0, "api 401"), (60, "api 502"), (65, "api 502 +"), (80, "api 502 +"), (95, "api 502 +")):
        play.feed(at, sample)
    assert play.lights() == {"api": "red down", "beta": "grey starting"}
    assert play.last.light is Light.RED


def test_an_outage_that_ended_in_a_sleep_ended_between_two_times() -> None:
    play = Play(("api", "beta"))
    play.run(plays_network.NAP_DURING_AN_OUTAGE)
    play.feed(4000, "resume")
    assert play.lights()["api"] == "grey starting"
    assert play.incidents[0].stage is IncidentStage.OPEN
    play.feed(4040, "api 401")
    (incident,) = play.incidents
    assert incident.stage is IncidentStage.OVER
    assert (incident.ended_from, incident.ended_at) == (START + 370, START + 4040)


def test_an_outage_that_lasts_through_a_sleep_stays_the_same_incident() -> None:
    play = Play(("api", "beta"))
    play.run(plays_network.NAP_DURING_AN_OUTAGE)
    before = play.incidents[0]
    play.feed(4000, "resume")
    for at, sample in (
        (4040, "api 502"), (4041, "beta 200"), (4045, "api 502 +"), (4060, "api 502 +"), (4075, "api 502 +")
    ):  # fmt: skip
        play.feed(at, sample)
    assert play.lights()["api"] == "red down"
    (after,) = play.incidents
    assert (after.id, after.started_at, after.red_at) == (before.id, before.started_at, before.red_at)


def test_shared_is_one_incident_of_three_providers() -> None:
    play = played(plays_provider.CLOUDFLARE_WIDE)
    (incident,) = play.incidents
    assert incident.shared
    assert set(incident.services) == {"api", "beta", "gamma"}
    assert {service.incident for service in play.last.services} == {incident.id}
    assert "shared" in play.codes("gamma")


def test_silence_alone_is_not_shared() -> None:
    play = played(plays_provider.THREE_FALL_TOGETHER)
    assert [incident.shared for incident in play.incidents] == [False] * 3


def test_what_cannot_be_seen_from_here_is_said() -> None:
    play = Play(("chat", "api"))
    assert play.last.services[0].unseen == ("chat", "login", "history", "uploads")
    assert play.last.services[1].unseen == ()


def test_confidence_says_what_a_green_rests_on() -> None:
    play = Play(("chat", "api", "beta"))
    confidences = []
    for at, sample in ((0, "beta 200"), (1, "api 401"), (2, "site ok"), (2.5, "page ok"), (3, "use ok r1")):
        play.feed(at, sample)
        confidences.append({each.id: each.confidence for each in play.last.services if each.confidence})
    assert confidences[0] == {"beta": Confidence.REACHABLE}
    assert confidences[1]["api"] is Confidence.REACHABLE
    assert "chat" not in confidences[2]
    assert (confidences[3]["chat"], confidences[3]["api"]) == (Confidence.REPORTED, Confidence.REPORTED)
    assert confidences[4]["api"] is Confidence.ANSWERING
    play.feed(590, "page ok")
    play.feed(604, "page ok")
    assert play.last.services[1].confidence is Confidence.REPORTED
