"""What this machine says about going out: whom its TLS trusts, and through which proxy."""

import ipaddress
import urllib.request
from collections.abc import Mapping
from urllib.parse import urlsplit

from trayapp.core.evidence.reach import Reach, reach_of_host


def proxy_for(url: str) -> str | None:
    """The proxy that the environment or the desktop names for `url`; never one for loopback."""
    parts = urlsplit(url)
    host = parts.hostname or ""
    if reach_of_host(host) is Reach.LOOPBACK:
        return None
    proxies = urllib.request.getproxies()
    proxy = proxies.get(parts.scheme) or proxies.get("all")
    if not proxy or urllib.request.proxy_bypass(parts.netloc.rpartition("@")[2]) or _in_no_proxy_net(host, proxies):
        return None
    return proxy if "://" in proxy else f"http://{proxy}"


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
