"""Ports of loopback, and the plainest of clients."""

import json
import socket
import urllib.request
from typing import Any

ANSWER_S = 20.0


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def listens(port: int) -> bool:
    """Whether somebody accepts connections there."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


def read(request: urllib.request.Request | str) -> Any:
    """Ask as the standard library does; the JSON of the answer. Raises `HTTPError` for a refusal."""
    with urllib.request.urlopen(request, timeout=ANSWER_S) as found:
        return json.loads(found.read())
