"""The gateway: listens on loopback, lets the user's tools in and nobody else, and sends each request where its
provider's route says.

aiohttp is imported with this module, so import it only once a tool or a target is configured.
"""

import asyncio
import contextlib
import errno
import socket
from collections.abc import Callable

from aiohttp import HttpVersion11, web

from trayapp.clock import Clock
from trayapp.core.catalogue import Catalogue, Dialect, Login, Provider
from trayapp.core.evidence.observation import Try
from trayapp.core.snapshot import LocalAnswer
from trayapp.core.switching.asked import Asked
from trayapp.core.switching.auto_mode import AutoMode
from trayapp.core.switching.route import UNSEEN, Action, Decision, Endpoint
from trayapp.core.switching.routes import Routes
from trayapp.core.switching.target import TargetStatus
from trayapp.errors import Problem
from trayapp.gateway import access
from trayapp.gateway.access import Caller
from trayapp.gateway.address import Address, is_base, meant, parse
from trayapp.gateway.asked import asked_of
from trayapp.gateway.automatic import Automatic
from trayapp.gateway.cloud import CloudRoute
from trayapp.gateway.connections import ToolConnection, ToolServer, refusal_answer
from trayapp.gateway.dialects.dialect import Shape, ToolDialect
from trayapp.gateway.dialects.spoken import all_passed_on, passed_on, spoken
from trayapp.gateway.fence import Fence
from trayapp.gateway.given import Whole
from trayapp.gateway.headers import ROUTE
from trayapp.gateway.limits import GatewayLimits, fitted
from trayapp.gateway.local import LocalRoute
from trayapp.gateway.outgoing import Outgoing
from trayapp.gateway.refusal import Refused, busy
from trayapp.gateway.tool_request import ToolRequest
from trayapp.gateway.unpacking import plain_of
from trayapp.net.descriptors import raise_limit
from trayapp.net.trust import Trust
from trayapp.secrets.fingerprints import Fingerprints
from trayapp.secrets.keys import KeySource
from trayapp.secrets.tokens import Tokens
from trayapp.settings.schema import Settings, ToolSettings
from trayapp.tasks import Tasks

STOP_GRACE_S = 1.0
"""Real seconds that running requests get, twice, when the gateway stops: to finish, and to be cancelled."""
_LOST = ("unknown_url", "unknown_provider", "bad_target")
_BESIDE = {("GET", Endpoint.CHAT_COMPLETIONS), ("DELETE", Endpoint.MODELS)}
"""What lies at the same path as another endpoint: the completions that a provider keeps, and the end of a model."""
_BACKLOG = 256


