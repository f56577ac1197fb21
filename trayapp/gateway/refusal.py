"""What the gateway itself says in place of an answer; the dialect of the tool that asked gives it its shape."""


class Refused(Exception):
    """A request that is answered here and goes no further. `message` may be shown by the tool as it is.

    `retry`: whether asking again may help; without it `x-should-retry: false`, which the libraries obey, spares a
    dead answer two retries.
    """

    def __init__(self, status: int, code: str, message: str, *, retry: bool = True, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if not retry:
            self.headers["x-should-retry"] = "false"
