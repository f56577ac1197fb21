"""What is said of several providers that are in trouble at once: what is the matter, and what they have in common."""

from trayapp.core.notify.together import Cause, Trouble
from trayapp.text.language import N_, _
from trayapp.text.names import join_short
from trayapp.text.trim import clean

_LEAST = 20
_WHO_MAX = 28
"""Characters that the names have at least, and that a host has at most, so that both have room in a title."""

_TROUBLES: dict[Trouble, str] = {
    Trouble.REFUSED: N_("{names} refuse you at once"),
    Trouble.THROTTLED: N_("{names} throttle you at once"),
    Trouble.SLOW: N_("{names} are slow at once"),
    Trouble.REPORTED: N_("{names} report trouble at once"),
    Trouble.ANY: N_("{names} have trouble at once"),
}
_CAUSES: dict[Cause, str] = {
    Cause.HOST: N_("all of them at {who}"),
    Cause.PROXY: N_("is it the proxy {who}?"),
    Cause.READER: N_("does {who} interfere?"),
    Cause.VPN: N_("is it the VPN {who}?"),
    Cause.KEYS: N_("is it your keys?"),
    Cause.ADDRESS: N_("is it your network?"),
    Cause.UNKNOWN: "",
}
_STEPS: dict[Cause, str] = {
    Cause.HOST: N_("They are all asked at this one address: look there first."),
    Cause.PROXY: N_("All of it goes through this proxy: ask who runs it, or go without it."),
    Cause.READER: N_("All of it is read on the way, and can be changed there: ask who runs this network."),
    Cause.VPN: N_("All of it goes through this VPN: try without it."),
    Cause.KEYS: N_("Each accepted its key before: has something changed where you keep them?"),
    Cause.ADDRESS: N_("Rarely all of them: rather the network or address that you ask from. Try another one."),
    Cause.UNKNOWN: N_("They may share something that failed."),
}


def title(providers: tuple[str, ...], trouble: Trouble, cause: Cause, who: str, room: int) -> str:
    """The first line: what is the matter with these providers, and what they have in common as far as it is known.

    `room`: the characters that it has.
    """
    why = _(_CAUSES[cause], who=clean(who, _WHO_MAX)) if _CAUSES[cause] else ""

    def line(names: str) -> str:
        what = _(_TROUBLES[trouble], names=names)
        return _("{what}: {why}", what=what, why=why) if why else what

    return line(join_short(providers, max(_LEAST, room - len(line("")))))


def step(cause: Cause) -> str:
    """What to do about it."""
    return _(_STEPS[cause])
