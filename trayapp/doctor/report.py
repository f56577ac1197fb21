"""`llm-ampel doctor`: what somebody who helps needs to know, as plain lines to paste into a report.

In English whatever the user's language, and without a secret: keys by name and host alone, proxies by host alone,
of a start command the program alone.
"""

import asyncio
import importlib.metadata
import os
import platform
import socket
import ssl
import sys
import urllib.request
from collections.abc import AsyncIterator, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import msgspec

from trayapp.core.catalogue import Catalogue
from trayapp.core.hosts import host_of
from trayapp.doctor.probes import probes
from trayapp.doctor.tools import tool_troubles
from trayapp.errors import Problem
from trayapp.logs import redact
from trayapp.net.proxies import proxy_for
from trayapp.net.trust import Roots, Trust, issuer_name
from trayapp.paths import Home
from trayapp.secrets.env_keys import env_keys
from trayapp.secrets.key_index import read_index
from trayapp.secrets.keys import Keys
from trayapp.secrets.tokens import Tokens
from trayapp.settings.bundle import Edition, shipped_edition
from trayapp.settings.catalogue_store import read_record
from trayapp.settings.document import shown
from trayapp.settings.mistakes import dotted
from trayapp.settings.schema import ProviderSettings, Settings, ToolSettings

PACKAGES = (
    "llm-ampel", "PySide6-Essentials", "httpx", "aiohttp", "keyring", "truststore", "tomlkit", "msgspec",
    "platformdirs", "jeepney", "xllamacpp",
)  # fmt: skip
SESSION_VARIABLES = ("XDG_CURRENT_DESKTOP", "XDG_SESSION_TYPE", "LANG")
PRESENT_VARIABLES = ("DISPLAY", "WAYLAND_DISPLAY", "DBUS_SESSION_BUS_ADDRESS", "LLM_AMPEL_HOME")
TLS_TIMEOUT_S = 5.0


async def report(
    home: Home,
    settings: Settings,
    catalogue: Catalogue,
    problems: Sequence[Problem],
    edition: Edition | None = None,
) -> list[str]:
    """The whole report. Asks each watched host for its certificate, addresses of this machine that tools are pointed
    at for who they are, and the keyring for its state without a prompt.

    `problems`: what is wrong with the user's files. `edition`: of the catalogue in use.
    """
    lines = [
        *_section("versions", _versions()),
        *_section("session", _session()),
        *_section("places", _places(home)),
        *_section("settings that are not the default", _settings(settings)),
        *_section("problems", map(str, problems)),
        *_section("catalogue", _catalogue(home, settings, edition)),
        *_section("watched", _watched(catalogue, settings)),
        *_section("probes", probes(home, catalogue, settings)),
        *_section("keys", [line async for line in _keys(home, catalogue, settings)]),
        *_section("tools", list(Tokens(home).names())),
        *_section("what keeps tools from the gateway", await tool_troubles(home, settings.gateway.port)),
        *_section("proxies", _proxies()),
        *_section("trust", _trust()),
        *_section("certificates", await _certificates(catalogue, settings)),
        *_section("interfaces", _interfaces()),
    ]
    return [redact(line) for line in lines]


def _section(title: str, lines: Iterator[str] | list[str]) -> Iterator[str]:
    yield f"[{title}]"
    yield from (f"  {line}" for line in lines)


def _versions() -> Iterator[str]:
    yield f"Python {platform.python_version()} ({sys.executable})"
    yield platform.platform()
    for name in PACKAGES:
        try:
            yield f"{name} {importlib.metadata.version(name)}"
        except importlib.metadata.PackageNotFoundError:
            yield f"{name} not installed"


def _session() -> Iterator[str]:
    for name in SESSION_VARIABLES:
        yield f"{name} {os.environ.get(name, 'not set')}"
    for name in PRESENT_VARIABLES:
        yield f"{name} {'set' if os.environ.get(name) else 'not set'}"


def _places(home: Home) -> Iterator[str]:
    for name, place in (
        ("settings", home.settings_file),
        ("own services", home.services_dir),
        ("memory", home.store_file),
        ("history", home.journal_file),
        ("log", home.log_file),
        ("control", home.socket),
    ):
        yield f"{name} {place} ({'there' if place.exists() else 'not there'})"


def _settings(settings: Settings) -> Iterator[str]:
    untouched = Settings(
        tools=dict.fromkeys(settings.tools, ToolSettings()),
        providers=dict.fromkeys(settings.providers, ProviderSettings()),
    )
    before = dict(_flat(msgspec.to_builtins(untouched)))
    for place, value in _flat(msgspec.to_builtins(settings)):
        if before.get(place) == value:
            continue
        if place == ("local", "start"):
            # Its arguments may hold a key.
            yield f"local.start {Path(value[0]).name} with {len(value) - 1} arguments"
        elif place[-1] == "key":
            # "keyring" or the name of a variable: the schema lets nothing else through.
            yield f"{dotted(place)} = {value}"
        else:
            yield f"{dotted(place)} = {shown(value, place)}"


