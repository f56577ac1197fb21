"""Why there is no whole answer, and how far the request got."""

import socket
import ssl
from collections.abc import Iterator

import httpx

from trayapp.core.evidence.observation import NetworkStep
from trayapp.net.descriptors import ran_out
from trayapp.net.lookup import NO_SUCH_NAME
from trayapp.net.trust import is_unknown


class Failure(Exception):
    """There is no whole answer.

    `code`: `timeout`, `dns` (the resolver fails), `dns_timeout` (it says nothing), `no_name` (it knows no such name),
    `connect`, `tls`, `untrusted` (the certificate is somebody else's), `expired` (it is not valid today), `cut`,
    `malformed`, `redirect_loop`, `proxy_login`, `proxy_settings`, `proxy_refused` (it forbids this host), `unsendable`.
    `step`: the step of the network at which it failed, None once the other side was reached. `expired`: the
    certificate was refused because of its dates, which a wrong clock makes of a good one; `rejected`: for any reason.
    `addresses`: what the name was looked up to, empty where it was not.
    """

    def __init__(
        self,
        code: str,
        step: NetworkStep | None = None,
        *,
        expired: bool = False,
        rejected: bool = False,
        addresses: tuple[str, ...] = (),
    ) -> None:
        super().__init__(code)
        self.code = code
        self.step = step
        self.expired = expired
        self.rejected = rejected
        self.addresses = addresses


def timed_out(step: NetworkStep | None, addresses: tuple[str, ...]) -> Failure:
    """No answer in time: of the resolver, or of the host."""
    return Failure("dns_timeout" if step is NetworkStep.DNS else "timeout", step, addresses=addresses)


def failure_of(error: Exception, step: NetworkStep | None, addresses: tuple[str, ...]) -> Failure:
    """What `error` means at this step; `no_descriptors`, without one: it is our own lack, and no news of anybody."""
    if isinstance(error, (httpx.ConnectError, OSError)) and ran_out(error):
        return Failure("no_descriptors")
    if isinstance(error, httpx.ProxyError):
        # The proxy's answer to CONNECT begins with its status.
        status = str(error)[:3]
        said = "proxy_login" if status == "407" else "proxy_refused" if status.startswith("4") else "connect"
        return Failure(said, NetworkStep.PROXY)
    causes = list(_causes(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return Failure("no_name" if cause.errno in NO_SUCH_NAME else "dns", NetworkStep.DNS)
    if (refusal := refused_certificate(error)) is not None:
        unknown = is_unknown(refusal)
        code = "untrusted" if unknown else "expired"
        return Failure(code, NetworkStep.TLS, expired=not unknown, rejected=True, addresses=addresses)
    if step is NetworkStep.TLS or any(isinstance(cause, ssl.SSLError) for cause in causes):
        return Failure("tls", NetworkStep.TLS, addresses=addresses)
    if step in (NetworkStep.TCP, NetworkStep.PROXY) and isinstance(error, (httpx.ConnectError, OSError)):
        return Failure("connect", step, addresses=addresses)
    if isinstance(error, httpx.RemoteProtocolError) and not is_disconnect(error):
        return Failure("malformed", addresses=addresses)
    if isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError, OSError)):
        return Failure("cut", addresses=addresses)
    return Failure("unsendable")


def is_disconnect(error: httpx.RemoteProtocolError) -> bool:
    """Did the connection end, rather than carry something that is no HTTP?"""
    return str(error).startswith(("Server disconnected", "peer closed"))


def refused_certificate(error: BaseException) -> ssl.SSLCertVerificationError | None:
    """The refusal of a certificate that is behind `error`."""
    return next((cause for cause in _causes(error) if isinstance(cause, ssl.SSLCertVerificationError)), None)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
