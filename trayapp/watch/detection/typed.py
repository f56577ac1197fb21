"""An address as somebody typed or pasted it: where an API or a status page could be."""

import re
from typing import NamedTuple
from urllib.parse import urlsplit, urlunsplit

from trayapp.core.evidence.reach import Reach, is_address, reach_of_host
from trayapp.core.hosts import is_sound_url
from trayapp.errors import Problem

_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*)://", re.IGNORECASE)
_HOST_AND_PORT = re.compile(r"(?:[\w.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?\Z")
# What stands behind the address of an API in examples and in settings of tools.
_API_TAILS = (
    "/chat/completions", "/messages/count_tokens", "/messages", "/responses", "/completions", "/embeddings", "/models",
)  # fmt: skip
_OTHER_TAILS = ("/api/tags", "/api/version", "/health")
_USUAL_BASES = ("", "/api", "/openai", "/inference", "/anthropic")
"""Where providers have their /v1: OpenRouter below /api, Groq below /openai, Fireworks below /inference."""
_VERSION = re.compile(r"/v\d[\w.]*(?=/|\Z)")
"""As in Google's /v1beta/openai and Z.ai's /api/paas/v4."""
V1 = "/v1"
MAX_ROOTS = 7
_FRONTS = ("api.", "www.", "status.", "gateway.", "llm.")
MAX_SHOWN = 120


class Typed(NamedTuple):
    """`origins`: scheme, host and port, the likeliest first. `path`: as typed. `base`: what of it stands before /v1.
    `roots`: paths to look for an API below, of which not all end in /v1, the likeliest first, which is what was typed.
    `place`: host, and port where one was typed.
    """

    origins: tuple[str, ...]
    path: str
    base: str
    roots: tuple[str, ...]
    host: str
    place: str

    @property
    def reach(self) -> Reach:
        return reach_of_host(self.host)


def typed(text: str) -> Typed:
    """What can be meant. Raises Problem `endpoint_no_address` or `endpoint_credentials`."""
    given = text.strip().strip("<>\"'")
    nonsense = Problem("endpoint_no_address", typed=given[:MAX_SHOWN])
    scheme = _SCHEME.match(given)
    if scheme is not None and scheme[1].lower() not in ("http", "https"):
        raise nonsense
    if scheme is None and not _HOST_AND_PORT.match(given.partition("/")[0]):
        # A user's name and a password, or something that was never an address.
        raise Problem("endpoint_credentials") if "@" in given.partition("/")[0] else nonsense
    try:
        parts = urlsplit(given if scheme is not None else f"//{given}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        raise nonsense from None
    if parts.username is not None or parts.password is not None:
        raise Problem("endpoint_credentials")
    if not _is_host(host):
        raise nonsense
    netloc = f"[{host}]" if ":" in host else host
    netloc += f":{port}" if port is not None else ""
    schemes = (parts.scheme.lower(),) if scheme is not None else _likely_schemes(host, port)
    origins = tuple(f"{one}://{netloc}" for one in schemes)
    if not all(map(is_sound_url, origins)):
        raise nonsense
    path = urlunsplit(("", "", parts.path, "", "")).rstrip("/")
    base, roots = _roots(path)
    return Typed(origins, path, base, roots, host, netloc)


def status_hosts(host: str) -> tuple[str, ...]:
    """Where the status page of an API on the internet may be; none for others."""
    if is_address(host) or reach_of_host(host) is not Reach.PUBLIC:
        return ()
    front = next((one for one in _FRONTS if host.startswith(one)), "")
    bare = host.removeprefix(front)
    return (f"status.{bare}",) if "." in bare else ()


def short_name(host: str) -> str:
    """What a host is called by: without what stands in front of every API's, and without its top-level name."""
    if is_address(host):
        return host
    for front in _FRONTS:
        if host.startswith(front) and host.count(".") > 1:
            host = host.removeprefix(front)
    return host.rpartition(".")[0] or host


def slug(text: str) -> str:
    """An id made of a name; empty where nothing of it can be used."""
    return (
        re.sub(r"[^a-z0-9]+", "-", text.lower().replace("ä", "ae").replace("ö", "oe").replace("ü", "ue"))
        .strip("-")[:40]
        .strip("-")
    )


def _is_host(host: str) -> bool:
    if not host or not re.search(r"[^\W_]", host) or not re.fullmatch(r"[\w.:%-]+", host):
        return False
    if is_address(host):
        return True
    # A number or a version is no host, and neither is a single word, but for names of the own network.
    return not re.fullmatch(r"[\d.]+", host) and ".." not in host


def _likely_schemes(host: str, port: int | None) -> tuple[str, ...]:
    if port == 443:
        return ("https",)
    return ("https", "http") if reach_of_host(host) is Reach.PUBLIC else ("http", "https")


def _roots(path: str) -> tuple[str, tuple[str, ...]]:
    # Azure's older address is that of a single deployment; what can be watched is above it.
    above = re.sub(r"/deployments/[^/]+.*\Z", "", path)
    own = above
    for tail in _API_TAILS:
        own = own.removesuffix(tail)
    whole = own != above
    for tail in _OTHER_TAILS:
        own = own.removesuffix(tail)
    own = own.rstrip("/")
    base = own.removesuffix(V1).rstrip("/")
    # Whoever pasted a whole address, or another version, has typed where it is; else /v1 is what most leave out.
    typed_first = own == base and (whole or _VERSION.search(own) is not None)
    likely = (own, base + V1) if typed_first else (base + V1, own)
    usual = (usual + V1 for usual in _USUAL_BASES)
    return base, tuple(dict.fromkeys((*likely, *usual)))[:MAX_ROOTS]
