"""How large a file may be, by how it is read."""

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
