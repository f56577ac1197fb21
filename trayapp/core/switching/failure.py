"""What may be done about an attempt that came to nothing: ask the same upstream once more, ask the target instead, or
neither. What it says of the provider is rule 3's business, by the outcome of the same answer."""

from enum import StrEnum
from typing import NamedTuple

from msgspec import Struct

from trayapp.core.evidence.answers import outcome_of_failure
from trayapp.core.evidence.observation import Outcome

RETRY_S = 0.3
"""What a restarted worker behind a balancer needs. The fallback's first byte is due within a second, two answers of a
provider that fails included."""
RETRY_AFTER_S = 10.0
"""A provider that asks for more patience than this is not asked again: the tool hears its word and decides."""
RATHER_MOVE_S = 1.0
"""Who can have the target's answer at once waits no longer than this for a provider that fails."""

# A person, or this program, has to mend these; an answer from elsewhere would hide them.
_OURS = frozenset({"proxy_login", "unsendable", "no_descriptors"})


class Fault(StrEnum):
    """Whose fault an error is, by its own word. `server`: the provider's. `quota`: an empty account's, which waiting
    does not fill. `overflow`: the request is longer than the model's context. `foreign`: the request holds what
    another model wrote, and this one does not take. `stranger`: somebody in between answers in the provider's place.
    `request`: anything else that is the request's own: a content filter, a parameter, a key, a rate limit.
    """

    SERVER = "server"
    QUOTA = "quota"
    OVERFLOW = "overflow"
    FOREIGN = "foreign"
    STRANGER = "stranger"
    REQUEST = "request"


class Said(Struct, frozen=True):
    """An error as its dialect reads it. `code`: as in an observation. `needs`: tokens of what is too long, where it
    says so."""

    fault: Fault
    code: str
    needs: int | None = None


class Failure(NamedTuple):
    """`retry_s`: the same upstream may be asked again after so many seconds; None where it may not. `strips`: without
    what another model wrote. `moves`: another may answer in its place. `needs`: one whose context holds more tokens
    than this may."""

    code: str
    outcome: Outcome
    retry_s: float | None = None
    moves: bool = False
    needs: int | None = None
    strips: bool = False


def without_answer(code: str, *, sent: bool) -> Failure:
    """There is no answer, or no end of it. `sent`: the request was on its way, and may have been heard."""
    mendable = code not in _OURS
    again = mendable and not sent and code != "untrusted"
    return Failure(code, outcome_of_failure(code), RETRY_S if again else None, moves=mendable)


def with_answer(status: int, retry_after_s: float | None, said: Said | None) -> Failure:
    """The answer is an error, by its status or by its own word. `retry_after_s`: what it asks for."""
    waits_s = max(RETRY_S, retry_after_s or 0.0)
    patient = waits_s if waits_s <= RETRY_AFTER_S else None
    code = f"http_{status}"
    if status >= 500 or status == 408:
        return Failure(code, Outcome.FAIL, patient, moves=True)
    if status < 300 and said is not None:
        if said.fault is Fault.SERVER:
            return Failure(said.code, Outcome.FAIL, moves=True)
        code = said.code
    fault = said.fault if said is not None else None
    if said is not None and fault is Fault.STRANGER:
        return Failure(said.code, Outcome.FOREIGN, moves=True)
    if said is not None and fault is Fault.OVERFLOW:
        return Failure(code, Outcome.NEUTRAL, needs=said.needs)
    if fault is Fault.FOREIGN:
        # OpenAI answers 404 for an item that it does not keep, Mistral 422, and some tell it in a stream.
        return Failure(code, Outcome.NEUTRAL, 0.0, strips=True)
    limited = status == 429 and retry_after_s is not None and fault is not Fault.QUOTA
    return Failure(code, Outcome.NEUTRAL, patient if limited or status == 409 else None)
