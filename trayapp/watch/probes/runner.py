"""Runs an job: one request to a provider, and the `Try` that comes of it."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from typing import NamedTuple
from urllib.parse import urlsplit

from msgspec import structs

from trayapp.clock import Clock
from trayapp.core.catalogue import Auth
from trayapp.core.evidence.answers import Reading, outcome_of_failure, over_tls, read_answer, read_within, retry_after_s
from trayapp.core.evidence.observation import Depth, NetworkStep, Outcome, Source, Try, Witness
from trayapp.core.evidence.phases import Phases
from trayapp.core.evidence.reach import Reach, reach_of_address
from trayapp.core.hosts import host_of, may_carry_key
from trayapp.errors import Problem
from trayapp.net.addresses import Addresses
from trayapp.secrets.keys import KeySource
from trayapp.tasks import Tasks
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer, Limit
from trayapp.watch.probes.completion import Seen, error_in, request_body, seen
from trayapp.watch.schedule.budget import Budget
from trayapp.watch.schedule.probe_jobs import ProbeJob

log = logging.getLogger(__name__)

BODY_BYTES = 64_000
"""Errors are small; of a long list of models the start is enough."""
KEY_PATIENCE_S = 2.0
"""Real seconds that a request waits for the keyring. A prompt may stay open longer; a later request has the key."""
_MAY_HAVE_RUN = ("timeout", "cut", "malformed")
"""Codes of failures after which an answer may have been generated, and paid for."""


class Attempt(NamedTuple):
    """A `Try` and, for the diagnosis of the own network, the failure behind it if there was no answer."""

    observed: Try
    failure: Failure | None = None


class Probes:
    """Asks providers, each with its own key and no other's."""

    def __init__(
        self,
        http: Http,
        keys: KeySource,
        budget: Budget,
        addresses: Addresses,
        clock: Clock,
        fingerprint: Callable[[str], str],
    ) -> None:
        self._http = http
        self._keys = keys
        self._budget = budget
        self._addresses = addresses
        self._clock = clock
        self._fingerprint = fingerprint
        self._fetching: dict[tuple[str, str], asyncio.Task[str | None]] = {}
        self._complained: set[str] = set()
        self._tasks = Tasks("keys")

    async def close(self) -> None:
        await self._tasks.close()

    async def run(self, job: ProbeJob) -> Attempt | None:
        """One try; None when it would cost the user more than was agreed, or needs a key that there is not."""
        probe = job.probe
        if job.completion is not None and not self._budget.affords(job.provider, job.completion):
            return None
        key = await self._key(job)
        if job.completion is not None and key is None and probe.auth is not Auth.NONE:
            return None
        began = self._clock.now()
        self._budget.sent(probe.host)
        if job.completion is not None:
            self._budget.spend(job.provider)
        try:
            answer = await self._ask(job, _headers(job, key))
        except Failure as failure:
            if job.completion is not None and failure.code not in _MAY_HAVE_RUN:
                self._budget.refund(job.provider)
            reading, step = Reading(outcome_of_failure(failure.code), failure.code, job.depth), failure.step
            if self._addresses.are_strange(probe.url, failure.addresses):
                reading, step = _elsewhere(job), NetworkStep.DNS
            return Attempt(self._try(job, began, reading, None, self._addresses.reach(probe.url), step=step), failure)
        reading = unmarked(_read(job, answer, keyed=key is not None), answer)
        if job.completion is not None and answer.status != 200 and reading.accepted is not True:
            self._budget.refund(job.provider)
        itself = answer.proven or (reading.outcome is Outcome.GOOD and reading.depth > Depth.EDGE)
        address = () if answer.address is None else (answer.address,)
        if not itself and self._addresses.are_strange(probe.url, address):
            return Attempt(self._try(job, began, _elsewhere(job), answer, Reach.PUBLIC, step=NetworkStep.DNS))
        if itself:
            self._addresses.note(probe.url, answer.address)
        reach = reach_of_address(answer.address) if answer.address is not None else self._addresses.reach(probe.url)
        return Attempt(self._try(job, began, reading, answer, reach, witness=self._witness(job, key)))

    def _witness(self, job: ProbeJob, key: str | None) -> Witness:
        model = job.model if job.completion is not None else None
        return Witness(self._fingerprint(key or ""), urlsplit(job.probe.url).path, model or "")

    async def _ask(self, job: ProbeJob, headers: Mapping[str, str]) -> HttpAnswer:
        probe = job.probe
        limit = Limit(probe.timeout_s, BODY_BYTES)
        if job.completion is None:
            body = probe.body.encode() if probe.body is not None else None
            return await self._http.ask(probe.url, limit, method=probe.method, headers=headers, body=body)
        return await self._http.ask(
            probe.url,
            limit,
            method="POST",
            headers={"content-type": "application/json", **headers},
            body=request_body(job),
            enough=lambda stream: seen(stream) is not Seen.NOTHING,
        )

    def _try(
        self,
        job: ProbeJob,
        began: float,
        reading: Reading,
        answer: HttpAnswer | None,
        reach: Reach,
        *,
        step: NetworkStep | None = None,
        witness: Witness | None = None,
    ) -> Try:
        shown = seen(answer.body) if answer is not None and job.completion is not None else Seen.NOTHING
        return Try(
            at=self._clock.now(),
            began=began,
            source=Source.PROBE,
            provider=job.provider,
            host=job.probe.host,
            parts=job.parts,
            depth=reading.depth,
            outcome=reading.outcome,
            code=reading.code,
            reach=reach,
            status=None if answer is None else answer.status,
            badge=reading.badge,
            retry_after_s=None if answer is None else retry_after_s(answer.headers),
            latency_s=None if answer is None else answer.head_s,
            first_token_s=answer.end_s if answer is not None and shown is Seen.TOKEN else None,
            phases=None if answer is None else _phases(answer, shown),
            proven=answer is not None and answer.proven,
            issuer=None if answer is None else answer.issuer,
            step=step,
            witness=witness,
            accepted=reading.accepted,
            edge=reading.edge,
            late_name=answer is not None and answer.late_name,
            request_of=job.probe.name,
            unverified=job.probe.unverified,
        )

    async def _key(self, job: ProbeJob) -> str | None:
        probe = job.probe
        if probe.auth is Auth.NONE or probe.key is None or not may_carry_key(probe.url):
            return None
        wanted = (probe.key, host_of(probe.url))
        if wanted not in self._fetching:
            self._fetching[wanted] = self._tasks.spawn(self._fetch(*wanted), "get")
        task = self._fetching[wanted]
        await asyncio.wait({task}, timeout=KEY_PATIENCE_S)
        if not task.done():
            return None
        del self._fetching[wanted]
        return task.result()

    async def _fetch(self, name: str, host: str) -> str | None:
        try:
            key = await self._keys.get(name, host)
        except Problem as problem:
            if name not in self._complained:
                self._complained.add(name)
                log.info("asking %s without a key: %s", host, problem)
            return None
        self._complained.discard(name)
        return key


