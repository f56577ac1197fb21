"""What can be watched: providers, their services, components, pages and probes.

These are the types of `services/*.toml`, decoded strictly: an unknown key is an error. Reading and checking the
files is `trayapp.settings.services`' work.
"""

from collections.abc import Iterator
from datetime import date
from enum import StrEnum
from typing import Annotated, NamedTuple
from urllib.parse import urlsplit

from msgspec import Meta, Struct, field

# `extra` names the problem that a mistake is told as.
Id = Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{0,40}\Z", extra={"problem": "setting_id"})]
Url = Annotated[str, Meta(pattern=r"^https?://[^\s/]+", max_length=2000, extra={"problem": "setting_url"})]

Path = Annotated[str, Meta(pattern=r"^(/[a-z0-9_-]+)+\Z", max_length=200, extra={"problem": "setting_path"})]
Version = Annotated[str, Meta(pattern=r"^(/[a-z0-9_-]+)*\Z", max_length=200, extra={"problem": "setting_path"})]
"""What an API has in place of /v1; "" for nothing at all."""

Family = Annotated[
    str, Meta(pattern=r"^[^\W_][\w.+]*(?:[ -][^\W_][\w.+]*)*\Z", max_length=40, extra={"problem": "setting_family"})
]


class ProbeKind(StrEnum):
    EDGE = "edge"
    API = "api"
    COMPLETION = "completion"


class Auth(StrEnum):
    """How a request carries its key: as `Authorization: Bearer`, or in the header of this name."""

    BEARER = "bearer"
    X_API_KEY = "x-api-key"
    X_GOOG_API_KEY = "x-goog-api-key"
    API_KEY = "api-key"
    XI_API_KEY = "xi-api-key"
    NONE = "none"


class Dialect(StrEnum):
    OPENAI = "openai"
    ANTHROPIC = "anthropic"


class Ability(StrEnum):
    """What a person uses a service for, and can look for elsewhere when it fails."""

    CHAT = "chat"
    CODE = "code"
    IMAGES = "images"
    SPEECH = "speech"


class Part(NamedTuple):
    """A component, named across the whole catalogue."""

    service: str
    component: str


NAMED = "name:"
"""Begins an entry of `page_components` that is a pattern of names, for pages whose ids are not known or keep changing:
`name:GLM*`. Capitals do not matter, and nothing but `*` stands for anything."""