def _flat(table: dict[str, Any], place: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], Any]]:
    for name, value in table.items():
        if isinstance(value, dict):
            yield from _flat(value, (*place, name))
        else:
            yield (*place, name), value


def _catalogue(home: Home, settings: Settings, edition: Edition | None) -> Iterator[str]:
    if edition is None:
        yield "the user's own files alone"
        return
    shipped = shipped_edition()
    origin = "shipped" if edition == shipped else f"an update; shipped was {shipped.version}"
    days = max(0, (datetime.now(UTC).date() - edition.date).days)
    yield f"version {edition.version} of {edition.date}, {days} days old, {origin}"
    if not settings.catalogue.updates:
        yield "updates are switched off"
        return
    try:
        record = read_record(home)
    except Problem as problem:
        yield str(problem)
        return
    for what, at in (("asked", record.asked_at), ("answered", record.answered_at)):
        yield f"last {what} {datetime.fromtimestamp(at, UTC):%Y-%m-%d %H:%M} UTC" if at else f"never {what} yet"
    if record.problem is not None:
        yield str(Problem(record.problem[0], **record.problem[1]))


def _watched(catalogue: Catalogue, settings: Settings) -> Iterator[str]:
    for provider, service in catalogue.watched(settings.watch.services):
        page = f"page {host_of(provider.page.url)}" if provider.page else "no page"
        yield f"{service.id} of {provider.provider}: {len(service.probes)} probes, {page}"


async def _keys(home: Home, catalogue: Catalogue, settings: Settings) -> AsyncIterator[str]:
    try:
        index = read_index(home)
    except Problem as problem:
        yield str(problem)
        return
    yield f"keyring {await Keys(home).state()}"
    yield f"backend {index.backend or 'none yet'}"
    for name, host in sorted(index.hosts.items()):
        yield f"{name} stored for {host}"
    for name, env_key in sorted(env_keys(catalogue, settings).items()):
        state = "set" if os.environ.get(env_key.variable) else "not set"
        yield f"{name} for {env_key.host} from {env_key.variable} ({state})"


def _proxies() -> Iterator[str]:
    for scheme, proxy in sorted(urllib.request.getproxies().items()):
        if scheme == "no":
            yield f"not for {proxy}"
            continue
        try:
            yield f"{scheme} {host_of(proxy if '://' in proxy else f'http://{proxy}')}"
        except ValueError:
            yield f"{scheme} unreadable"


def _trust() -> Iterator[str]:
    paths = ssl.get_default_verify_paths()
    yield ssl.OPENSSL_VERSION
    yield f"file {paths.cafile}, folder {paths.capath}"
    for name in (paths.openssl_cafile_env, paths.openssl_capath_env):
        if value := os.environ.get(name):
            yield f"{name} {value}"


async def _certificates(catalogue: Catalogue, settings: Settings) -> list[str]:
    """Who vouches for each watched host: a company that reads TLS shows up here, and so does a captive portal."""
    urls = {
        host_of(url): url
        for provider, service in catalogue.watched(settings.watch.services)
        for url in [*(probe.url for probe in service.probes), *([provider.page.url] if provider.page else [])]
        if urlsplit(url).scheme == "https"
    }
    trust = Trust()
    return list(await asyncio.gather(*(_certificate(host, url, trust) for host, url in urls.items())))


async def _certificate(host: str, url: str, trust: Trust) -> str:
    if proxy_for(url) is not None:
        return f"{host}: through a proxy, not looked at"
    for roots in trust.order(host):
        try:
            issuer = await _issuer(url, await trust.context(roots))
        except ssl.SSLCertVerificationError as error:
            refused = f"{host}: not trusted, {error.verify_message}"
            continue
        except (OSError, TimeoutError) as error:
            return f"{host}: no connection, {type(error).__name__}"
        # Whoever is trusted here alone can read along, which is normal in companies.
        alone = ", whom this system trusts and the public roots do not" if roots is Roots.SYSTEM else ""
        return f"{host}: issued by {issuer}{alone}"
    return refused


async def _issuer(url: str, context: ssl.SSLContext) -> str:
    parts = urlsplit(url)
    async with asyncio.timeout(TLS_TIMEOUT_S):
        _, writer = await asyncio.open_connection(
            parts.hostname, parts.port or 443, ssl=context, server_hostname=parts.hostname
        )
    certificate = writer.get_extra_info("peercert")
    writer.transport.abort()
    return issuer_name(certificate) or "unknown"


def _interfaces() -> Iterator[str]:
    for _, name in socket.if_nameindex():
        try:
            state = Path("/sys/class/net", name, "operstate").read_text().strip()
        except OSError:
            state = "unknown"
        yield f"{name} {state}"
