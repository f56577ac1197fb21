"""Whose word proves who answers."""

import ssl
import time
from datetime import UTC, datetime, timedelta
from ssl import SSLCertVerificationError, SSLContext

import pytest
import trustme

from trayapp.net.trust import SYSTEM_FOR_S, Roots, Trust, is_unknown, public_trust, system_trust


def test_both_check_certificates_and_names() -> None:
    for context in (system_trust(), public_trust()):
        assert context.verify_mode is ssl.CERT_REQUIRED
        assert context.check_hostname


def test_what_the_environment_adds_is_not_public(tmp_path_factory: pytest.TempPathFactory) -> None:
    bundle = tmp_path_factory.mktemp("ca") / "company.pem"
    trustme.CA().cert_pem.write_to_path(str(bundle))
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SSL_CERT_FILE", str(bundle))
        names = {certificate["serialNumber"] for certificate in public_trust().get_ca_certs()}
    company = ssl.create_default_context(cafile=str(bundle)).get_ca_certs()[0]["serialNumber"]
    assert names
    assert company not in names


async def test_each_context_is_made_once_and_again_after_a_change() -> None:
    made: list[str] = []

    def make() -> SSLContext:
        made.append("one")
        return ssl.create_default_context()

    asked = Trust(make, make)
    first = await asked.context(Roots.PUBLIC)
    assert await asked.context(Roots.PUBLIC) is first
    assert await asked.context(Roots.SYSTEM) is not first
    asked.forget()
    assert await asked.context(Roots.PUBLIC) is not first
    assert len(made) == 3


def test_whom_only_the_system_trusts_is_remembered_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr(time, "monotonic", lambda: now)
    asked = Trust()
    both = (Roots.PUBLIC, Roots.SYSTEM)
    assert asked.order("api.acme.example") == both
    asked.vouched_by("api.acme.example", Roots.SYSTEM)
    assert asked.order("api.acme.example") == (Roots.SYSTEM,)
    assert asked.order("api.bolt.example") == both
    now += SYSTEM_FOR_S - 1
    asked.vouched_by("api.acme.example", Roots.SYSTEM)
    now += 1
    assert asked.order("api.acme.example") == both, "asked anew, however often the system vouches meanwhile"
    asked.vouched_by("api.acme.example", Roots.SYSTEM)
    asked.forget("api.acme.example")
    assert asked.order("api.acme.example") == both


def refusal(authority: trustme.CA, trusted: trustme.CA, name: str, until: datetime) -> SSLCertVerificationError:
    """What OpenSSL says of a certificate for `host.example`."""
    server, client = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER), ssl.create_default_context()
    authority.issue_cert(name, not_before=until - timedelta(days=30), not_after=until).configure_cert(server)
    trusted.configure_trust(client)
    there, back = ssl.MemoryBIO(), ssl.MemoryBIO()
    one = client.wrap_bio(back, there, server_hostname="host.example")
    other = server.wrap_bio(there, back, server_side=True)
    for _ in range(3):
        for side in (one, other):
            try:
                side.do_handshake()
            except ssl.SSLWantReadError:
                continue
            except ssl.SSLCertVerificationError as error:
                return error
    raise AssertionError("it was trusted")


@pytest.mark.parametrize(
    ("known", "name", "days", "unknown"),
    [
        (True, "host.example", -1, False),
        (False, "host.example", 1, True),
        (False, "host.example", -1, True),
        (True, "other.example", 1, True),
        (True, "other.example", -1, True),
    ],
)
def test_what_only_its_dates_refuse_is_the_hosts_own(known: bool, name: str, days: int, unknown: bool) -> None:
    authority = trustme.CA()
    trusted = authority if known else trustme.CA()
    assert is_unknown(refusal(authority, trusted, name, datetime.now(UTC) + timedelta(days=days))) is unknown
