"""What the user has set aside, in words."""

from trayapp.core.light.aside import Aside, Lasts
from trayapp.core.snapshot import Snapshot
from trayapp.text.language import N_, _
from trayapp.text.names import join_short, name
from trayapp.text.times import day_time, wall_time

_NAMES_MAX = 60

LASTS: dict[Lasts, str] = {
    Lasts.CHANGED: N_("set aside until it changes"),
    Lasts.TIME: N_("set aside until {time}"),
    Lasts.UNDONE: N_("set aside"),
}


def mark(aside: Aside, s: Snapshot) -> str:
    """Beside the state of a service: "set aside until 18:00"."""
    time = ""
    if aside.until is not None:
        time = day_time(wall_time(aside.until, s.wall_offset_s), wall_time(s.at, s.wall_offset_s))
    return _(LASTS[aside.lasts], time=time)


def left_out(s: Snapshot) -> str:
    """What the light leaves out: "Set aside: ChatGPT."; empty where that is nothing."""
    names = [v.name for v in s.judgement.services if v.aside is not None]
    return _("Set aside: {names}.", names=join_short(names, _NAMES_MAX)) if names else ""


def lines(s: Snapshot) -> list[str]:
    """Everything that is set aside, for a terminal."""
    aside = [
        _("{name}: {state}", name=name(v.name), state=mark(v.aside, s))
        for v in s.judgement.services
        if v.aside is not None
    ]
    return aside or [_("Nothing is set aside.")]
