"""An address as people type it, and as it is stored."""

import re

# A name or number with perhaps a port and a path, and nothing that could be meant as another scheme.
_WITHOUT_SCHEME = re.compile(r"(?:[^\W_][\w.-]*|\[[0-9A-Fa-f:.]+\])(?::\d+)?(?:/[^\s/]\S*|/)?\Z")
_SCHEME = re.compile(r"https?(?=://)", re.IGNORECASE)


def completed(typed: str) -> str:
    """`localhost:8080` with the `http://` that everybody leaves out; what is no address comes back as it is."""
    text = typed.strip()
    if _WITHOUT_SCHEME.match(text):
        return f"http://{text}"
    return _SCHEME.sub(lambda scheme: scheme.group().lower(), text, count=1)
