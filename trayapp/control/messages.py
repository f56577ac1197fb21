"""What is asked and answered over the socket, as types of its own: a change of core reaches no older command line.

Fields that are not known are passed over and all that can be missing has a default, so either side may grow; what
cannot grow like that raises `protocol.VERSION`. Words are the instance's, in the language of the request.
"""

from typing import Any, Generic, Literal, TypeVar, get_args

from msgspec import Struct

from trayapp.errors import Param

A = TypeVar("A")


class Notice(Struct, frozen=True):
    """A problem with its words."""

    code: str = ""
    params: dict[str, Param] = {}
    title: str = ""
    message: str = ""


class StatusAnswer(Struct, frozen=True):
    """`report`: schema 1. `lines`: the same for a terminal. `problems`: what is wrong with the instance itself.

    `shown`: the light that the icon shows: while the own network is away (`offline`), for two minutes the last known.
    `network`, `checklist`: the own network and an outage's first minute, line by line.
    """

    light: str = "grey"
    shown: str = "grey"
    offline: bool = False
    report: dict[str, Any] = {}
    lines: tuple[str, ...] = ()
    problems: tuple[Notice, ...] = ()
    network: tuple[str, ...] = ()
    checklist: tuple[str, ...] = ()


class LightAnswer(Struct, frozen=True):
    light: str = "grey"


class SwitchAnswer(Struct, frozen=True):
    """What moved where: `providers` by id, and how many `tools` with them; or who moves them from now on. `line`: the
    same for a terminal."""

    to: str = ""
    providers: tuple[str, ...] = ()
    tools: int = 0
    model: str | None = None
    line: str = ""


class TargetAnswer(Struct, frozen=True):
    """The local target; `state` as in schema 1, `line` for a terminal."""

    state: str = "none"
    line: str = ""


class FailsAnswer(Struct, frozen=True):
    """`side`: `them`, `you` or `neither`; `report`: all of it as stable JSON; `lines`: the same for a terminal."""

    side: str = "neither"
    report: dict[str, Any] = {}
    lines: tuple[str, ...] = ()


class AsideAnswer(Struct, frozen=True):
    """What is set aside now, as in schema 1, by the ids of services. `lines`: the same for a terminal."""

    aside: dict[str, dict[str, Any]] = {}
    lines: tuple[str, ...] = ()


class Request(Struct, Generic[A], kw_only=True, tag_field="do"):
    """Something that is asked, answered with an A, or with several in turn. No `language`: the instance's own."""

    language: str = ""


class AskStatus(Request[StatusAnswer | None], tag="status"):
    """The picture of now, of `services` or all; None where it does not rest on samples younger than `max_age_s`."""

    services: tuple[str, ...] = ()
    max_age_s: float | None = None


class AskRound(Request[StatusAnswer], tag="round"):
    """The picture after everything older was asked again, out of the instance's budget, or after `timeout_s`."""

    services: tuple[str, ...] = ()
    max_age_s: float = 60.0
    timeout_s: float = 60.0


class AskWatch(Request[StatusAnswer], tag="watch"):
    """The picture of now, and again whenever it says something new."""


class AskLight(Request[LightAnswer], tag="light"):
    """The light of one service now, and each time that it changes."""

    service: str


class AskSwitch(Request[SwitchAnswer], tag="switch"):
    """Move `providers`, or what a click would move; or say who moves them all from now on: `auto`, `manual`."""

    to: Literal["local", "cloud", "auto", "manual"]
    providers: tuple[str, ...] = ()
    until: Literal["until_back", "until_changed"] = "until_back"


class AskFails(Request[FailsAnswer], tag="fails"):
    """This service fails for the user, who sees `words`: a fresh look at it, compared with what others see."""

    service: str
    words: str = ""


class AskAside(Request[AsideAnswer], tag="aside"):
    """Set an open incident or a service aside: until it changes, until Unix time `until`, or until that is undone; no
    `lasts`: as is usual. `undo`: let it count again. Without a `target` nothing changes, and the answer says what is
    set aside."""

    target: str = ""
    lasts: Literal["", "changed", "time", "undone"] = ""
    until: float | None = None
    undo: bool = False


class AskLocal(Request[TargetAnswer], tag="local"):
    what: Literal["check", "start", "stop"] = "check"


class AskReload(Request[bool], tag="reload"):
    """Read the user's files again."""


class AskWrite(Request[bool], tag="write"):
    """Write down all that has happened until now."""


class AskForget(Request[bool], tag="forget"):
    """Take this service, or everything, out of the history for good; False where the disk does not allow it."""

    service: str | None = None


class AskShow(Request[bool], tag="show"):
    """Bring up the panel, or the page of this name in the settings; False where there is no screen."""

    page: str = ""


class AskQuit(Request[bool], tag="quit"):
    """End the instance."""


def ends_with_client(request: Request[Any]) -> bool:
    """Whether this is done for whoever asked and ends when they leave, as with Ctrl+C.

    The rest is quick, and would leave something half done.
    """
    match request:
        case (
            AskReload()
            | AskWrite()
            | AskForget()
            | AskShow()
            | AskQuit()
            | AskAside()
            | AskSwitch(to="cloud" | "auto" | "manual")
            | AskLocal(what="stop")
        ):
            return False
    return True


def word(kind: type[Request[Any]]) -> str:
    """What a kind of request is called on the wire."""
    return str(kind.__struct_config__.tag)


def answer_type(kind: type[Request[Any]]) -> Any:
    """What a kind of request is answered with."""
    (base,) = kind.__dict__["__orig_bases__"]
    return get_args(base)[0]
