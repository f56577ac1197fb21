"""Keys that the settings take from environment variables instead of the keyring."""

from typing import NamedTuple

from trayapp.core.catalogue import Catalogue
from trayapp.core.hosts import host_of
from trayapp.settings.local_key import LOCAL_KEY, local_key_host
from trayapp.settings.schema import Settings
from trayapp.settings.services import key_places

ENV_PREFIX = "env:"


class EnvKey(NamedTuple):
    """A key that the settings take from an environment variable, and the host it is for."""

    variable: str
    host: str


def env_keys(catalogue: Catalogue, settings: Settings) -> dict[str, EnvKey]:
    """The keys that the settings take from environment variables, by name."""
    keys = {
        name: EnvKey(settings.providers[provider.provider].key.removeprefix(ENV_PREFIX), host_of(url))
        for provider in catalogue.providers.values()
        if provider.provider in settings.providers and settings.providers[provider.provider].key.startswith(ENV_PREFIX)
        for name, url, _ in key_places(provider)
    }
    local = settings.local
    if local.key.startswith(ENV_PREFIX) and (host := local_key_host(local)) is not None:
        keys[LOCAL_KEY] = EnvKey(local.key.removeprefix(ENV_PREFIX), host)
    return keys
