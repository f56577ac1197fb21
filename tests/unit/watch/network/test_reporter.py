"""The own connection as reports: bad news at once, good news when it is news."""

import pytest
from msgspec.structs import replace

from tests.support.fakeclock import FakeClock
from trayapp.core.evidence.observation import (
    Control,
    Depth,
    NetworkReport,
    NetworkState,
    NetworkStep,
    Outcome,
    Source,
    Try,
)
from trayapp.core.evidence.reach import Reach
from trayapp.watch.failure import Failure
from trayapp.watch.network.controls import ControlAnswer, Round, failure_sign
from trayapp.watch.network.diagnosis import Sign
from trayapp.watch.network.reporter import REFRESH_S, Connection, sign_of
from trayapp.watch.probes.runner import Attempt

URL = "https://api.acme.example/v1/models"


class Scene:
    def __init__(self, *, route: bool = True) -> None:
        self.clock = FakeClock()
        self.told: list[NetworkReport] = []
        self.connection = Connection(self.clock, self.told.append, lambda: route)

    def attempt(
        self,
        outcome: Outcome = Outcome.GOOD,
        failure: Failure | None = None,
        reach: Reach = Reach.PUBLIC,
        host: str = "api.acme.example",
    ) -> Attempt:
        now = self.clock.now()
        code = failure.code if failure is not None else "http_200"
        observed = Try(now, now, Source.PROBE, "acme", host, (), Depth.API, outcome, code, reach)
        return Attempt(observed, failure)

    def round(self, *signs: Sign, reach: Reach = Reach.PUBLIC) -> Round:
        now = self.clock.now()
        asked = [
            ControlAnswer(Control(now, now, f"c{number}", reach, one.good, one.code, one.step, one.altered), one)
            for number, one in enumerate(signs)
        ]
        return Round(now, tuple(asked))

    @property
    def last(self) -> tuple[NetworkState, NetworkStep | None]:
        return self.told[-1].state, self.told[-1].step


GOOD = Sign(good=True, secure=True, code="http_200")
DNS = Sign(good=False, secure=True, code="dns", step=NetworkStep.DNS)
LOST = Failure("dns", NetworkStep.DNS)


def test_the_first_good_answer_is_told_with_its_steps() -> None:
    scene = Scene()
    scene.connection.tried(URL, scene.attempt())
    assert scene.last == (NetworkState.ONLINE, None)
    assert scene.told[0].passed == (NetworkStep.INTERFACE, NetworkStep.DNS, NetworkStep.TCP, NetworkStep.TLS)


def test_good_news_are_not_repeated_but_refreshed() -> None:
    scene = Scene()
    for host in ("one", "two"):
        scene.connection.tried(URL, scene.attempt(host=host))
    assert len(scene.told) == 1
    scene.clock.move(REFRESH_S - 10)
    scene.connection.tried(URL, scene.attempt(host="one"))
    assert len(scene.told) == 1
    scene.clock.move(20)
    scene.connection.tried(URL, scene.attempt(host="two"))
    assert [one.state for one in scene.told] == [NetworkState.ONLINE] * 2


def test_controls_that_fail_are_told_at_once() -> None:
    scene = Scene()
    scene.connection.asked(URL, scene.attempt(Outcome.FAIL, LOST), scene.round(DNS, DNS))
    assert scene.last == (NetworkState.OFFLINE, NetworkStep.DNS)
    assert scene.told[0].passed == (NetworkStep.INTERFACE,)


def test_without_a_way_out_it_is_the_interface() -> None:
    scene = Scene(route=False)
    scene.connection.asked(URL, scene.attempt(Outcome.FAIL, LOST), scene.round(DNS, DNS))
    assert scene.last == (NetworkState.OFFLINE, NetworkStep.INTERFACE)


def test_the_first_good_answer_afterwards_is_told() -> None:
    scene = Scene()
    scene.connection.tried(URL, scene.attempt())
    scene.connection.asked(URL, scene.attempt(Outcome.FAIL, LOST), scene.round(DNS, DNS))
    scene.clock.move(20)
    scene.connection.tried(URL, scene.attempt())
    assert [one.state for one in scene.told] == [NetworkState.ONLINE, NetworkState.OFFLINE, NetworkState.ONLINE]


def test_controls_that_answer_are_no_bad_news() -> None:
    scene = Scene()
    scene.connection.asked(URL, scene.attempt(Outcome.FAIL, LOST), scene.round(GOOD, DNS))
    assert scene.told == []


def test_a_provider_that_answers_clears_controls_that_do_not() -> None:
    scene = Scene()
    scene.connection.asked(URL, scene.attempt(), scene.round(DNS, DNS))
    assert scene.told == []


@pytest.mark.parametrize("reach", [Reach.PRIVATE, Reach.LOOPBACK])
def test_what_the_home_network_lacks_is_not_told_of_the_internet(reach: Reach) -> None:
    scene = Scene()
    scene.connection.asked(URL, scene.attempt(Outcome.FAIL, LOST, reach), scene.round(DNS, DNS, reach=reach))
    assert scene.told == []


def test_loopback_says_nothing_once_the_internet_is_known() -> None:
    scene = Scene()
    scene.connection.tried("http://127.0.0.1:1/", scene.attempt(reach=Reach.LOOPBACK, host="127.0.0.1:1"))
    scene.connection.tried(URL, scene.attempt())
    scene.connection.asked(URL, scene.attempt(Outcome.FAIL, LOST), scene.round(DNS, DNS))
    scene.connection.tried("http://127.0.0.1:1/", scene.attempt(reach=Reach.LOOPBACK, host="127.0.0.1:1"))
    assert scene.last == (NetworkState.OFFLINE, NetworkStep.DNS)


def test_a_proxy_that_refuses_is_told_without_asking_anybody_else() -> None:
    scene = Scene()
    scene.connection.tried(URL, scene.attempt(Outcome.PROXY, Failure("proxy_settings", NetworkStep.PROXY)))
    assert scene.last == (NetworkState.OFFLINE, NetworkStep.PROXY)


def test_another_network_starts_from_nothing() -> None:
    scene = Scene()
    scene.connection.tried(URL, scene.attempt())
    scene.connection.forget()
    scene.connection.tried(URL, scene.attempt())
    assert len(scene.told) == 2


@pytest.mark.parametrize(
    ("outcome", "proven", "good"),
    [
        (Outcome.GOOD, False, True),
        (Outcome.FAIL, False, False),
        (Outcome.NEUTRAL, False, False),
        (Outcome.FOREIGN, False, False),
        (Outcome.FAIL, True, True),
        (Outcome.NEUTRAL, True, True),
    ],
)
def test_an_error_shows_the_way_is_open_if_it_is_the_providers_own(outcome: Outcome, proven: bool, good: bool) -> None:
    attempt = Scene().attempt(outcome)
    assert sign_of(URL, attempt._replace(observed=replace(attempt.observed, proven=proven))).good is good


def test_silence_at_an_address_that_nobody_out_there_has_is_the_names_fault() -> None:
    """Every name leads to a router without a way out: it may be reached, but nothing shows that it asks for a login."""
    scene = Scene()
    lost = failure_sign(URL, Failure("timeout", NetworkStep.TCP), elsewhere=True)
    attempt = scene.attempt(Outcome.FOREIGN, Failure("timeout", NetworkStep.TCP))
    attempt = attempt._replace(observed=replace(attempt.observed, code="private_address"))
    scene.connection.asked(URL, attempt, scene.round(lost, lost))
    assert scene.last == (NetworkState.OFFLINE, NetworkStep.DNS)
