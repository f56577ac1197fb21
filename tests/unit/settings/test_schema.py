"""The declaration itself keeps its promises to the dialog and to the messages."""

from typing import Any

import msgspec

from trayapp.core.catalogue import Provider
from trayapp.settings.schema import VERSION, Settings


def test_every_number_is_declared_with_both_bounds() -> None:
    def numbers(declared: msgspec.inspect.Type) -> Any:
        match declared:
            case msgspec.inspect.Metadata(type=inner):
                yield from numbers(inner)
            case msgspec.inspect.IntType() | msgspec.inspect.FloatType():
                yield declared
            case msgspec.inspect.StructType(fields=fields):
                for one in fields:
                    yield from numbers(one.type)
            case msgspec.inspect.DictType(value_type=inner) | msgspec.inspect.VarTupleType(item_type=inner):
                yield from numbers(inner)
            case msgspec.inspect.UnionType(types=types):
                for inner in types:
                    yield from numbers(inner)
            case _:
                return

    for number in [*numbers(msgspec.inspect.type_info(Settings)), *numbers(msgspec.inspect.type_info(Provider))]:
        assert (number.ge, number.gt) != (None, None)
        assert (number.le, number.lt) != (None, None)


def test_the_defaults_are_allowed_themselves() -> None:
    assert msgspec.convert(msgspec.json.decode(msgspec.json.encode(Settings())), Settings) == Settings()
    assert Settings().version == VERSION
