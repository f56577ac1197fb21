"""The fallback's own light: is the configured local target ready?"""

from enum import StrEnum

from msgspec import Struct

from trayapp.core.switching.route import Endpoint


class TargetState(StrEnum):
    NONE = "none"
    DOWN = "down"
    STARTING = "starting"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"


class TargetStatus(Struct, frozen=True):
    """The fallback's own light.

    `code`/`params`: the problem when down or failed (words in `text.problems`). `ready_s`: measured or estimated
    real seconds from a click to the first token. `context`: tokens, when known. `first_token_s`: measured.
    `url`: base URL before /v1. `server_name`: in English, for people; `server` is its id. `through`: a product that
    answers in the server's place and may ask a cloud, where it says so. `speaks`: what it was seen to answer itself.
    """

    state: TargetState
    server: str | None = None
    model: str | None = None
    url: str | None = None
    code: str | None = None
    params: dict[str, str | int | float | None] = {}
    ready_s: float | None = None
    first_token_s: float | None = None
    context: int | None = None
    server_name: str | None = None
    through: str | None = None
    speaks: tuple[Endpoint, ...] = (Endpoint.CHAT_COMPLETIONS,)
