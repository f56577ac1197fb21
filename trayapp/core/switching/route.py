"""Where a provider's requests go, and what a tool's policy makes of it. The gateway carries the decisions out."""

from enum import StrEnum

from msgspec import Struct

ROUTE_HEADER = "x-llm-ampel-route"
"""In every answer of the gateway: who answered and why. By it a gateway is known, and refused as a target."""


class To(StrEnum):
    CLOUD = "cloud"
    LOCAL = "local"


class Until(StrEnum):
    BACK = "until_back"
    CHANGED = "until_changed"


class Mode(StrEnum):
    MANUAL = "manual"
    AUTO = "auto"


class Policy(StrEnum):
    """What a tool wants in an outage: follow the switch, fail clearly, or be held until the cloud is back."""

    SWITCH = "switch"
    FAIL = "fail"
    WAIT = "wait"


class Endpoint(StrEnum):
    """What a tool asks of the gateway; also the id of the component that it stands for, where there is one.

    `STORED_RESPONSES`: what a provider keeps of earlier ones. `OTHER`: whatever else a provider's API has.
    """

    CHAT_COMPLETIONS = "chat-completions"
    COMPLETIONS = "completions"
    RESPONSES = "responses"
    STORED_RESPONSES = "stored-responses"
    EMBEDDINGS = "embeddings"
    MESSAGES = "messages"
    COUNT_TOKENS = "count-tokens"
    MODELS = "models"
    OTHER = "other"


UNSEEN = frozenset({Endpoint.STORED_RESPONSES, Endpoint.OTHER})
"""Whose answers prove nothing about a component."""


class Action(StrEnum):
    """`hold`: neither cloud nor local may answer now; wait for a change."""

    CLOUD = "cloud"
    LOCAL = "local"
    HOLD = "hold"


class Decision(Struct, frozen=True):
    """`reason` is a route's reason, or what overruled it: `policy_fail`, `policy_wait`, `stored`."""

    action: Action
    reason: str


class Route(Struct, frozen=True):
    """`reason` is a code: `default`, `user`, `back_home`. `answered`: requests answered locally on this route."""

    provider: str
    to: To = To.CLOUD
    until: Until | None = None
    reason: str = "default"
    since: float = 0.0
    answered: int = 0
