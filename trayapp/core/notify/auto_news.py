"""What moved by itself, told once: one banner a provider, from the first request that moved until the way home."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from trayapp.core.light.severity import Light
from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Urgency, Withdraw
from trayapp.core.switching.auto_mode import AutoMode, Happened, Notice

_KEY = "auto:"


def moved_provider(key: str) -> str | None:
    """The id of the provider whose banner of auto mode has this key; None where it is another banner's."""
    return key.removeprefix(_KEY) if key.startswith(_KEY) else None


def outlived(keys: Iterable[str]) -> tuple[Withdraw, ...]:
    """What an earlier run has left on the screen: with a new one all requests begin at their providers."""
    return tuple(Withdraw(key) for key in keys if moved_provider(key) is not None)


class AutoNews:
    """Turns what auto mode notices into announcements. Sans-io.

    A request that fails and moves alone is told quietly, and that all of them go elsewhere once more. What is not true
    any more by the user's own hand, or because there is no target, is no news: the banner is taken away.
    """

    def __init__(self) -> None:
        # The notice of those that were told, and how much of it stands on the screen.
        self._told: dict[str, tuple[Notice, _Stands]] = {}

    def report(
        self, auto: AutoMode, moved: Iterable[str], names: Mapping[str, str], model: str | None, now: float
    ) -> list[Announcement]:
        """What has to be shown, replaced or taken away now. `moved`: whose requests all go elsewhere by themselves;
        `names`: of the providers, by id; `model`: the target's."""
        said: list[Announcement] = []
        for notice in auto.notices():
            name = names.get(notice.provider, notice.provider)
            if notice.happened is Happened.RETURNED:
                self._told.pop(notice.provider, None)
                said.append(_returned(notice, name))
            else:
                every = notice.provider in moved
                self._told[notice.provider] = notice, _Stands.EVERY if every else _Stands.ONE
                said.append(_moved(notice, name, model, now, every=every))
        diverted = set(auto.diverted)
        for provider, (notice, stands) in tuple(self._told.items()):
            if provider in moved and stands is not _Stands.EVERY:
                self._told[provider] = notice, _Stands.EVERY
                name, news = names.get(provider, provider), stands is _Stands.ONE
                said.append(_moved(notice, name, model, now, every=True, pops_up=news))
            elif provider not in moved and stands is _Stands.EVERY:
                said.append(Withdraw(_KEY + provider))
                self._told[provider] = notice, _Stands.NOTHING
            if provider not in diverted and self._told[provider][1] is _Stands.NOTHING:
                del self._told[provider]
        return said


class _Stands(StrEnum):
    """`nothing`: its banner was taken away while there is no target for what moves."""

    ONE = "one"
    EVERY = "every"
    NOTHING = "nothing"


def _moved(notice: Notice, name: str, model: str | None, now: float, *, every: bool, pops_up: bool = True) -> Banner:
    return Banner(
        key=_KEY + notice.provider,
        stage=BannerStage.MOVED,
        at=now,
        pops_up=pops_up,
        urgency=Urgency.NORMAL if every else Urgency.LOW,
        buttons=(Button.BACK_TO_CLOUD, Button.DETAILS) if every else (Button.DETAILS,),
        services=(name,),
        provider=notice.provider,
        params={"code": notice.why, "model": model, "every": every},
        # A tick beside "fails" would be wrong, and whether it is down the light has yet to find out.
        light=Light.YELLOW,
    )


def _returned(notice: Notice, name: str) -> Banner:
    return Banner(
        key=_KEY + notice.provider,
        stage=BannerStage.RETURNED,
        at=notice.at,
        buttons=(Button.DETAILS,),
        services=(name,),
        provider=notice.provider,
        params={"code": notice.why, "answered": notice.answered},
    )
