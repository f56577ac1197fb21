"""How many failures in a row are the own network."""

import pytest

from trayapp.core.evidence.coincidence import enough
from trayapp.core.evidence.failure_share import FLOOR, NEW_NETWORK


@pytest.mark.parametrize(
    ("loss", "failures"), [(FLOOR, 2), (NEW_NETWORK, 2), (0.05, 3), (0.1, 4), (0.2, 6), (0.5, 13), (1.0, 13)]
)
def test_how_many_it_takes(loss: float, failures: int) -> None:
    assert not enough(failures - 1, loss)
    assert enough(failures, loss)
