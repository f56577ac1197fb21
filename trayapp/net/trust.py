"""Whom this machine's TLS trusts, and which of its words are proof of who answers."""

import asyncio
import platform
import ssl
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from typing import Any

import certifi
import truststore

SYSTEM_FOR_S = 600.0
"""Real seconds for which a host that the public roots do not know is not asked by them first: a company's network
costs one wasted handshake in ten minutes, and whoever leaves it without being noticed is proven again soon."""


class Roots(StrEnum):
    """Whose roots a chain is verified against. What the public ones verify is proven: nobody reads in between."""

    PUBLIC = "public"
    SYSTEM = "system"


def system_trust() -> ssl.SSLContext:
    """A context that trusts what the operating system trusts. Takes some 20 ms."""
    context = truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    if platform.system() == "Linux":
        # There truststore reads all certificates again for every connection; the context inside has them already.
        return context.wrap_bio(ssl.MemoryBIO(), ssl.MemoryBIO(), server_hostname="localhost").context
    return context


def public_trust() -> ssl.SSLContext:
    """A context that trusts the public roots alone, whatever the operating system adds. Takes some 20 ms."""
    return ssl.create_default_context(cafile=certifi.where())


def is_unknown(error: ssl.SSLCertVerificationError) -> bool:
    """Is the certificate somebody else's: of an issuer that nobody knows, or for another name?

    Dates (OpenSSL's X509_V_ERR_CERT_NOT_YET_VALID and _HAS_EXPIRED) are looked at only once a chain is built and the
    name fits, so what they refuse is the host's own.
    """
    return error.verify_code not in (9, 10)


def issuer_name(certificate: Mapping[str, Any] | None) -> str | None:
    """Who issued a certificate that was verified, as `SSLObject.getpeercert` has it; None where it does not say."""
    pairs = [pair for one in (certificate or {}).get("issuer", ()) for pair in one]
    names = dict(pairs)
    return names.get("organizationName") or names.get("commonName") or None


class Trust:
    """The contexts for going out, each made on first use, and which hosts need the system's.

    The public roots are asked first. What they refuse, the system decides: a company's own authority, or the user's.
    """

    def __init__(
        self, system: Callable[[], ssl.SSLContext] = system_trust, public: Callable[[], ssl.SSLContext] = public_trust
    ) -> None:
        self._make = {Roots.PUBLIC: public, Roots.SYSTEM: system}
        self._made: dict[Roots, ssl.SSLContext] = {}
        self._making = asyncio.Lock()
        self._system_until: dict[str, float] = {}

    async def context(self, roots: Roots) -> ssl.SSLContext:
        async with self._making:
            if roots not in self._made:
                self._made[roots] = await asyncio.to_thread(self._make[roots])
            return self._made[roots]

    def order(self, host: str) -> tuple[Roots, ...]:
        """Whose roots to try for `host`, one after the other."""
        needs_system = self._system_until.get(host, 0.0) > time.monotonic()
        return (Roots.SYSTEM,) if needs_system else (Roots.PUBLIC, Roots.SYSTEM)

    def vouched_by(self, host: str, roots: Roots) -> None:
        """The chain that `host` showed is verified by these roots."""
        if roots is Roots.SYSTEM:
            self._system_until.setdefault(host, time.monotonic() + SYSTEM_FOR_S)
        else:
            self._system_until.pop(host, None)

    def forget(self, host: str | None = None) -> None:
        """Forget what `host` needs; without one everything, as on another network."""
        if host is not None:
            self._system_until.pop(host, None)
            return
        self._made.clear()
        self._system_until.clear()
