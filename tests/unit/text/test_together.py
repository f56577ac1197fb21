"""The first line of several providers' trouble names what they have in common, whole, in both languages."""

import itertools

import pytest

from tests.unit.text.test_banners import said
from trayapp.core.notify.banner import Banner, BannerStage
from trayapp.core.notify.together import Cause, Trouble
from trayapp.errors import Param
from trayapp.text.banners import TITLE_MAX
from trayapp.text.language import set_language

NAMES = ("OpenAI", "Anthropic", "Google", "xAI", "Mistral AI", "DeepSeek", "Cohere", "Groq", "Together AI")
LONG = "proxy.of-a-company-with-a-long-name.example"


def banner(trouble: Trouble, cause: Cause, who: str | None = None, names: tuple[str, ...] = NAMES) -> Banner:
    params: dict[str, Param] = {"trouble": trouble.value, "common": cause.value, "who": who}
    return Banner("yellow:*", BannerStage.YELLOW, 0.0, providers=names, services=names, params=params)


@pytest.mark.parametrize(
    ("trouble", "cause", "who", "english", "german"),
    [
        (
            Trouble.REFUSED, Cause.KEYS, None,
            "OpenAI, Anthropic and 7 more refuse you at once: is it your keys?",
            "OpenAI, Anthropic und 7 weitere weisen dich zugleich ab: deine Schlüssel?",
        ),
        (
            Trouble.THROTTLED, Cause.VPN, "wg0",
            "OpenAI, Anthropic and 7 more throttle you at once: is it the VPN wg0?",
            "OpenAI, Anthropic und 7 weitere bremsen dich zugleich aus: VPN wg0?",
        ),
        (
            Trouble.ANY, Cause.HOST, "llm.company.example",
            "OpenAI, Anthropic and 7 more have trouble at once: all of them at llm.company.example",
            "OpenAI, Anthropic und 7 weitere sind zugleich gestört: alle über llm.company.example",
        ),
        (
            Trouble.ANY, Cause.UNKNOWN, None,
            "OpenAI, Anthropic and 7 more have trouble at once",
            "OpenAI, Anthropic und 7 weitere sind zugleich gestört",
        ),
    ],
)  # fmt: skip
def test_the_first_line(trouble: Trouble, cause: Cause, who: str | None, english: str, german: str) -> None:
    assert said(banner(trouble, cause, who))[0] == english
    set_language("de")
    assert said(banner(trouble, cause, who))[0] == german


@pytest.mark.parametrize("language", ["en", "de"])
@pytest.mark.parametrize(("trouble", "cause"), list(itertools.product(Trouble, Cause)))
def test_it_has_room_for_the_cause_and_says_what_to_do(language: str, trouble: Trouble, cause: Cause) -> None:
    set_language(language)
    who = LONG if cause in (Cause.HOST, Cause.PROXY, Cause.READER, Cause.VPN) else None
    title, body = said(banner(trouble, cause, who))
    assert len(title) <= TITLE_MAX
    assert who is None or "proxy.of-a-company" in title
    assert len(body) > 20
