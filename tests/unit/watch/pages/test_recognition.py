"""Telling what answers in place of a page, whatever the bytes are."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.vendorfiles import MAKERS, WELL
from trayapp.watch.pages.recognition import NAMES, barrier, is_door, is_ulid, vendor_of

ULID = "01JMDK9XYNY6RXSED6SDWW50WY"


def test_every_kind_has_a_name() -> None:
    assert set(MAKERS) <= set(NAMES)


@pytest.mark.parametrize(
    ("file", "vendor"),
    [
        ({"page": {"id": "abcdefgh1234", "time_zone": "Etc/UTC"}, "components": []}, "statuspage"),
        ({"page": {"id": ULID}, "components": []}, "incidentio"),
        ({"summary": {"ongoing_incidents": []}}, "incidentio"),
        ({"page": {"name": "Acme", "status": "UNDERMAINTENANCE"}}, "instatus"),
        ({"page": {"status": "HAS_ISSUES"}, "activeIncidents": [], "activeMaintenances": []}, "checkly"),
        ({"result": {"components": [], "active_incidents": []}}, "cloudflare"),
        ({"data": {"type": "status_page"}, "included": []}, "betterstack"),
        ({"domainPrefix": "acme", "components": []}, "datadog"),
        ({"data": {"page": {"page_id": 4711}, "active_changes": []}}, "flashduty"),
        ({"page": {"name": "Acme"}, "status": {"indicator": "none"}, "incidents": []}, "rootly"),
        ({"page": {"id": "abcdefgh1234"}, "status": {"indicator": "none"}}, None),
        ({"data": {"type": "status"}}, None),
        ({"page": {"id": "abc"}}, None),
        ({"page": "UP"}, None),
        ({}, None),
        ([], None),
        (None, None),
    ],
)
def test_by_its_data(file: Any, vendor: str | None) -> None:
    assert vendor_of(json.dumps(file).encode()) == vendor


@pytest.mark.parametrize("kind", MAKERS)
def test_files_of_a_vendor_are_taken_for_nobody_elses(kind: str) -> None:
    for file in MAKERS[kind](WELL, (), ULID if kind == "incidentio" else "abcdefgh1234").values():
        assert vendor_of(json.dumps(file).encode()) in (kind, None)


@pytest.mark.parametrize(
    ("body", "kept_out"),
    [
        (b"Your page is inactive. Please include an API key to access this resource.", "inactive"),
        (b"<html><head><title>Acme Status - Page Inactive</title>", "inactive"),
        (b'<html><link rel="canonical" href="http://acme.example/inactive">', "inactive"),
        (b"<html><TITLE>Acme - Login</TITLE>", "login"),
        (b"<html><title>Sign in to Acme</title>", "login"),
        (b"<html><title>Log in | Acme</title>", "login"),
        (b'<html><link rel="canonical" href="https://acme.example/access/login">', "login"),
        (b'<html><input id="p" type="password">', "login"),
        (b"<html><title>Just a moment...</title>", "challenge"),
        (b"<html><title>Verify you are human</title>", "challenge"),
        (b"<html><title>Access to this page has been denied.</title>", "challenge"),
        (b"<html><iframe src='/_Incapsula_Resource?x=1'></iframe>", "challenge"),
        (b"<html><p>Our systems have detected unusual traffic from your computer network.", "challenge"),
        (b'{"url":"https://geo.captcha-delivery.com/captcha/?cid=x"}', "challenge"),
        (b'{"page": {}, "note": "geo.captcha-delivery.com is down"}', None),
        (b"<html><title>Acme status</title><p>Unusual traffic slows us down.", None),
        (b"<html><title>Acme Status</title><p>Login errors, page inactive</p>", None),
        (b'{"title": "Login"}', None),
        (b"\xef\xbb\xbf<!DOCTYPE html><title>Acme - Login</title>", "login"),
        (b'<?xml version="1.0"?><!DOCTYPE html><html><title>Acme - Login</title>', "login"),
        (b'<?xml version="1.0"?><rss><channel><title>Acme - Login</title>', None),
        (b"<feed><title>Status - Page Inactive</title>", None),
        (b"<html><title>Acme Status</title><script src=https://www.google.com/recaptcha/api.js></script>", None),
        (b"", None),
    ],
)
def test_what_keeps_readers_out(body: bytes, kept_out: str | None) -> None:
    assert barrier(body, wanted_html=False) == kept_out


def test_a_field_for_a_password_is_no_door_on_a_web_page_that_was_asked_for() -> None:
    assert barrier(b"<html><title>Acme</title><input type=password>", wanted_html=True) is None
    assert barrier(b"<html><title>Login errors</title>", wanted_html=True) is None


@pytest.mark.parametrize(
    ("url", "door"),
    [
        ("https://acme.example/login", True),
        ("https://id.example/oauth2/authorize?client_id=7", True),
        ("https://acme.example/SAML/acme", True),
        ("https://login.acme.example/status", False),
        ("https://acme.example/incidents/login-errors", False),
    ],
)
def test_a_door_is_known_by_its_path(url: str, door: bool) -> None:
    assert is_door(url) is door


@pytest.mark.parametrize(
    ("ident", "ulid"), [(ULID, True), (ULID.lower(), False), ("testpage0001", False), ("", False), (None, False)]
)
def test_ids_of_incident_io(ident: str | None, ulid: bool) -> None:
    assert is_ulid(ident) is ulid


@given(st.binary(max_size=300), st.sampled_from([b"", b"<", b"{", b'{"page": ', b'{"data": {"type": ']))
def test_any_bytes_at_all(body: bytes, head: bytes) -> None:
    assert vendor_of(head + body) in {*NAMES, None}
    assert barrier(head + body, wanted_html=False) in {"inactive", "login", "challenge", None}


def test_a_deep_one() -> None:
    assert vendor_of(b'{"page": ' + b"[" * 200_000) is None
    assert vendor_of(b'{"page": ' + b"[" * 200_000 + b"]" * 200_000 + b"}") is None
