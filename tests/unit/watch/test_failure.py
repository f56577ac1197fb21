"""What errors of libraries say about the way."""

import socket
import ssl

import httpcore
import pytest

from trayapp.core.evidence.observation import NetworkStep
from trayapp.watch.failure import failure_of, timed_out


def lost_by(cause: Exception) -> Exception:
    error = httpcore.ConnectError("lost")
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
        (httpcore.ConnectError("lost"), NetworkStep.TCP, "connect", NetworkStep.TCP),
        (httpcore.ConnectError("lost"), NetworkStep.PROXY, "connect", NetworkStep.PROXY),
        (httpcore.ConnectError("lost"), NetworkStep.TLS, "tls", NetworkStep.TLS),
        (lost_by(refused(20)), NetworkStep.TLS, "untrusted", NetworkStep.TLS),
        (lost_by(refused(10)), NetworkStep.TLS, "expired", NetworkStep.TLS),
        (httpcore.ProxyError("407 Proxy Authentication Required"), None, "proxy_login", NetworkStep.PROXY),
        (httpcore.ProxyError("403 Forbidden"), None, "proxy_refused", NetworkStep.PROXY),
        (httpcore.ProxyError("503 Service Unavailable"), None, "connect", NetworkStep.PROXY),
        (httpcore.ReadError("gone"), None, "cut", None),
        (httpcore.RemoteProtocolError("illegal status line"), None, "malformed", None),
        (httpcore.LocalProtocolError("bad header"), None, "unsendable", None),
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