def _phases(answer: HttpAnswer, shown: Seen) -> Phases:
    return structs.replace(answer.phases, token_s=answer.end_s - answer.head_s if shown is Seen.TOKEN else None)


def unmarked(reading: Reading, answer: HttpAnswer) -> Reading:
    """A failure that bears no mark of the provider's, over TLS that somebody may read: whoever does so answers with
    5xx and odd pages, too, when it gets nowhere."""
    strange = answer.url.startswith("https:") and not answer.proven and "cf-ray" not in answer.headers
    if strange and reading.outcome is Outcome.FAIL and (reading.edge or reading.code == "malformed"):
        return Reading(Outcome.FOREIGN, "foreign_page", reading.depth)
    return reading


def _elsewhere(job: ProbeJob) -> Reading:
    """Its name leads to where nobody out there can be."""
    return Reading(Outcome.FOREIGN, "private_address", job.depth)


def _headers(job: ProbeJob, key: str | None) -> dict[str, str]:
    headers = dict(job.probe.headers)
    if key is not None:
        if job.probe.auth is Auth.BEARER:
            headers["authorization"] = f"Bearer {key}"
        else:
            headers[job.probe.auth.value] = key
    return headers


def _read(job: ProbeJob, answer: HttpAnswer, *, keyed: bool) -> Reading:
    probe = job.probe
    if job.completion is not None and answer.status == 200:
        match seen(answer.body):
            case Seen.TOKEN | Seen.END:
                return Reading(Outcome.GOOD, "http_200", Depth.COMPLETION, accepted=True)
            case Seen.ERROR:
                within = read_within(error_in(answer.body), Depth.COMPLETION, keyed=keyed)
                return within or Reading(Outcome.FAIL, "cut", Depth.COMPLETION)
            case Seen.NOTHING:
                pass
    return read_answer(
        answer.status,
        answer.headers,
        answer.body,
        depth=job.depth,
        url=probe.url,
        truncated=answer.truncated,
        keyed=keyed,
        up=() if job.completion is not None else probe.up,
        proven=over_tls(answer.url, proven=answer.proven),
    )
