"""The catalogue: shipped `services/*.toml`, the user's own beside the settings, checked file by file.

A user's file replaces the shipped provider of the same id whole. A file with a mistake is left out and told with
file, line and key, the others still load; where it was to replace a shipped provider, the shipped one stays.
What was put there to be watched is watched, until the settings hold a list that says otherwise.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple

import msgspec

from trayapp import paths
from trayapp.core.catalogue import Auth, Catalogue, Provider
from trayapp.core.hosts import host_of, may_carry_key, same_host
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.settings import document
from trayapp.settings.bundle import Bundle, Edition, shipped_edition
from trayapp.settings.catalogue_store import bundles, read_record
from trayapp.settings.document import Document
from trayapp.settings.mistakes import Mistake, Place, find_mistakes, unknown
from trayapp.settings.schema import Settings, Watch

_METHODS = ("GET", "HEAD", "POST")
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_HEADER_VALUE = re.compile(r"[\x20-\x7e]*")
_CREDENTIAL_HEADERS = {"authorization", "proxy-authorization", "cookie"} | set(map(str, Auth))


@dataclass(frozen=True)
class _ServiceFile:
    document: Document
    provider: Provider


@dataclass
class _Accepted:
    """What the files taken so far have claimed. `hosts`: the host of every key, stored ones first."""

    hosts: dict[str, str]
    providers: dict[str, _ServiceFile] = field(default_factory=dict)
    services: dict[str, str] = field(default_factory=dict)


class Services(NamedTuple):
    """Everything that can be watched, the ids of what is watched and of what the user's own files hold, and what is
    wrong with files or with ids named in the settings."""

    catalogue: Catalogue
    watched: tuple[str, ...]
    own: tuple[str, ...]
    problems: list[Problem]
    edition: Edition | None = None
    """Of the catalogue in use; None where that is switched off."""
    updated: bool = False
    """Whether it came after the program."""


def load_services(home: Home, settings: Settings, stored: Mapping[str, str], page_kinds: Sequence[str]) -> Services:
    """Read all service files. Never raises for what a file holds. `stored`: the host that each stored key is for, by
    the key's name. `page_kinds`: the kinds of status page that can be read."""
    problems: list[Problem] = []
    shipped, edition, updated = _catalogue_files(home, settings, page_kinds, problems)
    own = _read_all(home.services_dir, page_kinds, problems)
    accepted = _Accepted(dict(stored))
    replacing = {file.provider.provider: file for file in reversed(own)}
    for file in shipped:
        theirs = replacing.get(file.provider.provider)
        if theirs is None or not _accept(theirs, accepted, problems):
            refused = not _accept(file, accepted, problems)
            if refused and updated and (before := _as_shipped(file.provider.provider, page_kinds)) is not None:
                # An update must not send a key that is stored to another host, and takes nobody's light for trying.
                _accept(before, accepted, problems)
    shipped_ids = {file.provider.provider for file in shipped}
    for file in own:
        if file is not replacing[file.provider.provider] or file.provider.provider not in shipped_ids:
            _accept(file, accepted, problems)
    catalogue = Catalogue({name: file.provider for name, file in accepted.providers.items()})
    own_services = tuple(
        service.id
        for file in own
        if accepted.providers.get(file.provider.provider) is file
        for service in file.provider.services
    )
    try:
        written = document.read(home.settings_file)
    except (FileNotFoundError, Problem):
        written = Document(home.settings_file, b"")
    watched = settings.watch.services
    if watched == Watch().services and not written.has(("watch", "services")):
        # Nobody has chosen yet: the usual ones, as far as there are any, and what the user put there to be watched.
        usual = [name for name in watched if catalogue.find(name) is not None]
        if updated and (gone := [name for name in watched if name not in usual]):
            problems.append(Problem("catalogue_services_gone", names=", ".join(gone)))
        watched = tuple(dict.fromkeys((*usual, *own_services)))
    problems += _unknown_ids(written, catalogue, settings, watched)
    return Services(catalogue, watched, own_services, problems, edition, updated)


def place_of(mistake: Problem) -> str:
    """Where a mistake in a published catalogue is, in few words: its own would name a file that nobody has."""
    file, line, key = (mistake.params.get(name, "") for name in ("file", "line", "key"))
    return f"{file}:{line} {key}".strip(": ")


def bundle_mistakes(bundle: Bundle, page_kinds: Sequence[str]) -> list[Problem]:
    """What is wrong with a published catalogue: with one of its files, or between them."""
    return _bundle_files(bundle, page_kinds)[1]


