"""What other monitors' rules say of the same networks and outages, and their table beside ours.

    python -m tests.bench.verdicts_rivals [--days 30] [--seed 1] [--network NAME ...] [--picture FILE]

Every network and every outage is the same for all; each monitor looks at them at its own times, as its defaults say,
so what is lost by chance is drawn for each. A provider falls every four hours, for fifteen minutes: half the time by
errors, half the time in silence. In the rest of the time nothing is wrong but the own network.

*first word*: seconds until yellow or red, *red*: until its alert, *green*: from the end until all is well; median and
95th percentile. *wrong*: minutes a day in which a provider is called down (or in trouble, for longer than a minute)
for the own network's fault, or the own network for a provider's. *requests*: to each provider in an hour, *own*: those
to controls. The long form is `--days 365`.
"""

import argparse
import math
import random
import statistics
from collections.abc import Sequence
from pathlib import Path

from tests.bench.verdicts_ledger import Ledger, Result
from tests.bench.verdicts_networks import DAY_S, NETWORKS, Sound
from tests.bench.verdicts_outages import PROVIDERS, Outages, outages
from tests.bench.verdicts_picture import draw
from tests.bench.verdicts_rules import RIVALS, Look, Rule
from tests.bench.verdicts_simulation import ERROR_S, Simulation

OURS = "LLM Ampel"
OUTAGE_EVERY_S = 4 * 3600.0
# Who looks again after a minute has said no more of the one failure by then than who looks sooner.
A_LOOK_S = 65.0


class Watch:
    """One monitor's days, each provider by itself."""

    def __init__(self, own: Sound, outages: Outages, rng: random.Random) -> None:
        self._own = own
        self._outages = outages
        self._rng = rng
        self._ledger = Ledger(own, outages, brief_s=A_LOOK_S)

    def run(self, rules: dict[str, Rule], days: float) -> Result:
        """Look after look of all providers, in the order of time."""
        end = days * DAY_S
        due = {name: self._rng.uniform(0, 60.0) for name in rules}
        sleeps = iter((*self._own.sleeps, (math.inf, math.inf)))
        asleep, awake = next(sleeps)
        while (at := min(due.values())) < end:
            if at >= asleep:
                due = {name: max(when, awake) for name, when in due.items()}
                asleep, awake = next(sleeps)
                continue
            name = min(due, key=due.__getitem__)
            due[name] = self._look(name, rules[name], at)
        return self._ledger.result

    def _look(self, name: str, rule: Rule, at: float) -> float:
        began = at
        result = self._ledger.result
        if rule.gate_s is not None:
            result.controls += 1
            took_s, lost = self._own.way(at, "resolver", self._rng).within(rule.gate_s)
            if lost is not None:
                return began + 60.0
            at += took_s
        result.tries += 1
        look = self._ask(name, rule, at)
        said = rule.looked(look)
        known = at + look.took_s
        self._ledger.say(name, said.light, known)
        return known + said.next_s

    def _ask(self, name: str, rule: Rule, at: float) -> Look:
        took_s, lost = self._own.way(at, name, self._rng).within(rule.connect_s)
        if lost is not None:
            return Look(False, took_s, False)
        outage = self._outages.at(at)
        if outage is None or not outage.fails(name, at, self._rng):
            return Look(True, took_s, True)
        return Look(False, rule.patience_s, False) if outage.slow else Look(False, took_s + ERROR_S, True)


def judged(seed: int, days: float, network: str, rule: str) -> Result:
    """What one rule, ours or another's by name, says in one network."""
    world = random.Random(f"{seed} {network}")
    own = NETWORKS[network](world, days * DAY_S)
    fallen = outages(world, days * DAY_S, together=1, every_s=OUTAGE_EVERY_S)
    dice = random.Random(f"{seed} {network} {rule}")
    if rule == OURS:
        return Simulation(own, fallen, dice, brief_s=A_LOOK_S).run(days)
    return Watch(own, fallen, dice).run({name: RIVALS[rule]() for name in PROVIDERS}, days)


def _spread(values: Sequence[float]) -> str:
    if len(values) < 2:
        return "never"
    return f"{statistics.median(values):.0f} {statistics.quantiles(values, n=20)[-1]:.0f}"


def row(rule: str, found: Result, days: float) -> str:
    per_hour = found.tries / len(PROVIDERS) / days / 24
    controls = found.controls / len(PROVIDERS) / days / 24
    return (
        f"  {rule:<24}{found.false_reds:>6}{found.false_yellows:>9}{found.wrong_s / 60 / days:>8.1f}"
        f"{_spread(found.to_yellow_s):>13}{_spread(found.to_red_s):>13}{_spread(found.red_over_s):>13}"
        f"{_spread(found.to_green_s):>13}{found.missed:>8}{per_hour:>9.0f}{controls:>6.0f}"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--days", type=float, default=30.0)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--network", action="append", choices=list(NETWORKS))
    parser.add_argument("--rule", action="append", choices=[OURS, *RIVALS])
    parser.add_argument("--picture", type=Path, metavar="FILE", help="draw what was found, as SVG")
    args = parser.parse_args()
    drawn: dict[str, list[Result]] = {}
    print(f"{args.days:g} simulated days, seed {args.seed}; {len(PROVIDERS)} providers")
    for network in args.network or NETWORKS:
        print(
            f"\n{network:<26}  reds  yellows   wrong   first word          red     red over        green  missed"
            " requests +own"
        )
        for rule in args.rule or (OURS, *RIVALS):
            found = judged(args.seed, args.days, network, rule)
            drawn.setdefault(rule, []).append(found)
            print(row(rule, found, args.days), flush=True)
    if args.picture is not None:
        args.picture.write_text(draw(drawn, args.days), encoding="utf-8")


if __name__ == "__main__":
    main()
