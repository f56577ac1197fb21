"""What the hosts of a catalogue answer: pages in their vendors' formats, probes as they look without a key.

Built from the catalogue alone: the file of a provider tells what is to be served. Pure, so that sockets and simulated
transports can stand in front of it. Each answer cites where its shape comes from, or is `unverified`.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from email.utils import formatdate
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from msgspec import structs

from tests.support.standins import pages
from trayapp.core.catalogue import Catalogue, Page, Probe, ProbeKind, Provider

Headers = Mapping[str, str]


class Reply(NamedTuple):
    status: int
    body: bytes
    headers: dict[str, str]


class Cited(NamedTuple):
    """An answer's `source`, None where it is unverified."""

    provider: str
    url: str
    source: str | None


JSON, HTML, TEXT = ({"content-type": kind} for kind in ("application/json", "text/html", "text/plain"))
NOT_HERE = Reply(404, b'{"error": {"message": "not here", "type": "invalid_request_error"}}', JSON)
CONTROL = Reply(204, b"", {})
"""As the ones that portals are known by; of the others the head is enough."""
OVERLOADED = Reply(503, b'{"error": {"message": "overloaded", "type": "server_error", "code": 503}}', JSON)
EDGE_MARK = {"server": "cloudflare", "cf-ray": "9a1b2c3d4e5f-FRA"}
BAD_GATEWAY = Reply(502, b"<html><title>502 Bad Gateway</title>cloudflare</html>", HTML | EDGE_MARK)


class Hosts:
    """All hosts of `catalogue` and `controls`. `down`: providers whose probes fail; `reported`: those whose pages call
    all that the catalogue names on them out, with Unix time since when. `names`: of the hosts; `secure`: those of TLS.
    `instead`: what a host answers to a probe or as a page, whatever it would. `kinds`: of pages that have gone to
    another vendor, by provider. `slow`: real or virtual seconds that a host takes for an answer.
    `now`: Unix time as the pages tell it with each answer, where they do.

    Pages that several providers read tell each of their troubles. Calm ones were last edited at `began_at`.
    """

    def __init__(self, catalogue: Catalogue, controls: tuple[str, ...] = (), *, began_at: float) -> None:
        self.heal()
        self._began_at = began_at
        self.catalogue = catalogue
        self._controls = {_host(url) for url in controls}
        self._probes = {_place(probe.url): (provider, probe) for provider, probe in _probes(catalogue)}
        self._pages: dict[str, list[Provider]] = {}
        for provider in catalogue.providers.values():
            if provider.page is not None:
                for url in (provider.page.url, *provider.page.mirrors):
                    self._pages.setdefault(url.rstrip("/"), []).append(provider)
        urls = [*self._pages, *(probe.url for _, probe in self._probes.values()), *controls]
        self.names = tuple(sorted({_host(url) for url in urls}))
        self.secure = frozenset(_host(url) for url in urls if url.startswith("https:"))

    def heal(self) -> None:
        """All are well."""
        self.down: set[str] = set()
        self.reported: dict[str, float] = {}
        self.instead: Callable[[str, str], Reply | None] = lambda kind, host: None
        self.kinds: dict[str, str] = {}
        self.slow: dict[str, float] = {}
        self.now: Callable[[], float] | None = None

    def reply(self, url: str, headers: Headers) -> Reply:
        """What comes of a GET."""
        place = _place(url)
        if (other := self.instead(self.kind(url), _host(url))) is not None:
            return other
        if place in self._probes:
            provider, probe = self._probes[place]
            return _failing(probe) if provider.provider in self.down else _well(probe)
        if _host(url) in self._controls:
            return CONTROL
        for base, providers in self._pages.items():
            if place == _place(base) or place.startswith(f"{_place(base)}/"):
                body = self._files(base, providers).get(place.removeprefix(_place(base)).rstrip("/"))
                if body is not None:
                    reply = _unless_known(body, headers)
                    date = {} if self.now is None else {"date": formatdate(self.now(), usegmt=True)}
                    return reply._replace(headers=reply.headers | date)
        return NOT_HERE

    def kind(self, url: str) -> str:
        """Whether that asks a page, a probe or a control."""
        return "control" if _host(url) in self._controls else "probe" if _place(url) in self._probes else "page"

    def hosts_of(self, *providers: str, kind: str = "probe") -> set[str]:
        """The hosts of their probes, or of their pages."""
        if kind == "page":
            return {_host(base) for base, each in self._pages.items() if any(one.provider in providers for one in each)}
        return {_host(probe.url) for provider, probe in self._probes.values() if provider.provider in providers}

    def _files(self, base: str, providers: list[Provider]) -> Mapping[str, bytes]:
        page = providers[0].page
        assert page is not None
        page = structs.replace(page, kind=self.kinds.get(providers[0].provider, page.kind))
        hit: dict[str, str] = {}
        calm: dict[str, str] = {}
        for one in providers:
            (hit if one.provider in self.reported else calm).update(pages.parts_of(one))
        since = max((self.reported.get(one.provider, 0.0) for one in providers), default=0.0)
        return pages.files(page, hit, calm, since or self._began_at)

    def cited(self) -> Iterator[Cited]:
        """Every answer, with its source."""
        for provider, probe in self._probes.values():
            yield Cited(provider.provider, probe.url, source_of(probe))
        for base, providers in self._pages.items():
            for one in providers:
                assert one.page is not None
                yield Cited(one.provider, base, source_of(one.page) and pages.SOURCES.get(one.page.kind))


def source_of(fact: Probe | Page) -> str | None:
    """Where the catalogue has it from; None where that is unverified."""
    return None if getattr(fact, "unverified", False) else getattr(fact, "source", None)


def _probes(catalogue: Catalogue) -> Iterator[tuple[Provider, Probe]]:
    for provider, service in catalogue.services():
        for probe in service.probes:
            yield provider, probe


def _well(probe: Probe) -> Reply:
    if probe.up:
        up = probe.up[0]
        return Reply(up.status, json.dumps(_with_path(up.json)).encode(), JSON)
    if probe.kind is ProbeKind.EDGE:
        return Reply(200, f"fl=1\nh={probe.host}\nvisit_scheme=https\n".encode(), TEXT | EDGE_MARK)
    return Reply(200, b'{"object": "list", "data": []}', JSON)


def _failing(probe: Probe) -> Reply:
    return BAD_GATEWAY if probe.kind is ProbeKind.EDGE else OVERLOADED


def _with_path(path: str | None) -> dict[str, Any]:
    """An object that has the dotted path."""
    made: Any = "no key"
    for key in reversed((path or "error.message").split(".")):
        made = [made] if key.isdecimal() else {key: made}
    return made if isinstance(made, dict) else {"error": made}


def _unless_known(body: bytes, headers: Headers) -> Reply:
    etag = f'"{hashlib.sha1(body, usedforsecurity=False).hexdigest()}"'
    kind = JSON if body[:1] in (b"{", b"[") else {"content-type": "text/html" if b"<html" in body[:99] else "text/xml"}
    if headers.get("if-none-match") == etag:
        return Reply(304, b"", {"etag": etag})
    return Reply(200, body, kind | {"etag": etag})


def _host(url: str) -> str:
    return urlsplit(url).netloc.lower()


def _place(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}"
