"""Data spoilt at one of its places: dropped, doubled, of another type, another value, in another order."""

import copy
from collections.abc import Iterator
from typing import Any

Path = tuple[str | int, ...]
JUNK: tuple[Any, ...] = (None, 7, "", "nonsense", [], {}, [None], True)


def mutations(file: Any) -> Iterator[tuple[Path, str, Any]]:
    """Where, how, and the file, spoilt at that place."""
    for path in places(file):
        if not path:
            continue
        for junk in JUNK:
            spoilt = copy.deepcopy(file)
            at(spoilt, path[:-1])[path[-1]] = junk
            yield path, repr(junk), spoilt
        spoilt = copy.deepcopy(file)
        where = at(spoilt, path[:-1])
        del where[path[-1]]
        yield path, "dropped", spoilt
        if isinstance(path[-1], int):
            doubled = copy.deepcopy(file)
            where = at(doubled, path[:-1])
            where.append(copy.deepcopy(where[path[-1]]))
            yield path, "doubled", doubled
            turned = copy.deepcopy(file)
            at(turned, path[:-1]).reverse()
            yield path, "turned", turned


def places(value: Any, path: Path = ()) -> Iterator[Path]:
    """Every place in `value`, itself the first."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


def at(value: Any, path: Path) -> Any:
    """What is at that place."""
    for key in path:
        value = value[key]
    return value
