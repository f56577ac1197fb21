"""What the gateway itself says in place of an answer; the dialect of the tool that asked gives it its shape."""


class Refused(Exception):
    """A request that is answered here and goes no further. `message` may be shown by the tool as it is.

    `retry`: whether asking again may help; without it `x-should-retry: false`, which the libraries obey, spares a
    dead answer two retries. `closes`: the connection ends with it.
    """

    closes = False

    def __init__(self, status: int, code: str, message: str, *, retry: bool = True, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if not retry:
            self.headers["x-should-retry"] = "false"


def busy(code: str, message: str) -> Refused:
    """The gateway itself has no room for a request now; it passes by itself, and soon."""
    refused = Refused(503, code, f"{message} Ask again in a moment.", retry_after="2")
    # Whoever is told to come later would hold a place for nothing meanwhile.
    refused.closes = True
    return refused


def no_descriptors() -> Refused:
    """What a request is told that could not even be sent on."""
    return busy("gateway_busy", "LLM Ampel has no connection left for this request.")
