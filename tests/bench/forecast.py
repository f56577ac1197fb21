"""What the forecast would have said in past outages, and what came: any history can be played.

    python -m tests.bench.forecast [FILE] [--provider NAME] [--outages 400] [--seed 3]

FILE holds past incidents, one JSON object a line: "start" and "end" (RFC 3339, or seconds), and "component" (an id or a
list of them) where it is known. Without a file, made histories of several shapes are played. Each outage is asked
about at several ages for as long as it went on, by a forecast that knows only what had ended by then.

Printed for each age: how often something was said, how many per cent of the ends fell into the middle half as it was
said (50 would be perfect; 45 to 60 is asked of histories of 100 outages or more), how far the median was off (by a
factor, at the median; 2.0 = half or double), and beside it how many ends "one to three hours in all" would have caught.
Last, how many per cent of the outages another followed within a day, and how many per cent it was said to be.
"""

import argparse
import json
import math
import random
import statistics
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from trayapp.core.incident.forecast import AGAIN_WITHIN_S, Basis, Past
from trayapp.core.incident.past import PastIncident, outages

MINUTE_S, HOUR_S, DAY_S = 60.0, 3600.0, 86400.0
START = 1_704_067_200.0
AGES_S = (0.0, 10 * MINUTE_S, 30 * MINUTE_S, HOUR_S, 2 * HOUR_S, 4 * HOUR_S, 12 * HOUR_S)
RULE_OF_THUMB_S = (HOUR_S, 3 * HOUR_S)


class Asked(NamedTuple):
    """One question. `held`: the end fell into the range; `off`: the factor between the median and what remained;
    `thumb`: the rule of thumb held. None where nothing was said."""

    age_s: float
    basis: Basis | None
    held: bool | None
    off: float | None
    thumb: bool


class Played(NamedTuple):
    """`again`: of each outage, the share of followers that was said, and whether one followed."""

    asked: list[Asked]
    again: list[tuple[float, bool]]

    def coverage(self, *bases: Basis, age_s: float | None = None) -> float:
        """The share of ends in the middle half that was said, on these bases or any."""
        held = [
            one.held
            for one in self.asked
            if one.held is not None and (not bases or one.basis in bases) and age_s in (None, one.age_s)
        ]
        return statistics.fmean(held) if held else math.nan


def play(past: Sequence[PastIncident], provider: str = "", component: str | None = None) -> Played:
    """Ask about every outage of a history (of one component) at each age that it reached."""
    known = Past(provider, past)
    components = () if component is None else (component,)
    lived = outages(past, components or None)
    started = [outage.started_at for outage in lived]
    asked: list[Asked] = []
    again: list[tuple[float, bool]] = []
    for outage in lived:
        if outage.duration_s is None:
            continue
        for age_s in AGES_S:
            left_s = outage.duration_s - age_s
            if left_s <= 0:
                break
            told = known.forecast(components, outage.started_at, outage.started_at + age_s)
            thumb = RULE_OF_THUMB_S[0] <= outage.duration_s <= RULE_OF_THUMB_S[1]
            if told is None:
                asked.append(Asked(age_s, None, None, None, thumb))
                continue
            off = max(left_s / told.median_s, told.median_s / left_s)
            asked.append(Asked(age_s, told.basis, told.low_s <= left_s <= told.high_s, off, thumb))
            if age_s == 0.0 and told.again is not None and component is None:
                until = outage.ended_at + AGAIN_WITHIN_S
                again.append((told.again, any(outage.started_at < other <= until for other in started)))
    return Played(asked, again)


def lognormal(rng: random.Random, place: float) -> float:
    return rng.lognormvariate(math.log(70 * MINUTE_S), 1.2)


def two_kinds(rng: random.Random, place: float) -> float:
    """Rolled back at once, or searched for."""
    return rng.lognormvariate(math.log(25 * MINUTE_S if rng.random() < 0.6 else 5 * HOUR_S), 0.6)


def heavy_tail(rng: random.Random, place: float) -> float:
    return 15 * MINUTE_S * rng.paretovariate(0.9)


def memoryless(rng: random.Random, place: float) -> float:
    return rng.expovariate(1 / (90 * MINUTE_S))


