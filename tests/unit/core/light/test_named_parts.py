"""Components that the catalogue knows by their names alone."""

import pytest

from trayapp.core.evidence.page_report import PageComponent, PageHealth, PageLight, PageReport
from trayapp.core.light.named_parts import named_parts
from trayapp.core.light.page_opinion import Opinions
from trayapp.core.light.severity import Light

NAMES = {"a": "GLM-5.2", "b": "GLM  4.7 Flash", "c": "Kimi K3", "d": "API (api.acme.example)", "e": "Website"}


def parts(**states: PageLight) -> tuple[PageComponent, ...]:
    return tuple(PageComponent(k, name, states.get(k, PageLight.OPERATIONAL)) for k, name in NAMES.items())


@pytest.mark.parametrize(
    ("entry", "meant"),
    [
        ("name:GLM*", "ab"),
        ("name:glm 4.7  flash", "b"),
        ("name:*K3", "c"),
        ("name:*4.7*", "b"),
        ("name:GLM-5.2", "a"),
        ("name:GLM-5", ""),
        # Nothing but a star is more than itself.
        ("name:API (api.acme.example)", "d"),
        ("name:GLM.5.2", ""),
        ("name:[A-Z]*", ""),
        ("name:GLM?5.2", ""),
        ("name:*", "abcde"),
        ("name:**K3", "c"),
        ("name:", ""),
        ("name:GLM*GLM-5.2", ""),
        ("name:GLM*sh*h", ""),
        ("name:*GLM*5*", "a"),
        ("name:GLM-5*.2", "a"),
        ("name:*l*l*", "b"),
        ("name:*i*k*", "c"),
    ],
)
def test_a_pattern_of_names(entry: str, meant: str) -> None:
    assert named_parts([entry], parts()) == {entry: frozenset(meant)}


def test_ids_are_none() -> None:
    assert named_parts(["a", "*"], parts()) == {}


def light(*entries: str, stated: bool = True, **states: PageLight) -> tuple[Light, list[str]]:
    report = PageReport(0.0, "acme", PageHealth.OK, "https://status.acme.example", parts(**states), stated=stated)
    opinion = Opinions(report).of(entries, 0.0)
    return opinion.light, [each.code for each in opinion.reasons]


def test_what_the_page_says_of_those_that_a_pattern_means() -> None:
    assert light("name:GLM*", a=PageLight.MAJOR)[0] is Light.RED
    assert light("name:GLM*", c=PageLight.MAJOR)[0] is Light.GREEN
    assert light("name:Kimi*", "e", e=PageLight.DEGRADED)[0] is Light.YELLOW


def test_a_pattern_that_means_none_is_reported_and_alone_nothing_is_known() -> None:
    assert light("name:Opus*") == (Light.GREY, ["page_unknown"])
    assert light("name:Opus*", "a") == (Light.GREEN, ["page_missing", "page_operational"])
    report = PageReport(0.0, "acme", PageHealth.OK, "https://status.acme.example", parts())
    assert Opinions(report).of(("name:*Opus*", "a"), 0.0).reasons[0].params == {"id": "Opus"}


def test_a_few_of_very_many_models_are_listed_only() -> None:
    many = tuple(
        PageComponent(str(n), f"Model {n}", PageLight.MAJOR if n < 2 else PageLight.OPERATIONAL) for n in range(28)
    )
    report = PageReport(0.0, "acme", PageHealth.OK, "https://status.acme.example", many)
    assert Opinions(report).of(("name:Model*",), 0.0).light is Light.GREEN
    assert Opinions(report).of(("name:Model 1",), 0.0).light is Light.RED


def test_no_pattern_takes_long() -> None:
    """A name and a pattern that keep each other busy for ever, if every way to fit them is tried."""
    busy = PageComponent("x", "a" * 200, PageLight.OPERATIONAL)
    assert named_parts(["name:" + "*a" * 60 + "*b"], [busy]) == {"name:" + "*a" * 60 + "*b": frozenset()}
