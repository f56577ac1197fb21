"""Numbers as the language of now writes them."""

from trayapp.text.language import as_written, language


def decimal(value: float, digits: int) -> str:
    """With so many digits after the point or comma: "0.7", "0,7"."""
    return as_written(f"{value:.{digits}f}")


def grouped(number: int) -> str:
    """A large number in groups of three digits: "32,768", "32.768"."""
    text = f"{number:,}"
    return text.replace(",", ".") if language() == "de" else text
