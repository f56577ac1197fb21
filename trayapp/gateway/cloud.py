"""The cloud route: the tool and its provider, with nothing of ours in between but the key."""

from collections.abc import Callable
from functools import lru_cache, partial

from aiohttp import web

from trayapp.clock import Clock
from trayapp.core.catalogue import Provider
from trayapp.core.evidence.observation import Try
from trayapp.core.hosts import host_of, may_carry_key
from trayapp.core.switching.failure import Fault
from trayapp.core.switching.route import UNSEEN
from trayapp.errors import Problem
from trayapp.gateway.cloud_attempt import CloudAttempt
from trayapp.gateway.dialects.spoken import CREDENTIAL_HEADERS
from trayapp.gateway.evidence import Exchange, PartsOf, RequestNames, depth_of, witness_of
from trayapp.gateway.fence import Fence
from trayapp.gateway.headers import to_cloud
from trayapp.gateway.limits import GatewayLimits
from trayapp.gateway.outgoing import Outgoing, Unanswered
from trayapp.gateway.refusal import Refused, no_descriptors
from trayapp.gateway.tool_request import ToolRequest
from trayapp.gateway.unpacking import plain_of
from trayapp.gateway.way_home import FITTED, REFUSES, stripped
from trayapp.secrets.keys import KeySource

_READ_BYTES = 8 * 1024 * 1024
"""Unpacked, for the name of the model, and for the way home: a long conversation with a picture in it."""


class CloudRoute:
    def __init__(
        self,
        outgoing: Outgoing,
        keys: KeySource,
        observe: Callable[[Try], None],
        clock: Clock,
        limits: GatewayLimits,
        fingerprint: Callable[[str], str],
        fence: Fence,
    ) -> None:
        self.outgoing = outgoing
        self.hold_s = limits.hold_s
        self._keys = keys
        self._observe = observe
        self._clock = clock
        self._limits = limits
        self._names = RequestNames()
        self._parts_of = PartsOf()
        self._fingerprint = fingerprint
        self._fence = fence

    async def answer(self, asked: ToolRequest) -> web.StreamResponse:
        """Ask the provider and pass its answer on. Raises `Refused` while nothing of an answer has been sent."""
        fitted: bytes | None = None
        while True:
            with await self.attempt(asked, plain=fitted is not None) as attempt:
                try:
                    await attempt.ask(self.outgoing, fitted or asked.body, self._limits.cloud, once=fitted is not None)
                    if (
                        fitted is None
                        and attempt.up.status in REFUSES
                        and (fitted := await self._way_home(attempt, asked))
                    ):
                        attempt.over()
                        continue
                except Unanswered as failure:
                    attempt.failed(failure.code)
                    raise no_answer(asked.provider.name, failure.code) from failure
                asked.body = asked.said = b""
                return await attempt.pass_on()

    async def _way_home(self, attempt: CloudAttempt, asked: ToolRequest) -> bytes | None:
        """What is asked once more where this is a refusal of what another model wrote."""
        if asked.endpoint not in FITTED:
            return None
        await attempt.hear_out()
        said = attempt.reading.said
        return self.fit(asked) if said is not None and said.fault is Fault.FOREIGN else None

    def fit(self, asked: ToolRequest) -> bytes | None:
        """The body without what another model wrote, unpacked; None where there is nothing to leave out."""

        def fitted() -> bytes | None:
            try:
                return stripped(asked.endpoint, plain_of(asked.request.headers, asked.body, _READ_BYTES))
            except Refused:
                return None

        return self._fence.ask(fitted, None)

    async def attempt(self, asked: ToolRequest, *, plain: bool = False) -> CloudAttempt:
        """What it takes to ask the provider once; `plain`: with a body that is not packed, whatever the tool's was.
        Raises `Refused` where there is no key."""
        request, dialect, address = asked.request, asked.dialect, asked.address
        headers = to_cloud(request.headers, without=() if asked.caller.own else CREDENTIAL_HEADERS)
        if plain:
            headers.popall("Content-Encoding", None)
        if not asked.caller.own and (key := await self._key(asked.provider, asked.url)):
            name, value = dialect.credential(key)
            headers[name] = value
        url = asked.url + asked.path + (f"?{address.query}" if address.query else "")
        credential = next((headers[name] for name in dialect.CREDENTIAL_HEADERS if name in headers), "")
        exchange: Exchange | None = None
        if asked.endpoint not in UNSEEN:
            exchange = self._fence.ask(lambda: self._exchange(asked, url, credential), None)
        return CloudAttempt(asked, url, headers, exchange, self._limits, self._fence, partial(self._tell, asked))

    async def _key(self, provider: Provider, url: str) -> str | None:
        """The stored key; None for a provider that needs none."""
        assert provider.api is not None
        name = provider.api.key
        if name is None:
            return None
        try:
            host = _key_host(url)
            key = await self._keys.get(name, host) if host is not None else None
        except Problem as problem:
            message = f"The key for {provider.name} could not be read ({problem.code}). Look into LLM Ampel's window."
            raise Refused(400, problem.code, message, retry=False) from problem
        if key is None:
            message = f"There is no key for {provider.name}: store one with `llm-ampel key set {name}`."
            raise Refused(401, "no_key", message, retry=False)
        return key

    def _exchange(self, asked: ToolRequest, url: str, credential: str) -> Exchange:
        try:
            said = plain_of(asked.request.headers, asked.body, _READ_BYTES)
        except Refused:
            # Whether it can be read is for the provider to say.
            said = b""
        witness = witness_of(self._fingerprint(credential), asked.address.path, said)
        # What is asked with a login is another machinery than the API, whose components stand in the catalogue.
        parts = () if asked.by_login else self._parts_of(asked.provider, asked.endpoint)
        return Exchange(
            self._names, self._clock, asked.provider, asked.url, parts, depth_of(asked.endpoint), asked.caller.tool,
            url, asked.body, witness,
        )  # fmt: skip

    def _tell(self, asked: ToolRequest, seen: Try) -> None:
        self._fence.tell(self._observe, seen)
        if (proved := asked.proved) is not None:
            # At once: the next request may come before anything else is done.
            self._fence.ask(lambda: proved(seen), None)


