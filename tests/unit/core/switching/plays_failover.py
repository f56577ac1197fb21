"""One request as a play: what is asked, what happens to it, and every decision with its second."""

from typing import Any

from msgspec import structs

from tests.unit.core.switching.stage import AUTO, MANUAL, Stage
from trayapp.core.switching.asked import Asked, Rescue, Standing
from trayapp.core.switching.limits import Limits
from trayapp.core.switching.route import Endpoint, Policy, To
from trayapp.core.switching.target import TargetState

STREAM = Asked(Endpoint.CHAT_COMPLETIONS, streams=True)
PLAIN = structs.replace(STREAM, streams=False)
WHOLE = structs.replace(STREAM, rescue=Rescue.WHOLE)
LOCAL = structs.replace(STREAM, to=To.LOCAL)
RED = structs.replace(AUTO, red=True)
DOWN = "connect; head 503; life; end"
HEAD, BEGUN = "connect; head 200 stream", "connect; head 200 stream; life; content"


def standing(**changes: Any) -> Standing:
    return structs.replace(AUTO, **changes)


PLAYS: dict[str, tuple[Stage, list[str]]] = {
    "all is well: its head is held until the first content": (
        Stage(STREAM, [f"{HEAD}; +1; life; +1; content; +1; content; end"]),
        ["0 send cloud", "2 pass", "3 count good http_200", "3 finish"],
    ),
    "nothing is held where nothing moves": (
        Stage(STREAM, [f"{HEAD}; +1; life; +1; content; +1; content; end"], standing=MANUAL),
        ["0 send cloud", "0 pass", "3 count good http_200", "3 finish"],
    ),
    "a failure is asked once more and then answered elsewhere": (
        Stage(STREAM, [DOWN]),
        [
            *("0 send cloud", "0 count fail http_503", "0 cancel"),
            *("0.3 send cloud", "0.3 count fail http_503", "0.3 cancel"),
            *("0.3 send local", "0.3 pass", "0.3 finish"),
        ],
    ),
    "red: one failure is enough": (
        Stage(STREAM, [DOWN], standing=RED),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0 send local", "0 pass", "0 finish"],
    ),
    "offline: the same": (
        Stage(STREAM, ["fail connect"], standing=standing(offline=True)),
        ["0 send cloud", "0 count fail connect", "0 send local", "0 pass", "0 finish"],
    ),
    "the breaker opens over the first failure: nobody waits for the second": (
        Stage(STREAM, [DOWN], changes={0.1: standing(open=True)}),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0.1 send local", "0.1 pass", "0.1 finish"],
    ),
    "it opened while nothing had failed yet: the same": (
        Stage(STREAM, ["connect; +2; head 503; life; end"], changes={1.0: standing(open=True)}),
        ["0 send cloud", "2 count fail http_503", "2 cancel", "2 send local", "2 pass", "2 finish"],
    ),
    "the light turns red over the first failure: the same": (
        Stage(STREAM, [DOWN], changes={0.1: RED}),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0.1 send local", "0.1 pass", "0.1 finish"],
    ),
    "the user turns auto mode off in between: nothing moves": (
        Stage(STREAM, [DOWN], changes={0.1: MANUAL}),
        [
            *("0 send cloud", "0 count fail http_503", "0 cancel"),
            *("0.3 send cloud", "0.3 count fail http_503", "0.3 pass", "0.3 finish"),
        ],
    ),
    "while a head is held the target goes: what came is passed on": (
        Stage(STREAM, [f"{HEAD}; life; +9; end cut"], changes={4.0: standing(target=TargetState.DOWN)}),
        ["0 send cloud", "4 pass", "9 count fail cut", "9 break off"],
    ),
    "a stream that is over with nothing in it": (
        Stage(STREAM, [f"{HEAD}; life; end"]),
        ["0 send cloud", "0 pass", "0 count neutral empty", "0 finish"],
    ),
    "signs of life are passed on after a while, and then it stays": (
        Stage(STREAM, [f"{HEAD}; +20; life; +20; life; fail cut"]),
        ["0 send cloud", "35 pass", "40 count fail cut", "40 break off"],
    ),
    "red makes impatient: the first byte": (
        Stage(STREAM, ["connect"], standing=RED),
        [
            "0 send cloud",
            "12 count fail timeout",
            "12 cancel",
            "12 send local",
            "12 pass",
            "12 finish",
        ],
    ),
    "red makes impatient: life": (
        Stage(STREAM, [f"{HEAD}; +10; life"], standing=RED),
        [
            "0 send cloud",
            "22 count fail timeout",
            "22 cancel",
            "22 send local",
            "22 pass",
            "22 finish",
        ],
    ),
    "red while it waits": (
        Stage(STREAM, ["connect"], changes={30.0: RED}),
        [
            "0 send cloud",
            "30 count fail timeout",
            "30 cancel",
            "30 send local",
            "30 pass",
            "30 finish",
        ],
    ),
    "red makes nobody impatient who has begun to answer": (
        Stage(STREAM, [f"{HEAD}; life; +100; content; end"], changes={20.0: RED}),
        ["0 send cloud", "15 pass", "100 count good http_200", "100 finish"],
    ),
    "nor who has shown life for long enough": (
        Stage(STREAM, [f"{HEAD}; life; +10; life; +30; content; end"], standing=RED),
        ["0 send cloud", "15 pass", "40 count good http_200", "40 finish"],
    ),
    "red makes nobody impatient who has nowhere else to go": (
        Stage(STREAM, ["connect; +50; head 200 stream; content; end"], standing=standing(red=True, auto=False)),
        ["0 send cloud", "50 pass", "50 count good http_200", "50 finish"],
    ),
    "a tool and model that are quick as a rule": (
        Stage(structs.replace(STREAM, quick=True), ["connect"]),
        [
            "0 send cloud",
            "12 count fail timeout",
            "12 cancel",
            "12 send local",
            "12 pass",
            "12 finish",
        ],
    ),
    "red, plain": (
        Stage(PLAIN, ["connect"], standing=RED),
        [
            "0 send cloud",
            "60 count fail timeout",
            "60 cancel",
            "60 send local",
            "60 pass",
            "60 finish",
        ],
    ),
    "a long request over a slow line": (
        Stage(STREAM, ["connect; +50; sending; +50; sending; +50; head 200 stream; content; end"]),
        ["0 send cloud", "150 pass", "150 count good http_200", "150 finish"],
    ),
    "a model that thinks": (
        Stage(structs.replace(STREAM, reasons=True), [f"{HEAD}; +290; life; content; end"]),
        ["0 send cloud", "290 pass", "290 count good http_200", "290 finish"],
    ),
    "a model that does not": (
        Stage(STREAM, [f"{HEAD}; +290; life; content; end"]),
        [
            "0 send cloud",
            "120 count fail timeout",
            "120 cancel",
            "120 send local",
            "120 pass",
            "120 finish",
        ],
    ),
    "silence after content is told, borne, and then cut": (
        Stage(STREAM, [f"{BEGUN}; +100; content; +250; content"]),
        [
            "0 send cloud",
            "0 pass",
            "60 slow",
            "650 count fail timeout",
            "650 cancel",
            "650 break off",
        ],
    ),
    "an answer that is held until it is whole keeps its tool waiting": (
        Stage(WHOLE, [f"{BEGUN}; +20; content; +20; content; end"]),
        [
            "0 send cloud",
            "15 keep alive",
            "30 keep alive",
            "40 pass",
            "40 count good http_200",
            "40 finish",
        ],
    ),
    "who asked for no stream hears no word, whatever comes": (
        Stage(structs.replace(WHOLE, streams=False), [f"{BEGUN}; +20; content; end"]),
        ["0 send cloud", "20 pass", "20 count good http_200", "20 finish"],
    ),
    "the same, cut: the target's comes behind the words that kept it waiting": (
        Stage(WHOLE, [f"{BEGUN}; +20; end cut"], ["connect; +20; head 200 stream; content; end"]),
        [
            *("0 send cloud", "15 keep alive", "20 count fail cut", "20 send local"),
            *("30 keep alive", "40 pass", "40 finish"),
        ],
    ),
    "the target thinks about a long prompt": (
        Stage(STREAM, [DOWN], ["connect; head 200 stream; +40; life; content; end"], RED),
        [
            *("0 send cloud", "0 count fail http_503", "0 cancel", "0 send local"),
            *("15 keep alive", "30 keep alive", "40 pass", "40 finish"),
        ],
    ),
    "the target has begun, and thinks longer than a provider might": (
        Stage(PLAIN, [DOWN], ["connect; head 200; +800; life; end"], RED),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0 send local", "800 pass", "800 finish"],
    ),
    "it has begun: no more words": (
        Stage(LOCAL, [], ["connect; head 200 stream; +20; content; +40; content; end"]),
        ["0 send local", "15 keep alive", "20 pass", "60 finish"],
    ),
    "nobody waits for a word who asked for no stream": (
        Stage(PLAIN, [DOWN], ["connect; +40; head 200; life; end"], RED),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0 send local", "40 pass", "40 finish"],
    ),
    "the target dies before its first event": (
        Stage(STREAM, [DOWN], ["connect; head 200 stream"], RED, {7.0: standing(target=TargetState.DOWN)}),
        [
            *("0 send cloud", "0 count fail http_503", "0 cancel", "0 send local"),
            *("7 cancel", "7 tell local_down before=http_503"),
        ],
    ),
    "the target looks dead while it writes": (
        Stage(
            *(STREAM, [DOWN], ["connect; head 200 stream; content; +9; content; end"], RED),
            {7.0: standing(target=TargetState.DOWN)},
        ),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0 send local", "0 pass", "9 finish"],
    ),
    "the target has an error of its own in its stream: it is told once": (
        Stage(STREAM, [DOWN], ["connect; head 200 stream; content; error server; fail cut"], RED),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0 send local", "0 pass", "0 finish"],
    ),
    "the same, with an end that is none": (
        Stage(STREAM, [DOWN], ["connect; head 200 stream; content; error server; end cut"], RED),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0 send local", "0 pass", "0 finish"],
    ),
    "the target answers a stream with a plain answer": (
        Stage(STREAM, [DOWN], ["connect; head 200; life; end"], RED),
        [
            *("0 send cloud", "0 count fail http_503", "0 cancel", "0 send local"),
            "0 tell malformed before=http_503",
        ],
    ),
    "the target's 200 is an error": (
        Stage(PLAIN, [DOWN], ["connect; head 200; life; end server"], RED),
        [
            *("0 send cloud", "0 count fail http_503", "0 cancel", "0 send local"),
            "0 tell malformed before=http_503",
        ],
    ),
    "on a local route: the target's own error is the answer": (
        Stage(LOCAL, [], ["connect; head 400; life; end request"]),
        ["0 send local", "0 pass", "0 finish"],
    ),
    "on a local route, after a word: it has to be an event": (
        Stage(LOCAL, [], ["connect; +20; head 400; life; end request"]),
        ["0 send local", "15 keep alive", "20 tell http_400"],
    ),
    "on a local route it never goes to the cloud": (
        Stage(LOCAL, ["answer"], ["fail connect"]),
        ["0 send local", "0 tell connect"],
    ),
    "on a local route what rests on the provider is told so": (
        Stage(structs.replace(LOCAL, rests=True), [], ["answer"]),
        ["0 tell rests_on_provider"],
    ),
    "on a local route, the target starts": (
        Stage(LOCAL, [], None, standing(target=TargetState.STARTING), {20.0: AUTO}),
        ["15 keep alive", "20 send local", "20 pass", "20 finish"],
    ),
    "on a local route, the target starts for too long": (
        Stage(structs.replace(LOCAL, streams=False), [], None, standing(target=TargetState.LOADING)),
        ["180 tell local_still_loading"],
    ),
    "on a local route, the target does not start": (
        Stage(LOCAL, [], None, standing(target=TargetState.STARTING), {2.0: standing(target=TargetState.FAILED)}),
        ["2 tell local_not_ready"],
    ),
    "on a local route without a target": (
        Stage(LOCAL, [], None, standing(target=TargetState.NONE)),
        ["0 tell local_not_ready"],
    ),
    "the target is busy, and asked each second": (
        Stage(structs.replace(LOCAL, streams=False), [], [DOWN, DOWN, "answer"]),
        ["0 send local", "1 send local", "2 send local", "2 pass", "2 finish"],
    ),
    "the target is busy, and slow to say so": (
        Stage(structs.replace(LOCAL, streams=False), [], ["connect; +100; head 503; life; end"]),
        ["0 send local", "101 send local", "201 tell local_still_loading"],
    ),
    "the tool leaves before anything came": (
        Stage(STREAM, ["connect"], changes={5.0: None}),
        ["0 send cloud", "5 count neutral left", "5 cancel"],
    ),
    "the tool leaves, and has heard something": (
        Stage(STREAM, [BEGUN], changes={5.0: None}),
        ["0 send cloud", "0 pass", "5 count good http_200", "5 cancel"],
    ),
    "the tool leaves between two attempts": (
        Stage(STREAM, [DOWN], changes={0.2: None}),
        ["0 send cloud", "0 count fail http_503", "0 cancel"],
    ),
    "the tool leaves the target": (
        Stage(STREAM, [DOWN], ["connect"], RED, {5.0: None}),
        ["0 send cloud", "0 count fail http_503", "0 cancel", "0 send local", "5 cancel"],
    ),
    "what another model wrote is taken out": (
        Stage(structs.replace(STREAM, foreign=True), ["connect; head 400; life; end foreign", "answer"]),
        [
            *("0 send cloud", "0 count neutral http_400", "0 send cloud stripped"),
            *("0 pass", "0 count good http_200", "0 finish"),
        ],
    ),
    "nothing of the kind is in it: a refusal like another": (
        Stage(STREAM, ["connect; head 400; life; end foreign"]),
        ["0 send cloud", "0 count neutral http_400", "0 pass", "0 finish"],
    ),
    "too long for the cloud, and as long as the target's context": (
        Stage(STREAM, ["connect; head 400; life; end overflow=8192"]),
        ["0 send cloud", "0 count neutral http_400", "0 pass", "0 finish"],
    ),
    "too long for the cloud, and not for the target": (
        Stage(STREAM, ["connect; head 400; life; end overflow=8191"]),
        ["0 send cloud", "0 count neutral http_400", "0 send local", "0 pass", "0 finish"],
    ),
    "a tool that multiplies is shown what is its own fault": (
        Stage(structs.replace(STREAM, multiplies=True), ["connect; head 400; life; end request"]),
        ["0 send cloud", "0 count neutral http_400", "0 pass", "0 finish"],
    ),
    "it is not taken out for the target": (
        Stage(structs.replace(STREAM, foreign=True), ["connect; head 400; life; end foreign", DOWN]),
        [
            *("0 send cloud", "0 count neutral http_400", "0 send cloud stripped"),
            *("0 count fail http_503", "0 cancel", "0 send local", "0 pass", "0 finish"),
        ],
    ),
    "the words of a refusal are lost: it stays a refusal": (
        Stage(STREAM, ["connect; head 400; life; fail cut"]),
        ["0 send cloud", "0 count neutral http_400", "0 tell http_400"],
    ),
    "limits of a provider's own": (
        Stage(STREAM, [""], standing=MANUAL, limits=Limits(connect_s=2.0)),
        ["0 send cloud", "2 count fail timeout", "2 cancel", "2 tell timeout"],
    ),
    "a job that must not write worse answers": (
        Stage(structs.replace(STREAM, policy=Policy.FAIL), [DOWN]),
        ["0 send cloud", "0 count fail http_503", "0 pass", "0 finish"],
    ),
    "a file is not sent twice": (
        Stage(Asked(Endpoint.OTHER, streams=False), [DOWN]),
        ["0 send cloud", "0 count fail http_503", "0 pass", "0 finish"],
    ),
    "a list of models never moves, and may be asked once more": (
        Stage(Asked(Endpoint.MODELS, streams=False), [DOWN]),
        [
            *("0 send cloud", "0 count fail http_503", "0 cancel"),
            *("0.3 send cloud", "0.3 count fail http_503", "0.3 pass", "0.3 finish"),
        ],
    ),
}
