"""Who is let in."""

import pytest
from multidict import CIMultiDict, CIMultiDictProxy

from trayapp.gateway.access import Caller, check_browser, check_method, identify
from trayapp.gateway.dialects import chat
from trayapp.gateway.refusal import Refused

KNOWN = {"ampel-one": "one", "ampel-two": "two"}
HOST = ("host", "127.0.0.1:17502")


def headers(*pairs: tuple[str, str]) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict(pairs))


@pytest.mark.parametrize("host", ["127.0.0.1:17502", "localhost:17502", "LocalHost:17502", "[::1]:17502"])
@pytest.mark.parametrize("more", [(), (("sec-fetch-site", "none"),)])
def test_programs_of_this_machine_pass(host: str, more: tuple[tuple[str, str], ...]) -> None:
    check_browser(headers(("Host", host), *more), 17502)


@pytest.mark.parametrize(
    "pairs",
    [
        (),
        (("host", ""),),
        (("host", "127.0.0.1"),),
        (("host", "127.0.0.1:80"),),
        (("host", "127.0.0.1:175021"),),
        (("host", "127.0.0.2:17502"),),
        (("host", "0.0.0.0:17502"),),
        (("host", "localhost.evil.example:17502"),),
        (("host", "evil.example:17502"),),
        (("host", "127.0.0.1:17502, evil.example"),),
        (HOST, HOST),
        (HOST, ("host", "evil.example")),
        (HOST, ("origin", "https://evil.example")),
        (HOST, ("Origin", "http://127.0.0.1:17502")),
        (HOST, ("origin", "null")),
        (HOST, ("origin", "")),
        (HOST, ("sec-fetch-site", "cross-site")),
        (HOST, ("sec-fetch-site", "same-site")),
        (HOST, ("sec-fetch-site", "same-origin")),
    ],
)
def test_web_pages_and_foreign_names_do_not(pairs: tuple[tuple[str, str], ...]) -> None:
    with pytest.raises(Refused) as caught:
        check_browser(headers(*pairs), 17502)
    assert caught.value.status == 403


@pytest.mark.parametrize(
    ("allowed", "method", "kinds", "status"),
    [
        ("GET", "GET", (), None),
        ("POST", "POST", ("application/json",), None),
        ("POST", "POST", ("Application/JSON; charset=utf-8",), None),
        ("GET", "POST", ("application/json",), 405),
        ("GET", "HEAD", (), 405),
        ("GET", "OPTIONS", (), 405),
        ("GET", "DELETE", (), 405),
        ("POST", "GET", (), 405),
        ("POST", "POST", (), 415),
        ("POST", "POST", ("text/plain",), 415),
        ("POST", "POST", ("text/plain;application/json",), 415),
        ("POST", "POST", ("application/jsonx",), 415),
        ("POST", "POST", ("application/x-www-form-urlencoded",), 415),
        ("POST", "POST", ("application/json", "text/plain"), 415),
    ],
)
def test_methods_and_content(allowed: str, method: str, kinds: tuple[str, ...], status: int | None) -> None:
    given = headers(*(("content-type", kind) for kind in kinds))
    if status is None:
        check_method((allowed,), method, given)
        return
    with pytest.raises(Refused) as caught:
        check_method((allowed,), method, given)
    assert caught.value.status == status


def test_who_uses_a_wrong_method_is_told_all_that_are_right() -> None:
    check_method(("GET", "DELETE"), "DELETE", headers())
    with pytest.raises(Refused) as caught:
        check_method(("GET", "DELETE"), "PUT", headers())
    assert caught.value.headers["allow"] == "GET, DELETE"


@pytest.mark.parametrize(
    ("token", "pairs", "caller"),
    [
        (None, (("authorization", "Bearer ampel-one"),), Caller("one", own=False)),
        (None, (("Authorization", "bearer  ampel-two"),), Caller("two", own=False)),
        (None, (("x-api-key", "ampel-one"),), Caller("one", own=False)),
        (None, (("api-key", "ampel-one"),), Caller("one", own=False)),
        ("ampel-one", (), Caller("one", own=False)),
        ("ampel-one", (("authorization", "Bearer sk-mine"),), Caller("one", own=True)),
        ("ampel-one", (("authorization", "Basic abc"),), Caller("one", own=True)),
        ("ampel-one", (("authorization", "Bearer ampel-two"),), Caller("one", own=False)),
        ("ampel-one", (("authorization", "Bearer sk-mine"), ("x-api-key", "ampel-one")), Caller("one", own=False)),
        (None, (), None),
        (None, (("authorization", "Bearer sk-mine"),), None),
        (None, (("authorization", "Bearer ampel-old"),), None),
        (None, (("authorization", "ampel-on"),), None),
        ("", (), None),
        ("wrong", (), None),
        ("wrong", (("authorization", "Bearer ampel-one"),), None),
        ("ampel-one", (("authorization", "Bearer ampel-old"),), None),
    ],
)
def test_tools_are_known_by_their_token(
    token: str | None, pairs: tuple[tuple[str, str], ...], caller: Caller | None
) -> None:
    if caller is not None:
        assert identify(token, headers(*pairs), chat.CREDENTIAL_HEADERS, KNOWN.get) == caller
        return
    with pytest.raises(Refused) as caught:
        identify(token, headers(*pairs), chat.CREDENTIAL_HEADERS, KNOWN.get)
    assert caught.value.status == 401
