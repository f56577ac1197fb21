"""Auto mode, brought by requests into the state that a test is about."""

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.asked import Asked
from trayapp.core.switching.auto_mode import AutoMode, Turn
from trayapp.core.switching.breaker import OPEN_S, TRIP_FAILURES
from trayapp.core.switching.route import Action, Decision, Endpoint, Mode, To

CHAT = Asked(Endpoint.CHAT_COMPLETIONS, streams=True)


def asked(auto: AutoMode, provider: str, at: float) -> Turn:
    """One request, to a provider whose route is the cloud, with a target that is ready."""
    return auto.begin(Decision(Action.CLOUD, "default"), provider, CHAT, at, ready=True)


def failing(auto: AutoMode, provider: str, at: float, requests: int = 1, *, why: str = "http_503") -> None:
    """So many requests fail at the provider, one after the other, and are answered by the target."""
    for number in range(requests):
        turn = asked(auto, provider, at)
        auto.counted(turn, Outcome.FAIL, at, request=f"{at} {number}")
        auto.moved(turn, why, at)
        auto.over(turn, at, answered=True)


def tripped(provider: str, at: float) -> AutoMode:
    """Open since then; three requests were answered by the target."""
    auto = AutoMode(Mode.AUTO)
    failing(auto, provider, at, TRIP_FAILURES)
    return auto


def half_open(provider: str, at: float, good: int = 0) -> AutoMode:
    """Open since then, until a request may try the provider again; so many have, and it answered."""
    auto = tripped(provider, at)
    auto.advance(at + OPEN_S)
    for number in range(good):
        answering(auto, provider, at + OPEN_S + number)
    return auto


def answering(auto: AutoMode, provider: str, at: float) -> None:
    """One request is answered by the provider."""
    turn = asked(auto, provider, at)
    auto.counted(turn, Outcome.GOOD, at, request=str(at))
    auto.over(turn, at, answered=True)


def held(provider: str, at: float) -> AutoMode:
    """The user has sent it back to the cloud in its trouble."""
    auto = tripped(provider, at)
    auto.chosen((provider,), To.CLOUD, at)
    return auto
