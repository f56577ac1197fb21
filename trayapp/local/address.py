"""Local means local: which addresses and which models may be called so."""

from trayapp.core.evidence.reach import Reach, reach_of_url
from trayapp.core.hosts import is_sound_url
from trayapp.errors import Problem
from trayapp.settings import servers
from trayapp.settings.schema import Local


def base_url(settings: Local) -> str:
    """The configured server's address, without a trailing `/v1`, that a request may be sent to.

    Raises `Problem`: `local_no_url` (none is set), `local_bad_url` (url: no client could use it),
    `local_not_confirmed` (url: not on this machine, and the user has not said that it is theirs).
    """
    url = settings.url or (servers.known()[settings.server].url if settings.server is not None else None)
    if url is None:
        raise Problem("local_no_url")
    url = url.rstrip("/").removesuffix("/v1")
    if not is_sound_url(url):
        raise Problem("local_bad_url", url=url)
    if reach_of_url(url) is not Reach.LOOPBACK and not settings.confirmed:
        raise Problem("local_not_confirmed", url=url)
    return url


def is_cloud_model(name: str) -> bool:
    """Whether Ollama passes this model on to ollama.com instead of running it (docs/cloud.mdx of Ollama).

    It takes names in any case.
    """
    return name.lower().endswith((":cloud", "-cloud"))
