"""What errors of libraries say about the way."""

import socket
import ssl

import httpx
import pytest

from trayapp.core.evidence.observation import NetworkStep
from trayapp.watch.failure import failure_of, timed_out


def lost_by(cause: Exception) -> Exception:
    error = httpx.ConnectError("lost")
    error.__cause__ = cause
    return error


def refused(verify_code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "refused")
    error.verify_code = verify_code
    return error


@pytest.mark.parametrize(
    ("error", "step", "code", "at"),
    [
        (
            lost_by(socket.gaierror(socket.EAI_NONAME, "")),
            NetworkStep.DNS,
            "no_name",
            NetworkStep.DNS,
        ),
        (
            lost_by(socket.gaierror(socket.EAI_AGAIN, "")),
            NetworkStep.DNS,
            "dns",
            NetworkStep.DNS,
        ),
        (httpx.ConnectError("lost"), NetworkStep.TCP, "connect", NetworkStep.TCP),
        (httpx.ConnectError("lost"), NetworkStep.PROXY, "connect", NetworkStep.PROXY),
        (httpx.ConnectError("lost"), NetworkStep.TLS, "tls", NetworkStep.TLS),
        (lost_by(refused(20)), NetworkStep.TLS, "untrusted", NetworkStep.TLS),
        (lost_by(refused(10)), NetworkStep.TLS, "expired", NetworkStep.TLS),
        (httpx.ProxyError("407 Proxy Authentication Required"), None, "proxy_login", NetworkStep.PROXY),
        (httpx.ProxyError("403 Forbidden"), None, "proxy_refused", NetworkStep.PROXY),
        (httpx.ProxyError("503 Service Unavailable"), None, "connect", NetworkStep.PROXY),
        (httpx.ReadError("gone"), None, "cut", None),
        (httpx.RemoteProtocolError("illegal status line"), None, "malformed", None),
        (httpx.LocalProtocolError("bad header"), None, "unsendable", None),
    ],
)
def test_code_and_step(error: Exception, step: NetworkStep | None, code: str, at: NetworkStep | None) -> None:
    failure = failure_of(error, step, ())
    assert (failure.code, failure.step) == (code, at)


def test_dates_are_told_from_strangers() -> None:
    assert failure_of(lost_by(refused(10)), NetworkStep.TLS, ()).expired
    stranger = failure_of(lost_by(refused(62)), NetworkStep.TLS, ("192.0.2.1",))
    assert (stranger.rejected, stranger.expired, stranger.addresses) == (True, False, ("192.0.2.1",))


def test_who_did_not_answer_in_time() -> None:
    assert [timed_out(step, ()).code for step in (NetworkStep.DNS, NetworkStep.TCP, None)] == [
        "dns_timeout", "timeout", "timeout",
    ]  # fmt: skip
