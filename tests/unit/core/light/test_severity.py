"""Rule 10: one order of severity, for lights and for findings."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.light.severity import Finding, Light, severity, worst, worst_finding

GREEN, GREY, YELLOW, RED = Light.GREEN, Light.GREY, Light.YELLOW, Light.RED

lights = st.lists(st.sampled_from(Light))
verdicts = st.lists(st.tuples(st.sampled_from(Light), st.sampled_from(Finding)), min_size=1)


def test_red_before_yellow_before_grey_before_green() -> None:
    for mild, grave in itertools.combinations((GREEN, GREY, YELLOW, RED), 2):
        assert worst((mild, grave)) is worst((grave, mild)) is grave


def test_nothing_is_grey() -> None:
    assert worst(()) is GREY
    assert worst_finding(()) is Finding.NO_EVIDENCE


@given(lights)
def test_grey_hides_no_red_and_never_becomes_green(shown: list[Light]) -> None:
    assert (worst(shown) is RED) == (RED in shown)
    assert (worst(shown) is GREEN) == (set(shown) == {GREEN})


@given(verdicts)
def test_the_worst_light_and_the_gravest_verdict_agree(given_verdicts: list[tuple[Light, Finding]]) -> None:
    light, finding = max(given_verdicts, key=lambda verdict: severity(*verdict))
    assert light is worst(each for each, _ in given_verdicts)
    assert finding is worst_finding(each for its_light, each in given_verdicts if its_light is light)


@given(verdicts)
def test_the_order_in_which_they_are_given_says_nothing(given_verdicts: list[tuple[Light, Finding]]) -> None:
    findings = [finding for _, finding in given_verdicts]
    shown = [light for light, _ in given_verdicts]
    assert worst(shown) is worst(reversed(shown))
    assert worst_finding(findings) is worst_finding(reversed(findings))
    assert len({severity(*verdict) for verdict in given_verdicts}) == len(set(given_verdicts)), "no two are alike"


def test_what_goes_on_says_more_than_what_is_declared_or_nearly_over() -> None:
    going_on = (Finding.SLOW, Finding.FLAPPING, Finding.DEGRADED)
    for quiet, trouble in itertools.product((Finding.MAINTENANCE, Finding.RECOVERING), going_on):
        assert worst_finding((trouble, quiet)) is trouble


def test_what_own_requests_see_says_more_than_what_only_the_page_says() -> None:
    for finding in (Finding.SLOW, Finding.FLAPPING, Finding.DEGRADED, Finding.DOWN):
        assert worst_finding((Finding.REPORTED_ONLY, finding)) is finding
