"""How large a file may be, by how it is read, and in which encodings."""

from typing import Any

import msgspec
import pytest

from trayapp.watch.pages.fetch import MAX_WHOLE_BYTES, Unfit, decoded

LARGE = b"[" + b'"' + b"x" * MAX_WHOLE_BYTES + b'"]'


@pytest.mark.parametrize(("body", "kind"), [(LARGE, list), (b'{"a":' + LARGE + b"}", dict)])
def test_what_is_read_as_a_whole_has_a_limit(body: bytes, kind: type[Any]) -> None:
    with pytest.raises(Unfit) as unfit:
        decoded(body, kind)
    assert unfit.value.reason == "too_large"


def test_of_what_is_picked_out_of_more_may_come() -> None:
    assert len(decoded(LARGE, list[msgspec.Raw])) == 1
    assert decoded(LARGE[:2] + LARGE[-2:], list) == [""]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_encodings(encoding: str) -> None:
    assert decoded('{"name": "Störung 対話"}'.encode(encoding), dict) == {"name": "Störung 対話"}


@pytest.mark.parametrize(
    "body", [b"", b"\xef\xbb\xbf", b"\xff\xfe", '{"a": 1}'.encode("utf-16")[:-1], b'{"a": "\xfc"}']
)
def test_what_is_no_text(body: bytes) -> None:
    with pytest.raises(Unfit) as unfit:
        decoded(body, dict)
    assert unfit.value.reason == "json"
