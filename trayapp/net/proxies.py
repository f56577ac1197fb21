"""What this machine says about going out: whom its TLS trusts, and through which proxy."""

import ipaddress
import os
import sys
from collections.abc import Mapping
from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, reach_of_host


def proxy_for(url: str) -> str | None:
    """The proxy that the environment or the desktop names for `url`; never one for loopback."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if reach_of_host(host) is Reach.LOOPBACK:
        return None
    proxies = named_proxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or _is_bypassed(parts.netloc.rpartition("@")[2].lower(), host, proxies):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


def named_proxies() -> dict[str, str]:
    """By scheme, `all`, and `no` for what goes without one: as `urllib.request.getproxies`.

    Where nobody but the environment is asked, that module would bring 1 MB of what it takes to read mail.
    """
    if sys.platform in ("darwin", "win32"):
        import urllib.request

        return urllib.request.getproxies()
    loud: dict[str, str] = {}
    quiet: dict[str, str] = {}
    for name, value in os.environ.items():
        if name.lower().endswith("_proxy"):
            (quiet if name.endswith("_proxy") else loud)[name[:-6].lower()] = value
    # A CGI script's HTTP_PROXY is a header that somebody sent: https://httpoxy.org
    if "REQUEST_METHOD" in os.environ:
        loud.pop("http", None)
    # Small letters outrank capitals, also by being empty.
    return {scheme: value for scheme, value in (loud | quiet).items() if value}


def _is_bypassed(place: str, host: str, proxies: Mapping[str, str]) -> bool:
    """`place`: the host, with its port where it names one."""
    if sys.platform in ("darwin", "win32"):
        import urllib.request

        return bool(urllib.request.proxy_bypass(place)) or _in_no_proxy_net(host, proxies)
    without = proxies.get("no", "")
    names = [name.strip().lstrip(".").lower() for name in without.split(",") if name.strip()]
    ends = tuple(f".{name}" for name in names)
    named = f".{place}".endswith(ends) or f".{host}".endswith(ends)
    return without == "*" or named or _in_no_proxy_net(host, proxies)


def _in_no_proxy_net(host: str, proxies: Mapping[str, str]) -> bool:
    # NO_PROXY=10.0.0.0/8 is common, and Python's own reading of the variable does not know it.
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    for entry in proxies.get("no", "").split(","):
        try:
            if address in ipaddress.ip_network(entry.strip().strip("[]"), strict=False):
                return True
        except ValueError:
            continue
    return False
