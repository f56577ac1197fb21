"""Addresses as they are typed."""

import pytest

from trayapp.settings.address import completed


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("localhost:8080", "http://localhost:8080"),
        (" localhost ", "http://localhost"),
        ("büro.local:11434", "http://büro.local:11434"),
        ("127.0.0.1:8080/", "http://127.0.0.1:8080/"),
        ("[::1]:8080/v1", "http://[::1]:8080/v1"),
        ("a-b_c:1", "http://a-b_c:1"),
        ("HTTPS://Example.org", "https://Example.org"),
        ("http://fine", "http://fine"),
        # What may be a slip in the scheme is not guessed at.
        ("http:/localhost", "http:/localhost"),
        ("http//localhost", "http//localhost"),
        ("http:localhost:8080", "http:localhost:8080"),
        ("ftp://x", "ftp://x"),
        ("localhost:port", "localhost:port"),
        ("localhost:", "localhost:"),
        ("user@host", "user@host"),
        ("::1", "::1"),
        ("two words", "two words"),
        ("/etc/passwd", "/etc/passwd"),
        ("", ""),
    ],
)
def test_what_is_stored(typed: str, stored: str) -> None:
    assert completed(typed) == stored
