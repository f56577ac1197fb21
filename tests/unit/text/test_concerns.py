"""Whom an incident concerns, said once, and in the first line where there is room."""

from datetime import UTC, datetime

import pytest

from trayapp.core.incident.concerns import Concerns
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.errors import Param
from trayapp.text import banners
from trayapp.text.concerns import sentence
from trayapp.text.language import set_language

OPUS = Concerns(("Opus",), ("Opus", "Sonnet"))


@pytest.mark.parametrize(
    ("c", "en", "de"),
    [
        (OPUS, "Concerns Opus, which you use.", "Betrifft Opus, das du benutzt."),
        (Concerns(("Opus",), ("Sonnet",)), "Concerns Opus; you use Sonnet.", "Betrifft Opus; du benutzt Sonnet."),
        (
            Concerns(("Opus", "Haiku"), ("Haiku",)),
            "Concerns Opus and Haiku; you use Haiku.",
            "Betrifft Opus und Haiku; du benutzt Haiku.",
        ),
        (
            Concerns(("Opus", "Haiku"), ("Haiku", "Opus")),
            "Concerns Opus and Haiku, which you use.",
            "Betrifft Opus und Haiku, die du benutzt.",
        ),
        (Concerns(("Opus",)), "Concerns Opus.", "Betrifft Opus."),
        (Concerns(plans=("Free",)), "It names the plan Free.", "Genannt ist der Tarif Free."),
        (Concerns(plans=("Plus", "Pro")), "It names the plans Plus and Pro.", "Genannt sind die Tarife Plus und Pro."),
        (Concerns(regions=("EU",)), "It names the region EU.", "Genannt ist die Region EU."),
        (Concerns(), "", ""),
    ],
)
def test_a_sentence(c: Concerns, en: str, de: str) -> None:
    assert sentence(c) == en
    set_language("de")
    assert sentence(c) == de


def test_what_the_title_names_is_not_said_again() -> None:
    assert sentence(Concerns(("Opus",), (), ("Free",), ("EU",)), "Opus errors for Free plans in the EU") == ""
    assert sentence(OPUS, "Elevated errors on Opus") == "Concerns Opus, which you use."


def said(title: str, names: tuple[str, ...] = ("Claude API",), c: Concerns = OPUS) -> banners.BannerWords:
    params: dict[str, Param] = {"since": 0.0, "claim": "not_you", "title": title}
    banner = Banner("i", BannerStage.DOWN, 600.0, services=names, providers=("Anthropic",), params=params, concerns=c)
    return banners.words(banner, wall=lambda at: datetime.fromtimestamp(at, UTC))


def test_a_banner_says_it_first() -> None:
    assert said("Errors").title == "Claude API is down. It is not you. Concerns Opus, which you use."
    long = said("Errors", ("A service with a long name", "another service"), OPUS)
    assert "Concerns" not in long.title
    assert long.body.startswith("Concerns Opus, which you use. Errors since")
