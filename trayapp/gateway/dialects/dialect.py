"""The types behind which every dialect stands: a module of this package that has these names is one."""

import re
from collections.abc import Mapping
from typing import Protocol

from trayapp.core.catalogue import Dialect
from trayapp.core.evidence.answers import Reading
from trayapp.core.evidence.observation import Depth
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.refusal import Refused


class Shape(Protocol):
    """What it takes to refuse a tool in its own dialect.

    `NAME`: in a sentence. `CREDENTIAL_HEADERS`: where a tool may put its token or key, in lower case.
    """

    NAME: str
    CREDENTIAL_HEADERS: tuple[str, ...]

    def refusal(self, refused: Refused) -> bytes:
        """The body of a refusal, as JSON."""


class ToolDialect(Shape, Protocol):
    """How a tool speaks whose requests are passed on.

    `API`: what a provider's API has to speak. `METHODS`: the one method of each endpoint. The patterns are searched in
    the bytes of a stream: a token that the model wrote, the mark that the stream is whole, and an error event, whose
    group 1 begins with the event's data.
    """

    API: Dialect
    METHODS: Mapping[Endpoint, str]
    FIRST_TOKEN: re.Pattern[bytes]
    FINISHED: re.Pattern[bytes]
    ERROR_EVENT: re.Pattern[bytes]

    def endpoint(self, path: str) -> Endpoint:
        """What a path from /v1 on asks for. Raises Refused (404) for what the gateway does not pass on."""

    def credential(self, key: str) -> tuple[str, str]:
        """The header, name and value, in which a provider takes a key."""

    def refusal_event(self, refused: Refused) -> bytes:
        """The same inside a stream that has begun, so that no library takes the stream for whole."""

    def read_error_event(self, data: bytes, depth: Depth) -> Reading:
        """What a stream with an error event in it counts as. `data`: its beginning, perhaps with more events behind."""

    def models(self, path: str, model: str, owner: str) -> bytes:
        """The answer to a request for models, as JSON, when one local model answers for all."""
