"""Which kind of address a host has: an answer vouches only for its own kind."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, reach_of_address, reach_of_url
from trayapp.core.hosts import host_of
from trayapp.net.proxies import proxy_for


class Addresses:
    """Remembers where hosts last answered for themselves; where that is not known, the name has to tell."""

    def __init__(self) -> None:
        self._by_host: dict[str, str] = {}
        self._looked_up: dict[str, str] = {}
        self._heard: set[str | None] = set()

    def looked_up(self, url: str, addresses: Sequence[str]) -> None:
        """Where the name leads, whoever may be there."""
        if addresses:
            self._looked_up[urlsplit(url).hostname or ""] = addresses[0]

    def note(self, url: str, address: str | None) -> None:
        """The host of `url` itself answered from `address`; None where that is not known."""
        self._heard.add(urlsplit(url).hostname)
        if address is not None:
            self._by_host[urlsplit(url).hostname or ""] = address

    def has_answered(self, url: str) -> bool:
        """Whether the host of `url` itself has answered on this network."""
        return urlsplit(url).hostname in self._heard

    def forget(self) -> None:
        """Another network may have other addresses."""
        self._by_host.clear()
        self._looked_up.clear()
        self._heard.clear()

    def place(self, url: str) -> str:
        """What tells two hosts apart: the address; where it is not known or every host has the same, host and port."""
        if proxy_for(url) or reach_of_url(url) is Reach.LOOPBACK:
            return host_of(url)
        return self._of(url) or self._looked_up.get(urlsplit(url).hostname or "") or host_of(url)

    def reach(self, url: str) -> Reach:
        """The kind of a host's address. Behind a proxy only the name tells."""
        by_name, address = reach_of_url(url), self._of(url)
        if address is None or by_name is Reach.LOOPBACK:
            return by_name
        found = reach_of_address(address)
        # Asked last: it reads the proxies' settings, and mostly both are the same.
        return by_name if found is by_name or proxy_for(url) else found

    def are_strange(self, url: str, addresses: Sequence[str]) -> bool:
        """Does a public name lead to private or unspecified addresses alone, where its host never answered from any?

        Whoever sends it there stands in between: a login page, a filter of names.
        """
        if not addresses or reach_of_url(url) is not Reach.PUBLIC or self.reach(url) is not Reach.PUBLIC:
            return False
        return all(reach_of_address(address) is not Reach.PUBLIC for address in addresses)

    def _of(self, url: str) -> str | None:
        return self._by_host.get(urlsplit(url).hostname or "")
