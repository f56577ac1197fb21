"""Rule 7: slow is yellow. First tokens are compared with what is usual for the same model at the same host, here.

A large model takes several times as long as a small one of the same provider: who changes over is not told that it is
slow.
"""

from msgspec import Struct

# Three times the usual is beyond the daily ups and downs; under two seconds nobody minds.
SLOW_FACTOR = 3.0
SLOW_AT_LEAST_S = 2.0
# One slow answer is a long prompt, two may be; three in a row are the provider.
SLOW_IN_A_ROW = 3
# The usual: the median of a week, so that every weekday is in it, and of enough answers to mean anything.
BASELINE_S = 7 * 86_400.0
BASELINE_SAMPLES = 50
# Once there are enough, one sample in so many seconds will do: 400 spread over a busy user's week.
SPACING_S = BASELINE_S / 400
# Slowness that nobody has seen for so long is not said any more.
SLOW_LIFE_S = 600.0
# More models than anybody uses in a week; names come from tools, and may be any.
MODELS_KEPT = 64


class Pulse(Struct):
    """First-token times of one model at one host: (steady time, seconds), oldest first. JSON-able as it is.

    `latest`: those that are being judged; `usual`: those before, which they are judged by.
    """

    latest: list[tuple[float, float]] = []
    usual: list[tuple[float, float]] = []

    def note(self, at: float, first_token_s: float) -> None:
        """Take in one measured first token."""
        self.latest.append((at, first_token_s))
        if len(self.latest) > SLOW_IN_A_ROW:
            moment, seconds = self.latest.pop(0)
            if len(self.usual) < BASELINE_SAMPLES or moment - self.usual[-1][0] >= SPACING_S:
                self.usual.append((moment, seconds))
            self.usual = [sample for sample in self.usual if sample[0] > at - BASELINE_S]

    @property
    def baseline_s(self) -> float | None:
        """What is usual, None while too little is known."""
        if len(self.usual) < BASELINE_SAMPLES:
            return None
        # Only where traffic tells what is usual.
        from statistics import median

        return median(seconds for _, seconds in self.usual)

    def slow(self, now: float) -> tuple[float, float] | None:
        """(latest first token, baseline) in seconds while it is slow."""
        if not self.latest or now - self.latest[-1][0] > SLOW_LIFE_S:
            return None
        quickest_s = min(seconds for _, seconds in self.latest)
        if quickest_s <= SLOW_AT_LEAST_S or (baseline_s := self.baseline_s) is None:
            return None
        return (self.latest[-1][1], baseline_s) if quickest_s > SLOW_FACTOR * baseline_s else None


class SlowHosts(Struct, frozen=True):
    """The hosts that are slow at a moment, each with its latest first token and its baseline in seconds."""

    hosts: dict[str, tuple[float, float]] = {}

    def alone(self, host: str) -> tuple[float, float] | None:
        """As `Pulse.slow`, unless other hosts are slow too: then it is the network."""
        return self.hosts.get(host) if len(self.hosts) == 1 else None


def note(pulses: dict[str, Pulse], host: str, model: str, at: float, first_token_s: float) -> None:
    """Take in a first token; `pulses` by host and model. `model`: empty where it is not known."""
    key = f"{host} {model}" if model else host
    pulse = pulses.setdefault(key, Pulse())
    pulse.note(at, first_token_s)
    if len(pulses) > MODELS_KEPT:
        oldest = min((name for name in pulses if name != key), key=lambda name: _latest(pulses[name]))
        del pulses[oldest]


def slow_hosts(pulses: dict[str, Pulse], now: float) -> SlowHosts:
    """Who is slow now: of several models the one that was asked last."""
    slow = [(pulse, name.partition(" ")[0], pulse.slow(now)) for name, pulse in pulses.items()]
    found = sorted(
        ((_latest(pulse), host, how) for pulse, host, how in slow if how is not None), key=lambda one: one[0]
    )
    return SlowHosts({host: how for _, host, how in found})


def _latest(pulse: Pulse) -> float:
    return pulse.latest[-1][0] if pulse.latest else 0.0
