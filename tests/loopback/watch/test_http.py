"""The bounded client against servers that misbehave."""

import asyncio
import contextlib
import resource
import socket
import ssl
import threading
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.support import httpserver
from tests.support.descriptors import no_descriptors_left
from tests.support.httpserver import Authority, Server, answer, gzipped, redirect
from tests.support.ports import free_port
from trayapp.core.evidence.answers import outcome_of_failure
from trayapp.core.evidence.observation import NetworkStep, Outcome
from trayapp.net.proxies import proxy_for
from trayapp.net.trust import Trust, public_trust
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, Limit

LIMIT = Limit(deadline_s=5.0, body_bytes=100_000)
HELD_S = 0.3
SHORT = Limit(deadline_s=0.4, body_bytes=100_000)


@pytest.fixture
async def http() -> AsyncIterator[Http]:
    http = Http()
    yield http
    await http.close()


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    async with Server() as server:
        yield server


async def _failure(http: Http, url: str, limit: Limit = LIMIT, redirects: int = 0) -> Failure:
    with pytest.raises(Failure) as caught:
        await http.ask(url, limit, redirects=redirects)
    return caught.value


async def test_a_plain_answer_comes_whole(http: Http, server: Server) -> None:
    server.on("/x", answer(200, {"a": 1}, {"X-Some": "Thing"}))
    got = await http.ask(server.url + "/x", LIMIT)
    assert (got.status, got.body, got.truncated) == (200, b'{"a": 1}', False)
    assert got.headers["x-some"] == "Thing"
    assert got.address == "127.0.0.1"
    assert 0 < got.head_s <= got.end_s < 5


async def test_it_says_who_it_is_and_sends_nothing_else_about_the_user(http: Http, server: Server) -> None:
    server.always(answer(200, {}, {"set-cookie": "track=me; path=/"}))
    await http.ask(server.url + "/a", LIMIT)
    await http.ask(server.url + "/b", LIMIT)
    for request in server.requests:
        assert request.headers["user-agent"].startswith("llm-ampel/")
        assert "cookie" not in request.headers
        assert set(request.headers) == {"host", "user-agent", "accept", "accept-encoding", "connection"}


async def test_gzip_is_undone(http: Http, server: Server) -> None:
    server.on("/x", gzipped({"a": "b" * 1000}))
    assert len((await http.ask(server.url + "/x", LIMIT)).body) == 1009


@pytest.mark.parametrize("behaviour", [httpserver.endless, httpserver.huge(), httpserver.bomb()])
async def test_a_body_without_measure_is_cut_off_and_costs_no_memory(
    http: Http, server: Server, behaviour: httpserver.Behaviour
) -> None:
    server.on("/x", behaviour)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    got = await http.ask(server.url + "/x", LIMIT)
    assert got.truncated
    assert len(got.body) == LIMIT.body_bytes
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


@pytest.mark.parametrize("behaviour", [httpserver.silent, httpserver.drip, httpserver.drip_body])
async def test_whoever_drips_is_left_at_the_deadline(
    http: Http, server: Server, behaviour: httpserver.Behaviour
) -> None:
    server.on("/x", behaviour)
    began = asyncio.get_running_loop().time()
    failure = await _failure(http, server.url + "/x", SHORT)
    assert (failure.code, failure.step) == ("timeout", None)
    assert asyncio.get_running_loop().time() - began < 2


