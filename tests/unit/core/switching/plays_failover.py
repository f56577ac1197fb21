"""One request as a play: what is asked, what happens to it, and every decision with its second."""

from typing import Any

from msgspec import structs

from tests.unit.core.switching.stage import AUTO, MANUAL, Stage
from trayapp.core.switching.asked import Asked, Rescue, Standing
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import Endpoint, Policy
from trayapp.core.switching.target import TargetState

STREAM = Asked(Endpoint.CHAT_COMPLETIONS, streams=True)
PLAIN = structs.replace(STREAM, streams=False)
WHOLE = structs.replace(STREAM, rescue=Rescue.WHOLE)
RED = structs.replace(AUTO, red=True)
DOWN = "connect; head 503; life; end"
HEAD, BEGUN = "connect; head 200 stream", "connect; head 200 stream; life; content"


def standing(**changes: Any) -> Standing:
    return structs.replace(AUTO, **changes)


PLAYS: dict[str, tuple[Stage, list[str]]] = {
    "all is well: its head is held until the first content": (
        Stage(STREAM, [f"{HEAD}; +1; life; +1; content; +1; content; end"]),
        ["0 send", "2 pass"],
    ),
    "nothing is held where nothing moves": (
        Stage(STREAM, [f"{HEAD}; +1; life; +1; content; +1; content; end"], standing=MANUAL),
        ["0 send", "0 pass"],
    ),
    "a failure is asked once more and then answered elsewhere": (
        Stage(STREAM, [DOWN]),
        [
            *("0 send", "0 count fail http_503", "0 cancel"),
            *("0.3 send", "0.3 count fail http_503", "0.3 cancel"),
            "0.3 move http_503",
        ],
    ),
    "a kept connection had been closed, and it went out twice: nobody hears it a third time": (
        Stage(STREAM, [f"connect; {DOWN}"]),
        ["0 send", "0 count fail http_503", "0 cancel", "0 move http_503"],
    ),
    "red: one failure is enough": (
        Stage(STREAM, [DOWN], standing=RED),
        ["0 send", "0 count fail http_503", "0 cancel", "0 move http_503"],
    ),
    "offline: the same": (
        Stage(STREAM, ["fail connect"], standing=standing(offline=True)),
        ["0 send", "0 count fail connect", "0 move connect"],
    ),
    "the breaker opens over the first failure: nobody waits for the second": (
        Stage(STREAM, [DOWN], changes={0.1: standing(open=True)}),
        ["0 send", "0 count fail http_503", "0 cancel", "0.1 move http_503"],
    ),
    "it opened while nothing had failed yet: the same": (
        Stage(STREAM, ["connect; +2; head 503; life; end"], changes={1.0: standing(open=True)}),
        ["0 send", "2 count fail http_503", "2 cancel", "2 move http_503"],
    ),
    "the light turns red over the first failure: the same": (
        Stage(STREAM, [DOWN], changes={0.1: RED}),
        ["0 send", "0 count fail http_503", "0 cancel", "0.1 move http_503"],
    ),
    "the user turns auto mode off in between: nothing moves": (
        Stage(STREAM, [DOWN], changes={0.1: MANUAL}),
        [
            *("0 send", "0 count fail http_503", "0 cancel"),
            *("0.3 send", "0.3 pass"),
        ],
    ),
    "while a head is held the target goes: what came is passed on": (
        Stage(STREAM, [f"{HEAD}; life; +9; end cut"], changes={4.0: standing(target=TargetState.DOWN)}),
        ["0 send", "4 pass"],
    ),
    "a stream that is over with nothing in it": (
        Stage(STREAM, [f"{HEAD}; life; end"]),
        ["0 send", "0 pass"],
    ),
    "signs of life are passed on after a while, and then it stays": (
        Stage(STREAM, [f"{HEAD}; +20; life; +20; life; fail cut"]),
        ["0 send", "35 pass"],
    ),
    "red makes impatient: the first byte": (
        Stage(STREAM, ["connect"], standing=RED),
        [
            "0 send",
            "12 count fail timeout",
            "12 cancel",
            "12 move timeout",
        ],
    ),
    "red makes impatient: life": (
        Stage(STREAM, [f"{HEAD}; +10; life"], standing=RED),
        [
            "0 send",
            "22 count fail timeout",
            "22 cancel",
            "22 move timeout",
        ],
    ),
    "red while it waits": (
        Stage(STREAM, ["connect"], changes={30.0: RED}),
        [
            "0 send",
            "30 count fail timeout",
            "30 cancel",
            "30 move timeout",
        ],
    ),
    "nor who has shown life for long enough": (
        Stage(STREAM, [f"{HEAD}; life; +10; life; +30; content; end"], standing=RED),
        ["0 send", "15 pass"],
    ),
    "red makes nobody impatient who has nowhere else to go": (
        Stage(STREAM, ["connect; +50; head 200 stream; content; end"], standing=standing(red=True, auto=False)),
        ["0 send", "50 pass"],
    ),
    "a tool and model that are quick as a rule": (
        Stage(structs.replace(STREAM, quick=True), ["connect"]),
        [
            "0 send",
            "12 count fail timeout",
            "12 cancel",
            "12 move timeout",
        ],
    ),
    "red, plain": (
        Stage(PLAIN, ["connect"], standing=RED),
        [
            "0 send",
            "60 count fail timeout",
            "60 cancel",
            "60 move timeout",
        ],
    ),
    "a long request over a slow line": (
        Stage(STREAM, ["connect; +50; sending; +50; sending; +50; head 200 stream; content; end"]),
        ["0 send", "150 pass"],
    ),
    "a model that thinks": (
        Stage(structs.replace(STREAM, reasons=True), [f"{HEAD}; +290; life; content; end"]),
        ["0 send", "290 pass"],
    ),
    "a model that does not": (
        Stage(STREAM, [f"{HEAD}; +290; life; content; end"]),
        [
            "0 send",
            "120 count fail timeout",
            "120 cancel",
            "120 move timeout",
        ],
    ),
    "an answer that is held until it is whole keeps its tool waiting": (
        Stage(WHOLE, [f"{BEGUN}; +20; content; +20; content; end"]),
        [
            "0 send",
            "15 keep alive",
            "30 keep alive",
            "40 pass",
        ],
    ),
    "the same, cut": (
        Stage(WHOLE, [f"{BEGUN}; +20; end cut"]),
        ["0 send", "15 keep alive", "20 count fail cut", "20 move cut"],
    ),
    "who asked for no stream hears no word, whatever comes": (
        Stage(structs.replace(WHOLE, streams=False), [f"{BEGUN}; +20; content; end"]),
        ["0 send", "20 pass"],
    ),
    "what another model wrote is taken out": (
        Stage(structs.replace(STREAM, foreign=True), ["connect; head 400; life; end foreign", "answer"]),
        [
            *("0 send", "0 count neutral http_400", "0 send stripped"),
            "0 pass",
        ],
    ),
    "nothing of the kind is in it: a refusal like another": (
        Stage(STREAM, ["connect; head 400; life; end foreign"]),
        ["0 send", "0 pass"],
    ),
    "too long for the cloud, and as long as the target's context": (
        Stage(STREAM, ["connect; head 400; life; end overflow=8192"]),
        ["0 send", "0 pass"],
    ),
    "too long for the cloud, and not for the target": (
        Stage(STREAM, ["connect; head 400; life; end overflow=8191"]),
        ["0 send", "0 count neutral http_400", "0 move http_400"],
    ),
    "a tool that multiplies is shown what is its own fault": (
        Stage(structs.replace(STREAM, multiplies=True), ["connect; head 400; life; end request"]),
        ["0 send", "0 pass"],
    ),
    "the words of a refusal break off: it is passed on as far as it came": (
        Stage(STREAM, ["connect; head 400; life; fail cut"]),
        ["0 send", "0 pass"],
    ),
    "the words of a refusal never come: it stays a refusal": (
        Stage(STREAM, ["connect; head 400"]),
        ["0 send", "300 count neutral http_400", "300 cancel", "300 tell http_400"],
    ),
    "limits of a provider's own": (
        Stage(STREAM, [""], standing=MANUAL, limits=Limits(connect_s=2.0)),
        ["0 send", "2 count fail timeout", "2 cancel", "2 tell timeout"],
    ),
    "a job that must not write worse answers": (
        Stage(structs.replace(STREAM, policy=Policy.FAIL), [DOWN]),
        ["0 send", "0 pass"],
    ),
    "a file is not sent twice": (
        Stage(Asked(Endpoint.OTHER, streams=False), [DOWN]),
        ["0 send", "0 pass"],
    ),
    "a list of models never moves, and may be asked once more": (
        Stage(Asked(Endpoint.MODELS, streams=False), [DOWN]),
        [
            *("0 send", "0 count fail http_503", "0 cancel"),
            *("0.3 send", "0.3 pass"),
        ],
    ),
}
