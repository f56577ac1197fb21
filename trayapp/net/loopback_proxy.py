"""Whether tools would look for this machine's own addresses behind a proxy.

What we do ourselves is not asked here: we never send loopback through a proxy. Tools read the environment alone, and
each in its own way, so that only what all of them understand counts as said.
"""

from collections.abc import Mapping

from trayapp.core.hosts import host_of

# Ranges as 127.0.0.0/8 are read by some and passed over by others: httpx, requests and Node's own among them.
LOOPBACK = ("127.0.0.1", "localhost")
_PROXIES = ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY")
_EXCEPTIONS = ("no_proxy", "NO_PROXY")


def loopback_proxy(environment: Mapping[str, str]) -> str | None:
    """The host of the proxy that tools send requests for this machine's plain addresses to; None when they do not."""
    proxy = next((environment[name] for name in _PROXIES if environment.get(name)), None)
    if proxy is None:
        return None
    exceptions = [environment[name] for name in _EXCEPTIONS if environment.get(name)]
    # Of two lists one tool reads the one and another the other.
    if exceptions and all(map(_holds_loopback, exceptions)):
        return None
    try:
        return host_of(proxy if "://" in proxy else f"http://{proxy}")
    except ValueError:
        return "?"


def _holds_loopback(exceptions: str) -> bool:
    named = {entry.strip().lower() for entry in exceptions.split(",")}
    return "*" in named or named.issuperset(LOOPBACK)
