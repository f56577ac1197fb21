"""A small language for scenes in which the rules are tested sample by sample.

A playbook is a list of rows `Row(seconds, samples, lights, why)`. Each sample is fed to a real `State`, which advances
after each; the lights of a row must hold after every one of its samples. `every=30, until=600` repeats a row.

Samples, separated by `;`:

    api 401 | site challenge | real ok | beta 200 | gamma timeout | delta 200
                            a try at that host: `ok` or 2xx/401 good, `challenge` good at the edge, `429` neutral,
                            `407` proxy, `foreign` somebody else's page, the rest fails. With `+` at the end the control
                            beside it answered, with `-` it did not (and its two controls failed), with `~` one of
                            the two answered, which is proof enough. With `!`, alone or after one of these, the
                            answer is proven, whatever it says.
                            What somebody in between does: `foreign`, `untrusted`, `private_address`, `no_name`.
    use 500 r1              the user's own request r1 through the gateway; `use ok r1 slow=9.0` with its first token
    page ok | page html     the page reads well with everything operational; or it cannot be read, moved, ...
    page major:chat,login incident:investigating:major:chat
                            states (degraded, partial, major, maintenance, unknown) and incidents of the page
    control ok a | control timeout a | control altered a | control dns_timeout a | control untrusted a
    network offline dns | network captive captive_portal | network online
    resume | change         the machine woke up, or changed networks
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

import msgspec

from trayapp.core.catalogue import Catalogue, Component, Page, Part, Probe, ProbeKind, Provider, Service
from trayapp.core.evidence.observation import (
    Badge,
    Control,
    Depth,
    Disturbance,
    DisturbanceKind,
    NetworkReport,
    NetworkState,
    NetworkStep,
    Observation,
    Outcome,
    Source,
    Try,
)
from trayapp.core.evidence.page_report import (
    Impact,
    PageComponent,
    PageHealth,
    PageIncident,
    PageLight,
    PageReport,
    PageStage,
    PageUpdate,
)
from trayapp.core.evidence.reach import Reach
from trayapp.core.incident.incident import Incident
from trayapp.core.light.verdicts import Judgement, Transition
from trayapp.engine.state import Memory, State

START = 1_770_156_000.0
"""Steady seconds of every playbook's zero: 3 February 2026, 22:00 UTC."""
LINK = "https://status.acme.example"

_CHAT = ("chat", "login", "history", "uploads")
_API = ("completions", "responses", "embeddings")
_MAIN = frozenset({"chat", "login", "completions", "responses"})


def _service(name: str, components: tuple[str, ...], probes: tuple[Probe, ...], page: bool) -> Service:
    made = tuple(Component(c, c.title(), c in _MAIN, (f"id-{c}",) if page else ()) for c in components)
    return Service(name, name.title(), components=made, probes=probes)


def _single(name: str) -> Provider:
    """A provider with one service, one component, one probe and no page."""
    probe = Probe(ProbeKind.API, ("main",), f"https://{name}.example/v1/models")
    return Provider(
        name,
        name.title(),
        (Service(name, name.title(), components=(Component("main", "Main", True),), probes=(probe,)),),
    )


ACME = Provider(
    "acme",
    "Acme",
    (
        _service("chat", _CHAT, (Probe(ProbeKind.EDGE, ("chat",), "https://chat.acme.example/trace"),), page=True),
        _service("api", _API, (Probe(ProbeKind.API, _API, "https://api.acme.example/v1/models"),), page=True),
    ),
    Page("statuspage", LINK),
)
CATALOGUE = Catalogue(
    {provider.provider: provider for provider in (ACME, _single("beta"), _single("gamma"), _single("delta"))}
)

