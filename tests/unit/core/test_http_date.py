"""Times in headers, read as the standard library reads them, without it where they have today's form."""

import subprocess
import sys
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.http_date import http_date


@given(st.datetimes(timezones=st.just(UTC)))
def test_todays_form_is_read(at: datetime) -> None:
    assert http_date(format_datetime(at, usegmt=True)) == at.replace(microsecond=0)


@pytest.mark.parametrize(
    "text",
    [
        "Tue, 03 Feb 2026 22:04:05 GMT",
        "Tuesday, 03-Feb-26 22:04:05 GMT",
        "Tue Feb  3 22:04:05 2026",
        "Tue, 3 Feb 2026 22:04:05 +0100",
        "Tue, 03 Feb 2026 22:04:05 EST",
    ],
)
def test_every_form_is_read(text: str) -> None:
    assert http_date(text) == parsedate_to_datetime(text)


@pytest.mark.parametrize("text", ["", "soon", "Tue, 31 Feb 2026 22:04:05 GMT", "Tue, 03 Feb 2026 25:04:05 GMT"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises((ValueError, TypeError)):
        http_date(text)


def test_todays_form_takes_no_mail() -> None:
    code = "import sys; from trayapp.core.http_date import http_date; http_date('Tue, 03 Feb 2026 22:04:05 GMT')"
    check = f"{code}; assert not [name for name in sys.modules if name.startswith('email')]"
    subprocess.run([sys.executable, "-c", check], check=True)
