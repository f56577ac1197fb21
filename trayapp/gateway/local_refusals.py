"""What a tool is told where the local model does not answer: what is wrong, and what to do about it."""

from trayapp.core.remote_text import plain
from trayapp.core.switching.forwarding import cloud_behind
from trayapp.core.switching.target import TargetState, TargetStatus
from trayapp.gateway.headers import ROUTE
from trayapp.gateway.outgoing import Answer
from trayapp.gateway.refusal import Refused, no_descriptors
from trayapp.gateway.tool_request import ToolRequest

_WORDS_CHARS = 1000
_KEEPS_OUT = (401, 403)
_NO_SUCH_PATH = (404, 405, 501)


def check_server(target: TargetStatus, up: Answer) -> None:
    """Raises Refused (400) for an answer that is not the local server's own, or that lets nobody in."""
    if ROUTE in up.headers:
        raise circle(target)
    if up.status in _KEEPS_OUT:
        raise kept_out(target, up.status)
    if 300 <= up.status < 400:
        raise sent_away(target, up.status)
    if (cloud := cloud_behind(up)) is not None:
        raise forwarded(target, cloud)


def may_lack(status: int) -> bool:
    """Can an answer with this status mean that there is no such endpoint?"""
    return status in _NO_SUCH_PATH


def lacks(status: int, error: object) -> bool:
    """Does it, by what it says? A model that is not there is said by the same status."""
    return may_lack(status) and "model" not in str(error).lower()


def _named(target: TargetStatus) -> str:
    name = f"The local model {target.model}" if target.model else "The local model"
    return name + (f" at {target.url}" if target.url else "")


def not_there(asked: ToolRequest, why: str) -> Refused:
    """A 400 is shown at once; wherever the route leads, the same request would fail again."""
    name, provider = asked.provider.name, asked.provider.provider
    message = (
        f"{why}. Requests for {name} go to the local model now; send them back to the cloud: `llm-ampel switch cloud "
        f"{provider}`."
    )
    return Refused(400, "local_not_there", message, retry=False)


def not_ready(target: TargetStatus) -> Refused:
    """Nothing of this passes by itself."""
    home = "or send this provider's requests back to the cloud: `llm-ampel switch cloud`."
    if target.state is TargetState.DOWN:
        message = f"{_named(target)} is not running. Start it, {home}"
    elif target.state is TargetState.NONE or target.model is None or target.url is None:
        message = f"No local model is set up. Choose one in LLM Ampel's settings, {home}"
    else:
        message = f"{_named(target)} cannot be used; LLM Ampel's window says why. Choose another one, {home}"
    return Refused(400, "local_not_ready", message, retry=False)


def still_loading(target: TargetStatus) -> Refused:
    message = f"{_named(target)} is still loading. Ask again in a while."
    return Refused(503, "local_still_loading", message, retry=False)


def not_spoken(target: TargetStatus, asked: ToolRequest) -> Refused:
    message = (
        f"{_named(target)} does not speak {asked.dialect.NAME} ({asked.address.path}). Choose a local server that "
        "does, or send this provider's requests back to the cloud: `llm-ampel switch cloud`."
    )
    return Refused(400, "local_dialect", message, retry=False)


def moved(asked: ToolRequest) -> Refused:
    return Refused(503, "local_moved", f"{asked.provider.name} is asked in the cloud again. Ask once more.")


def told(target: TargetStatus, asked: ToolRequest, status: int, error: object) -> Refused:
    """What the server says against it, in its own words if it has any: for a stream that has begun, and where it came
    with a good status."""
    if status < 300 and error is None:
        return dead(target, "malformed")
    if status < 300:
        # Nothing says that it would pass by itself, and only this is shown at once.
        code = error.get("code") if isinstance(error, dict) else None
        status = code if isinstance(code, int) and 400 <= code <= 599 else 400
    said = error.get("message") if isinstance(error, dict) else error
    words = plain(said, _WORDS_CHARS) if isinstance(said, str) else ""
    status, words = asked.dialect.told(status, error) or (status, words)
    return Refused(status, f"local_http_{status}", words or f"{_named(target)} answered with an error.", retry=False)


def circle(target: TargetStatus) -> Refused:
    message = f"{_named(target)} is LLM Ampel's own gateway. Choose the local server itself in LLM Ampel's settings."
    return Refused(400, "local_is_gateway", message, retry=False)


def kept_out(target: TargetStatus, status: int) -> Refused:
    message = f"{_named(target)} wants a key. Store it: `llm-ampel key set local`; the provider's does not go there."
    if status == 403:
        message = f"{_named(target)} does not let LLM Ampel in (403). Change that in the server's settings."
    return Refused(400, f"local_http_{status}", message, retry=False)


def sent_away(target: TargetStatus, status: int) -> Refused:
    """A tool would follow, with all that was said, to wherever that is."""
    message = (
        f"{_named(target)} sends its callers to another address ({status}), which may be anybody's. Set the local "
        "server's own address in LLM Ampel's settings."
    )
    return Refused(400, f"local_http_{status}", message, retry=False)


def forwarded(target: TargetStatus, cloud: str) -> Refused:
    message = (
        f"{_named(target)} did not answer itself: it asked {plain(cloud, _WORDS_CHARS)}. Take that out of its "
        "settings, or send this provider's requests back to the cloud: `llm-ampel switch cloud`."
    )
    return Refused(400, "local_forwards", message, retry=False)


def dead(target: TargetStatus, code: str) -> Refused:
    if code == "no_descriptors":
        return no_descriptors()
    why = {
        "timeout": "did not answer in time. Ask again",
        "cut": "closed the connection before its answer was whole. Ask again",
        "malformed": "sent something that is no answer. Ask again",
    }.get(code, "cannot be reached. Start it")
    message = f"{_named(target)} {why}, or send this provider's requests back to the cloud: `llm-ampel switch cloud`."
    return Refused(504 if code == "timeout" else 503, f"local_{code}", message, retry=False)
