"""Rule 6, what is unverified: alone it makes nothing green and nothing red, and it takes green away for a while.

The service has a page, a probe of the edge that is verified, and one of the API that is not.
"""

from collections.abc import Callable

import pytest
from msgspec.structs import replace

from tests.unit.core.playbook import CATALOGUE, START, Play, observations, page
from trayapp.core.catalogue import Catalogue, Component, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import Depth, NetworkState, Outcome, Source, Try, Witness
from trayapp.core.evidence.page_report import PageReport
from trayapp.core.evidence.unverified import ANSWERED_KEPT, UNVERIFIED_S, Unverified

EDGE = Probe(ProbeKind.EDGE, ("chat",), "https://chat.acme.example/trace")
BACKEND = Probe(ProbeKind.API, ("chat",), "https://back.acme.example/models", unverified=True)
VERIFIED = replace(BACKEND, url="https://api.acme.example/models", unverified=False)


def catalogue(*probes: Probe, page: bool = True) -> Catalogue:
    chat = Component("chat", "Chat", True, ("id-chat",) if page else ())
    acme = CATALOGUE.providers["acme"]
    service = Service("chat", "Chat", components=(chat,), probes=probes)
    mine = Provider("acme", "Acme", (service,), acme.page if page else None)
    return Catalogue({**CATALOGUE.providers, "acme": mine})


def told(at: float, said: str, probe: Probe = BACKEND, *, proven: bool = True) -> Try:
    """What the probe was told: `ok` as the catalogue says, `refused` otherwise, `gone` not its own, or a failure."""
    good = {"ok": True, "refused": False}.get(said)
    outcome = Outcome.GOOD if good is not None else Outcome.FOREIGN if said == "gone" else Outcome.FAIL
    return Try(
        START + at, START + at - 0.3, Source.PROBE, "acme", probe.host, (Part("chat", "chat"),),
        Depth.API if probe.kind is ProbeKind.API else Depth.EDGE, outcome,
        {"ok": "http_401", "refused": "http_404", "gone": "foreign_page"}.get(said, f"http_{said}"),
        status={"ok": 401, "refused": 404}.get(said, 502), proven=proven, accepted=good,
        witness=Witness("", "/models"), request_of=f"{probe.host}/models", unverified=probe.unverified,
    )  # fmt: skip


def scene(*probes: Probe, page: bool = True) -> tuple[Play, Callable[..., str]]:
    play = Play(("chat", "beta"), catalogue(*(probes or (EDGE, BACKEND)), page=page))

    def see(at: float, *seen: Try | PageReport | str) -> str:
        for one in seen:
            for observation in observations(START + at, one) if isinstance(one, str) else (one,):
                play.state.observe(observation)
        play.wait(at)
        return play.lights()["chat"]

    return play, see


def calm(at: float) -> PageReport:
    return page(START + at, ["ok"])


def fails(see: Callable[..., str], start: float, said: str = "502", times: int = 4) -> str:
    """Once a minute from `start` on, while the page is calm."""
    light = ""
    for number in range(times):
        at = start + 60 * number
        light = see(at, calm(at), told(at, "ok", EDGE), "beta ok !", told(at, said))
    return light


def test_its_good_answers_alone_make_nothing_green() -> None:
    _, see = scene(BACKEND, page=False)
    assert {see(at, told(at, "ok")) for at in range(130, 1300, 60)} == {"grey no_evidence"}


def test_they_prove_the_connection() -> None:
    play, see = scene(BACKEND, page=False)
    states = []
    for at, proven in ((130, False), (190, True)):
        see(at, told(at, "ok", proven=proven))
        states.append(play.last.network.state)
    assert states == [NetworkState.UNKNOWN, NetworkState.ONLINE]


def test_nor_with_an_edge_that_answers() -> None:
    _, see = scene(EDGE, BACKEND, page=False)
    assert {see(at, told(at, "ok"), told(at, "ok", EDGE)) for at in range(130, 1300, 60)} == {"grey no_evidence"}


