"""No code without its meaning."""

import pytest

from trayapp.core.evidence.observation import NetworkStep
from trayapp.text import codes
from trayapp.text.language import set_language


@pytest.mark.parametrize("status", [*codes.HTTP, 200, 204, 302, 418, 451, 499, 505, 511, 599, 100, 999])
def test_every_status_has_a_meaning(status: int, spoken: str) -> None:
    number, _, meaning = codes.http(status).partition(", ")
    assert number == str(status)
    assert len(meaning) > 5


def test_the_meaning_of_502() -> None:
    assert codes.failure("http_502") == "502, their gateway gets no answer from behind it"
    set_language("de")
    assert codes.failure("http_502") == "502, ihr Gateway bekommt von dahinter keine Antwort"


@pytest.mark.parametrize(
    "code",
    [
        "timeout", "connect", "dns", "tls", "malformed", "cut", "challenge", "foreign_page", "redirect_loop",
        "proxy_login", "proxy_settings", "unsendable",
    ],
)  # fmt: skip
def test_every_failure_has_words(code: str, spoken: str) -> None:
    assert code in codes.FAILURES
    assert codes.failure(code) != codes.failure("something_new")


def test_an_unknown_failure_is_not_shown_as_its_code(spoken: str) -> None:
    assert "_" not in codes.failure("something_new")
    assert "_" not in codes.failure("http_abc")


@pytest.mark.parametrize("step", [*NetworkStep, None])
def test_every_step_has_words(step: NetworkStep | None, spoken: str) -> None:
    assert codes.step(step)
    assert step is None or codes.STEP_NAMES[step]


@pytest.mark.parametrize(
    ("reason", "params", "said"),
    [
        ("http", {"status": 503}, "503, they are overloaded or switched off"),
        ("gone", {"status": 410}, "410, this address is gone for good"),
        ("redirect", {"host": "elsewhere.example"}, "sends us to elsewhere.example"),
        ("redirect", {}, "sends us to "),
        ("timeout", {}, "no answer in time"),
        ("json", {}, "not valid JSON"),
        ("something_new", {}, ""),
        (None, {}, ""),
    ],
)
def test_why_a_page_cannot_be_used(reason: str | None, params: dict[str, int | str], said: str) -> None:
    assert codes.page(reason, params) == said
