"""Controls over real HTTP: what proves that the own connection works, and what gives a portal away."""

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from tests.support import httpserver
from tests.support.descriptors import no_descriptors_left
from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Authority, Server, answer, redirect
from trayapp.core.evidence.observation import Control, NetworkStep
from trayapp.core.evidence.pace import REQUESTS_A_MINUTE, Pace
from trayapp.core.evidence.reach import Reach
from trayapp.net.addresses import Addresses
from trayapp.net.trust import Trust
from trayapp.watch.http import Http, Limit
from trayapp.watch.network.controls import Controls, Round, answer_sign
from trayapp.watch.schedule.budget import Budget


class Scene:
    """Two controls, one of each kind, their servers, and everything that was observed."""

    def __init__(self, plain: Server, secure: Server, http: Http) -> None:
        self.plain, self.secure = plain, secure
        self.clock = FakeClock()
        self.budget = Budget(self.clock)
        self.seen: list[Control] = []
        self._http = http
        self.addresses = Addresses()
        self.controls = self.make(plain.url, secure.url)

    def make(self, *urls: str) -> Controls:
        return Controls(urls, self._http, self.budget, self.addresses, self.clock, self.seen.append)

    async def round(self, reach: Reach, since: float, controls: Controls | None = None) -> Round | None:
        """A round of these controls, or of the scene's, told at once."""
        asked = controls or self.controls
        found = await asked.round(reach, since)
        if found is not None and not found.proves:
            found = await asked.widen(reach, found)
        asked.tell()
        return found


@pytest.fixture
async def open_scene() -> AsyncIterator[Callable[[], Scene]]:
    authority = Authority()
    async with AsyncExitStack() as stack:
        plain = await stack.enter_async_context(Server())
        secure = await stack.enter_async_context(Server(tls=authority.server()))
        http = Http(trust=Trust(authority.trust))
        stack.push_async_callback(http.close)
        plain.always(answer(204))
        secure.always(answer(200, "fine"))
        yield lambda: Scene(plain, secure, http)


@pytest.fixture
def scene(open_scene: Callable[[], Scene]) -> Scene:
    return open_scene()


async def test_controls_that_nobody_could_ask_prove_nothing(scene: Scene) -> None:
    with no_descriptors_left():
        assert await scene.controls.round(Reach.LOOPBACK, scene.clock.now()) is None
    assert scene.seen == []
    scene.clock.move(60)
    found = await scene.controls.round(Reach.LOOPBACK, scene.clock.now())
    assert found is not None
    assert found.proves


async def test_one_over_plain_http_and_one_over_tls_prove_the_connection(scene: Scene) -> None:
    found = await scene.round(Reach.LOOPBACK, scene.clock.now())
    assert found is not None
    assert found.proves
    assert sorted((one.plain, one.good, one.code) for one in scene.seen) == [
        (False, True, "http_200"),
        (True, True, "http_204"),
    ]
    assert {one.host for one in scene.seen} == {scene.plain.netloc, scene.secure.netloc}
    assert {one.reach for one in scene.seen} == {Reach.LOOPBACK}


async def test_an_error_over_tls_is_proof_as_well(scene: Scene) -> None:
    scene.secure.always(answer(500))
    found = await scene.round(Reach.LOOPBACK, 0.0)
    assert found is not None
    assert found.proves


async def test_plain_http_alone_does_not_speak_for_tls(scene: Scene) -> None:
    scene.secure.always(httpserver.hang_up)
    found = await scene.round(Reach.LOOPBACK, 0.0)
    assert found is not None
    assert not found.proves


async def test_a_gateway_error_over_plain_http_may_come_from_anybody(scene: Scene) -> None:
    scene.plain.always(answer(504))
    await scene.round(Reach.LOOPBACK, 0.0)
    assert [one.good for one in scene.seen if one.plain] == [False]


async def test_a_redirect_to_somebody_else_is_a_portal(scene: Scene) -> None:
    scene.plain.always(redirect("http://login.portal.invalid/?from=here"))
    found = await scene.round(Reach.LOOPBACK, 0.0)
    assert found is not None
    assert not found.proves
    assert [(one.good, one.altered) for one in scene.seen if one.plain] == [(False, True)]


