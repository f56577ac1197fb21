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
    """What a tool asks of the gateway; also the id of the component that it stands for, where there is one."""

    CHAT_COMPLETIONS = "chat-completions"
    MODELS = "models"


class Action(StrEnum):
    """`hold`: neither cloud nor local may answer now; wait for a change."""

    CLOUD = "cloud"
    LOCAL = "local"
    HOLD = "hold"


class Decision(Struct, frozen=True):
    """`reason` is a route's reason, or the policy that overruled it: `policy_fail`, `policy_wait`."""

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