def key_places(provider: Provider) -> Iterator[tuple[str, str, Place]]:
    """Name, address and place of everything in a service file that may carry a key."""
    if provider.api is not None and provider.api.key is not None:
        yield provider.api.key, provider.api.url, ("api", "key")
        if provider.api.anthropic is not None:
            yield provider.api.key, provider.api.anthropic, ("api", "anthropic")
    for number, service in enumerate(provider.services):
        for index, probe in enumerate(service.probes):
            if probe.key is not None:
                yield probe.key, probe.url, ("service", number, "probe", index, "key")


def key_hosts(catalogue: Catalogue) -> dict[str, str]:
    """The `host[:port]` that each key of the catalogue belongs to; a loaded catalogue has one for each."""
    return {name: host_of(url) for provider in catalogue.providers.values() for name, url, _ in key_places(provider)}


def _catalogue_files(
    home: Home, settings: Settings, page_kinds: Sequence[str], problems: list[Problem]
) -> tuple[list[_ServiceFile], Edition | None, bool]:
    """The newest update that is whole, else what was shipped. An update is taken whole or not at all."""
    if not settings.catalogue.builtin:
        return [], None, False
    edition = shipped_edition()
    for bundle in _updates(home, settings, problems):
        if bundle.version <= edition.version:
            break
        files, mistakes = _bundle_files(bundle, page_kinds)
        if not mistakes:
            return files, bundle.edition, True
        problems.append(Problem("catalogue_kept_damaged", version=bundle.version, reason=place_of(mistakes[0])))
    return _read_all(paths.resources() / "services", page_kinds, problems), edition, False


def _updates(home: Home, settings: Settings, problems: list[Problem]) -> Iterator[Bundle]:
    if not settings.catalogue.updates:
        return
    try:
        record = read_record(home)
    except Problem as problem:
        problems.append(problem)
        return
    for kept in bundles(home, record):
        if isinstance(kept, Problem):
            problems.append(kept)
        else:
            yield kept


def _bundle_files(bundle: Bundle, page_kinds: Sequence[str]) -> tuple[list[_ServiceFile], list[Problem]]:
    problems: list[Problem] = []
    files: list[_ServiceFile] = []
    accepted = _Accepted({})
    for name, text in bundle.services.items():
        try:
            read = Document(Path(name), text.encode())
        except Problem as problem:
            problems.append(problem)
            continue
        file = _decoded(read, page_kinds, problems)
        if file is not None and _accept(file, accepted, problems):
            files.append(file)
    return files, problems


def _read_all(folder: Path, page_kinds: Sequence[str], problems: list[Problem]) -> list[_ServiceFile]:
    service_files: list[_ServiceFile] = []
    try:
        files = sorted(file for file in folder.iterdir() if file.suffix == ".toml")
    except FileNotFoundError:
        return service_files
    except OSError as error:
        problems.append(Problem("file_unreadable", file=folder.name, path=str(folder), reason=error.strerror))
        return service_files
    for file in files:
        try:
            read = document.read(file)
        except FileNotFoundError:
            problems.append(document.missing(file))
            continue
        except Problem as problem:
            problems.append(problem)
            continue
        service_file = _decoded(read, page_kinds, problems)
        if service_file is not None:
            service_files.append(service_file)
    return service_files


def _decoded(read: Document, page_kinds: Sequence[str], problems: list[Problem]) -> _ServiceFile | None:
    mistakes = [*_page_mistakes(read.data, page_kinds), *find_mistakes(read.data, Provider)]
    if not mistakes:
        provider = msgspec.convert(read.data, Provider)
        mistakes = list(_own_mistakes(provider))
        if not mistakes:
            return _ServiceFile(read, provider)
    problems += [read.problem(mistake) for mistake in mistakes]
    return None


def _as_shipped(provider: str, page_kinds: Sequence[str]) -> _ServiceFile | None:
    shipped = _read_all(paths.resources() / "services", page_kinds, [])
    return next((file for file in shipped if file.provider.provider == provider), None)


def _accept(file: _ServiceFile, accepted: _Accepted, problems: list[Problem]) -> bool:
    mistakes = list(_clashes(file, accepted))
    problems += [file.document.problem(mistake) for mistake in mistakes]
    if mistakes:
        return False
    accepted.providers[file.provider.provider] = file
    accepted.services |= {service.id: file.document.file.name for service in file.provider.services}
    for name, url, _ in key_places(file.provider):
        accepted.hosts.setdefault(name, host_of(url))
    return True