def getting_worse(rng: random.Random, place: float) -> float:
    """Four times as long at the end as in the beginning."""
    return rng.lognormvariate(math.log(40 * MINUTE_S * 4**place), 1.1)


def getting_better(rng: random.Random, place: float) -> float:
    return rng.lognormvariate(math.log(160 * MINUTE_S / 4**place), 1.1)


def another_crew(rng: random.Random, place: float) -> float:
    """From the middle on everything takes a third."""
    return rng.lognormvariate(math.log((120 if place < 0.5 else 40) * MINUTE_S), 1.1)


def round_figures(rng: random.Random, place: float) -> float:
    """Ends entered by hand, to five minutes."""
    return max(5.0, 5.0 * round(lognormal(rng, place) / 300.0)) * MINUTE_S


SHAPES: Mapping[str, Callable[[random.Random, float], float]] = {
    shape.__name__.replace("_", " "): shape
    for shape in (
        lognormal,
        two_kinds,
        heavy_tail,
        memoryless,
        getting_worse,
        getting_better,
        another_crew,
        round_figures,
    )
}


def history(shape: str, count: int, seed: int) -> list[PastIncident]:
    """A made history: outages come in bouts, two or three a week, and one in four in several rows."""
    rng = random.Random(f"{shape} {seed}")
    at, found = START, []
    for number in range(count):
        at += rng.expovariate(1 / (8 * HOUR_S)) if rng.random() < 0.35 else rng.expovariate(1 / (4 * DAY_S))
        duration_s = SHAPES[shape](rng, number / count)
        found.append(PastIncident(at, at + duration_s, ("chat",)))
        if rng.random() < 0.25:
            found.append(PastIncident(at + min(5 * MINUTE_S, duration_s / 2), at + duration_s, ("api",)))
        at += duration_s
    return found


def read(lines: Iterable[str]) -> Iterator[PastIncident]:
    for line in lines:
        if line.strip():
            row = json.loads(line)
            components = row.get("component") or ()
            yield PastIncident(
                _seconds(row["start"]),
                _seconds(row["end"]),
                (components,) if isinstance(components, str) else tuple(components),
            )


def _seconds(value: str | float) -> float:
    return datetime.fromisoformat(value).timestamp() if isinstance(value, str) else float(value)


def show(name: str, played: Played) -> None:
    print(f"\n{name}")
    print(f"  {'age':>8}{'asked':>8}{'said':>8}{'held':>8}{'off by':>9}{'1 to 3 h':>10}")
    for age_s in (*AGES_S, None):
        asked = [one for one in played.asked if age_s in (None, one.age_s)]
        if asked:
            off = [one.off for one in asked if one.off is not None]
            print(
                f"  {'all' if age_s is None else f'{age_s / MINUTE_S:.0f} min':>8}{len(asked):>8}"
                f"{len(off) / len(asked):>7.0%} {played.coverage(age_s=age_s):>7.0%}"
                f"{statistics.median(off) if off else math.nan:>9.1f}{statistics.fmean(o.thumb for o in asked):>10.0%}"
            )
    for basis in Basis:
        count = sum(one.basis is basis for one in played.asked)
        if count:
            print(f"  from {basis}: {count}, held {played.coverage(basis):.0%}")
    if played.again:
        said = statistics.fmean(share for share, _ in played.again)
        print(f"  another within a day: {statistics.fmean(came for _, came in played.again):.0%}, said {said:.0%}")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("file", nargs="?", type=Path, help="past incidents, one JSON object a line")
    parser.add_argument("--provider", default="", help="the id of a provider of which something is published")
    parser.add_argument("--outages", type=int, default=400, help="of each made history")
    parser.add_argument("--seed", type=int, default=3)
    args = parser.parse_args()
    if args.file is None:
        for shape in SHAPES:
            show(shape, play(history(shape, args.outages, args.seed)))
        return
    past = list(read(args.file.read_text("utf-8").splitlines()))
    show(f"{args.file.name}, all", play(past, args.provider))
    for component in sorted({component for incident in past for component in incident.components}):
        show(f"{args.file.name}, {component}", play(past, args.provider, component))


if __name__ == "__main__":
    main()