def test_the_page_makes_it_green_and_waits_for_no_answer() -> None:
    _, see = scene(BACKEND)
    assert see(1, calm(1)) == "green ok"


@pytest.mark.parametrize(
    ("said", "light"), [("502", "yellow checking"), ("refused", "yellow checking"), ("gone", "grey blocked")]
)
def test_its_failures_alone_make_nothing_red_however_many(said: str, light: str) -> None:
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    seen = [fails(see, at, said, 1) for at in range(60, 7200, 60)]
    assert set(seen) == {"green ok", light}


def test_a_failure_among_them_is_no_stranger() -> None:
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    lights = [fails(see, at, said, 1) for at, said in ((60, "gone"), (120, "502"), (180, "gone"), (240, "gone"))]
    assert lights == ["green ok", "green ok", "yellow checking", "yellow checking"]
    assert fails(see, 300, "gone", 1) == "grey blocked"


def test_what_was_never_answered_here_takes_nothing_away() -> None:
    _, see = scene()
    assert {fails(see, at, times=1) for at in range(0, 3600, 60)} == {"green ok"}


def test_after_an_answer_it_takes_green_away_for_half_an_hour() -> None:
    play, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    assert fails(see, 60, times=2) == "green ok"
    assert fails(see, 180, times=2) == "yellow checking"
    assert play.codes("chat") == ["page_silent", "unverified_fails"]
    last = 60 + UNVERIFIED_S - 60
    assert fails(see, 300, times=int((last - 300) // 60)) == "yellow checking"
    assert fails(see, last, times=3) == "green ok"


@pytest.mark.parametrize(
    ("later", "light"),
    [
        (lambda at: told(at, "ok"), "green ok"),
        (lambda at: told(at, "ok", VERIFIED), "green ok"),
        (lambda at: told(at, "ok", EDGE), "yellow checking"),
        (lambda at: told(at, "gone"), "yellow checking"),
        (lambda at: told(at, "429"), "yellow checking"),
        (calm, "yellow checking"),
        (lambda at: page(START + at, ["major:chat"]), "red down"),
        (lambda at: page(START + at, ["degraded:chat"]), "yellow degraded"),
        (lambda at: page(START + at, ["html"]), "yellow checking"),
    ],
)  # fmt: skip
def test_what_comes_of_it(later: Callable[[float], Try | PageReport], light: str) -> None:
    _, see = scene(EDGE, BACKEND, VERIFIED)
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    fails(see, 60)
    assert see(245, later(245)) == light


def test_a_verified_request_that_fails_decides_by_itself_and_no_sooner() -> None:
    with_it, alone = scene(EDGE, BACKEND, VERIFIED)[1], scene(EDGE, VERIFIED)[1]
    for see in (with_it, alone):
        see(0, calm(0), told(0, "ok", EDGE), told(0, "ok", VERIFIED), "beta ok !")
    with_it(0, told(0, "ok"))
    fails(with_it, 60)
    lights = []
    for at in (241, 246, 262, 288, 303):
        seen = told(at, "502", VERIFIED)
        lights.append((with_it(at, told(at, "502"), seen), alone(at, seen)))
    assert [one for one, _ in lights if one.startswith("red")] == [two for _, two in lights if two.startswith("red")]
    assert lights[-1] == ("red down", "red down")


def test_three_within_a_moment_are_one_hiccup() -> None:
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    lights = [see(at, "beta ok !", told(at, "502")) for at in (60, 80, 100)]
    assert lights[-1] == "green ok"


def test_those_of_another_hour_are_another_matter() -> None:
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    assert fails(see, 60) == "yellow checking"
    for at in range(300, 3600, 60):
        light = see(at, calm(at), told(at, "ok", EDGE), "beta ok !")
    assert light == "green ok"
    assert fails(see, 3600) == "yellow checking"


def test_failures_that_nothing_vouches_for_say_nothing() -> None:
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    for at in (60, 120, 180, 240):
        light = see(at, calm(at), told(at, "502", proven=False))
    assert light == "green ok"


def test_beside_it_the_connection_is_as_its_control_has_it() -> None:
    play, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    for at in range(60, 600, 60):
        see(at, calm(at), told(at, "ok", EDGE), replace(told(at, "gone", proven=False), control=True))
    assert play.codes("chat") == ["blocked", "network_fine", "page_operational"]


def test_it_does_not_come_and_go_with_what_vouches_for_the_latest() -> None:
    """Nobody answers beside a time-out for its four seconds, and what answered beside the first is long forgotten."""
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    lights = []
    for at in range(60, 60 + int(UNVERIFIED_S), 120):
        lights.append(see(at, calm(at), told(at, "ok", EDGE), told(at, "gone", proven=False)))
        lights.append(see(at + 15, "beta ok !"))
    changes = [one for one, before in zip(lights, ["", *lights], strict=False) if one != before]
    assert changes == ["green ok", "grey blocked"]


def test_a_stranger_who_is_known_to_be_there_needs_no_checking() -> None:
    """The same for all that its host is asked, so that the parts of a service say one thing."""
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    for at in range(60, 700, 60):
        gone = replace(told(at, "gone", EDGE, proven=False), code="no_name")
        light = see(at, calm(at), "beta ok !", gone, told(at, "gone", proven=False))
        see(at + 5, "beta ok !")
    assert light == "grey blocked"


def test_announced_maintenance_excuses_it() -> None:
    _, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    fails(see, 60)
    assert see(250, page(START + 250, ["maintenance:chat"])) in ("green ok", "yellow maintenance")


def test_a_restart_remembers_that_it_was_answered() -> None:
    play, see = scene()
    see(0, calm(0), told(0, "ok", EDGE), told(0, "ok"))
    play.restart(30)
    assert fails(see, 60) == "yellow checking"


def beta_red_at(*unverified: str) -> float:
    """When another provider's outage is red, after ten minutes in which the unverified request was told so."""
    play, see = scene()
    for at in range(0, 600, 20):
        see(at, calm(at), "beta ok", *(told(at, said, proven=False) for said in unverified))
    for at in (605, 611, 627, 653, 668, 684, 700, 715):
        see(at, "beta timeout +")
        if play.lights()["beta"] == "red down":
            return at
    return float("inf")


def test_its_failures_make_no_network_look_shaky() -> None:
    assert beta_red_at("502") == beta_red_at() < 700


def test_what_it_claims_is_on_the_verdict() -> None:
    play, see = scene(EDGE, VERIFIED)
    see(0, calm(0))
    verdict = play.last.service("chat")
    assert verdict is not None
    assert (verdict.unverified, verdict.unseen) == ((), ())
    play, see = scene()
    see(0, calm(0))
    verdict = play.last.service("chat")
    assert verdict is not None
    assert (verdict.unverified, verdict.unseen) == (("chat",), ("chat",))


def test_what_is_remembered_of_them_is_bounded_and_the_oldest_goes_first() -> None:
    made = Unverified()
    for number in range(ANSWERED_KEPT + 9):
        made.observe(replace(told(float(number), "ok"), request_of=f"host/{number}"))
    kept = sorted(made.remember().answered.values())
    assert kept == [START + number for number in range(9, ANSWERED_KEPT + 9)]


def test_that_it_was_answered_is_noted_once_an_hour() -> None:
    made = Unverified()
    noted: list[float] = []
    for at in (0.0, 3000.0, 3700.0):
        made.observe(told(at, "ok"))
        noted += made.remember().answered.values()
    assert noted == [START, START, START + 3700.0]


def test_what_the_users_own_requests_are_answered_is_no_probes_past() -> None:
    made = Unverified()
    made.observe(replace(told(0.0, "ok"), source=Source.TRAFFIC))
    assert made.remember().answered == {}
