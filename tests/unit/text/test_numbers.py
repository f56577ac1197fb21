"""Points and commas, as each language has them."""

from trayapp.text.language import fill, set_language
from trayapp.text.numbers import decimal, grouped


def test_points_and_commas() -> None:
    assert (decimal(0.72, 1), grouped(32768), grouped(512)) == ("0.7", "32,768", "512")
    set_language("de")
    assert (decimal(0.72, 1), grouped(32768), grouped(512)) == ("0,7", "32.768", "512")


def test_a_fraction_that_fills_a_gap() -> None:
    assert fill("{a} to {b}", a=0.5, b=1000.0) == "0.5 to 1000"
    set_language("de")
    assert fill("{a} bis {b}", a=0.5, b=1000.0) == "0,5 bis 1000"
    # A version or an address is text, and a port is no fraction.
    assert fill("{a} {b}", a="0.1.0", b=17502) == "0.1.0 17502"
