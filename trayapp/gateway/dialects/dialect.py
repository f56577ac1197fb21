"""The types behind which every dialect stands: a module of this package that has these names is one."""

from collections.abc import Container, Mapping
from typing import Any, Protocol

from trayapp.core.catalogue import Dialect
from trayapp.core.evidence.answers import Reading
from trayapp.core.evidence.observation import Depth
from trayapp.core.switching.failure import Said
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.refusal import Refused


class Shape(Protocol):
    """What it takes to refuse a tool in its own dialect.

    `NAME`: in a sentence. `CREDENTIAL_HEADERS`: where a tool may put its token or key, in lower case. `HIDES`: statuses
    that its tools tell nobody the words of; a refusal comes as a 400 in their place.
    """

    NAME: str
    CREDENTIAL_HEADERS: tuple[str, ...]
    HIDES: Container[int]

    def speaks(self, target: str, headers: Container[str]) -> bool:
        """Is a request for `target` with these `headers`, which find their names whatever the case, in this dialect?"""

    def refusal(self, refused: Refused) -> bytes:
        """The body of a refusal, as JSON."""


class StreamReader(Protocol):
    """Follows one stream, event by event.

    `content`: the model has written something. `finished`: the stream has said that it is whole; not by what its HTTP
    says, which ends as cleanly where something in between lost the rest. `cut_short`: it has said its last word, behind
    which the libraries read nothing, and is not finished. `empty`: it has said so with nothing in it,
    not even a beginning. `error`: what went wrong, by its own word, for `read_error`; None while nothing has.
    `filtered`: a filter has ended it, which is no error and nobody else's to answer.
    """

    content: bool
    error: object
    filtered: bool

    @property
    def finished(self) -> bool: ...
    @property
    def cut_short(self) -> bool: ...
    @property
    def empty(self) -> bool: ...

    def event(self, data: bytes) -> None:
        """Take in the next event. `data`: its data, which may be anything."""


class ToolDialect(Shape, Protocol):
    """How a tool speaks whose requests are passed on.

    `API`: what a provider's API has to speak. `METHODS`: those of each endpoint. `KEEP_ALIVE`: what a stream may begin
    with, any number of times, and every library passes over.
    """

    API: Dialect
    KEEP_ALIVE: bytes
    METHODS: Mapping[Endpoint, tuple[str, ...]]

    def endpoint(self, path: str) -> Endpoint:
        """What a path from /v1 on asks for. Raises Refused (404) for what the gateway does not pass on."""

    def credential(self, key: str) -> tuple[str, str]:
        """The header, name and value, in which a provider takes a key."""

    def refusal_event(self, refused: Refused) -> bytes:
        """The same inside a stream that has begun, so that no library takes the stream for whole."""

    def stream(self) -> StreamReader:
        """The reader of one stream."""

    def error_in(self, answer: Mapping[str, Any]) -> object:
        """What went wrong by the word of a plain answer, whatever its status; None where it is no error."""

    def answers(self, answer: Mapping[str, Any]) -> bool:
        """Does a plain answer hold what a model writes?"""

    def read_error(self, error: object, depth: Depth) -> Reading:
        """What a stream with this error in it counts as."""

    def said(self, status: int, error: object) -> Said | None:
        """Whose fault an error is; None where there is none. `error`: by `error_in`, the whole answer, or what a
        stream told. `status`: of the answer; 200 in a stream."""

    def told(self, status: int, error: object) -> tuple[int, str] | None:
        """Status and words in which a local server's error is said so that the tools of this dialect know it; None
        where it is said as it came. `error`: by `error_in`, or the whole answer."""

    def beginning(self, events: bytes, model: str, name: str) -> bytes | None:
        """What the first whole `events` of a local stream by `model` lack before them; None while they tell nothing of
        it. `name`: a new one for the answer."""

    def models(self, path: str, model: str, owner: str) -> bytes:
        """The answer to a request for models, as JSON, when one local model answers for all."""
