"""What moved by itself, told once: one banner a provider, from the first request that moved until the way home."""

from collections.abc import Mapping

from trayapp.core.notify.banner import Announcement, Banner, BannerStage, Button, Urgency, Withdraw
from trayapp.core.switching.auto_mode import AutoMode, Happened, Notice

_KEY = "auto:"


def moved_provider(key: str) -> str | None:
    """The id of the provider whose banner of auto mode has this key; None where it is another banner's."""
    return key.removeprefix(_KEY) if key.startswith(_KEY) else None


class AutoNews:
    """Turns what auto mode notices into announcements. Sans-io.

    A request that fails and moves alone is told quietly; that all of them go elsewhere replaces that without a sound.
    What the user has changed since is no news: the banner is taken away, and the switch tells what the click did.
    """

    def __init__(self) -> None:
        # The notice of those that were told, and whether that was of all their requests.
        self._told: dict[str, tuple[Notice, bool]] = {}

    def report(self, auto: AutoMode, names: Mapping[str, str], model: str | None, now: float) -> list[Announcement]:
        """What has to be shown, replaced or taken away now. `names`: of the providers, by id; `model`: the target's."""
        said: list[Announcement] = []
        diverted = set(auto.diverted)
        for notice in auto.notices():
            name = names.get(notice.provider, notice.provider)
            if notice.happened is Happened.RETURNED:
                self._told.pop(notice.provider, None)
                said.append(_returned(notice, name))
            else:
                self._told[notice.provider] = notice, notice.provider in diverted
                said.append(_moved(notice, name, model, now, every=notice.provider in diverted))
        for provider, (notice, every) in tuple(self._told.items()):
            if provider in diverted and not every:
                self._told[provider] = notice, True
                name = names.get(provider, provider)
                said.append(_moved(notice, name, model, now, every=True, pops_up=False))
            elif provider not in diverted and every:
                del self._told[provider]
                said.append(Withdraw(_KEY + provider))
        return said


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
