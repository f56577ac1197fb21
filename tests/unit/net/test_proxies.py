"""What the environment says of proxies, read as Python itself reads it."""

import os
import urllib.request
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.net.proxies import named_proxies, proxy_for

_NAMES = st.sampled_from([
    "http_proxy", "HTTP_PROXY", "Http_Proxy", "https_proxy", "HTTPS_PROXY", "ALL_PROXY", "no_proxy", "NO_PROXY",
    "proxy", "PROXYING", "my_http_proxy", "REQUEST_METHOD",
])  # fmt: skip
_VALUES = st.sampled_from(["", "http://one:1", "two:2", "*", "GET"])
_WITHOUT = st.lists(
    st.sampled_from(["*", "", " ", ".", "example.org", ".example.org", "api.EXAMPLE.org ", "org", "example.org:8443"])
)
_PLACES = st.sampled_from(["example.org", "API.example.org", "notexample.org", "example.org:8443", "localhost.org"])


@given(st.dictionaries(_NAMES, _VALUES))
def test_the_variables_are_read_as_python_reads_them(environment: dict[str, str]) -> None:
    with mock.patch.dict(os.environ, environment, clear=True):
        assert named_proxies() == urllib.request.getproxies_environment()


@given(_WITHOUT, _PLACES)
def test_what_goes_without_is_what_goes_without_for_python(without: list[str], place: str) -> None:
    proxies = {"https_proxy": "http://proxy:3128", "no_proxy": ",".join(without)}
    with mock.patch.dict(os.environ, proxies, clear=True):
        direct = urllib.request.proxy_bypass(place)
        assert proxy_for(f"https://user:word@{place}/v1") == (None if direct else "http://proxy:3128")


@pytest.mark.parametrize(
    ("url", "without", "direct"),
    [
        ("https://10.1.2.3/", "10.0.0.0/8", True),
        ("https://11.1.2.3/", "10.0.0.0/8", False),
        ("https://[2001:db8::1]/", "x, 2001:db8::/32", True),
        ("https://[2001:db8::1]:8443/", "2001:db8::1", True),
        ("http://127.0.0.1/", "", True),
    ],
)
def test_networks_and_this_machine_go_without(url: str, without: str, direct: bool) -> None:
    with mock.patch.dict(os.environ, {"all_proxy": "proxy:3128", "no_proxy": without}, clear=True):
        assert proxy_for(url) == (None if direct else "http://proxy:3128")
