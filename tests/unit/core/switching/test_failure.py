"""What may be done about what went wrong, as a table."""

import pytest

from trayapp.core.evidence.observation import Outcome
from trayapp.core.switching.failure import RETRY_S, Failure, Fault, Said, with_answer, without_answer

FAIL, NEUTRAL, FOREIGN = Outcome.FAIL, Outcome.NEUTRAL, Outcome.FOREIGN
SERVER, REQUEST = Said(Fault.SERVER, "http_503"), Said(Fault.REQUEST, "refused")
QUOTA, STRANGE = Said(Fault.QUOTA, "http_429"), Said(Fault.FOREIGN, "refused")

WITHOUT = [
    ("connect", False, Failure("connect", FAIL, RETRY_S, moves=True)),
    ("tls", False, Failure("tls", FAIL, RETRY_S, moves=True)),
    ("timeout", False, Failure("timeout", FAIL, RETRY_S, moves=True)),
    ("dns", False, Failure("dns", FAIL, RETRY_S, moves=True)),
    ("no_name", False, Failure("no_name", FOREIGN, RETRY_S, moves=True)),
    ("untrusted", False, Failure("untrusted", FOREIGN, None, moves=True)),
    ("proxy_settings", False, Failure("proxy_settings", Outcome.PROXY, RETRY_S, moves=True)),
    ("proxy_login", False, Failure("proxy_login", Outcome.PROXY)),
    ("unsendable", False, Failure("unsendable", NEUTRAL)),
    ("no_descriptors", False, Failure("no_descriptors", NEUTRAL)),
    ("timeout", True, Failure("timeout", FAIL, None, moves=True)),
    ("cut", True, Failure("cut", FAIL, None, moves=True)),
    ("malformed", True, Failure("malformed", FAIL, None, moves=True)),
]


@pytest.mark.parametrize(("code", "sent", "expected"), WITHOUT)
def test_without_an_answer(code: str, sent: bool, expected: Failure) -> None:
    assert without_answer(code, sent=sent) == expected


def failing(status: int, retry_s: float | None = RETRY_S) -> Failure:
    return Failure(f"http_{status}", FAIL, retry_s, moves=True)


def refused(status: int, retry_s: float | None = None) -> Failure:
    return Failure(f"http_{status}", NEUTRAL, retry_s)


WITH = [
    *((status, None, None, failing(status)) for status in (408, 500, 501, 502, 503, 504, 520, 524, 529, 530, 599)),
    (503, 0.0, None, failing(503)),
    (503, 10.0, None, failing(503, 10.0)),
    (503, 10.1, None, failing(503, None)),
    (500, None, REQUEST, failing(500)),
    *((status, None, REQUEST, refused(status)) for status in (400, 401, 402, 403, 404, 413, 422, 425, 451)),
    (404, 5.0, None, refused(404)),
    (409, None, None, refused(409, RETRY_S)),
    (429, None, None, refused(429)),
    (429, 0.0, REQUEST, refused(429, RETRY_S)),
    (429, 10.0, REQUEST, refused(429, 10.0)),
    (429, 10.5, REQUEST, refused(429)),
    (429, 5.0, QUOTA, refused(429)),
    (429, 5.0, SERVER, refused(429, 5.0)),
    (400, None, STRANGE, Failure("http_400", NEUTRAL, 0.0, strips=True)),
    (404, None, STRANGE, Failure("http_404", NEUTRAL, 0.0, strips=True)),
    (422, 5.0, STRANGE, Failure("http_422", NEUTRAL, 0.0, strips=True)),
    (400, None, Said(Fault.OVERFLOW, "refused", 9000), Failure("http_400", NEUTRAL, needs=9000)),
    (400, None, Said(Fault.OVERFLOW, "refused"), Failure("http_400", NEUTRAL)),
    (413, None, Said(Fault.OVERFLOW, "refused", 9000), Failure("http_413", NEUTRAL, needs=9000)),
    (400, None, SERVER, refused(400)),
    (307, None, None, refused(307)),
    (200, None, SERVER, Failure("http_503", FAIL, moves=True)),
    (200, None, REQUEST, Failure("refused", NEUTRAL)),
    (200, None, Said(Fault.STRANGER, "foreign_page"), Failure("foreign_page", FOREIGN, moves=True)),
    (403, None, Said(Fault.STRANGER, "foreign_page"), Failure("foreign_page", FOREIGN, moves=True)),
    (200, 5.0, QUOTA, Failure("http_429", NEUTRAL)),
    (200, None, STRANGE, Failure("refused", NEUTRAL, 0.0, strips=True)),
]


@pytest.mark.parametrize(("status", "retry_after_s", "said", "expected"), WITH)
def test_with_an_answer(status: int, retry_after_s: float | None, said: Said | None, expected: Failure) -> None:
    assert with_answer(status, retry_after_s, said) == expected