def _clashes(file: _ServiceFile, accepted: _Accepted) -> Iterator[Mistake]:
    provider = file.provider
    if provider.provider in accepted.providers:
        other = accepted.providers[provider.provider].document.file.name
        yield Mistake(("provider",), "service_twice", {"other": other})
    for number, service in enumerate(provider.services):
        if service.id in accepted.services:
            yield Mistake(("service", number, "id"), "service_twice", {"other": accepted.services[service.id]})
    for name, url, place in key_places(provider):
        bound = accepted.hosts.get(name)
        if bound is not None and not same_host(bound, host_of(url)):
            yield Mistake(place, "key_other_host", {"name": name, "stored_for": bound, "host": host_of(url)})


def _page_mistakes(data: dict[str, Any], page_kinds: Sequence[str]) -> Iterator[Mistake]:
    page = data.get("page")
    kind = page.get("kind") if isinstance(page, dict) else None
    if isinstance(kind, str) and kind not in page_kinds:
        yield unknown(("page", "kind"), kind, list(page_kinds), "page_kind_unknown")


def _own_mistakes(provider: Provider) -> Iterator[Mistake]:
    """What the types alone cannot say about one file."""
    if not provider.services:
        yield Mistake(("service",), "setting_empty", {})
    hosts: dict[str, str] = {}
    for name, url, place in key_places(provider):
        if not may_carry_key(url):
            yield Mistake(place, "key_plain_http", {"name": name, "host": host_of(url)})
        bound = hosts.setdefault(name, host_of(url))
        if bound != host_of(url):
            yield Mistake(place, "key_other_host", {"name": name, "stored_for": bound, "host": host_of(url)})
    logins: set[str] = set()
    for number, login in enumerate(provider.logins):
        if login.id in logins:
            yield Mistake(("login", number, "id"), "setting_twice", {})
        logins.add(login.id)
        if not may_carry_key(login.url):
            yield Mistake(("login", number, "url"), "key_plain_http", {"name": login.id, "host": host_of(login.url)})
    ids: set[str] = set()
    for number, service in enumerate(provider.services):
        if service.id in ids:
            yield Mistake(("service", number, "id"), "setting_twice", {})
        ids.add(service.id)
        yield from _component_mistakes(provider, number)
        yield from _probe_mistakes(provider, number)


def _component_mistakes(provider: Provider, number: int) -> Iterator[Mistake]:
    place: Place = ("service", number, "component")
    components = provider.services[number].components
    if not any(component.main for component in components):
        yield Mistake(place, "service_no_main", {})
    ids: set[str] = set()
    for index, component in enumerate(components):
        if component.id in ids:
            yield Mistake((*place, index, "id"), "setting_twice", {})
        ids.add(component.id)
        if component.page_components and provider.page is None:
            yield Mistake((*place, index, "page_components"), "service_no_page", {})


def _probe_mistakes(provider: Provider, number: int) -> Iterator[Mistake]:
    service = provider.services[number]
    components = [component.id for component in service.components]
    for index, probe in enumerate(service.probes):
        place: Place = ("service", number, "probe", index)
        if not probe.components:
            yield Mistake((*place, "components"), "setting_empty", {})
        for position, name in enumerate(probe.components):
            if name not in components:
                yield unknown((*place, "components", position), name, components, "component_unknown")
        if probe.auth is not Auth.NONE and probe.key is None:
            yield Mistake((*place, "key"), "setting_missing", {})
        if probe.method not in _METHODS:
            yield Mistake((*place, "method"), "setting_choice", {"allowed": ", ".join(_METHODS)})
        for name, value in probe.headers.items():
            if name.lower() in _CREDENTIAL_HEADERS:
                yield Mistake((*place, "headers", name), "header_credential", {})
            elif not _HEADER_NAME.fullmatch(name) or not _HEADER_VALUE.fullmatch(value):
                yield Mistake((*place, "headers", name), "header_malformed", {})


def _unknown_ids(
    written: Document, catalogue: Catalogue, settings: Settings, watched: tuple[str, ...]
) -> Iterator[Problem]:
    """Ids in the settings that nothing in the catalogue has. Defaults that were never written down are not told."""
    services = [service.id for _, service in catalogue.services()]
    providers = list(catalogue.providers)
    for index, name in enumerate(watched):
        if name not in services:
            yield written.problem(unknown(("watch", "services", index), name, services, "service_unknown"))
    for place, name in (
        (("gateway", "openai"), settings.gateway.openai),
        (("gateway", "anthropic"), settings.gateway.anthropic),
        *((("provider", name), name) for name in settings.providers),
    ):
        if name not in providers and written.has(place):
            yield written.problem(unknown(place, name, providers, "provider_unknown"))