@pytest.mark.parametrize("status", [511])
async def test_a_portal_that_says_so(scene: Scene, status: int) -> None:
    scene.plain.always(answer(status))
    await scene.round(Reach.LOOPBACK, 0.0)
    assert [one.altered for one in scene.seen if one.plain] == [True]


async def test_a_host_made_for_the_question_answers_nothing_else(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", scene.plain.url)
    scene.plain.always(answer(200, "<title>Welcome to our Wi-Fi</title>"))
    controls = scene.make("http://connectivity-check.ubuntu.com")
    found = await scene.round(Reach.PUBLIC, 0.0, controls)
    assert found is not None
    assert not found.proves
    assert [one.altered for one in scene.seen] == [True]


async def test_the_usual_way_to_tls_is_not_a_portal(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", scene.plain.url)
    scene.plain.always(redirect("https://www.acme.example/"))
    found = await scene.round(Reach.PUBLIC, 0.0, scene.make("http://acme.example"))
    assert found is not None
    assert found.proves


async def test_when_nobody_answers_the_step_is_told(scene: Scene) -> None:
    async with Server() as gone:
        urls = (gone.url, scene.secure.url.replace("https", "http"))
    scene.secure.always(httpserver.hang_up)
    found = await scene.round(Reach.LOOPBACK, 0.0, scene.make(*urls))
    assert found is not None
    assert not found.proves
    assert NetworkStep.TCP in {one.step for one in scene.seen}


async def test_another_is_asked_before_the_connection_is_blamed(scene: Scene) -> None:
    scene.secure.always(httpserver.hang_up)
    authority = Authority()
    async with Server(tls=authority.server()) as third:
        third.always(answer(200))
        http = Http(trust=Trust(authority.trust))
        controls = Controls(
            (scene.plain.url, scene.secure.url, third.url),
            http,
            scene.budget,
            Addresses(),
            scene.clock,
            scene.seen.append,
        )
        found = await scene.round(Reach.LOOPBACK, 0.0, controls)
        await http.close()
    assert found is not None
    assert found.proves
    assert len(scene.seen) == 3


async def test_only_the_kind_of_address_that_failed_counts(scene: Scene) -> None:
    assert await scene.round(Reach.PUBLIC, 0.0) is None
    assert await scene.round(Reach.PRIVATE, 0.0) is None
    assert scene.seen == []


async def test_hosts_that_fail_together_share_a_round(scene: Scene) -> None:
    first = await scene.round(Reach.LOOPBACK, scene.clock.now())
    scene.clock.move(5)
    assert await scene.round(Reach.LOOPBACK, scene.clock.now() - 60) is first


async def test_a_proof_older_than_the_failure_proves_nothing(scene: Scene) -> None:
    first = await scene.round(Reach.LOOPBACK, scene.clock.now())
    scene.clock.move(5)
    assert await scene.round(Reach.LOOPBACK, scene.clock.now()) is not first
    assert len(scene.seen) == 4


async def test_controls_are_asked_politely_too(scene: Scene) -> None:
    for _ in range(20):
        await scene.round(Reach.LOOPBACK, scene.clock.now())
        scene.clock.move(3)
    assert scene.budget.free_at(scene.plain.netloc, Pace.TROUBLE) > scene.clock.now() - 3
    assert len(scene.plain.requests) <= REQUESTS_A_MINUTE[Pace.TROUBLE]


async def test_the_clocks_difference_is_read_from_the_date(scene: Scene) -> None:
    scene.clock = FakeClock(datetime.now(UTC) - timedelta(days=400))
    scene.plain.always(answer(204, headers={"date": format_datetime(datetime.now(UTC), usegmt=True)}))
    http = Http()
    got = await http.ask(scene.plain.url, Limit(5, 1000))
    await http.close()
    skew_s = answer_sign(scene.plain.url, got, scene.clock).skew_s
    assert skew_s == pytest.approx(-400 * 86_400, abs=60)