class Fact(Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Something that is claimed of somebody else's service, and how far to trust it.

    `source`: where it comes from, in a few words; `checked`: the day on which that was last looked at. `unverified`:
    no recording and no document shows that it is so, and it decides nothing alone.
    """

    source: str | None = None
    checked: date | None = None
    unverified: bool = False


class Page(Fact, frozen=True, forbid_unknown_fields=True):
    """An official status page. `kind` names the vendor's module in `watch.pages.vendors`; `page_id`: another page's
    answer is refused."""

    kind: str
    url: Url
    mirrors: tuple[Url, ...] = ()
    page_id: str | None = None
    interval_s: Annotated[int, Meta(ge=60, le=3600)] = 120


class Api(Fact, frozen=True, forbid_unknown_fields=True):
    """What the gateway's cloud route uses. `url` is everything before /v1, and `v1` what is there in place of that;
    `anthropic`: the same of Anthropic's dialect, where that is at another address. `key` names the stored key."""

    url: Url
    dialects: tuple[Dialect, ...]
    key: str | None = None
    v1: Version = "/v1"
    anthropic: Url | None = None

    @property
    def root(self) -> str:
        """Everything before /chat/completions."""
        return self.url.rstrip("/") + self.v1

    def at(self, dialect: Dialect, path: str) -> tuple[str, str]:
        """The URL and what comes after it, for a path from /v1 on."""
        if dialect is Dialect.ANTHROPIC and self.anthropic is not None:
            return self.anthropic.rstrip("/"), path
        return self.url.rstrip("/"), self.v1 + path.removeprefix("/v1")


class Login(Fact, frozen=True, forbid_unknown_fields=True):
    """Another address of the same provider, at which a tool's own login is asked in place of a key.

    `id`: in a tool's base URL, where else the provider's id stands. `url`: everything before the `paths`, which are all
    that there is of what elsewhere is below /v1.
    """

    id: Id
    url: Url
    dialects: tuple[Dialect, ...]
    paths: tuple[Path, ...]

    def path(self, path: str) -> str | None:
        """Where a path from /v1 on is below `url`; None where it is not."""
        below = path.removeprefix("/v1")
        return below if any(below == one or below.startswith(f"{one}/") for one in self.paths) else None


class Up(Struct, frozen=True, forbid_unknown_fields=True):
    """An answer that counts as up: this status and, where given, a JSON body that has the dotted path `json`."""

    status: Annotated[int, Meta(ge=100, le=599)]
    json: str | None = None


class Probe(Fact, frozen=True, forbid_unknown_fields=True):
    """One request of ours; it may speak for several components. `timeout_s` is real seconds."""

    kind: ProbeKind
    components: tuple[str, ...]
    url: Url
    method: str = "GET"
    headers: dict[str, str] = {}
    body: str | None = None
    model: str | None = None
    timeout_s: Annotated[float, Meta(gt=0, le=60)] = 4.0
    auth: Auth = Auth.NONE
    key: str | None = None
    up: tuple[Up, ...] = ()

    @property
    def host(self) -> str:
        """Host and port, lower case: what politeness and controls count by."""
        return urlsplit(self.url).netloc.rpartition("@")[2].lower()

    @property
    def name(self) -> str:
        """What is asked, for people and for notes: host and path."""
        return f"{self.host}{urlsplit(self.url).path}"


class Component(Fact, frozen=True, forbid_unknown_fields=True):
    """A part of a service that can fail alone. `page_components` are ids on the page, `name:` with a pattern of names
    there, or ["*"]; the `Fact` is about them."""

    id: Id
    name: str
    main: bool = False
    page_components: tuple[str, ...] = ()


class Service(Struct, frozen=True, forbid_unknown_fields=True):
    """What a person uses and chooses to watch. `families`: of models, as its incidents name them, where the user's own
    traffic shows which of them is used. `reports`: where other users say that it fails for them; a link for people,
    which this program never fetches. `abilities`: what else can stand in for it, by what both are used for."""

    id: Id
    name: str
    website: Url | None = None
    reports: Url | None = None
    abilities: tuple[Ability, ...] = ()
    families: tuple[Family, ...] = ()
    components: tuple[Component, ...] = field(name="component", default=())
    probes: tuple[Probe, ...] = field(name="probe", default=())


class Provider(Struct, frozen=True, forbid_unknown_fields=True):
    """One file of the catalogue."""

    provider: Id
    name: str
    services: tuple[Service, ...] = field(name="service")
    page: Page | None = None
    api: Api | None = None
    logins: tuple[Login, ...] = field(name="login", default=())


class Claim(NamedTuple):
    """A fact, and of whom it is: of a provider, or of one of its services."""

    provider: Provider
    service: Service | None
    fact: Fact


class Catalogue(Struct, frozen=True):
    """All providers, by id."""

    providers: dict[str, Provider]

    def services(self) -> Iterator[tuple[Provider, Service]]:
        for provider in self.providers.values():
            for service in provider.services:
                yield provider, service

    def claims(self) -> Iterator[Claim]:
        """Everything that is claimed of others: pages, addresses, requests, and which parts of a page speak for what.

        That a page speaks for a part as a whole is no more than that it is its provider's.
        """
        for provider in self.providers.values():
            yield from (Claim(provider, None, one) for one in (provider.page, provider.api) if one is not None)
            yield from (Claim(provider, None, login) for login in provider.logins)
            for service in provider.services:
                named = (one for one in service.components if set(one.page_components) - {"*"})
                yield from (Claim(provider, service, one) for one in (*service.probes, *named))

    def find(self, service_id: str) -> tuple[Provider, Service] | None:
        return next((pair for pair in self.services() if pair[1].id == service_id), None)

    @property
    def names(self) -> frozenset[str]:
        """What may stand in a tool's base URL: the ids of providers and logins."""
        logins = (login.id for provider in self.providers.values() for login in provider.logins)
        return frozenset((*self.providers, *logins))

    def upstream(self, name: str) -> tuple[Provider, Api | Login] | None:
        """Who is asked under this name in a tool's base URL, and at which address; None where there is none."""
        provider = self.providers.get(name)
        if provider is not None:
            return None if provider.api is None else (provider, provider.api)
        logins = ((one, login) for one in self.providers.values() for login in one.logins if login.id == name)
        return next(logins, None)

    def watched(self, service_ids: tuple[str, ...]) -> tuple[tuple[Provider, Service], ...]:
        """The named services in the user's order; unknown ids are left out (settings report them)."""
        return tuple(pair for name in service_ids if (pair := self.find(name)) is not None)
