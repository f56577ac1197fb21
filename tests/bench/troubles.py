"""Kinds of trouble that can last for a day, for benches that count: each befalls the first provider of a scene."""

import asyncio
import random
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from functools import partial
from typing import Any, NamedTuple
from unittest import mock

from tests.support import pagefiles
from tests.support.httpserver import Behaviour, Request, Server, answer
from tests.support.scene import NO_KEY, OVERLOADED, Acme, Scene
from trayapp.core.evidence.observation import NetworkStep
from trayapp.core.light.severity import Light
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer

OPEN_INCIDENTS = 50
UPDATES_SHOWN = 25
"""Of an incident that its page never stops writing about; pages show the newest."""
MINUTE_S = 60.0
ADDRESS = "192.88.99.1"
"""Public, and nobody's (RFC 7526)."""
CONTROLS = ("http://plain.example/", "https://secure.example/")
"""Hosts of nobody's that tell whether there is a way out."""
TURN_S = 600.0
"""After which a page that cannot make up its mind says something else."""
_WORDS = "we are investigating elevated errors latency mitigation monitoring results across all models users may see"


def far_away(name: str, components: tuple[str, ...]) -> Acme:
    """A provider whose servers have names as on the internet; `internet` leads there."""
    api, page = (Server(known_as=f"https://{what}.{name}.example") for what in ("api", "status"))
    return Acme(name, components=components, api_server=api, page_server=page)


@contextmanager
def internet(*acmes: Acme) -> Iterator[None]:
    """The way to these and to the controls, over TLS that is proven to the program: loopback would need no proof, and
    be never away."""
    ask = Http.ask

    async def led(http: Http, url: str, *limits: Any, **more: Any) -> HttpAnswer:
        if url in CONTROLS:
            return HttpAnswer(200, {}, b"ok", False, url, ADDRESS, 0.01, 0.01, proven=True)
        for server in (one for acme in acmes for one in (acme.api_server, acme.page_server)):
            if url.startswith(server.url):
                told = await ask(http, url.replace(server.url, f"http://{server.netloc}", 1), *limits, **more)
                return told._replace(url=url, address=ADDRESS, proven=True)
        raise Failure("no_name", NetworkStep.DNS)

    with mock.patch.object(Http, "ask", led):
        yield


class Trouble(NamedTuple):
    """`lasts`: it is there inside. `lights`: what the whole may be then."""

    lasts: Callable[[Scene], AbstractContextManager[None]]
    lights: frozenset[Light]


@contextmanager
def down(scene: Scene) -> Iterator[None]:
    """Its API answers 503, and its page says so of all its components."""
    acme = _first(scene)
    acme.api(OVERLOADED)
    acme.page(**dict.fromkeys(acme.components, "major_outage"))
    yield
    _end(scene)


@contextmanager
def own_network_away(scene: Scene) -> Iterator[None]:
    """No request leaves this machine."""
    with mock.patch.object(Http, "ask", side_effect=Failure("connect", NetworkStep.INTERFACE)):
        yield


@contextmanager
def half_fail(scene: Scene) -> Iterator[None]:
    """Half of all requests to its API are answered 503."""
    dice = random.Random(1)
    _first(scene).api(_anew(lambda: dice.choice((OVERLOADED, NO_KEY))))
    yield
    _end(scene)


@contextmanager
def text_flaps(scene: Scene) -> Iterator[None]:
    """Its page has something else to say of an outage in part every minute."""
    began_at = scene.clock.now()

    def told() -> list[dict[str, Any]]:
        minute = int((scene.clock.now() - began_at) // MINUTE_S)
        shown = range(minute, max(-1, minute - UPDATES_SHOWN), -1)
        return [_incident(scene, 0, [began_at + MINUTE_S * one for one in shown])]

    _page(scene, lambda: ("partial_outage", told()))
    yield
    _end(scene)


@contextmanager
def many_open(scene: Scene) -> Iterator[None]:
    """Fifty incidents are open on its page."""
    now = scene.clock.now()
    incidents = [
        _incident(scene, number, [now - 10 * MINUTE_S * part - number for part in range(3)])
        for number in range(OPEN_INCIDENTS)
    ]
    _page(scene, lambda: ("partial_outage", incidents))
    yield
    _end(scene)


@contextmanager
def state_flaps(scene: Scene) -> Iterator[None]:
    """Its page calls it down, and well again, by turns."""
    _page(scene, lambda: ("operational" if scene.clock.now() // TURN_S % 2 else "major_outage", []))
    yield
    _end(scene)


TROUBLES = {
    "one of them down": Trouble(down, frozenset({Light.RED})),
    "own network away": Trouble(own_network_away, frozenset({Light.GREY})),
    "half of its requests fail": Trouble(half_fail, frozenset({Light.YELLOW})),
    "its page has new words every minute": Trouble(text_flaps, frozenset({Light.YELLOW})),
    "50 incidents open on its page": Trouble(many_open, frozenset({Light.YELLOW})),
    "its page changes its mind every 10 minutes": Trouble(state_flaps, frozenset({Light.RED, Light.YELLOW})),
}


def _first(scene: Scene) -> Acme:
    return next(iter(scene.providers.values()))


def _end(scene: Scene) -> None:
    acme = _first(scene)
    acme.api(NO_KEY)
    acme.incidents = []
    acme.changed_at = scene.clock.now()
    acme.page(**dict.fromkeys(acme.components, "operational"))


def _incident(scene: Scene, number: int, moments: list[float]) -> dict[str, Any]:
    """Touches all of its parts. `moments`: of its updates, the newest first."""
    updates = [
        pagefiles.update("identified", at, " ".join(random.Random(f"{number} {at:.0f}").choices(_WORDS.split(), k=40)))
        for at in moments
    ]
    acme, first_at = _first(scene), moments[-1]
    return pagefiles.incident(
        f"incident-{number}", f"Elevated errors {number}", "identified", first_at, updates=updates,
        components=[pagefiles.component(f"page-{name}", name, "partial_outage", first_at) for name in acme.components],
        updated_at=pagefiles.moment(moments[0]),
    )  # fmt: skip


def _page(scene: Scene, told: Callable[[], tuple[str, list[dict[str, Any]]]]) -> None:
    """Its page from now on. `told`: the state of all its parts and its open incidents, as of each reading."""
    acme = _first(scene)

    def file(name: str) -> Behaviour:
        state, acme.incidents = told()
        if state not in acme.states.values():
            acme.changed_at = scene.clock.now()
        acme.states = dict.fromkeys(acme.components, state)
        return answer(200, acme.files()[name])

    for name in acme.files():
        acme.page_server.on(f"/api/v2/{name}", _anew(partial(file, name)))


def _anew(behaviour: Callable[[], Behaviour]) -> Behaviour:
    """Another one for each request."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        await behaviour()(writer, request)

    return behave
