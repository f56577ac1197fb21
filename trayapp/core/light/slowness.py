"""Rule 7: slow is yellow. First tokens are compared with what is usual for the same model at the same host, here.

A large model takes several times as long as a small one of the same provider: who changes over is not told that it is
slow. Nor is who works at the hour of the week at which it always is.
"""

from msgspec import Struct, field

from trayapp.core.light.rhythm import Rhythm

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

    `latest`: those that are being judged; `usual`: those before, which they are judged by; `rhythm`: the same by the
    hour of the week. `offset_s`: what Unix time is ahead of steady time.
    """

    latest: list[tuple[float, float]] = []
    usual: list[tuple[float, float]] = []
    rhythm: Rhythm = field(default_factory=Rhythm)

    def note(self, at: float, first_token_s: float, offset_s: float = 0.0) -> None:
        """Take in one measured first token."""
        self.latest.append((at, first_token_s))
        if len(self.latest) > SLOW_IN_A_ROW:
            moment, seconds = self.latest.pop(0)
            self.rhythm.note(moment + offset_s, seconds)
            if len(self.usual) < BASELINE_SAMPLES or moment - self.usual[-1][0] >= SPACING_S:
                self.usual.append((moment, seconds))
            self.usual = [sample for sample in self.usual if sample[0] > at - BASELINE_S]

    @property
    def baseline_s(self) -> float | None:
        """What is usual in a week, None while too little is known."""
        if len(self.usual) < BASELINE_SAMPLES:
            return None
        # Only where traffic tells what is usual.
        from statistics import median

        return median(seconds for _, seconds in self.usual)

    def slow(self, now: float, offset_s: float = 0.0) -> tuple[float, float] | None:
        """(latest first token, its baseline) in seconds while it is slow."""
        if not self.latest or now - self.latest[-1][0] > SLOW_LIFE_S:
            return None
        if min(seconds for _, seconds in self.latest) <= SLOW_AT_LEAST_S:
            return None
        of_the_week, usual_s = self.baseline_s, None
        for moment, seconds in self.latest:
            # Each by its own hour, and by the week where too little is known of that.
            usual_s = self.rhythm.usual_s(moment + offset_s, BASELINE_SAMPLES) or of_the_week
            if usual_s is None or seconds <= SLOW_FACTOR * usual_s:
                return None
        return None if usual_s is None else (self.latest[-1][1], usual_s)


class SlowHosts(Struct, frozen=True):
    """The hosts that are slow at a moment, each with its latest first token and its baseline in seconds."""

    hosts: dict[str, tuple[float, float]] = {}

    def alone(self, host: str) -> tuple[float, float] | None:
        """As `Pulse.slow`, unless other hosts are slow too: then it is the network."""
        return self.hosts.get(host) if len(self.hosts) == 1 else None


def note(
    pulses: dict[str, Pulse], host: str, model: str, at: float, first_token_s: float, offset_s: float = 0.0
) -> None:
    """Take in a first token; `pulses` by host and model. `model`: empty where it is not known. `offset_s`: as in
    `Pulse`."""
    key = f"{host} {model}" if model else host
    pulse = pulses.setdefault(key, Pulse())
    pulse.note(at, first_token_s, offset_s)
    if len(pulses) > MODELS_KEPT:
        oldest = min((name for name in pulses if name != key), key=lambda name: _latest(pulses[name]))
        del pulses[oldest]


def slow_hosts(pulses: dict[str, Pulse], now: float, offset_s: float = 0.0) -> SlowHosts:
    """Who is slow now: of several models the one that was asked last. `offset_s` as in `Pulse`."""
    slow = [(pulse, name.partition(" ")[0], pulse.slow(now, offset_s)) for name, pulse in pulses.items()]
    found = sorted(
        ((_latest(pulse), host, how) for pulse, host, how in slow if how is not None), key=lambda one: one[0]
    )
    return SlowHosts({host: how for _, host, how in found})


def _latest(pulse: Pulse) -> float:
    return pulse.latest[-1][0]