_TARGETS = {
    "api": ("acme", "api.acme.example", tuple(Part("api", c) for c in _API), Depth.API, Source.PROBE),
    "site": ("acme", "chat.acme.example", (Part("chat", "chat"),), Depth.EDGE, Source.PROBE),
    "real": ("acme", "api.acme.example", (Part("api", "completions"),), Depth.COMPLETION, Source.PROBE),
    "use": ("acme", "api.acme.example", (Part("api", "completions"),), Depth.COMPLETION, Source.TRAFFIC),
} | {
    name: (name, f"{name}.example", (Part(name, "main"),), Depth.API, Source.PROBE)
    for name in ("beta", "gamma", "delta")
}
_GOOD = frozenset({"ok", "200", "401"})
_B = {"+": "ok", "~": "timeout", "-": "timeout"}
# How long a request takes: an answer, an error, a time-out.
_TOOK_S = {"timeout": 4.0, "dns_timeout": 4.0, "connect": 1.0, "tls": 0.3}
_BETWEEN = {"foreign": "foreign_page"} | {code: code for code in ("untrusted", "private_address", "no_name")}
_STEPS = {
    "tls": NetworkStep.TLS,
    "untrusted": NetworkStep.TLS,
    "dns_timeout": NetworkStep.DNS,
    "no_name": NetworkStep.DNS,
}


@dataclass(frozen=True)
class Row:
    """`at`: seconds since the start. `lights`: `service light finding`, separated by commas."""

    at: float
    samples: str
    lights: str
    why: str
    every: float = 0.0
    until: float = 0.0

    def moments(self) -> Iterator[tuple[float, "Row"]]:
        at = self.at
        yield at, self
        while self.every and (at := at + self.every) <= self.until:
            yield at, self


@dataclass
class Play:
    """The rules on a stage. `reach`: where all hosts are."""

    watched: tuple[str, ...]
    catalogue: Catalogue = CATALOGUE
    reach: Reach = Reach.PUBLIC
    state: State = field(init=False)
    last: Judgement = field(init=False)
    transitions: list[Transition] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.state = State(self.catalogue, self.watched, START)
        self.wait(0.0)
        self.transitions.clear()

    def run(self, rows: list[Row]) -> None:
        """Play all rows and compare the lights after every sample."""
        moments = sorted((moment for row in rows for moment in row.moments()), key=lambda moment: moment[0])
        for at, row in moments:
            for sample in filter(None, map(str.strip, row.samples.split(";"))):
                self.feed(at, sample)
                self.expect(row.lights, f"{at:g} s, after {sample!r}: {row.why}")
            if not row.samples:
                self.wait(at)
                self.expect(row.lights, f"{at:g} s, nothing new: {row.why}")

    def feed(self, at: float, sample: str) -> Judgement:
        """Give the rules one sample and let them follow."""
        for observation in observations(START + at, sample, self.reach):
            self.state.observe(observation)
        return self.wait(at)

    def wait(self, at: float) -> Judgement:
        """Let the time be `at` without anything new."""
        result = self.state.advance(START + at)
        self.last = result.snapshot.judgement
        self.transitions += result.transitions
        return self.last

    def restart(self, at: float) -> None:
        """Kill the rules and start others with what was remembered."""
        kept = msgspec.json.encode(self.state.remember())
        self.state = State(self.catalogue, self.watched, START + at, msgspec.json.decode(kept, type=Memory))
        self.wait(at)

    @property
    def incidents(self) -> tuple[Incident, ...]:
        return self.state.result.snapshot.incidents

    def lights(self) -> dict[str, str]:
        return {each.id: f"{each.light.value} {each.finding.value}" for each in self.last.services}

    def expect(self, lights: str, why: str) -> None:
        shown = self.lights()
        for expected in lights.split(","):
            service, _, light = expected.strip().partition(" ")
            assert shown[service] == light, f"{why} -- {service} is {shown[service]}, not {light}"

    def codes(self, service: str) -> list[str]:
        """The codes of a service's reasons."""
        verdict = self.last.service(service)
        assert verdict is not None
        return [reason.code for reason in verdict.reasons]


def observations(at: float, sample: str, reach: Reach = Reach.PUBLIC) -> list[Observation]:
    """The observations that a sample stands for."""
    what, *rest = sample.split()
    match what:
        case "page":
            return [page(at, rest)]
        case "control":
            return [_control(at, rest[1], rest[0], reach)]
        case "network":
            step = NetworkStep(rest[1]) if len(rest) > 1 else None
            return [NetworkReport(at, at - 1, NetworkState(rest[0]), step)]
        case "resume":
            return [Disturbance(at, DisturbanceKind.RESUME)]
        case "change":
            return [Disturbance(at, DisturbanceKind.NETWORK_CHANGE)]
    return _try(at, what, rest, reach)


