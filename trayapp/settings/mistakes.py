"""Every mistake in a decoded TOML table, not only the first, each with its place and what is allowed there.

`msgspec.convert` stops at the first mistake and says it in English. Here the declared types are walked beside the
data; the leaves are still judged by msgspec, so there is one truth about what is allowed.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from enum import EnumMeta
from functools import cache
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NamedTuple, Union, get_args, get_origin

import msgspec

from trayapp.core.hosts import is_sound_url
from trayapp.errors import Param

Place = tuple[str | int, ...]

_KINDS = {
    bool: "setting_not_switch",
    int: "setting_not_whole",
    float: "setting_not_number",
    str: "setting_not_text",
    date: "setting_not_date",
}


class Mistake(NamedTuple):
    """`code` and `params` name the words; a place's last part may be missing from the data (`setting_missing`)."""

    place: Place
    code: str
    params: dict[str, Param]


def dotted(place: Place) -> str:
    """A place as people write it: `provider.openai.key`, `service[0].probe[1].url`."""
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in place).removeprefix(".")


def look_up(data: Any, place: Place) -> Any:
    """What stands at a place; raises KeyError, IndexError or TypeError when nothing does."""
    for part in place:
        data = data[part]
    return data


def unknown(place: Place, word: str, known: list[str], code: str) -> Mistake:
    """A word that is not known, with the nearest that is (`<code>_near`), else with all of them (`<code>`)."""
    # Only for those who made a mistake.
    import difflib

    by_lower = {name.lower(): name for name in known}
    near = difflib.get_close_matches(word.lower(), by_lower, n=1)
    if near:
        return Mistake(place, f"{code}_near", {"found": word, "near": by_lower[near[0]]})
    return Mistake(place, code, {"found": word, "known": ", ".join(known) or "-"})


def declared_choices(metas: Iterable[msgspec.Meta]) -> dict[str, str] | None:
    """The values that a setting may have, each with its English name, where its declaration names them in `choices`."""
    return next((meta.extra["choices"]() for meta in metas if meta.extra and "choices" in meta.extra), None)


def find_mistakes(value: Any, kind: Any, place: Place = ()) -> Iterator[Mistake]:
    """Walk `value` beside the declared type `kind` and yield what msgspec would refuse."""
    bare, metas = _unwrap(kind)
    origin = get_origin(bare)
    if isinstance(bare, type) and issubclass(bare, msgspec.Struct):
        yield from _in_table(value, bare, place)
    elif origin is dict:
        yield from _in_mapping(value, bare, place)
    elif origin is tuple:
        yield from _in_list(value, bare, metas, place)
    else:
        yield from _in_leaf(value, kind, bare, metas, place)


def _unwrap(kind: Any) -> tuple[Any, list[msgspec.Meta]]:
    metas: list[msgspec.Meta] = []
    while True:
        if get_origin(kind) is Annotated:
            kind, *more = get_args(kind)
            metas += [meta for meta in more if isinstance(meta, msgspec.Meta)]
        elif get_origin(kind) in (Union, UnionType):
            # TOML has no null, so an optional setting is one that may be left out.
            (kind,) = (member for member in get_args(kind) if member is not NoneType)
        else:
            return kind, metas


def _in_table(value: Any, kind: type[msgspec.Struct], place: Place) -> Iterator[Mistake]:
    if not isinstance(value, dict):
        yield Mistake(place, "setting_not_table", {})
        return
    fields = _fields(kind)
    for name, inner in value.items():
        if name in fields:
            yield from find_mistakes(inner, fields[name].type, (*place, name))
        else:
            yield unknown((*place, name), name, list(fields), "setting_unknown")
    for name, field in fields.items():
        if field.required and name not in value:
            yield Mistake((*place, name), "setting_missing", {})


@cache
def _fields(kind: type[msgspec.Struct]) -> dict[str, msgspec.structs.FieldInfo]:
    """What a table may hold; found out once, for that takes longer than the rest."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


def _in_mapping(value: Any, kind: Any, place: Place) -> Iterator[Mistake]:
    if not isinstance(value, dict):
        yield Mistake(place, "setting_not_table", {})
        return
    key_kind, value_kind = get_args(kind)
    for name, inner in value.items():
        for mistake in find_mistakes(name, key_kind, (*place, name)):
            yield mistake._replace(params={"found": name, **mistake.params})
        yield from find_mistakes(inner, value_kind, (*place, name))


def _in_list(value: Any, kind: Any, metas: list[msgspec.Meta], place: Place) -> Iterator[Mistake]:
    if not isinstance(value, list):
        yield Mistake(place, "setting_not_list", {})
        return
    longest = next((meta.max_length for meta in metas if meta.max_length is not None), None)
    if longest is not None and len(value) > longest:
        yield Mistake(place, "setting_too_many", {"high": longest})
    inner_kind = get_args(kind)[0]
    for index, inner in enumerate(value):
        yield from find_mistakes(inner, inner_kind, (*place, index))


def _in_leaf(value: Any, kind: Any, bare: Any, metas: list[msgspec.Meta], place: Place) -> Iterator[Mistake]:
    declared = declared_choices(metas)
    if declared is not None and value not in list(declared):
        yield Mistake(place, "setting_choice", {"allowed": ", ".join(declared)})
        return
    code = next((str(meta.extra["problem"]) for meta in metas if meta.extra and "problem" in meta.extra), None)
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        if isinstance(bare, EnumMeta) or get_origin(bare) is Literal:
            choices = get_args(bare) if get_origin(bare) is Literal else [member.value for member in bare]
            yield Mistake(place, "setting_choice", {"allowed": ", ".join(map(str, choices))})
        elif not _is_of(value, bare):
            yield Mistake(place, _KINDS[bare], {})
        else:
            yield Mistake(place, *_refused(bare, metas, code))
    else:
        if code in ("setting_url", "setting_secure_url") and not is_sound_url(value):
            yield Mistake(place, code, {})


def _is_of(value: Any, bare: type) -> bool:
    if bare is date:
        # A text that is no day, or a time, which Python counts as a day.
        return False
    # Python counts True as a number, and TOML writes 4.0 as 4.
    right = (int, float) if bare is float else bare
    return isinstance(value, right) and isinstance(value, bool) is (bare is bool)


def _refused(bare: type, metas: list[msgspec.Meta], code: str | None) -> tuple[str, dict[str, Param]]:
    if code is not None:
        return code, {}
    if bare is str:
        longest = next((meta.max_length for meta in metas if meta.max_length is not None), None)
        return "setting_length", {"high": longest}
    low = next((bound for meta in metas for bound in (meta.ge, meta.gt) if bound is not None), None)
    high = next((bound for meta in metas for bound in (meta.le, meta.lt) if bound is not None), None)
    return "setting_range", {"low": low, "high": high}
