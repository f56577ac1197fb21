"""Rule 2 as coded, under a virtual clock: what it says of nine own networks, of outages, and of failures in part.

    python -m tests.bench.verdicts [--days 30] [--seed 1] [--network NAME ...] [--only false|red|part]

False reds and yellows, and time to red, beside plain three strikes (three failures in a row) on the very same samples.
The long form is `--days 365`. The networks stand in `verdicts_networks`, what befalls providers in `verdicts_outages`,
how they are watched in `verdicts_simulation`.

A request takes 0.2 s when it is answered. What the network swallows times out after 4 s. In an outage every try
fails: with a 503 after 0.3 s, or, in every second outage, by time-out.
"""

import argparse
import random
import statistics
from collections.abc import Callable, Sequence

from tests.bench.verdicts_ledger import Result, Told
from tests.bench.verdicts_networks import DAY_S, NETWORKS, Sound
from tests.bench.verdicts_outages import AFTERMATH_S, Outages, in_part, outages, slow_deaths
from tests.bench.verdicts_simulation import Simulation

EPISODES = {"15 % of requests for two hours": (40, in_part), "slow death": (60, slow_deaths)}


def simulate(seed: int, days: float, together: int, name: str) -> Result:
    """One network, by name, with outages of so many providers together (0: none at all)."""
    rng = random.Random(f"{seed} {name} {together}")
    own = NETWORKS[name](rng, days * DAY_S)
    return Simulation(own, outages(rng, days * DAY_S, together), rng).run(days)


def episodes(seed: int, number: int, plan: Callable[[random.Random, int], Outages]) -> list[Told]:
    """What is said of so many providers that fail in part, one after the other, on a sound network."""
    rng = random.Random(f"{seed} {number}")
    planned = plan(rng, number)
    days = (planned.all[-1].end + AFTERMATH_S) / DAY_S
    return list(Simulation(Sound(), planned, rng).run(days).told.values())


def p95(values: Sequence[float]) -> float:
    return statistics.quantiles(values, n=20)[-1] if len(values) > 1 else float("nan")


def to_yellow_min(told: Sequence[Told], lasts_s: float) -> list[float]:
    """Minutes to the first yellow, of those that never got it the whole time."""
    return [(lasts_s if one.yellow_s is None else one.yellow_s) / 60 for one in told]


def _false(seed: int, days: float, names: Sequence[str]) -> None:
    print("\nno outage at all              reds   yellows over a minute   three strikes      tries")
    for name in names:
        found = simulate(seed, days, 0, name)
        print(
            f"  {name:<26} {found.false_reds:>5} {found.false_yellows:>23} {found.plain_false_reds:>15}"
            f" {found.tries:>10}"
        )


def _red(seed: int, days: float, names: Sequence[str]) -> None:
    print(
        "\nseconds from outage to red                   median   p95   three strikes: median   p95   n  missed  false"
    )
    for together, what in ((1, "one falls"), (3, "three fall together")):
        for name in names:
            found = simulate(seed, days, together, name)
            print(
                f"  {what + ', ' + name:<44}{statistics.median(found.to_red_s):>6.0f} {p95(found.to_red_s):>5.0f}"
                f" {statistics.median(found.plain_to_red_s):>22.0f} {p95(found.plain_to_red_s):>5.0f}"
                f" {len(found.to_red_s):>4} {found.missed:>6} {found.false_reds:>6}"
            )


def _part(seed: int) -> None:
    for what, (number, plan) in EPISODES.items():
        told = episodes(seed, number, plan)
        lasts_s = plan(random.Random(0), 1).all[0].end - plan(random.Random(0), 1).all[0].start
        to_yellow = to_yellow_min(told, lasts_s)
        print(
            f"\n{what}, {number} times: to yellow {statistics.median(to_yellow):.0f} min, 95th percentile"
            f" {p95(to_yellow):.0f} min; yellow {statistics.mean(one.in_yellow_s for one in told) / lasts_s:.0%} of the"
            f" time; red in {sum(one.reds > 0 for one in told)}, once in {sum(one.reds == 1 for one in told)}, at the"
            f" end in {sum(one.red_at_end for one in told)}"
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", action="append", choices=list(NETWORKS))
    parser.add_argument("--only", choices=["false", "red", "part"])
    args = parser.parse_args()
    names = args.network or list(NETWORKS)
    print(f"{args.days:g} simulated days, seed {args.seed}")
    if args.only in (None, "false"):
        _false(args.seed, args.days, names)
    if args.only in (None, "red"):
        _red(args.seed, args.days, names)
    if args.only in (None, "part"):
        _part(args.seed)


if __name__ == "__main__":
    main()