def _try(at: float, target: str, rest: list[str], reach: Reach) -> list[Observation]:
    provider, host, parts, depth, source = _TARGETS[target]
    code, *more = rest
    mark = more[-1] if more else ""
    control = {"+": True, "~": True, "-": False}.get(mark[:1])
    request = next((word for word in more if word.startswith("r")), None)
    first_token = next((float(word.removeprefix("slow=")) for word in more if word.startswith("slow=")), None)
    outcome, badge = Outcome.FAIL, None
    if code in _GOOD:
        outcome = Outcome.GOOD
    elif code == "challenge":
        outcome, depth = Outcome.GOOD, Depth.EDGE
    elif code == "quota":
        outcome, depth, badge = Outcome.GOOD, Depth.API, Badge.QUOTA
    elif code == "key":
        outcome, badge = Outcome.GOOD, Badge.KEY
    elif code == "429":
        outcome, badge = Outcome.NEUTRAL, Badge.RATE_LIMIT
    elif code in _BETWEEN:
        outcome = Outcome.FOREIGN
    elif code == "407":
        outcome = Outcome.PROXY
    began = at - _TOOK_S.get(code, 0.3)
    name = f"http_{code}" if code.isdigit() else _BETWEEN.get(code, code)
    controls: list[Observation] = []
    if control is not None and reach is not Reach.LOOPBACK:
        controls = [_control(at, "a", "ok" if control else "timeout", reach), _control(at, "b", _B[mark[0]], reach)]
    status = int(code) if code.isdigit() else None
    return [
        *controls,
        Try(
            at, began, source, provider, host, parts, depth, outcome, name, reach, status, badge, control, request,
            latency_s=at - began, first_token_s=first_token, proven="!" in mark, step=_STEPS.get(code),
        ),
    ]  # fmt: skip


def _control(at: float, host: str, code: str, reach: Reach) -> Control:
    altered = code == "altered"
    good = code == "ok"
    step = None if good or altered else _STEPS.get(code, NetworkStep.TCP)
    return Control(at, at - _TOOK_S.get(code, 0.2), host, reach, good, code, step, altered, plain=host == "plain")


def page(at: float, said: list[str]) -> PageReport:
    """A reading of Acme's page."""
    if said[0] in {"html", "timeout"}:
        return PageReport(at, "acme", PageHealth.UNREADABLE, LINK, reason=said[0])
    if said[0] in set(PageHealth) - {"ok"}:
        return PageReport(at, "acme", PageHealth(said[0]), LINK)
    states = dict.fromkeys((*_CHAT, *_API), PageLight.OPERATIONAL)
    incidents = []
    for words in said:
        kind, _, names = words.partition(":")
        if kind == "incident":
            incidents.append(_incident(at, names))
        elif kind != "ok":
            states |= dict.fromkeys(names.split(","), PageLight(kind))
    components = tuple(PageComponent(f"id-{name}", name.title(), state) for name, state in states.items())
    return PageReport(at, "acme", PageHealth.OK, LINK, components, tuple(incidents))


def _incident(at: float, said: str) -> PageIncident:
    """`stage:impact:components`, begun ten minutes before the start unless `stage:impact:components:began`."""
    stage, impact, components, *began = said.split(":")
    started_at = START + float(began[0]) if began else START - 600
    named = tuple(f"id-{name}" for name in components.split(",") if name)
    return PageIncident(
        id="inc-1",
        name="Elevated error rates",
        stage=PageStage(stage),
        impact=Impact(impact),
        components=named,
        started_at=started_at,
        updated_at=at,
        link=f"{LINK}/incidents/inc-1",
        updates=(PageUpdate(at, PageStage(stage), "We are looking into elevated error rates."),),
        resolved_at=at if stage == "resolved" else None,
        maintenance=impact == "maintenance",
    )
