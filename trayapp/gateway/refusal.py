"""What the gateway itself says, in the dialect of the tool that asked.

The shape is OpenAI's error object, https://platform.openai.com/docs/guides/error-codes; their libraries obey
`x-should-retry: false`, which spares a dead answer two retries.
"""

from typing import Any

import msgspec


class Refused(Exception):
    """A request that is answered here and goes no further. `message` may be shown by the tool as it is."""

    def __init__(self, status: int, code: str, message: str, *, retry: bool = True, **headers: str) -> None:
        super().__init__(code)
        self.status = status
        self.code = code
        self.message = message
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if not retry:
            self.headers["x-should-retry"] = "false"

    @property
    def body(self) -> bytes:
        return msgspec.json.encode(self._object())

    @property
    def event(self) -> bytes:
        """The same inside a stream that has begun. No `[DONE]` follows, so no library takes the stream for whole."""
        return b"data: " + self.body + b"\n\n"

    def _object(self) -> dict[str, Any]:
        kinds = {401: "authentication_error", 403: "permission_error", 404: "not_found_error"}
        kind = kinds.get(self.status, "invalid_request_error" if self.status < 500 else "api_error")
        return {"error": {"message": self.message, "type": kind, "param": None, "code": self.code}}


def models(model: str, owner: str) -> bytes:
    """The list of models when one local target answers for all."""
    return msgspec.json.encode({"object": "list", "data": [_model(model, owner)]})


def model(name: str, owner: str) -> bytes:
    """One model of that list, the target's whatever was asked for: a tool that checks its model's name goes on."""
    return msgspec.json.encode(_model(name, owner))


def _model(name: str, owner: str) -> dict[str, Any]:
    return {"id": name, "object": "model", "created": 0, "owned_by": owner}