@lru_cache(maxsize=64)
def _key_host(url: str) -> str | None:
    """The host that a key is stored for; None where no stored key may go."""
    return host_of(url) if may_carry_key(url) else None


_FOR_GOOD = ("proxy_login", "unsendable")
"""What a person has to mend; the same request would fail again. Tools show a 400 at once and try all else again."""


def no_answer(name: str, code: str) -> Refused:
    """What a tool is told where the provider of this name gave no answer, by the code of its failure."""
    if code == "no_descriptors":
        return no_descriptors()
    message = {
        "timeout": f"{name} did not answer in time.",
        "dns": f"{name} could not be reached: its name could not be looked up.",
        "no_name": f"{name} could not be reached: its name was not found.",
        "connect": f"{name} could not be reached: no connection.",
        "tls": f"{name} could not be reached: no secure connection.",
        "untrusted": f"{name} could not be reached: somebody else's certificate answers in its place.",
        "cut": f"{name} closed the connection without an answer.",
        "proxy_login": "The proxy wants a login: put name and password into this machine's proxy settings.",
        "proxy_settings": "The proxy could not be reached.",
        "unsendable": f"{name}'s address, in its service file, cannot be used.",
    }.get(code)
    if message is None and code.startswith("http_"):
        message = f"{name} fails: it answers with {code.removeprefix('http_')}."
    message = message or f"{name} sent something that is no answer."
    if code in _FOR_GOOD:
        return Refused(400, f"upstream_{code}", message, retry=False)
    return Refused(504 if code == "timeout" else 502, f"upstream_{code}", message)
