"""Which service somebody means: by its id, by the name that is shown, in any letters, or nearly."""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from difflib import get_close_matches

from trayapp.core.catalogue import Catalogue
from trayapp.errors import Problem

# So many words more may belong to the name of a service.
_NAME_WORDS = 3
MAX_NEAR = 5


def ids_of(catalogue: Catalogue, services: Iterable[str]) -> tuple[str, ...]:
    """The ids of these services. Raises Problem for the first that is in no catalogue: `which_service` where something
    comes close to it, else `unknown_service`."""
    return tuple(id_of(catalogue, name) for name in services)


def service_and_words(catalogue: Catalogue, first: str, rest: Sequence[str]) -> tuple[str, str]:
    """The id of the service that somebody names, and what they say of it: names may be of several words.

    Raises Problem as `ids_of`.
    """
    for more in range(min(len(rest), _NAME_WORDS), 0, -1):
        with suppress(Problem):
            return id_of(catalogue, " ".join((first, *rest[:more]))), " ".join(rest[more:])
    return id_of(catalogue, first), " ".join(rest)


def id_of(catalogue: Catalogue, name: str) -> str:
    """As `ids_of`, of one."""
    known = {service.id: service.name for _, service in catalogue.services()}
    if name in known:
        return name
    found = [ident for ident, shown in known.items() if _plain(name) in (_plain(ident), _plain(shown))]
    if len(found) == 1:
        return found[0]
    near = found or _near(catalogue, known, _plain(name))
    if near:
        raise Problem("which_service", name=name, near=", ".join(near[:MAX_NEAR]))
    raise Problem("unknown_service", name=name, known=", ".join(sorted(known)))


def _near(catalogue: Catalogue, known: dict[str, str], name: str) -> list[str]:
    """Those of a provider of this name, those that have it in theirs, or those that are spelled alike."""
    for ident, provider in catalogue.providers.items():
        if name in (_plain(ident), _plain(provider.name)):
            return [service.id for service in provider.services]
    spelled = {ident: (_plain(ident), _plain(shown)) for ident, shown in known.items()}
    inside = [ident for ident, ways in spelled.items() if name and any(name in way for way in ways)]
    if inside:
        return inside
    alike = get_close_matches(name, {way for ways in spelled.values() for way in ways}, n=MAX_NEAR)
    return list(dict.fromkeys(ident for way in alike for ident, ways in spelled.items() if way in ways))


def _plain(name: str) -> str:
    return " ".join(re.split(r"[\s_-]+", name.strip().casefold()))