class Gateway:
    """One listening gateway. `last_seen`: steady seconds of each tool's last admitted request; `asked_for`: ids of the
    providers that each has asked for."""

    def __init__(
        self,
        settings: Callable[[], Settings],
        catalogue: Callable[[], Catalogue],
        routes: Routes,
        tokens: Tokens,
        keys: KeySource,
        target: Callable[[], TargetStatus],
        observe: Callable[[Try], None],
        answered: Callable[[LocalAnswer], None],
        clock: Clock,
        *,
        limits: GatewayLimits | None = None,
        trust: Trust | None = None,
        fingerprint: Callable[[str], str] | None = None,
        auto: AutoMode | None = None,
    ) -> None:
        self.last_seen: dict[str, float] = {}
        self.asked_for: dict[str, tuple[str, ...]] = {}
        self._settings = settings
        self._catalogue = catalogue
        self._routes = routes
        self._tokens = tokens
        self._keys = keys
        self._target = target
        self._observe = observe
        self._answered = answered
        self._clock = clock
        self._given_limits = self._limits = limits or GatewayLimits()
        self._trust = trust or Trust()
        self._fingerprint = fingerprint or Fingerprints().of
        self._auto = auto or AutoMode()
        self._port = 0
        self._running = 0
        self._held: set[asyncio.Future[None]] = set()
        self._listening: list[socket.socket] = []
        self._doors = Tasks("gateway")
        self._fence = Fence()

    @property
    def url(self) -> str | None:
        """Where it listens; None while it does not."""
        return f"http://127.0.0.1:{self._port}" if self._listening else None

    @property
    def held(self) -> int:
        """How many requests of tools that are set to wait are waiting for their provider now."""
        return len(self._held)

    @property
    def problem(self) -> Problem | None:
        """What went wrong since it was made, while requests were booked; they were answered all the same."""
        return self._fence.problem

    @property
    def running(self) -> int:
        """How many requests are being answered now."""
        return self._running

    async def start(self) -> None:
        """Listen on both loopback addresses. Raises Problem `port_in_use` or `cannot_listen`."""
        limits = self._limits = fitted(self._given_limits, raise_limit())
        self._outgoing = Outgoing(self._trust)
        self._cloud = CloudRoute(
            self._outgoing, self._keys, self._observe, self._clock, limits, self._fingerprint, self._fence
        )
        self._local = LocalRoute(
            self._outgoing, self._keys, self._target, self._answered, self._clock, limits, self._fence
        )
        self._automatic = Automatic(
            self._auto, self._routes, self._target, self._settings, self._clock, self._cloud, self._local
        )
        self._server = ToolServer(self._handle, limits)
        self._port = self._settings().gateway.port
        try:
            self._listen("127.0.0.1")
            self._port = self._listening[0].getsockname()[1]
            self._listen("::1")
        except OSError as error:
            port = self._port
            await self.stop()
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                raise Problem("port_in_use", port=port) from error
            raise Problem("cannot_listen", port=port, reason=error.strerror) from error
        for switching in (self._routes, self._auto):
            switching.on_change.append(self._wake)

    def disturbed(self) -> None:
        """The machine woke up or changed networks: connections of before are worth nothing."""
        self._outgoing.drop()

    async def stop(self) -> None:
        """Stop listening; running requests get a moment, then they are cut."""
        for switching in (self._routes, self._auto):
            if self._wake in switching.on_change:
                switching.on_change.remove(self._wake)
        for listening in self._listening:
            # asyncio's accepting does not look whether it was cancelled, and would let in whoever comes at this very
            # moment by a door that is gone. Windows' loop has no readers, and accepts otherwise.
            with contextlib.suppress(NotImplementedError):
                asyncio.get_running_loop().remove_reader(listening)
        await self._doors.close()
        for listening in self._listening:
            listening.close()
        self._listening.clear()
        self._server.pre_shutdown()
        await self._server.shutdown(STOP_GRACE_S)
        await self._outgoing.close()

    def _listen(self, host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        try:
            listening = socket.create_server((host, self._port), family=family, backlog=_BACKLOG)
        except OSError as error:
            if host == "::1" and error.errno in (errno.EADDRNOTAVAIL, errno.EAFNOSUPPORT):
                return
            raise
        listening.setblocking(False)
        self._listening.append(listening)
        self._doors.spawn(self._server.accept(listening), host)

    async def _handle(self, request: web.BaseRequest) -> web.StreamResponse:
        self._running += 1
        connection = request.protocol
        assert isinstance(connection, ToolConnection)
        connection.answering = request
        shape = spoken(request.raw_path, request.headers, self._speaks)
        try:
            if self._running > self._limits.requests:
                raise busy("too_many_requests", "LLM Ampel's gateway has too many requests at once.")
            answer = await self._answer(connection, request, shape)
        except Refused as refused:
            if refused.code in _LOST and passed_on(shape) is not None:
                refused = self._lost(request, refused)
            _show(refused, request.method, shape)
            answer = refusal_answer(refused, shape)
        finally:
            connection.answering = None
            self._running -= 1
        if connection.last or "transfer-encoding" in request.headers:
            # Behind chunks trailers may come; aiohttp takes the last of them for the first header of what comes next.
            answer.force_close()
        return answer

    async def _answer(self, connection: ToolConnection, request: web.BaseRequest, shape: Shape) -> web.StreamResponse:
        if request.version != HttpVersion11:
            # An HTTP/1.0 answer ends with the connection: a cut would look like the end.
            raise Refused(400, "http_version", "This gateway speaks HTTP/1.1 only.", retry=False)
        access.check_browser(request.headers, self._port)
        if request.method == "HEAD" and is_base(request.raw_path, self._catalogue().names):
            # Some tools look first whether anybody is there; it says nothing of a token or of a provider.
            return Whole(headers={ROUTE: "none; base"})
        address = parse(request.raw_path)
        caller = access.identify(address.token, request.headers, shape.CREDENTIAL_HEADERS, self._tokens.find)
        self._server.admit(connection)
        dialect = passed_on(shape)
        if dialect is None:
            raise _not_spoken(shape)
        access.check_query(address.query)
        self.last_seen[caller.tool] = self._clock.now()
        access.check_upgrade(request.method, request.headers)
        endpoint = dialect.endpoint(address.path)
        if (request.method, endpoint) in _BESIDE:
            endpoint = Endpoint.OTHER
        access.check_method(dialect.METHODS[endpoint], request.method, request.headers, json=endpoint not in UNSEEN)
        if endpoint is Endpoint.OTHER:
            access.check_reach(caller, address.path)
        provider, url, path, by_login = self._provider(address, caller, dialect)
        known = self.asked_for.setdefault(caller.tool, ())
        if provider.provider not in known:
            self.asked_for[caller.tool] = (*known, provider.provider)
        asked = ToolRequest(request, dialect, address, endpoint, caller, provider, url, path, by_login)
        if request.method == "POST" or (endpoint in UNSEEN and request.body_exists):
            asked.body = await self._body(request)
        self._automatic.take_up(asked, self._facts)
        while True:
            decision = await self._decide(asked)
            asked.route = f"{decision.action}; {decision.reason}"
            try:
                if decision.action is Action.LOCAL:
                    answer = await self._local.answer(asked, lambda: self._stays(asked))
                elif self._automatic.steers(asked):
                    answer = await self._automatic.answer(asked)
                else:
                    answer = await self._cloud.answer(asked)
            except Refused as refused:
                refused.headers[ROUTE] = asked.route
                raise
            finally:
                self._automatic.over(asked)
            if answer is not None:
                return answer

    def _lost(self, request: web.BaseRequest, refused: Refused) -> Refused:
        """The refusal of an address, with the right one where it is nearly that."""

        def known(path: str) -> bool:
            dialect = passed_on(spoken(path, request.headers))
            try:
                return dialect is not None and dialect.endpoint(path) is not Endpoint.OTHER
            except Refused:
                return False

        right = meant(request.raw_path, self._catalogue().names, known)
        if right is None:
            return refused
        message = f"There is nothing at this address. The right one is http://127.0.0.1:{self._port}{right}"
        told = Refused(404, "unknown_url", message, retry=False)
        # What asks for nearly that may be read in that dialect.
        _show(told, request.method, spoken(right, request.headers))
        return told

    def _speaks(self, name: str) -> tuple[Dialect, ...]:
        """What the API of the provider with this id speaks; nothing where there is none."""
        found = self._catalogue().upstream(name)
        return () if found is None else found[1].dialects

    def _provider(self, address: Address, caller: Caller, dialect: ToolDialect) -> tuple[Provider, str, str, bool]:
        """Who is asked, the URL before the path, the path there, and whether that is the address of a login."""
        name = address.provider or getattr(self._settings().gateway, dialect.API)
        found = self._catalogue().upstream(name)
        if found is None or dialect.API not in found[1].dialects:
            # The address of a provider that is there is right, and so is the bare one.
            there = found is not None or name in self._catalogue().providers
            code = "dialect_not_spoken" if there or not address.provider else "unknown_provider"
            raise Refused(404, code, f"No provider {name!r} speaks {dialect.NAME} here.", retry=False)
        provider, upstream = found
        if not isinstance(upstream, Login):
            return provider, *upstream.at(dialect.API, address.path), False
        path = upstream.path(address.path)
        if path is None:
            paths = ", ".join(f"/v1{one}" for one in upstream.paths)
            raise Refused(404, "unknown_url", f"{provider.name} has {paths} at this address, no more.", retry=False)
        if not caller.own:
            message = f"{provider.name} wants this tool's own login here. Put LLM Ampel's token into the address."
            raise Refused(401, "no_login", message, retry=False)
        return provider, upstream.url.rstrip("/"), path, True

    def _policy(self, tool: str) -> ToolSettings:
        return self._settings().tools.get(tool) or ToolSettings()

    def _routed(self, asked: ToolRequest) -> Decision:
        """Where the routes lead this request now."""
        return self._routes.decide(asked.provider.provider, asked.endpoint, self._policy(asked.caller.tool).policy)

    def _begin(self, asked: ToolRequest) -> Decision:
        """Where this request goes if it goes now."""
        return self._automatic.begin(asked, self._routed(asked))

    def _stays(self, asked: ToolRequest) -> bool:
        """Would a request that goes to the target go there still?"""
        return self._routed(asked).action is Action.LOCAL or self._automatic.diverts(asked)

    def _facts(self, asked: ToolRequest, quick: Callable[[str], bool]) -> Asked:
        """What a request is to auto mode. `quick`: as `asked_of` has it."""
        try:
            asked.said = plain_of(asked.request.headers, asked.body, self._limits.body_bytes)
        except Refused:
            # Whether it can be read is for the provider to say.
            asked.said = b""
        how = self._policy(asked.caller.tool)
        return asked_of(asked.endpoint, asked.request.headers, asked.said, how.policy, how.rescue, quick)

    async def _decide(self, asked: ToolRequest) -> Decision:
        """Where this request goes, once it may go anywhere. Raises Refused (503) when it was held in vain."""
        how = self._policy(asked.caller.tool)
        decision = self._begin(asked)
        if decision.action is not Action.HOLD:
            return decision
        try:
            async with asyncio.timeout(how.wait_s):
                while True:
                    await self._change()
                    decision = self._begin(asked)
                    if decision.action is not Action.HOLD:
                        return decision
        except TimeoutError as error:
            message = f"{asked.provider.name} was not back within {how.wait_s} s, and this tool is set to wait for it."
            raise Refused(503, "waited_in_vain", message, retry=False) from error

    async def _change(self) -> None:
        """Wait until a decision may come out differently."""
        change = asyncio.get_running_loop().create_future()
        self._held.add(change)
        try:
            await change
        finally:
            self._held.discard(change)

    def _wake(self) -> None:
        for change in self._held:
            if not change.done():
                change.set_result(None)

    async def _body(self, request: web.BaseRequest) -> bytes:
        limit = self._limits.body_bytes
        if (request.content_length or 0) > limit:
            raise _too_large(limit)
        if request.headers.get("expect", "").lower() == "100-continue":
            await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            request.writer.output_size = 0
        if request.content_length is not None and request.content.is_eof():
            return request.content.read_nowait()
        body = bytearray()
        try:
            async with asyncio.timeout(self._limits.upload_s):
                while piece := await request.content.readany():
                    body += piece
                    if len(body) > limit:
                        raise _too_large(limit)
        except TimeoutError as error:
            raise Refused(408, "request_too_slow", "The request did not arrive in time.") from error
        except (web.RequestPayloadError, web.PayloadAccessError) as error:
            raise Refused(400, "bad_request", "The request's body is broken.", retry=False) from error
        return bytes(body)


def _show(refused: Refused, method: str, shape: Shape) -> None:
    """Make it one whose words the tools of this dialect show."""
    if method == "POST" and refused.status in shape.HIDES:
        refused.status = 400


def _not_spoken(shape: Shape) -> Refused:
    message = (
        f"LLM Ampel's gateway passes on {all_passed_on()}, and no {shape.NAME} yet. Point this tool back at its "
        "provider."
    )
    return Refused(404, "dialect_not_spoken", message, retry=False)


def _too_large(limit: int) -> Refused:
    message = f"This request is too large: LLM Ampel's gateway takes {limit} bytes. Send less at once."
    return Refused(400, "request_too_large", message, retry=False)