@pytest.mark.parametrize(
    ("behaviour", "code"),
    [
        (httpserver.cut, "cut"),
        (httpserver.hang_up, "cut"),
        (httpserver.garbage, "malformed"),
        (answer(200, b"not gzip", {"content-encoding": "gzip"}), "malformed"),
        (answer(200, b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x00", {"content-encoding": "br"}), "malformed"),
    ],
)
async def test_broken_answers_have_their_names(
    http: Http, server: Server, behaviour: httpserver.Behaviour, code: str
) -> None:
    server.on("/x", behaviour)
    failure = await _failure(http, server.url + "/x")
    assert (failure.code, failure.step) == (code, None)


async def test_a_closed_port_is_a_failed_connection(http: Http, server: Server) -> None:
    async with Server() as gone:
        url = gone.url
    failure = await _failure(http, url)
    assert (failure.code, failure.step) == ("connect", NetworkStep.TCP)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_a_lack_of_descriptors_is_nobodys_failure(http: Http, server: Server, host: str) -> None:
    # What is made once needs descriptors as well.
    await http.ask(server.url, LIMIT)
    await http.drop()
    with no_descriptors_left():
        failure = await _failure(http, server.url.replace("127.0.0.1", host))
    assert (failure.code, failure.step) == ("no_descriptors", None)
    assert outcome_of_failure(failure.code) is Outcome.NEUTRAL


async def test_an_unknown_name_is_a_failed_lookup(http: Http) -> None:
    failure = await _failure(http, "http://no-such-host.invalid/")
    assert (failure.code, failure.step) == ("no_name", NetworkStep.DNS)


async def test_what_cannot_be_sent_is_our_own_fault(http: Http, server: Server) -> None:
    with pytest.raises(Failure, match="unsendable"):
        await http.ask(server.url, LIMIT, headers={"bad name": "x"})


class TestRedirects:
    async def test_none_is_followed_unless_asked_for(self, http: Http, server: Server) -> None:
        server.on("/x", redirect("/y"))
        got = await http.ask(server.url + "/x", LIMIT)
        assert got.status == 302
        assert server.asked("/y") == 0

    async def test_one_on_the_same_site_is_followed(self, http: Http, server: Server) -> None:
        server.on("/x", redirect("/y"))
        server.on("/y", answer(200, {"ok": True}))
        got = await http.ask(server.url + "/x", LIMIT, redirects=3)
        assert (got.status, got.url) == (200, server.url + "/y")

    async def test_one_to_elsewhere_is_not(self, http: Http, server: Server) -> None:
        server.on("/x", redirect("https://elsewhere.invalid/"))
        got = await http.ask(server.url + "/x", LIMIT, redirects=3)
        assert (got.status, got.headers["location"]) == (302, "https://elsewhere.invalid/")

    async def test_a_loop_ends(self, http: Http, server: Server) -> None:
        server.on("/x", redirect("/x"))
        failure = await _failure(http, server.url + "/x", redirects=3)
        assert failure.code == "redirect_loop"
        assert server.asked("/x") == 4


class TestTls:
    async def test_a_trusted_certificate_is_good(self) -> None:
        authority = Authority()
        async with Server(tls=authority.server()) as server:
            server.on("/x", answer(200, {}))
            http = Http(trust=Trust(authority.trust))
            assert (await http.ask(server.url + "/x", LIMIT)).status == 200
            await http.close()

    async def test_an_unknown_authority_is_rejected(self, http: Http) -> None:
        async with Server(tls=Authority().server()) as server:
            failure = await _failure(http, server.url)
        assert (failure.code, failure.step, failure.rejected, failure.expired) == (
            "untrusted",
            NetworkStep.TLS,
            True,
            False,
        )

    async def test_an_expired_certificate_says_so(self) -> None:
        authority = Authority()
        yesterday = datetime.now(UTC) - timedelta(days=1)
        async with Server(tls=authority.server(not_before=yesterday, not_after=yesterday)) as server:
            http = Http(trust=Trust(authority.trust))
            failure = await _failure(http, server.url)
            await http.close()
        assert (failure.code, failure.expired) == ("expired", True)

    async def test_a_foreign_name_is_rejected(self) -> None:
        authority = Authority()
        async with Server(tls=authority.server("elsewhere.example")) as server:
            http = Http(trust=Trust(authority.trust))
            failure = await _failure(http, server.url)
            await http.close()
        assert (failure.code, failure.rejected) == ("untrusted", True)

    async def test_plain_http_on_the_tls_port_is_a_failed_handshake(self, http: Http, server: Server) -> None:
        failure = await _failure(http, server.url.replace("http:", "https:"))
        assert (failure.code, failure.step, failure.rejected) == ("tls", NetworkStep.TLS, False)

    @pytest.mark.parametrize("public", [True, False])
    async def test_an_answer_is_proven_by_the_public_roots_alone(
        self, public: bool, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        authority = Authority()
        async with Server(tls=authority.server("api.acme.example")) as server:
            server.on("/x", answer(502, {}))
            point(monkeypatch, {"api.acme.example": ["127.0.0.1"]})
            http = Http(trust=Trust(authority.trust, authority.trust if public else public_trust))
            port = server.netloc.rpartition(":")[2]
            got = [await http.ask(f"https://api.acme.example:{port}/x", LIMIT) for _ in range(2)]
            await http.close()
        assert [each.status for each in got] == [502, 502]
        assert [each.proven for each in got] == [public, public]

    async def test_plain_http_proves_nothing_but_this_machine_needs_no_proof(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.on("/x", answer(200, {}))
        point(monkeypatch, {"api.acme.example": ["127.0.0.1"]})
        assert not (await http.ask(server.url.replace("127.0.0.1", "api.acme.example") + "/x", LIMIT)).proven
        assert (await http.ask(server.url + "/x", LIMIT)).proven


class TestNames:
    async def test_a_resolver_that_says_nothing_is_told_from_a_host_that_does(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.on("/x", httpserver.silent)
        silent = threading.Event()
        point(monkeypatch, {"api.acme.example": ["127.0.0.1"]}, silent=silent)
        url = server.url.replace("127.0.0.1", "api.acme.example") + "/x"
        failure = await _failure(http, url, SHORT)
        assert (failure.code, failure.step, failure.addresses) == ("dns_timeout", NetworkStep.DNS, ())
        silent.set()
        failure = await _failure(http, url, SHORT)
        assert (failure.code, failure.step, failure.addresses) == ("timeout", None, ("127.0.0.1",))

    async def test_one_address_that_is_lost_costs_a_moment(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.on("/x", answer(200, {}))
        # 192.0.2.0/24 is nobody's: what is sent there is refused or lost, as an IPv6 that leads nowhere is.
        point(monkeypatch, {"api.acme.example": ["192.0.2.1", "127.0.0.1"]})
        got = await http.ask(server.url.replace("127.0.0.1", "api.acme.example") + "/x", LIMIT)
        assert (got.status, got.address) == (200, "127.0.0.1")

    async def test_where_no_address_answers_it_is_the_connection(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        point(monkeypatch, {"api.acme.example": ["127.0.0.1", "::1"]})
        async with Server() as gone:
            url = gone.url.replace("127.0.0.1", "api.acme.example")
        failure = await _failure(http, url)
        assert (failure.code, failure.step, failure.addresses) == ("connect", NetworkStep.TCP, ("127.0.0.1", "::1"))

    async def test_they_are_looked_up_anew_for_every_connection(
        self, http: Http, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        async with Server(keeps=False) as server:
            server.on("/x", answer(200, {}))
            asked = point(monkeypatch, {"api.acme.example": ["127.0.0.1"]})
            for _ in range(2):
                await http.ask(server.url.replace("127.0.0.1", "api.acme.example") + "/x", LIMIT)
        assert asked == ["api.acme.example"] * 2


class TestPhases:
    """Where the time of an answer goes; what is delayed on purpose cannot be quicker than that."""

    async def test_a_slow_resolver_is_the_names(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        server.on("/x", answer(200, {}))
        point(monkeypatch, {"api.acme.example": ["127.0.0.1"]}, silent=_Late())
        phases = (await http.ask(server.url.replace("127.0.0.1", "api.acme.example") + "/x", LIMIT)).phases
        assert phases.dns_s is not None
        assert phases.dns_s >= 0.9 * HELD_S
        assert phases.tls_s is None

    async def test_a_slow_handshake_is_tls(self) -> None:
        authority = Authority()
        async with Server(tls=authority.server()) as server:
            server.on("/x", answer(200, {}))
            async with _held(server) as port:
                http = Http(trust=Trust(authority.trust))
                phases = (await http.ask(f"https://127.0.0.1:{port}/x", LIMIT)).phases
                await http.close()
        assert phases.tls_s is not None
        assert phases.tls_s >= 0.9 * HELD_S
        assert phases.dns_s is None, "an address needs no name"

    async def test_a_slow_answer_is_the_other_sides(self, http: Http, server: Server) -> None:
        async def late(writer: asyncio.StreamWriter, request: httpserver.Request) -> None:
            await asyncio.sleep(HELD_S)
            await answer(200, {})(writer, request)

        server.on("/x", late)
        phases = (await http.ask(server.url + "/x", LIMIT)).phases
        assert phases.answer_s is not None
        assert phases.answer_s >= 0.9 * HELD_S

    async def test_a_kept_connection_costs_nothing_anew(self, http: Http, server: Server) -> None:
        server.on("/x", answer(200, {}))
        first, second = [(await http.ask(server.url + "/x", LIMIT)).phases for _ in range(2)]
        assert first.connect_s is not None
        assert (second.dns_s, second.connect_s, second.tls_s) == (None, None, None)
        assert second.answer_s is not None

    async def test_what_we_need_to_get_ready_is_none_of_the_other_sides(self, server: Server) -> None:
        server.on("/x", answer(200, {}))
        http = Http(trust=Trust(_late_context, _late_context))
        clock = asyncio.get_running_loop().time
        began = clock()
        got = await http.ask(server.url + "/x", LIMIT)
        assert clock() - began - got.end_s >= 0.9 * HELD_S
        await http.close()

    async def test_they_never_take_longer_than_the_whole(self, http: Http, server: Server) -> None:
        server.on("/x", redirect("/y"))
        server.on("/y", answer(200, {}))
        got = await http.ask(server.url + "/x", LIMIT, redirects=1)
        assert sum(got.phases.spent().values()) <= got.head_s


def _late_context() -> ssl.SSLContext:
    time.sleep(HELD_S)
    return ssl.create_default_context()


class _Late(threading.Event):
    def wait(self, timeout: float | None = None) -> bool:
        time.sleep(HELD_S)
        return True


@asynccontextmanager
async def _held(server: Server) -> AsyncIterator[int]:
    """The port of somebody who lets everybody in at once and holds back what they say."""

    async def passed(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while piece := await reader.read(65_536):
            writer.write(piece)
        writer.close()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(HELD_S)
        theirs, ours = await asyncio.open_connection("127.0.0.1", int(server.netloc.rpartition(":")[2]))
        with contextlib.suppress(ConnectionError):
            await asyncio.gather(passed(reader, ours), passed(theirs, writer))

    relay = await asyncio.start_server(hold, "127.0.0.1", 0)
    async with relay:
        yield relay.sockets[0].getsockname()[1]


def point(
    monkeypatch: pytest.MonkeyPatch, names: dict[str, list[str]], silent: threading.Event | None = None
) -> list[str]:
    """Names that lead where a test wants them; returns what was asked."""
    asked: list[str] = []
    find = socket.getaddrinfo

    def resolve(host: Any, *rest: Any, **options: Any) -> Any:
        if host not in names:
            return find(host, *rest, **options)
        asked.append(host)
        if silent is not None:
            silent.wait()
        return [found for address in names[host] for found in find(address, *rest, **options)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    return asked


class TestProxies:
    async def test_loopback_never_sees_one(self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
        server.on("/x", answer(200, {}))
        assert (await http.ask(server.url + "/x", LIMIT)).status == 200

    async def test_elsewhere_is_asked_through_it(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTP_PROXY", server.url)
        server.always(answer(200, {"through": "proxy"}))
        got = await http.ask("http://far.invalid/x", LIMIT)
        assert got.body == b'{"through": "proxy"}'
        assert got.address is None
        assert server.requests[0].path == "http://far.invalid/x"

    async def test_a_proxy_that_wants_a_login_is_named(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        server.always(answer(407, headers={"proxy-authenticate": "Basic"}))
        failure = await _failure(http, "https://far.invalid/x")
        assert (failure.code, failure.step) == ("proxy_login", NetworkStep.PROXY)

    @pytest.mark.parametrize(
        ("status", "code"), [(403, "proxy_refused"), (502, "connect"), (503, "connect"), (504, "connect")]
    )
    async def test_an_answer_to_connect_is_the_proxys(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch, status: int, code: str
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        server.always(answer(status, "<h1>No</h1>"))
        failure = await _failure(http, "https://far.invalid/x")
        assert (failure.code, failure.step, failure.addresses) == (code, NetworkStep.PROXY, ())

    async def test_a_proxy_that_says_nothing_or_is_not_there_is_the_proxys_step(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("HTTPS_PROXY", server.url)
        server.always(httpserver.silent)
        failure = await _failure(http, "https://far.invalid/x", SHORT)
        assert (failure.code, failure.step) == ("timeout", NetworkStep.PROXY)
        monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
        failure = await _failure(http, "https://far.invalid/x")
        assert (failure.code, failure.step) == ("connect", NetworkStep.PROXY)

    @pytest.mark.parametrize("value", ["socks5://user:secret@127.0.0.1:1", "gopher://127.0.0.1:1", "http://[::1"])
    async def test_settings_that_no_client_takes_are_a_finding(
        self, http: Http, monkeypatch: pytest.MonkeyPatch, value: str
    ) -> None:
        monkeypatch.setenv("ALL_PROXY", value)
        failure = await _failure(http, "https://far.invalid/x")
        assert (failure.code, failure.step) == ("proxy_settings", NetworkStep.PROXY)

    async def test_a_legal_no_proxy_with_brackets_harms_nobody(
        self, http: Http, server: Server, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("NO_PROXY", "[::1]")
        server.on("/x", answer(200, {}))
        assert (await http.ask(server.url + "/x", LIMIT)).status == 200

    def test_nets_in_no_proxy_are_known(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("HTTPS_PROXY", "proxy.example:3128")
        monkeypatch.setenv("NO_PROXY", "192.168.0.0/16, .corp.example")
        assert proxy_for("https://192.168.3.4/x") is None
        assert proxy_for("https://llm.corp.example/x") is None
        assert proxy_for("https://far.example/x") == "http://proxy.example:3128"


async def test_every_byte_is_counted(server: Server) -> None:
    counted: list[int] = []
    http = Http(on_bytes=counted.append)
    server.on("/x", answer(200, b"x" * 5000))
    await http.ask(server.url + "/x", LIMIT)
    await http.close()
    assert 5100 < sum(counted) < 5600


async def test_what_was_never_sent_is_not_counted() -> None:
    counted: list[int] = []
    http = Http(on_bytes=counted.append)
    with pytest.raises(Failure):
        await http.ask(f"http://127.0.0.1:{free_port()}/x", LIMIT)
    await http.close()
    assert sum(counted) == 0


async def test_reading_stops_when_enough_has_come(http: Http, server: Server) -> None:
    server.on("/x", httpserver.drip_body)
    got = await http.ask(server.url + "/x", LIMIT, enough=lambda body: len(body) > 3)
    assert got.truncated


async def test_after_a_drop_it_connects_anew(http: Http, server: Server) -> None:
    server.always(answer(200, {}))
    await http.ask(server.url, LIMIT)
    await http.ask(server.url, LIMIT)
    assert server.connections == 1
    await http.drop()
    await http.ask(server.url, LIMIT)
    assert server.connections == 2


@pytest.mark.parametrize("secure", [False, True])
async def test_a_kept_connection_that_the_host_has_closed_is_no_failure(secure: bool) -> None:
    """Over TLS the good-bye comes with the answer itself, so that the socket looks as if all was well."""

    async def leave(writer: asyncio.StreamWriter, request: httpserver.Request) -> None:
        await answer(200, {})(writer, request)
        writer.close()

    authority = Authority()
    http = Http(trust=Trust(authority.trust, authority.trust))
    async with Server(tls=authority.server() if secure else None) as server:
        server.always(leave)
        for _ in range(3):
            assert (await http.ask(server.url, LIMIT)).status == 200
    await http.close()


async def test_a_connection_that_breaks_when_it_is_new_is_a_failure(http: Http, server: Server) -> None:
    server.always(httpserver.hang_up)
    assert (await _failure(http, server.url)).code == "cut"
    assert len(server.requests) == 1
