"""What answers at an address that somebody typed, within 20 seconds, or why nothing that can be watched does."""

import asyncio
from collections.abc import Collection, Coroutine
from typing import NamedTuple
from urllib.parse import urlsplit

from trayapp.clock import Clock
from trayapp.core.catalogue import Catalogue, Provider
from trayapp.core.found import Found
from trayapp.core.hosts import host_of
from trayapp.errors import Problem
from trayapp.settings.own_gateway import is_own_gateway
from trayapp.watch.detection.answers import is_for_people, leads_to
from trayapp.watch.detection.api import find_api
from trayapp.watch.detection.service_file import found
from trayapp.watch.detection.status_page import FoundPage, find_page
from trayapp.watch.detection.typed import Typed, status_hosts, typed
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer, Limit

DEADLINE_S = 19.0
"""Real seconds for all of it; whoever waits was promised 20."""
_FIRST = Limit(deadline_s=6.0, body_bytes=1_000_000)
_PAGES_S = 9.0
_PROBLEMS = {
    "timeout": "endpoint_silent",
    "dns": "endpoint_no_resolver",
    "dns_timeout": "endpoint_no_resolver",
    "no_name": "endpoint_no_name",
    "connect": "endpoint_refused",
    "untrusted": "endpoint_untrusted",
    "tls": "endpoint_tls",
    "cut": "endpoint_no_http",
    "malformed": "endpoint_no_http",
    "proxy_login": "endpoint_proxy",
    "proxy_refused": "endpoint_proxy",
    "proxy_settings": "endpoint_proxy",
}
_ROUTE_HEADER = "x-llm-ampel-route"


class Known(NamedTuple):
    """All that can be watched already, the ids of those services that stand in the user's own files, and the port of
    our own gateway."""

    catalogue: Catalogue
    own: Collection[str]
    port: int

    def without(self, *gone: Provider) -> "Known":
        """The same, as if their files were not there."""
        others = {name: provider for name, provider in self.catalogue.providers.items() if provider not in gone}
        return Known(Catalogue(others), self.own, self.port)

    def own_at(self, root: str) -> Provider | None:
        """What the user's own files have of the API below this."""
        for provider in self.catalogue.providers.values():
            if provider.api is not None and provider.api.root == root and self.is_own(provider):
                return provider
        return None

    def is_own(self, provider: Provider) -> bool:
        """Whether it stands in a file of the user's."""
        return any(service.id in self.own for service in provider.services)

    def is_of(self, provider: Provider, there: Typed) -> bool:
        """Whether this is its address; behind one host of a company there may be several of the user's own."""
        if provider.api is not None and self.is_own(provider):
            return provider.api.root in {origin + root for origin in there.origins for root in there.roots[:1]}
        urls = [probe.url for service in provider.services for probe in service.probes]
        urls += [provider.api.url] if provider.api is not None else []
        urls += [provider.page.url, *provider.page.mirrors] if provider.page is not None else []
        return not {host_of(origin) for origin in there.origins}.isdisjoint(map(host_of, urls))


async def detect(text: str, name: str | None, known: Known, clock: Clock, *, replace: bool = False) -> Found:
    """What is there. `name`: what its user calls it. `replace`: look again at what a file of the user's has.

    Raises Problem: `endpoint_no_address`, `endpoint_credentials`, `endpoint_name`, `endpoint_known`, `endpoint_own`,
    `endpoint_is_gateway`; for what its host does, `endpoint_silent`, `endpoint_no_resolver`, `endpoint_no_name`,
    `endpoint_refused`, `endpoint_untrusted`, `endpoint_expired`, `endpoint_tls`, `endpoint_no_http`, `endpoint_proxy`,
    `endpoint_failed`, `endpoint_elsewhere`, `endpoint_web_page`, `endpoint_troubled`,
    `endpoint_nothing`.
    """
    there = typed(text)
    if replace:
        known = known.without(
            *(one for one in known.catalogue.providers.values() if known.is_own(one) and known.is_of(one, there))
        )
    _refuse_known(there, known)
    http = Http()
    try:
        async with asyncio.timeout(DEADLINE_S):
            return await _look(http, there, name, known, clock, replace=replace)
    except TimeoutError:
        raise Problem("endpoint_silent", host=there.place, seconds=round(DEADLINE_S)) from None
    finally:
        await http.close()


