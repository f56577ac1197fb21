"""How long an exchange waits for what, in real seconds: the limits of a provider, and what of them counts when."""

from typing import Annotated, NamedTuple

from msgspec import Meta, Struct

REASONING_LIFE_S = 300.0
"""A model that thinks may say nothing for minutes, and its libraries wait as long."""
QUICK_S = 12.0
"""Three times what a quick answer takes at most (`first_content.QUICK_S`); or the provider is known to be down."""
RED_PLAIN_S = 60.0
"""A plain answer says nothing until it is whole. Most come within a minute, and of a provider that is down few do."""
HOLD_S = 15.0
"""Counted from the first sign of life: whoever has shown that he works is not given up for a little silence, and the
tool hears that something comes before anybody's patience ends."""
KEEP_ALIVE_S = 15.0
"""A tool that waits hears a word this often; the libraries' own patience is 300 s, that of proxies often 60 s."""
HELD_BYTES = 16 * 1024 * 1024
"""An answer that is held back until it is whole: a long one is below 1 MB, one with pictures below 10."""


Connecting = Annotated[float, Meta(ge=1, le=60)]
"""A second for a satellite's way there and back; whoever is not connected within a minute never will be."""
Waiting = Annotated[float, Meta(ge=1, le=3600)]
"""Below a second every answer would be late; the longest thought that anybody waits for takes less than an hour."""


class Limits(Struct, frozen=True, forbid_unknown_fields=True):
    """What is expected of a provider; `[provider.X] limits` in the settings.

    `connect_s`: to a connection, beyond which a second try is better. `first_byte_s`: of a streamed answer, whose
    head comes at once where all is well. `life_s`: between two signs of life before the first content. `plain_s`: to
    the head of an answer that is not streamed; the libraries give up after 600 s. `silence_s`: between two pieces
    later on; node gives up after 300 s.
    """

    connect_s: Connecting = 5.0
    first_byte_s: Waiting = 60.0
    life_s: Waiting = 120.0
    plain_s: Waiting = 600.0
    silence_s: Waiting = 300.0


class Patience(NamedTuple):
    """Of one attempt: to a connection, to the first byte, between two signs of life before content, between two
    pieces after it."""

    connect_s: float
    first_s: float
    life_s: float
    silence_s: float


def of_cloud(limits: Limits, *, streams: bool, reasons: bool, quick: bool, red: bool) -> Patience:
    """What counts for one attempt at a provider.

    `reasons`: the request or its model thinks before it writes. `quick`: this tool and model usually have content
    within seconds. `red`: the component is down. Both make impatient, so they are only said of what can move.
    """
    if not streams:
        first_s = min(limits.plain_s, RED_PLAIN_S) if red else limits.plain_s
        return Patience(limits.connect_s, first_s, limits.silence_s, limits.silence_s)
    life_s = max(limits.life_s, REASONING_LIFE_S) if reasons else limits.life_s
    if red or quick:
        return Patience(limits.connect_s, min(limits.first_byte_s, QUICK_S), min(life_s, QUICK_S), limits.silence_s)
    return Patience(limits.connect_s, limits.first_byte_s, life_s, limits.silence_s)
