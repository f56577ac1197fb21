"""Names of parameters that pytest only numbers, by what they say, so that a new row renames no other one.

@pytest.mark.parametrize(("headers", "seconds"), [({"retry-after": "20"}, 20.0)], ids=spelled)
"""

from enum import Enum
from hashlib import sha1
from typing import Any

from msgspec import NODEFAULT, Struct, structs

LONGEST = 60


def spelled(value: Any) -> str | None:
    """What names `value`; None for what pytest names well by itself."""
    if value is None or isinstance(value, str | bytes | int | float | Enum):
        return None
    text = _text(value) or "nothing"
    if len(text) <= LONGEST:
        return text
    # Two that differ only behind what is shown are two.
    return f"{text[:LONGEST]}~{sha1(text.encode(), usedforsecurity=False).hexdigest()[:4]}"


def _text(value: Any) -> str:
    if isinstance(value, Struct):
        return " ".join(_text(getattr(value, field.name)) for field in structs.fields(value) if _says(value, field))
    if isinstance(value, dict):
        return " ".join(f"{_text(name)}={_text(each)}" for name, each in value.items())
    if isinstance(value, set | frozenset):
        return " ".join(sorted(map(_text, value)))
    if isinstance(value, list | tuple):
        return " ".join(map(_text, value))
    return str(value)


def _says(value: Struct, field: structs.FieldInfo) -> bool:
    """Is it another value than what stands there by itself? So a new field changes no name."""
    own = field.default if field.default_factory is NODEFAULT else field.default_factory()
    return bool(getattr(value, field.name) != own)
