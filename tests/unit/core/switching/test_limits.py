"""How long is waited for what, as a table."""

import pytest

from trayapp.core.switching.limits import Limits, Patience, of_cloud

DEFAULT = Limits()
STREAM, PLAIN = Patience(5, 60, 120, 300), Patience(5, 600, 300, 300)
TABLE = [
    ("streamed", {"streams": True}, DEFAULT, STREAM),
    ("streamed, thinks", {"streams": True, "reasons": True}, DEFAULT, Patience(5, 60, 300, 300)),
    ("streamed, red", {"streams": True, "red": True}, DEFAULT, Patience(5, 12, 12, 300)),
    ("streamed, quick", {"streams": True, "quick": True}, DEFAULT, Patience(5, 12, 12, 300)),
    ("streamed, thinks, red", {"streams": True, "reasons": True, "red": True}, DEFAULT, Patience(5, 12, 12, 300)),
    ("plain", {}, DEFAULT, PLAIN),
    ("plain, thinks", {"reasons": True}, DEFAULT, PLAIN),
    ("plain, red", {"red": True}, DEFAULT, Patience(5, 60, 300, 300)),
    ("plain, quick", {"quick": True}, DEFAULT, PLAIN),
    ("its own", {"streams": True}, Limits(1, 2, 3, 4, 5), Patience(1, 2, 3, 5)),
    ("its own, red: never more than that", {"streams": True, "red": True}, Limits(1, 2, 3, 4, 5), Patience(1, 2, 3, 5)),
    ("its own, plain", {"red": True}, Limits(1, 2, 3, 4, 5), Patience(1, 4, 5, 5)),
    ("its own, thinks", {"streams": True, "reasons": True}, Limits(life_s=400), Patience(5, 60, 400, 300)),
]  # fmt: skip


@pytest.mark.parametrize(("what", "how", "limits", "expected"), TABLE, ids=[row[0] for row in TABLE])
def test_of_a_provider(what: str, how: dict[str, bool], limits: Limits, expected: Patience) -> None:
    asked = {"streams": False, "reasons": False, "quick": False, "red": False} | how
    assert of_cloud(limits, **asked) == expected, what
