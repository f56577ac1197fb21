"""What the user's own traffic proves: one `Try` for every request that went to a provider."""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from functools import lru_cache
from typing import Self
from urllib.parse import urlsplit

import msgspec
from msgspec import Struct, structs

from trayapp.clock import Clock
from trayapp.core.catalogue import Part, ProbeKind, Provider
from trayapp.core.evidence.answers import Reading, outcome_of_failure, retry_after_s
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try, Witness
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import reach_of_url
from trayapp.core.switching.route import Endpoint
from trayapp.gateway.fence import FencedReading
from trayapp.gateway.outgoing import Answer

RETRY_GAP_S = 30.0
"""Real seconds after a failure in which the same request is taken for its retry: libraries wait 8 s at most, and a
job that runs every minute asks anew."""
_REMEMBERED_REQUESTS = 1024
_MODEL_MAX = 100


class _Attempts(Struct):
    name: str
    running: int = 0
    failed_at: float | None = None


class RequestNames:
    """Gives the retries of one request one name, by what they ask. The hash is keyed: nobody can guess a body by it."""

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._attempts: OrderedDict[bytes, _Attempts] = OrderedDict()

    def begin(self, tool: str, path: str, body: bytes, now: float) -> bytes:
        """Note an attempt; the result goes to `end`."""
        digest = hashlib.blake2b(
            b"\0".join((tool.encode(), path.encode(), body)), key=self._key, digest_size=16
        ).digest()
        known = self._attempts.get(digest)
        is_retry = known is not None and (
            known.running > 0 or (known.failed_at is not None and now - known.failed_at <= RETRY_GAP_S)
        )
        if not is_retry:
            self._attempts[digest] = _Attempts(secrets.token_hex(8))
            while len(self._attempts) > _REMEMBERED_REQUESTS:
                self._attempts.popitem(last=False)
        self._attempts.move_to_end(digest)
        self._attempts[digest].running += 1
        return digest

    def end(self, digest: bytes, now: float, *, failed: bool) -> str | None:
        """Note how the attempt went, and get the request's name; None when it is long forgotten."""
        known = self._attempts.get(digest)
        if known is None:
            return None
        known.running -= 1
        if failed:
            known.failed_at = now
        elif known.running <= 0:
            del self._attempts[digest]
        return known.name


_WITHOUT_A_MODEL = (Endpoint.MODELS, Endpoint.COUNT_TOKENS)
_ENDPOINTS = frozenset(Endpoint)


def parts_of(provider: Provider, endpoint: Endpoint) -> tuple[Part, ...]:
    """The components that an answer of `endpoint` speaks for: the one of its name with what rests on it, and where no
    model answers, those that the catalogue's own probes ask for their models."""
    asked = tuple(
        (service.id, probe)
        for service in provider.services
        for probe in service.probes
        if probe.kind is ProbeKind.API and urlsplit(probe.url).path.endswith("/models")
    )
    if endpoint in _WITHOUT_A_MODEL:
        return tuple(Part(service, component) for service, probe in asked for component in probe.components)
    own = tuple(
        Part(service.id, component.id)
        for service in provider.services
        for component in service.components
        if component.id == endpoint
    )
    # Another service that is asked by nothing but the very same request works through this one.
    urls = {probe.url for service, probe in asked if any(Part(service, each) in own for each in probe.components)}
    services = {part.service for part in own}
    resting = (
        Part(service.id, component)
        for service in provider.services
        if service.id not in services and all(probe.url in urls for probe in service.probes)
        for probe in service.probes
        for component in probe.components
        if component not in _ENDPOINTS
    )
    return own + tuple(dict.fromkeys(resting))


class PartsOf:
    """`parts_of`, remembered while the provider is the same one."""

    def __init__(self) -> None:
        self._known: dict[tuple[str, Endpoint], tuple[Provider, tuple[Part, ...]]] = {}

    def __call__(self, provider: Provider, endpoint: Endpoint) -> tuple[Part, ...]:
        known = self._known.get((provider.provider, endpoint))
        if known is None or known[0] is not provider:
            known = self._known[provider.provider, endpoint] = provider, parts_of(provider, endpoint)
        return known[1]


