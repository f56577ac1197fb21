"""The gateway's bounds: nothing grows or waits for ever, and nothing that works today is cut."""

from msgspec import Struct


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
    unless it streams. `requests`: at once, as many as a busy machine's tools would ever have.
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
