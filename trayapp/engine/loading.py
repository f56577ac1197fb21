"""Settings and catalogue together, as the engine runs on them; what is wrong with them travels along."""

from dataclasses import dataclass

import msgspec

from trayapp.core.catalogue import Catalogue
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.secrets.key_index import stored_hosts
from trayapp.settings.bundle import Edition
from trayapp.settings.file import SettingsErrors, load
from trayapp.settings.schema import Settings
from trayapp.settings.services import load_services
from trayapp.watch.pages.registry import page_kinds


@dataclass(frozen=True)
class Loaded:
    """`settings` name what is really watched, listed or not. `problems`: what could not be used and was left out, for
    people to read. `own`: the ids of the services that the user's own files hold. `edition`: of the catalogue, and
    `updated` whether that came after the program."""

    settings: Settings
    catalogue: Catalogue
    problems: tuple[Problem, ...] = ()
    own: tuple[str, ...] = ()
    edition: Edition | None = None
    updated: bool = False


def load_all(home: Home) -> Loaded:
    """Read the user's files. A broken settings file counts as no settings, with its problems; it is never written."""
    problems: list[Problem] = []
    try:
        settings = load(home)
    except SettingsErrors as errors:
        settings = Settings()
        problems += errors.problems
    hosts, broken = stored_hosts(home)
    services = load_services(home, settings, hosts, page_kinds())
    problems += [*broken, *services.problems]
    if not services.catalogue.providers and not problems:
        problems.append(Problem("catalogue_empty", path=str(home.services_dir)))
    watch = msgspec.structs.replace(settings.watch, services=services.watched)
    settings = msgspec.structs.replace(settings, watch=watch)
    found = services.edition, services.updated
    return Loaded(settings, services.catalogue, tuple(problems), services.own, *found)
