"""Keys that the settings take from environment variables instead of the keyring."""

from typing import NamedTuple

from trayapp.core.catalogue import Catalogue
from trayapp.core.hosts import host_of
from trayapp.settings.schema import Settings
from trayapp.settings.services import key_places

ENV_PREFIX = "env:"


class EnvKey(NamedTuple):
    """A key that the settings take from an environment variable, and the host it is for."""

    variable: str
    host: str


def env_keys(catalogue: Catalogue, settings: Settings) -> dict[str, EnvKey]:
    """The keys that the settings take from environment variables, by name."""
    return {
        name: EnvKey(settings.providers[provider.provider].key.removeprefix(ENV_PREFIX), host_of(url))
        for provider in catalogue.providers.values()
        if provider.provider in settings.providers and settings.providers[provider.provider].key.startswith(ENV_PREFIX)
        for name, url, _ in key_places(provider)
    }
