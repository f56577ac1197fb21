"""Which kind of address a host has: an answer vouches only for its own kind."""

import asyncio
import socket
from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, is_address, reach_of_address, reach_of_host, reach_of_url
from trayapp.core.hosts import host_of
from trayapp.net.proxies import proxy_for

LOOKUP_TIMEOUT_S = 2.0
"""Real seconds. A lookup that takes longer fails for the request as well."""


class Addresses:
    """Remembers where hosts were last found."""

    def __init__(self) -> None:
        self._by_host: dict[str, str] = {}

    def note(self, url: str, address: str) -> None:
        """A request to `url` was answered from `address`."""
        self._by_host[urlsplit(url).hostname or ""] = address

    def forget(self) -> None:
        """Another network may have other addresses."""
        self._by_host.clear()

    async def of(self, url: str) -> str | None:
        """The address of a host, looked up when no request has shown it; None when nothing is found."""
        host = urlsplit(url).hostname or ""
        if host not in self._by_host:
            loop = asyncio.get_running_loop()
            try:
                async with asyncio.timeout(LOOKUP_TIMEOUT_S):
                    records = await loop.getaddrinfo(host, None, type=socket.SOCK_STREAM)
            except (OSError, TimeoutError, UnicodeError):
                return None
            self._by_host[host] = str(records[0][4][0])
        return self._by_host[host]

    async def place(self, url: str) -> str:
        """What tells two hosts apart: the address; where it is not known or every host has the same, host and port."""
        if proxy_for(url) or reach_of_url(url) is Reach.LOOPBACK:
            return host_of(url)
        return await self.of(url) or host_of(url)

    async def reach(self, url: str, *, look_up: bool = True) -> Reach:
        """The kind of a host's address. Behind a proxy, or where nothing is found, the name has to tell."""
        host = urlsplit(url).hostname or ""
        by_name = reach_of_host(host)
        if by_name is Reach.LOOPBACK or is_address(host):
            return by_name
        address = self._by_host.get(host)
        if address is None and look_up and not proxy_for(url):
            address = await self.of(url)
        return by_name if address is None else reach_of_address(address)
