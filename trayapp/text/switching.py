"""Who switches, in sentences: what moves by itself, what has moved, and what is missing for it."""

from collections.abc import Iterable

from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.breaker import BACK_GOOD, BreakerState, BreakerView
from trayapp.core.switching.offer import Lack
from trayapp.core.switching.route import Mode
from trayapp.text.language import _, ngettext
from trayapp.text.names import join, model_name, provider_name
from trayapp.text.senses import target_line
from trayapp.text.times import day_time, since, wall_time

_DIVERTING = (BreakerState.OPEN, BreakerState.HALF_OPEN)


def auto_lines(s: Snapshot) -> list[str]:
    """That auto mode is on and what it does now; empty where it is off."""
    return [_("Automatic switching is on."), *standing_lines(s)] if s.mode is Mode.AUTO else []


def standing_lines(s: Snapshot) -> list[str]:
    """How things stand in auto mode: what is missing, who has moved, who is held at the cloud."""
    held = [name for name, breaker in s.breakers.items() if breaker.state is BreakerState.HELD]
    return [*missing_lines(s), *moved_lines(s), *held_lines(s, held)]


def missing_lines(s: Snapshot) -> list[str]:
    """Why nothing can move by itself although auto mode is on; empty where it can."""
    match s.lack:
        case Lack.TARGET:
            return [_("Nothing can move by itself yet. {target}", target=_sentence(target_line(s.target)))]
        case Lack.TOOL:
            return [_("Nothing can move by itself yet: no tool that may move uses the gateway.")]
    return []


def moved_lines(s: Snapshot) -> list[str]:
    """Whose requests go to the target by themselves, since when, and when they try their provider again."""
    return [
        _moved(provider_name(name, s), breaker, s)
        for name, breaker in s.breakers.items()
        if breaker.state in _DIVERTING and name in s.offer.moved
    ]


def _moved(name: str, breaker: BreakerView, s: Snapshot) -> str:
    model = model_name(s.target.model or "") or _("your local model")
    moved = _(
        "{name}: moved by itself to {model} {since}.",
        name=name,
        model=model,
        since=since(breaker.since, s.at, s.wall_offset_s),
    )
    if breaker.good:
        again = _("It answers again: {n} of {wanted} good answers so far.", n=breaker.good, wanted=BACK_GOOD)
    elif breaker.trial_at is not None:
        now = wall_time(s.at, s.wall_offset_s)
        again = _("Tries it again at {time}.", time=day_time(wall_time(breaker.trial_at, s.wall_offset_s), now))
    else:
        again = _("The next request tries it again.")
    return f"{moved} {again}"


def held_lines(s: Snapshot, providers: Iterable[str]) -> list[str]:
    """Who stays at the cloud in auto mode, because the user wants it."""
    names = [provider_name(name, s) for name in providers]
    if not names:
        return []
    return [
        ngettext(
            "{names} stays in the cloud until it is well, as you wished.",
            "{names} stay in the cloud until they are well, as you wished.",
            len(names),
            names=join(names),
        )
    ]


def mode_sentences(s: Snapshot, home: Iterable[str]) -> list[str]:
    """What to say to whoever has just turned auto mode on or off; `home`: whose requests go to the cloud again."""
    if s.mode is Mode.AUTO:
        on = _("From now on what a provider fails to answer is answered locally, until it is back.")
        return [on, *missing_lines(s)]
    names = [provider_name(name, s) for name in home]
    off = _("From now on nothing moves by itself.")
    if not names:
        return [off]
    back = ngettext("{names} is back in the cloud.", "{names} are back in the cloud.", len(names), names=join(names))
    return [off, back]


def _sentence(line: str) -> str:
    return line if line.endswith(".") else f"{line}."