def depth_of(endpoint: Endpoint) -> Depth:
    """What an answer of `endpoint` proves: a list of models or a number of tokens, no model."""
    return Depth.API if endpoint in _WITHOUT_A_MODEL else Depth.COMPLETION


class _Model(Struct):
    model: str = ""


def witness_of(credential: str, path: str, body: bytes) -> Witness:
    """Who asks for what: `credential` is its fingerprint. A body that cannot be read names no model."""
    try:
        model = msgspec.json.decode(body, type=_Model).model[:_MODEL_MAX] if body[:1] == b"{" else ""
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
        model = ""
    return Witness(credential, path, model)


@lru_cache(maxsize=64)
def host_named(url: str) -> str:
    """The host as the catalogue's probes name it."""
    return urlsplit(url).netloc.rpartition("@")[2].lower()


class Exchange:
    """One request to a provider, from its beginning to the `Try` that it yields."""

    def __init__(
        self,
        names: RequestNames,
        clock: Clock,
        provider: Provider,
        url: str,
        parts: tuple[Part, ...],
        depth: Depth,
        tool: str,
        path: str,
        body: bytes,
        witness: Witness,
    ) -> None:
        self._names = names
        self._clock = clock
        self._provider = provider
        self._url = url
        self._witness = witness
        self._parts = parts
        self.depth = depth
        self._began = clock.now()
        self._began_s = asyncio.get_running_loop().time()
        self._digest = names.begin(tool, path, body, self._began_s)
        self._status: int | None = None
        self._retry_after_s: float | None = None
        self._latency_s: float | None = None
        self._proven = False
        self._phases: Phases | None = None
        self.answer: FencedReading | None = None

    def head(self, reading: FencedReading, answer: Answer) -> Self:
        """The answer has begun."""
        self._proven, self._phases = answer.proven, answer.phases
        self.answer = reading
        self._status = answer.status
        self._retry_after_s = retry_after_s(answer.headers)
        self._latency_s = asyncio.get_running_loop().time() - self._began_s
        return self

    def failed(self, code: str) -> Try:
        """There is no whole answer."""
        muttered = self.answer.muttered if self.answer is not None and code == "cut" else None
        return self._try(muttered or Reading(outcome_of_failure(code), code, self.depth))

    def left(self) -> Try:
        """The tool went away. What it had heard until then may still prove that the provider answers."""
        answer = self.answer
        if answer is not None and answer.first_token_at is not None:
            return self._try(Reading(Outcome.GOOD, f"http_{self._status}", self.depth, accepted=True))
        return self._try(Reading(Outcome.NEUTRAL, "left", self.depth))

    def ended(self) -> Try:
        """The answer came to its end."""
        assert self.answer is not None
        return self._try(self.answer.result())

    def _try(self, reading: Reading) -> Try:
        now_s = asyncio.get_running_loop().time()
        failed = reading.outcome is not Outcome.GOOD
        first_token_at = self.answer.first_token_at if self.answer is not None else None
        return Try(
            at=self._clock.now(),
            began=self._began,
            source=Source.TRAFFIC,
            provider=self._provider.provider,
            host=host_named(self._url),
            parts=self._parts,
            depth=reading.depth,
            outcome=reading.outcome,
            code=reading.code,
            reach=reach_of_url(self._url),
            status=self._status,
            badge=reading.badge,
            request=self._names.end(self._digest, now_s, failed=failed),
            retry_after_s=self._retry_after_s,
            latency_s=self._latency_s,
            first_token_s=None if first_token_at is None else first_token_at - self._began_s,
            proven=self._proven and reading.code != "cut",
            witness=self._witness,
            accepted=reading.accepted,
            edge=reading.edge,
            phases=self._phases_until(first_token_at),
        )

    def _phases_until(self, first_token_at: float | None) -> Phases | None:
        if self._phases is None or self._latency_s is None or first_token_at is None:
            return self._phases
        return structs.replace(self._phases, token_s=first_token_at - self._began_s - self._latency_s)
