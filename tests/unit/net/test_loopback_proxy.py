"""When tools would look for this machine behind a proxy."""

import pytest

from trayapp.net.loopback_proxy import loopback_proxy

PROXY = "http://me:secret@Proxy.example:3128"


@pytest.mark.parametrize(
    ("environment", "expected"),
    [
        ({}, None),
        ({"HTTP_PROXY": ""}, None),
        ({"HTTPS_PROXY": PROXY}, None),
        ({"HTTP_PROXY": PROXY}, "proxy.example:3128"),
        ({"http_proxy": "proxy.example:3128"}, "proxy.example:3128"),
        ({"ALL_PROXY": "socks5://127.0.0.1:1080"}, "127.0.0.1:1080"),
        ({"HTTP_PROXY": "http://[half"}, "?"),
        ({"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1,localhost"}, None),
        ({"HTTP_PROXY": PROXY, "NO_PROXY": " LOCALHOST , x, 127.0.0.1 "}, None),
        ({"HTTP_PROXY": PROXY, "no_proxy": "*"}, None),
        ({"HTTP_PROXY": PROXY, "NO_PROXY": "localhost"}, "proxy.example:3128"),
        ({"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.0/8,localhost"}, "proxy.example:3128"),
        ({"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": "corp"}, "proxy.example:3128"),
        ({"HTTP_PROXY": PROXY, "NO_PROXY": "127.0.0.1,localhost", "no_proxy": ""}, None),
    ],
)
def test_who_is_asked_for_loopback(environment: dict[str, str], expected: str | None) -> None:
    assert loopback_proxy(environment) == expected
