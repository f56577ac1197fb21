"""A request as it goes out: an address as people write it, in the bytes that are sent."""

import re
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import SplitResult, quote, unquote, urlsplit

import httpcore

from trayapp import __version__

USER_AGENT = f"llm-ampel/{__version__}"
_PORTS = {"http": 80, "https": 443}
_HOST = re.compile(r"[a-z0-9._-]+|[0-9a-f:.]+(%[a-z0-9._-]+)?")
_SAFE = "!$%&'()*+,/:;=@[]|~?"
"""What stays as it is in paths and queries; what is encoded already is not encoded again."""


def request_for(
    method: str, url: str, headers: Mapping[str, str], content: bytes | None, extensions: Mapping[str, Any]
) -> httpcore.Request:
    """Ask for `url`, with `headers` instead of those that every request has. Raises ValueError for no web address."""
    if not all(char.isprintable() for char in url if char.isascii()):
        raise ValueError("control characters in an address")
    parts = urlsplit(url)
    host, port = _host(parts), parts.port
    if parts.scheme not in _PORTS or not _HOST.fullmatch(host):
        raise ValueError("no web address")
    target = quote(parts.path or "/", _SAFE) + (f"?{quote(parts.query, _SAFE)}" if parts.query else "")
    named = f"[{host}]" if ":" in host else host
    fields = {
        "host": named if port in (None, _PORTS[parts.scheme]) else f"{named}:{port}",
        "accept": "*/*",
        "accept-encoding": "gzip",
        "connection": "keep-alive",
        "user-agent": USER_AGENT,
        **_login(parts),
    }
    if content is not None or method not in ("GET", "HEAD", "OPTIONS", "DELETE"):
        fields["content-length"] = str(len(content or b""))
    fields |= {name.lower(): value for name, value in headers.items()}
    return httpcore.Request(
        method,
        httpcore.URL(scheme=parts.scheme.encode(), host=host.encode(), port=port, target=target.encode()),
        headers=[(name.encode(), value.encode("ascii")) for name, value in fields.items()],
        content=content,
        extensions=dict(extensions),
    )


def login_of(parts: SplitResult) -> tuple[bytes, bytes] | None:
    """User and password of an address that names them."""
    if parts.username is None and parts.password is None:
        return None
    return unquote(parts.username or "").encode(), unquote(parts.password or "").encode()


def _login(parts: SplitResult) -> dict[str, str]:
    login = login_of(parts)
    return {"authorization": f"Basic {b64encode(b':'.join(login)).decode()}"} if login else {}


def _host(parts: SplitResult) -> str:
    host = parts.hostname or ""
    if host.isascii():
        return host
    # Its tables take 150 kB, and hardly anybody's provider needs them.
    import idna

    return idna.encode(host).decode()


def text_of(raw: list[tuple[bytes, bytes]]) -> dict[str, str]:
    """Headers as sent, by lower-case name; one that comes twice is one with a comma (RFC 9110, 5.3)."""
    fields: dict[str, str] = {}
    for name_bytes, value_bytes in raw:
        try:
            value = value_bytes.decode()
        except UnicodeDecodeError:
            value = value_bytes.decode("latin-1")
        name = name_bytes.decode("ascii", "replace").lower()
        fields[name] = f"{fields[name]}, {value}" if name in fields else value
    return fields
