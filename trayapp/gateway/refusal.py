"""What the gateway itself says in place of an answer; the dialect of the tool that asked gives it its shape."""

import re

_SHOULD_RETRY = "x-should-retry"
_NUMBER = re.compile(r"_http_\d+$")


class Refused(Exception):
    """A request that is answered here and goes no further. `message` may be shown by the tool as it is.

    `retry`: whether asking again may help; without it `x-should-retry: false`, which the libraries obey, spares a
    dead answer two retries. `closes`: the connection ends with it.
    """

    closes = False

    @property
    def again(self) -> bool:
        """May asking again help?"""
        return self.headers.get(_SHOULD_RETRY) != "false"

    def __init__(self, status: int, code: str, message: str, *, retry: bool = True, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if not retry:
            self.headers[_SHOULD_RETRY] = "false"


def for_good(refused: Refused) -> Refused:
    """The same to somebody who would ask a server's error thirty times."""
    if refused.status < 500:
        return refused
    # opencode asks again whatever says 500, 502, 503, 504, 524 or 429 anywhere, whatever its status.
    return Refused(400, _NUMBER.sub("_failed", refused.code), refused.message, retry=False)


def busy(code: str, message: str) -> Refused:
    """The gateway itself has no room for a request now; it passes by itself, and soon."""
    refused = Refused(503, code, f"{message} Ask again in a moment.", retry_after="2")
    # Whoever is told to come later would hold a place for nothing meanwhile.
    refused.closes = True
    return refused


def no_descriptors() -> Refused:
    """What a request is told that could not even be sent on."""
    return busy("gateway_busy", "LLM Ampel has no connection left for this request.")
