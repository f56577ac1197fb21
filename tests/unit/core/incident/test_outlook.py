"""Of which services something is to be expected, and from whose past: through the judge, sample by sample."""

import msgspec
import pytest

from tests.unit.core.incident.test_forecast import past
from tests.unit.core.playbook import ACME, CATALOGUE, LINK, START, Play
from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.page_report import Impact, PageHistory, PageIncident, PageStage
from trayapp.core.incident.forecast import Basis, Forecast
from trayapp.core.incident.outlook import Outlook
from trayapp.core.incident.past import PastIncident
from trayapp.core.light.severity import Finding

DOWN = ((0.0, "page ok"), (1.0, "api 401"), (60.0, "api 502"), (65.0, "api 502 +"), (80.0, "api 502 +"),
        (95.0, "api 502 +"))  # fmt: skip
WATCHED = ("chat", "api", "beta", "gamma", "delta")


def played(*samples: tuple[float, str]) -> Play:
    play = Play(WATCHED)
    for at, sample in samples:
        play.feed(at, sample)
    return play


def told(play: Play) -> dict[str, Forecast]:
    return play.state.result.snapshot.forecasts


def learn(play: Play, provider: str, incidents: list[PastIncident]) -> None:
    """The page of a provider has told so much of its past."""
    told = [
        PageIncident(
            str(number), "Errors", PageStage.RESOLVED, Impact.MAJOR, one.components, one.started_at, one.ended_at
        )
        for number, one in enumerate(incidents)
    ]
    play.state.observe(PageHistory(play.state.judgement.at, provider, LINK, tuple(told)))


def test_nothing_is_foretold_of_what_is_well() -> None:
    assert told(played(*DOWN[:2])) == {}


def test_an_outage_is_foretold_from_what_is_published_as_long_as_nobody_knows_better() -> None:
    play = played(*DOWN)
    (name,) = told(play)
    assert (name, told(play)[name].basis) == ("api", Basis.PUBLISHED)


def test_what_the_page_has_told_is_taken_from_the_next_moment_on() -> None:
    play = played(*DOWN)
    learn(play, "acme", past(50))
    learn(play, "beta", past(60))
    play.wait(96.0)
    assert (told(play)["api"].basis, told(play)["api"].outages) == (Basis.PROVIDER, 50)


def test_a_past_stays_when_other_services_are_watched() -> None:
    play = played(*DOWN)
    learn(play, "acme", past(50))
    play.state.watch(CATALOGUE, ("api", "chat"), START + 96.0)
    play.wait(97.0)
    assert told(play)["api"].outages == 50


@pytest.mark.parametrize(
    ("parts", "basis"),
    [
        ("completions", Basis.COMPONENT),
        ("completions,responses", Basis.COMPONENT),
        ("embeddings", Basis.PROVIDER),
    ],
)
def test_the_parts_that_are_in_trouble_have_their_own_past(parts: str, basis: Basis) -> None:
    play = Play(WATCHED)
    learn(play, "acme", past(45, components=("id-completions",)))
    play.feed(0.0, f"page major:{parts}")
    assert told(play)["api"].basis is basis


def test_it_is_foretold_by_the_age_of_the_incident_in_minutes() -> None:
    play = played(*DOWN)
    learn(play, "acme", past(200))
    alike = []
    for minute in range(2, 240, 5):
        play.feed(60.0 * minute, "api 502 +")
        alike.append(told(play)["api"].alike)
    assert alike == sorted(alike, reverse=True)
    assert alike[0] > 2 * alike[-1]


def test_what_is_back_needs_no_forecast() -> None:
    play = played(*DOWN, (200.0, "api 401"), (260.0, "api 401"))
    assert play.incidents
    assert told(play) == {}


def test_what_falls_with_many_has_a_cause_that_no_past_knows() -> None:
    names = ("beta", "gamma", "delta")
    play = played(*((at + place, f"{name} 502 +!") for at in (0.0, 5.0, 20.0, 35.0, 50.0)
                    for place, name in enumerate(names)))  # fmt: skip
    judgement = play.state.judgement
    assert {judgement.service(name).finding for name in names} == {Finding.SHARED}  # type: ignore[union-attr]
    assert told(play) == {}


def test_nor_does_it_know_what_only_limps_with_them() -> None:
    names = ("api", "beta", "gamma")
    play = played(*((at + place, f"{name} 502 +!") for at in (0.0, 5.0, 20.0, 35.0, 50.0)
                    for place, name in enumerate(names)))  # fmt: skip
    play.feed(60.0, "page degraded:login")
    assert play.lights()["chat"] == "yellow degraded"
    assert told(play) == {}


def test_of_a_part_that_nobody_has_found_on_the_page_the_providers_past_is_known() -> None:
    api = ACME.services[1]
    lost = msgspec.structs.replace(api.components[2], page_components=("*",))
    service = msgspec.structs.replace(api, components=(*api.components[:2], lost))
    provider = msgspec.structs.replace(ACME, services=(ACME.services[0], service))
    play = Play(WATCHED, Catalogue(CATALOGUE.providers | {"acme": provider}))
    learn(play, "acme", past(45, components=("id-completions",)))
    for at, sample in DOWN:
        play.feed(at, sample)
    assert told(play)["api"].basis is Basis.PROVIDER


def test_once_it_has_been_found_its_own_past_is_asked() -> None:
    api = ACME.services[1]
    lost = tuple(msgspec.structs.replace(one, page_components=("*",)) for one in api.components)
    services = (ACME.services[0], msgspec.structs.replace(api, components=lost))
    before = Catalogue(CATALOGUE.providers | {"acme": msgspec.structs.replace(ACME, services=services)})
    outlook, bases = Outlook(), []
    outlook.learn("acme", past(45, components=("id-completions", "id-responses", "id-embeddings")))
    play = played(*DOWN)
    for catalogue in (before, CATALOGUE):
        outlook.use(catalogue)
        known = outlook.forecasts(play.state.judgement, play.incidents, START + 95.0)
        bases.append(known["api"].basis)
    assert bases == [Basis.PROVIDER, Basis.COMPONENT]


def test_what_is_partly_back_is_foretold_where_it_is_not() -> None:
    play = played(*DOWN, (96.0, "page major:chat"), (200.0, "page major:chat"), (201.0, "api 401"), (262.0, "api 401"))
    assert play.lights()["api"] == "yellow recovering"
    assert list(told(play)) == ["chat"]


def test_it_goes_on_with_the_time_though_nothing_comes_in() -> None:
    play = Play(WATCHED)
    learn(play, "acme", past(200, 1.5))
    play.feed(0.0, "page major:chat")
    play.wait(130.0)
    verdict, before = play.state.judgement.service("chat"), told(play)["chat"]
    play.wait(140.0)
    assert told(play)["chat"] is before
    play.wait(200.0)
    assert play.state.judgement.service("chat") is verdict
    assert told(play)["chat"].alike < before.alike


def test_reading_the_picture_again_says_the_same() -> None:
    play = played(*DOWN)
    assert play.state.snapshot(START + 95.0).forecasts == told(play)
