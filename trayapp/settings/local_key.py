"""The key of the local server: its name, and the one address that it is for."""

from trayapp.core.hosts import host_of, is_sound_url, may_carry_key
from trayapp.settings import servers
from trayapp.settings.schema import Local

LOCAL_KEY = "local"


def local_key_host(local: Local) -> str | None:
    """`host[:port]` of the configured server; None where there is none, or where a key would travel in the clear."""
    server = None if local.server is None else servers.known()[local.server]
    url = None if server is None or server.embedded else local.url or server.url
    return host_of(url) if url and is_sound_url(url) and may_carry_key(url) else None