async def _look(http: Http, there: Typed, name: str | None, known: Known, clock: Clock, *, replace: bool) -> Found:
    origin, first = await _first_answer(http, there)
    if _ROUTE_HEADER in first.headers:
        raise Problem("endpoint_is_gateway", host=there.place)
    api, page, beside = await asyncio.gather(
        find_api(http, origin, there.base, there.roots),
        _in_time(find_page(http, clock, origin + there.path, first)),
        _in_time(_beside(http, there, clock)),
    )
    if api is None and page is None:
        raise _nothing(there, first)
    # What was typed may lead further down, where its user has found it before.
    if api is not None and (own := known.own_at(api.root)) is not None:
        if not replace:
            raise Problem("endpoint_own", host=there.place, name=own.name)
        known = known.without(own)
    return found(there, name, api, page or (beside if api is not None else None), known.catalogue)


async def _in_time(looking: Coroutine[None, None, FoundPage | None]) -> FoundPage | None:
    """What can be said of a status page before whoever waits loses patience: an API is worth watching without one."""
    try:
        async with asyncio.timeout(_PAGES_S):
            return await looking
    except TimeoutError:
        return None


async def _first_answer(http: Http, there: Typed) -> tuple[str, HttpAnswer]:
    """Where something answers at all, and what. A redirect on the same site is followed: to TLS, or to its `www.`"""
    failures = []
    for origin in there.origins:
        try:
            answer = await http.ask(origin + (there.path or "/"), _FIRST, redirects=3)
        except Failure as failure:
            failures.append(failure)
            continue
        there_now = urlsplit(answer.url)
        return f"{there_now.scheme}://{there_now.netloc}", answer
    raise _problem(there, failures[0])


async def _beside(http: Http, there: Typed, clock: Clock) -> FoundPage | None:
    """The status page of an API on the internet, where such pages usually are."""
    for host in status_hosts(there.host):
        if (page := await find_page(http, clock, f"https://{host}")) is not None:
            return page
    return None


def _refuse_known(there: Typed, known: Known) -> None:
    if any(is_own_gateway(origin, known.port) for origin in there.origins):
        raise Problem("endpoint_is_gateway", host=there.place)
    for provider in known.catalogue.providers.values():
        if known.is_of(provider, there):
            services = ", ".join(service.name for service in provider.services)
            code = "endpoint_own" if known.is_own(provider) else "endpoint_known"
            raise Problem(code, host=there.place, name=provider.name, services=services)


def _problem(there: Typed, failure: Failure) -> Problem:
    code = "endpoint_expired" if failure.expired else _PROBLEMS.get(failure.code, "endpoint_failed")
    # A name that leads nowhere does so at every port.
    host = there.host if code in ("endpoint_no_name", "endpoint_no_resolver") else there.place
    return Problem(code, host=host, seconds=round(_FIRST.deadline_s), reason=failure.code)


def _nothing(there: Typed, first: HttpAnswer) -> Problem:
    """It answers, but as neither an API nor a status page."""
    target = leads_to(first)
    if target is not None:
        return Problem("endpoint_elsewhere", host=there.place, target=target)
    if first.status == 200 and is_for_people(first):
        return Problem("endpoint_web_page", host=there.place)
    if first.status >= 500 or first.status in (408, 429):
        return Problem("endpoint_troubled", host=there.place, status=first.status)
    return Problem("endpoint_nothing", host=there.place, status=first.status)
