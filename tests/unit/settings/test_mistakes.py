"""The walk over declared types finds exactly what msgspec refuses."""

from typing import Annotated, Any, get_args

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.catalogue import Provider
from trayapp.settings.mistakes import dotted, find_mistakes, unknown
from trayapp.settings.schema import Settings
from trayapp.text.problems import PROBLEMS

_LEAVES = st.one_of(
    st.booleans(),
    st.integers(-5, 100_000),
    st.floats(-5, 100, allow_nan=False),
    st.sampled_from(["", "ollama", "claude", "A b", "https://a.example", "http://", "keyring", "env:X", "GET", "\n"]),
)
_VALUES = st.recursive(
    _LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("ab"), inner, max_size=2)
)


def tables(kind: type[msgspec.Struct]) -> st.SearchStrategy[dict[str, Any]]:
    """Mostly right tables of a declared type, with wrong values, unknown and missing names in them."""

    def value(declared: Any) -> st.SearchStrategy[Any]:
        for one in (declared, *get_args(declared)):
            if isinstance(one, type) and issubclass(one, msgspec.Struct):
                return tables(one) | st.lists(tables(one), max_size=2) | _VALUES
        return _VALUES | st.lists(_LEAVES, max_size=2)

    known = {one.encode_name: value(one.type) for one in msgspec.structs.fields(kind)}
    return st.fixed_dictionaries({}, optional=known | {"unheard-of": _LEAVES})


@pytest.mark.parametrize("kind", [Settings, Provider])
@given(data=st.data())
def test_mistakes_are_what_msgspec_refuses(kind: type[msgspec.Struct], data: st.DataObject) -> None:
    table = data.draw(tables(kind))
    found = list(find_mistakes(table, kind))
    try:
        msgspec.convert(table, kind)
    except msgspec.ValidationError:
        assert found
    else:
        # Only the soundness of addresses, and the choices that files tell, are judged beyond the types.
        assert {mistake.code for mistake in found} <= {"setting_url", "setting_choice"}
    for mistake in found:
        assert mistake.code in PROBLEMS


class _Sample(msgspec.Struct, forbid_unknown_fields=True):
    must: str
    many: Annotated[tuple[int, ...], msgspec.Meta(max_length=2)] = ()
    share: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.5


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        ({"must": "a"}, []),
        ({}, [("must", "setting_missing")]),
        ([], [("", "setting_not_table")]),
        ({"must": "a", "many": [1, 2, 3]}, [("many", "setting_too_many")]),
        ({"must": "a", "many": [1, "b"]}, [("many[1]", "setting_not_whole")]),
        ({"must": "a", "share": 0}, [("share", "setting_range")]),
        ({"must": "a", "share": "x"}, [("share", "setting_not_number")]),
        ({"must": 1, "zzz": 1}, [("must", "setting_not_text"), ("zzz", "setting_unknown")]),
    ],
)
def test_each_kind_of_mistake(data: Any, expected: list[tuple[str, str]]) -> None:
    assert [(dotted(one.place), one.code) for one in find_mistakes(data, _Sample)] == expected


@pytest.mark.parametrize(
    ("url", "sound"),
    [
        ("https://a.example", True),
        ("http://127.0.0.1:11434", True),
        ("http://[::1]:8080/base", True),
        ("https://a.example:0", False),
        ("https://a.example:99999", False),
        ("https://me@a.example", False),
        ("https://[::1", False),
        ("https://a b", False),
        ("https://a.example/\n", False),
        ("https://a.example\\@b.example", False),
        ("https://:443", False),
        ("http://a..b", False),
        (f"http://{'a' * 64}.de", False),
        (f"http://{'a' * 63}.de", True),
        ("http://a.example.", True),
        ("http://bücher.example", True),
    ],
)
def test_an_address_is_read_as_every_client_reads_it(url: str, sound: bool) -> None:
    found = [one.code for one in find_mistakes({"url": url}, Settings.__annotations__["local"])]
    assert found == ([] if sound else ["setting_url"])


def test_the_nearest_known_word_is_suggested() -> None:
    assert unknown(("x",), "ChatGTP", ["claude", "chatgpt"], "service_unknown").params["near"] == "chatgpt"
    assert unknown(("x",), "zzz", ["claude", "chatgpt"], "service_unknown").params["known"] == "claude, chatgpt"
