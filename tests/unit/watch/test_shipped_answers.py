"""What the shipped probes make of answers with which nobody could work: by none of them is anything well."""

import json
from typing import Any

import pytest

from trayapp.core.catalogue import Probe, ProbeKind
from trayapp.core.evidence.answers import Reading, read_answer
from trayapp.core.evidence.observation import Depth, Outcome
from trayapp.engine.loading import load_all
from trayapp.paths import home

HTML, TEXT = {"content-type": "text/html"}, {"content-type": "text/plain"}
RAY = {"cf-ray": "9a1b2c3d4e5f-FRA"}
PAGE = "<!doctype html><title>We will be back soon</title>"


def _error(**fields: Any) -> dict[str, Any]:
    return {"error": fields}


USELESS: dict[str, tuple[int, dict[str, str], Any]] = {
    # By what they are; all over TLS that nobody can have broken.
    "own error": (500, {}, _error(type="server_error", message="Internal error")),
    "maintenance": (503, {}, {"code": "maintenance", "message": "We are under maintenance"}),
    "edge": (502, HTML | RAY, PAGE),
    "tunnel": (530, TEXT | RAY, "error code: 1033"),
    "edge in JSON": (502, RAY, {"title": "Bad gateway", "status": 502, "detail": "words", "cloudflare_error": True}),
    "page": (200, HTML, PAGE),
    "nothing": (200, {}, b""),
    "no content": (204, {}, b""),
    "empty object": (200, {}, {}),
    "null": (200, {}, b"null"),
    "text": (200, TEXT, "OK"),
    "XML": (200, {"content-type": "application/xml"}, "<?xml version='1.0'?><Error/>"),
    "half": (200, {}, b'{"data": [{"id": "a"'),
    "words": (200, {}, {"message": "Service temporarily unavailable"}),
    "detail": (200, {}, {"detail": "maintenance"}),
    "errors": (200, {}, {"errors": [{"message": "down"}]}),
    "number": (200, {}, {"code": 500, "msg": "Internal error"}),
    "soft error": (200, {}, {"code": 500, "msg": "Internal error", "success": False}),
    "base_resp": (200, {}, {"base_resp": {"status_code": 1000, "status_msg": "unknown"}}),
    "error": (200, {}, _error(message="The server had an error")),
    "login": (302, {"location": "/login"}, b""),
    "elsewhere": (308, {"location": "https://www.elsewhere.example/"}, b""),
    "no such page": (404, HTML, PAGE),
    "no such path": (404, {}, _error(type="invalid_request_error", message="Not found")),
    "firewall": (403, HTML, PAGE),
    "front": (401, HTML, PAGE),
    "country": (451, HTML, PAGE),
    "crowd": (429, {}, _error(type="engine_overloaded_error", message="The engine is currently overloaded")),
    "limit": (429, {}, _error(type="rate_limit_error", message="Rate limit reached")),
    "challenge": (403, HTML | RAY | {"cf-mitigated": "challenge"}, PAGE),
}


def _read(probe: Probe, what: str, *, keyed: bool) -> Reading:
    status, headers, body = USELESS[what]
    raw = body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return read_answer(status, headers, raw, depth=Depth.API, url=probe.url, keyed=keyed, up=probe.up, proven=True)


def _probes() -> list[Probe]:
    return [
        probe
        for _, service in load_all(home()).catalogue.services()
        for probe in service.probes
        if probe.kind is ProbeKind.API
    ]


@pytest.mark.parametrize("what", USELESS)
def test_nothing_is_well_by_an_answer_with_which_nobody_could_work(what: str, own_home: object) -> None:
    """It fails, or proves no more than the edge, or is refused, or counts for nothing."""
    for probe in _probes():
        for keyed in {False, probe.key is not None}:
            reading = _read(probe, what, keyed=keyed)
            well = reading.outcome is Outcome.GOOD and reading.depth >= Depth.API and reading.accepted is not False
            assert not well, (probe.url, keyed, reading)
            assert reading.accepted is not True, (probe.url, keyed, reading)


def test_what_the_catalogue_expects_is_well() -> None:
    for probe in _probes():
        for up in probe.up:
            body: Any = "no key"
            for name in reversed((up.json or "error.message").split(".")):
                body = {name: body}
            raw = json.dumps(body).encode()
            reading = read_answer(up.status, {}, raw, depth=Depth.API, url=probe.url, up=probe.up, proven=True)
            assert (reading.outcome, reading.depth, reading.accepted) == (Outcome.GOOD, Depth.API, True), probe.url
