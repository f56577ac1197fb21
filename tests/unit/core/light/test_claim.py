"""It is not you: what shows it, and what else may be said."""

import pytest

from tests.support.spelled import spelled
from trayapp.core.catalogue import Part
from trayapp.core.evidence.observation import Depth, Outcome, Source, Try
from trayapp.core.evidence.refusals import Refusal
from trayapp.core.light.claim import (
    NOTHING,
    PAGE_LAGS_S,
    Claim,
    ClaimKind,
    claim_of,
    explains,
    strongest,
    together,
)
from trayapp.core.light.page_opinion import PageOpinion
from trayapp.core.light.severity import Finding, Light

NOT_YOU, SILENT = Claim(ClaimKind.NOT_YOU), Claim(ClaimKind.SILENT)


def failed(code: str, *, proven: bool = True, edge: bool = False, status: int | None = None) -> Try:
    number = int(code[5:]) if code.startswith("http_") else status
    return Try(
        1.0, 0.0, Source.PROBE, "acme", "h", (Part("api", "a"),), Depth.API, Outcome.FAIL, code,
        status=number, proven=proven, edge=edge,
    )  # fmt: skip


OWN, EDGE, UNPROVEN = failed("http_500"), failed("http_502", edge=True), failed("http_502", proven=False)
TIMEOUT, GARBAGE = failed("timeout", proven=False), failed("malformed", status=200)
REFUSAL = Refusal(1.0, 0.0, 3, failed("http_401"), 2)


@pytest.mark.parametrize(
    ("failures", "refusal", "claim"),
    [
        ([OWN], None, NOT_YOU),
        ([TIMEOUT, OWN, TIMEOUT], None, NOT_YOU),
        ([EDGE, OWN], None, NOT_YOU),
        ([failed("http_529")], None, NOT_YOU),
        ([failed("http_502", status=200)], None, NOT_YOU),
        ([EDGE, TIMEOUT], None, Claim(ClaimKind.EDGE, 502)),
        ([failed("http_503", edge=True), EDGE], None, Claim(ClaimKind.EDGE, 502)),
        ([UNPROVEN], None, Claim(ClaimKind.ERRORS, 502)),
        ([failed("http_500", proven=False), UNPROVEN], None, Claim(ClaimKind.ERRORS, 502)),
        ([failed("http_408")], None, Claim(ClaimKind.ERRORS, 408)),
        ([failed("loading", status=503, proven=False)], None, Claim(ClaimKind.ERRORS, 503)),
        ([GARBAGE], None, Claim(ClaimKind.ERRORS)),
        ([GARBAGE, TIMEOUT], None, Claim(ClaimKind.ERRORS)),
        ([failed("malformed", proven=False)], None, Claim(ClaimKind.ERRORS)),
        ([failed("expired", status=None, proven=False), TIMEOUT], None, Claim(ClaimKind.ERRORS)),
        ([TIMEOUT, failed("no_name"), failed("tls")], None, SILENT),
        ([], REFUSAL, Claim(ClaimKind.REFUSED)),
        ([TIMEOUT], REFUSAL, Claim(ClaimKind.REFUSED)),
        ([], None, NOTHING),
    ],
    ids=spelled,
)
def test_without_a_page(failures: list[Try], refusal: Refusal | None, claim: Claim) -> None:
    assert claim_of(None, failures, refusal) == claim
    calm = PageOpinion(1.0, Light.GREEN, Finding.OK)
    assert claim_of(calm, failures, refusal) == claim


@pytest.mark.parametrize(
    ("opinion", "shows"),
    [
        (PageOpinion(1.0, Light.RED, Finding.DOWN), True),
        (PageOpinion(1.0, Light.YELLOW, Finding.DEGRADED), True),
        (PageOpinion(1.0, Light.YELLOW, Finding.RECOVERING), False),
        (PageOpinion(1.0, Light.YELLOW, Finding.DEGRADED, maintenance=True), False),
        (PageOpinion(1.0, Light.GREEN, Finding.OK, maintenance=True), False),
        (PageOpinion(1.0, Light.GREY, Finding.NO_EVIDENCE), False),
    ],
    ids=spelled,
)
def test_a_page_that_names_it(opinion: PageOpinion, shows: bool) -> None:
    assert claim_of(opinion, [TIMEOUT], None) == (NOT_YOU if shows else SILENT)


def test_what_shows_it_for_a_part_shows_it_for_the_service() -> None:
    assert strongest([SILENT, None, NOT_YOU, Claim(ClaimKind.EDGE, 502)]) == NOT_YOU
    assert strongest([None, NOTHING]) == NOTHING
    assert strongest([None]) is None


@pytest.mark.parametrize(
    ("claims", "says"),
    [
        ([NOT_YOU, NOT_YOU], NOT_YOU),
        ([NOT_YOU, SILENT], NOTHING),
        ([NOT_YOU, None], NOTHING),
        ([SILENT], SILENT),
        ([Claim(ClaimKind.EDGE, 502), Claim(ClaimKind.EDGE, 502)], Claim(ClaimKind.EDGE, 502)),
        ([Claim(ClaimKind.EDGE, 502), Claim(ClaimKind.EDGE, 503)], Claim(ClaimKind.ERRORS)),
        ([Claim(ClaimKind.ERRORS, 502), Claim(ClaimKind.ERRORS)], Claim(ClaimKind.ERRORS)),
        ([], NOTHING),
    ],
)
def test_of_several_only_what_holds_for_each(claims: list[Claim | None], says: Claim) -> None:
    assert together((f"provider-{place}", claim) for place, claim in enumerate(claims)) == says


def test_a_provider_answers_for_its_own_edge_and_for_nobody_elses() -> None:
    edge = Claim(ClaimKind.EDGE, 502)
    assert together([("acme", NOT_YOU), ("acme", edge)]) == NOT_YOU
    assert together([("acme", NOT_YOU), ("bolt", edge)]) == NOTHING
    assert together([("acme", NOT_YOU), ("acme", SILENT)]) == NOTHING


def page(light: Light, since: float | None, *, out: bool = True, finding: Finding = Finding.DEGRADED) -> PageOpinion:
    return PageOpinion(9.0, light, finding, since, out=frozenset({"x"}) if out else frozenset())


@pytest.mark.parametrize(
    ("opinion", "does"),
    [
        (page(Light.YELLOW, 150.0), True),
        (page(Light.YELLOW, 100.0), True),
        (page(Light.YELLOW, 99.0), False),
        (page(Light.YELLOW, 200.0 + PAGE_LAGS_S), True),
        (page(Light.YELLOW, 201.0 + PAGE_LAGS_S), False),
        (page(Light.YELLOW, None), False),
        (page(Light.YELLOW, 150.0, out=False), False),
        (page(Light.YELLOW, 150.0, finding=Finding.RECOVERING), False),
        (page(Light.GREEN, 150.0), False),
        (page(Light.GREY, 150.0), False),
        (None, False),
    ],
    ids=spelled,
)
def test_what_explains_that_a_credential_accepted_at_100_is_refused_since_200(
    opinion: PageOpinion | None, does: bool
) -> None:
    assert explains(opinion, Refusal(200.0, 100.0, 3, failed("http_401"), 1)) is does
