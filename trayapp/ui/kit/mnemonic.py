"""Text for menus and buttons. Apart from labels, whose import loads a megabyte of Qt that the tray does not need."""


def as_action(text: str) -> str:
    """The text as it is: in menus and on buttons a single & would mark a letter."""
    return text.replace("&", "&&")
