"""The gateway's bounds: nothing grows or waits for ever, and nothing that works today is cut."""

from msgspec import Struct, structs

from trayapp.core.switching.limits import HOLD_S


class Patience(Struct, frozen=True):
    """Real seconds: to a connection, to the head of the answer, and between two pieces of it."""

    connect_s: float
    head_s: float
    silence_s: float


class GatewayLimits(Struct, frozen=True):
    """What the gateway holds everybody to.

    `cloud`: OpenAI's libraries give up after 600 s, so does the gateway. `local`: a cold model is read from disk
    first (Ollama allows five minutes), and a long prompt on a CPU takes minutes more before the first token.
    `answer_s`: no answer takes longer as a whole. `upload_s`: a request arrives within this. `client_stall_s`: a
    tool that stops reading is given up. `idle_s`: an unused connection is closed, and one that sends its head
    drop by drop. `body_bytes`: OpenAI takes 50 MB. `local_answer_bytes`: a local answer is held until it is whole,
    unless it streams. `requests`: at once, as many as a busy machine's tools would ever have. `strangers`: connections
    over which no token was shown; under pressure each has its place for `stranger_s`. `unused`: connections beyond
    `requests`, of tools that have nothing to ask. `sockets`: all of these and of theirs to providers.
    `cold_s`: so long a target that starts or loads is waited for. `keep_alive_s`: who waits for a stream hears a word
    this often; the libraries' own patience is 300 s. `hold_s`: so long a stream that may move is held
    back after its first sign of life.
    """

    cloud: Patience = Patience(10.0, 600.0, 600.0)
    local: Patience = Patience(5.0, 900.0, 300.0)
    answer_s: float = 3600.0
    upload_s: float = 120.0
    client_stall_s: float = 300.0
    idle_s: float = 75.0
    body_bytes: int = 64 * 1024 * 1024
    local_answer_bytes: int = 16 * 1024 * 1024
    requests: int = 512
    strangers: int = 512
    stranger_s: float = 2.0
    unused: int = 64
    sockets: int = 4096
    cold_s: float = 180.0
    keep_alive_s: float = 15.0
    hold_s: float = HOLD_S


RESERVED = 192
"""Descriptors that are nobody's but the program's own: the senses, the journal, the socket, D-Bus, the keyring's child,
the desktop. With everything on it has 60 open, and a round of all providers takes as many again."""
_DOOR = 64
"""Sockets that are left for strangers whatever the tools do: every tool is one until it has spoken."""
_FEWEST = 8


def fitted(limits: GatewayLimits, descriptors: int) -> GatewayLimits:
    """`limits` for a process that may have so many descriptors; of a tool's connection it may take two."""
    sockets = max(4 * _FEWEST, min(limits.sockets, descriptors - RESERVED))
    unused = min(limits.unused, max(_FEWEST, sockets // 16))
    requests = min(limits.requests, max(_FEWEST, (sockets - min(_DOOR, sockets // 4)) // 2 - unused))
    return structs.replace(limits, requests=requests, unused=unused, sockets=sockets)
