"""The key of the local server: its name, and the one address that it is for."""

from trayapp.core.hosts import host_of, is_sound_url, may_carry_key
from trayapp.settings import servers
from trayapp.settings.schema import Local

LOCAL_KEY = "local"


def local_key_host(local: Local) -> str | None:
    """`host[:port]` of the configured server; None where there is none, or where a key would travel in the clear."""
    url = _url(local)
    return host_of(url) if url and is_sound_url(url) and may_carry_key(url) else None


def takes_key(local: Local) -> bool:
    """Whether it is a server at an address, and its key one that is stored, not one of the environment."""
    url = _url(local)
    return local.key == "keyring" and url is not None and is_sound_url(url)


def _url(local: Local) -> str | None:
    server = None if local.server is None else servers.known()[local.server]
    return None if server is None or server.embedded else local.url or server.url
