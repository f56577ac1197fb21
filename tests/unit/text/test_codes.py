"""No code without its meaning."""

import pytest

from trayapp.core.evidence.observation import NetworkStep
from trayapp.text import codes
from trayapp.text.language import set_language


def test_every_known_status_is_said_with_its_meaning_in_both_languages() -> None:
    english = [codes.http(status) for status in codes.HTTP]
    assert english == [f"{status}, {meaning}" for status, meaning in codes.HTTP.items()]
    set_language("de")
    german = [codes.http(status) for status in codes.HTTP]
    assert [said.partition(", ")[0] for said in german] == [str(status) for status in codes.HTTP]
    assert set(german).isdisjoint(english)


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (204, "204, an answer without what was asked for"),
        (302, "302, they send us elsewhere"),
        (451, "451, they refuse the request"),
        (599, "599, a failure on their side"),
        (100, "100, not a known answer"),
        (999, "999, not a known answer"),
    ],
)
def test_any_other_status_is_said_with_the_meaning_of_its_class(status: int, said: str) -> None:
    assert codes.http(status) == said


def test_the_meaning_of_502() -> None:
    assert codes.failure("http_502") == "502, their gateway reaches nothing behind it"
    set_language("de")
    assert codes.failure("http_502") == "502, ihr Gateway erreicht den Server dahinter nicht"


@pytest.mark.parametrize(
    "code",
    [
        "timeout", "connect", "dns", "tls", "expired", "malformed", "cut", "challenge", "foreign_page", "redirect_loop",
        "proxy_login", "proxy_settings", "unsendable",
    ],
)  # fmt: skip
def test_every_failure_has_words(code: str, spoken: str) -> None:
    assert code in codes.FAILURES
    assert codes.failure(code) != codes.failure("something_new")


def test_an_unknown_failure_is_not_shown_as_its_code(spoken: str) -> None:
    assert "_" not in codes.failure("something_new")
    assert "_" not in codes.failure("http_abc")


def test_every_step_has_words_of_its_own(spoken: str) -> None:
    steps = [*NetworkStep, None]
    assert len({codes.step(one) for one in steps}) == len(steps)


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


@pytest.mark.parametrize(
    ("reason", "english", "german"),
    [
        ("vendor", "it is a page of Better Stack now", "sie ist jetzt eine Seite von Better Stack"),
        ("inactive", "it has been switched off", "sie ist abgeschaltet"),
        ("too_many", "more entries than any page has", "mehr Einträge, als eine Seite hat"),
        ("login", "it asks for a login", "sie verlangt eine Anmeldung"),
        ("challenge", "a check whether we are a person", "eine Prüfung, ob wir ein Mensch sind"),
        ("no_components", "it lists no parts", "sie nennt keine Teile"),
        ("no_items", "it lists no incident, not even a past one", "sie führt keine Störung auf, auch keine vergangene"),
        ("xml", "not a valid feed", "kein gültiger Feed"),
        (
            "parts",
            "something is wrong, and its parts cannot be read",
            "etwas stimmt nicht, und ihre Teile sind nicht lesbar",
        ),
        ("overview", "it only gathers other pages", "sie sammelt nur andere Seiten"),
        ("page_id", "another page answers", "eine andere Seite antwortet"),
        ("redirect", "sends us to acme.example", "verweist auf acme.example"),
    ],
)
def test_what_stands_in_place_of_a_page_is_said_in_both_languages(reason: str, english: str, german: str) -> None:
    params = {"vendor": "Better Stack", "host": "acme.example"}
    assert codes.page(reason, params) == english
    set_language("de")
    assert codes.page(reason, params) == german
