"""Settings and catalogue together, as the engine runs on them; what is wrong with them travels along."""

from dataclasses import dataclass

from trayapp.core.catalogue import Catalogue
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.secrets.key_index import stored_hosts
from trayapp.settings.file import SettingsErrors, load
from trayapp.settings.schema import Settings
from trayapp.settings.services import load_catalogue
from trayapp.watch.pages.registry import page_kinds


@dataclass(frozen=True)
class Loaded:
    """`problems`: what could not be used and was left out, for people to read."""

    settings: Settings
    catalogue: Catalogue
    problems: tuple[Problem, ...] = ()


def load_all(home: Home) -> Loaded:
    """Read the user's files. A broken settings file counts as no settings, with its problems; it is never written."""
    problems: list[Problem] = []
    try:
        settings = load(home)
    except SettingsErrors as errors:
        settings = Settings()
        problems += errors.problems
    hosts, broken = stored_hosts(home)
    catalogue, wrong = load_catalogue(home, settings, hosts, page_kinds())
    return Loaded(settings, catalogue, (*problems, *broken, *wrong))
