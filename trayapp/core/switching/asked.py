"""What the failover machine has to know of a request, and of the world around it while it is answered."""

from enum import StrEnum

from msgspec import Struct

from trayapp.core.switching.route import UNSEEN, Endpoint, Policy
from trayapp.core.switching.target import TargetState

WRITTEN = frozenset({Endpoint.CHAT_COMPLETIONS, Endpoint.COMPLETIONS, Endpoint.MESSAGES, Endpoint.RESPONSES})
"""What a model writes the answer of."""
# Foreign vectors poison an index, another's list of models misleads, a file or a batch is where it was made.
_ANSWERED_ELSEWHERE = WRITTEN | {Endpoint.COUNT_TOKENS}


class Rescue(StrEnum):
    """What a tool wants of a streamed answer. `stream`: to see it while it comes; what breaks after that is broken
    off. `whole`: nothing of it before all of it is there, so that it can be answered anew until then."""

    STREAM = "stream"
    WHOLE = "whole"


class Asked(Struct, frozen=True):
    """One request of a tool.

    `streams`: it asks for a stream. `rests`: on the provider's own state, or on tools that run
    there. `reasons`: it, or its model, thinks before it writes. `quick`: this tool and model usually have content
    within seconds (`FirstContents`). `foreign`: it may hold what another model wrote. `again`: the tool itself asks it
    once more. `multiplies`: the tool asks an error of a server again and again, whatever the answer says about that.
    """

    endpoint: Endpoint
    streams: bool
    policy: Policy = Policy.SWITCH
    rescue: Rescue = Rescue.STREAM
    rests: bool = False
    reasons: bool = False
    quick: bool = False
    foreign: bool = False
    again: bool = False
    multiplies: bool = False

    @property
    def movable(self) -> bool:
        """Can anybody else answer it?"""
        return self.endpoint in _ANSWERED_ELSEWHERE and not self.rests

    @property
    def once(self) -> bool:
        """May it be heard once only, since it leaves something with the provider, or may?"""
        return self.rests or self.endpoint in UNSEEN

    @property
    def written(self) -> bool:
        """Is its answer what a model writes? Only that shows whether the provider's models answer."""
        return self.endpoint in WRITTEN


class Standing(Struct, frozen=True):
    """What may change while a request is answered.

    `auto`: auto mode is on, and no choice of the user's holds this provider where it is. `red`: the component is down.
    `open`: the provider's breaker is. `offline`: the own network is known to be at fault. `context`: of the target, in
    tokens, where known.
    """

    auto: bool = False
    red: bool = False
    open: bool = False
    offline: bool = False
    target: TargetState = TargetState.NONE
    context: int | None = None
