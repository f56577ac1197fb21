"""What was said of providers beside what was true: the books of the bench of rule 2, kept alike for every rule."""

from dataclasses import dataclass, field

from tests.bench.verdicts_networks import Sound
from tests.bench.verdicts_outages import Outages
from trayapp.core.light.severity import Light

# Yellow for less than this is a look twice, and is over before anybody looks.
A_MINUTE_S = 60.0
# Nobody asks less often than every five minutes; what takes longer was asleep, and nobody saw a light.
LONGEST_LOOK_S = 330.0


@dataclass
class Told:
    """What was said of one outage's provider: seconds from its start, from its end (`red_over_s`, `green_s`), how often
    red began, seconds in yellow."""

    yellow_s: float | None = None
    red_s: float | None = None
    plain_s: float | None = None
    red_over_s: float | None = None
    green_s: float | None = None
    reds: int = 0
    in_yellow_s: float = 0.0
    red_at_end: bool = False

    @property
    def said(self) -> bool:
        return self.yellow_s is not None or self.red_s is not None


@dataclass
class Result:
    """`told`: by outage and provider. False is what was said while nothing failed but the own network. `wrong_s`: for
    so long the wrong one was named, a provider for the own network's fault or the own network for a provider's."""

    tries: int = 0
    controls: int = 0
    false_reds: int = 0
    plain_false_reds: int = 0
    false_yellows: int = 0
    wrong_s: float = 0.0
    told: dict[tuple[float, str], Told] = field(default_factory=dict)

    @property
    def to_red_s(self) -> list[float]:
        return [told.red_s for told in self.told.values() if told.red_s is not None]

    @property
    def to_yellow_s(self) -> list[float]:
        """To the first word of trouble, be it yellow or red at once."""
        both = ([said for said in (told.yellow_s, told.red_s) if said is not None] for told in self.told.values())
        return [min(said) for said in both if said]

    @property
    def to_green_s(self) -> list[float]:
        return [told.green_s for told in self.told.values() if told.green_s is not None]

    @property
    def red_over_s(self) -> list[float]:
        return [told.red_over_s for told in self.told.values() if told.red_over_s is not None]

    @property
    def plain_to_red_s(self) -> list[float]:
        return [told.plain_s for told in self.told.values() if told.plain_s is not None]

    @property
    def missed(self) -> int:
        return len(self.told) - len(self.to_red_s)


@dataclass
class _Page:
    """One provider's page in the books. `over`: the end of its last outage, until it is green again."""

    light: Light = Light.GREY
    blames_network: bool = False
    yellow_since: float | None = None
    looked_at: float = 0.0
    over: tuple[float, Told] | None = None


class Ledger:
    """Takes down every light that is shown, in the order of time. `brief_s`: yellow for no longer is not counted."""

    def __init__(self, own: Sound, outages: Outages, brief_s: float = A_MINUTE_S) -> None:
        self._own = own
        self._outages = outages
        self._brief_s = brief_s
        self._pages: dict[str, _Page] = {}
        self.result = Result(told={(one.start, name): Told() for one in outages.all for name in one.down})

    def say(self, provider: str, light: Light, now: float, *, blames_network: bool = False) -> None:
        """`light` is shown of `provider` from now on; `blames_network`: for want of an own connection."""
        page = self._pages.setdefault(provider, _Page())
        outage = self._outages.at(now)
        told = self.result.told.get((outage.start, provider)) if outage is not None else None
        self._went_on(page, told, now)
        if told is not None and outage is not None and now <= outage.end:
            if page.light is Light.YELLOW:
                told.in_yellow_s += now - max(page.looked_at, outage.start)
            told.red_at_end = light is Light.RED
            page.over = (outage.end, told)
        page.looked_at, page.blames_network = now, blames_network
        if light is page.light:
            return
        if page.over is not None and now > page.over[0] and page.over[1].said:
            self._over(page, light, now)
        if page.light is Light.YELLOW and page.yellow_since is not None and now - page.yellow_since > self._brief_s:
            self.result.false_yellows += 1
            self.result.wrong_s += now - page.yellow_since
        page.yellow_since = now if light is Light.YELLOW and told is None else None
        page.light = light
        if told is None or outage is None:
            self.result.false_reds += light is Light.RED
        elif light is Light.RED:
            told.reds += 1
            told.red_s = now - outage.start if told.red_s is None else told.red_s
        elif light is Light.YELLOW and told.yellow_s is None:
            told.yellow_s = now - outage.start

    def plain_red(self, provider: str, now: float) -> None:
        """Three strikes in a row, whatever the network."""
        outage = self._outages.at(now)
        told = self.result.told.get((outage.start, provider)) if outage is not None else None
        if told is None or outage is None:
            self.result.plain_false_reds += 1
        elif told.plain_s is None:
            told.plain_s = now - outage.start

    def _went_on(self, page: _Page, told: Told | None, now: float) -> None:
        lasted_s = now - page.looked_at
        if lasted_s > LONGEST_LOOK_S:
            return
        if (told is None and page.light is Light.RED) or (
            told is not None and page.blames_network and not self._own.gone(page.looked_at)
        ):
            self.result.wrong_s += lasted_s

    @staticmethod
    def _over(page: _Page, light: Light, now: float) -> None:
        assert page.over is not None
        end, told = page.over
        if page.light is Light.RED and told.red_over_s is None:
            told.red_over_s = now - end
        if light is Light.GREEN:
            told.green_s = now - end
            page.over = None
