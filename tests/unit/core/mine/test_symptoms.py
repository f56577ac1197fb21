"""What people type leads to what they see: both languages, slips, orders, numbers that are exact."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.core.mine.symptoms import SHOWN
from trayapp.settings.symptoms import known

TYPED = [
    ("502", "gateway"),
    ("HTTP 502 Bad Gateway", "gateway"),
    ("error504", "gateway"),
    ("bad gatway", "gateway"),
    ("cloudflare 522", "gateway"),
    ("500", "server-error"),
    ("Internal Server Error", "server-error"),
    ("507", "server-error"),
    ("etwas ist schief gelaufen", "server-error"),
    ("etwas ist schiefgelaufen!", "server-error"),
    ("503", "overloaded"),
    ("overlaoded", "overloaded"),
    ("Server ueberlastet", "overloaded"),
    ("429", "rate-limit"),
    ("Too many requests", "rate-limit"),
    ("zu viele Anfragen", "rate-limit"),
    ("insufficient_quota", "quota"),
    ("you've hit your limit", "quota"),
    ("Guthaben aufgebraucht", "quota"),
    ("401 invalid api key", "key"),
    ("403 forbidden", "refused"),
    ("not available in your country", "refused"),
    ("in meinem Land nicht verfügbar", "refused"),
    ("model not found", "model-gone"),
    ("modle not found", "model-gone"),
    ("The model `gpt-4o` does not exist", "model-gone"),
    ("Modell nicht gefunden", "model-gone"),
    ("Modell ist weg", "model-gone"),
    ("login loops", "login"),
    ("the login page keeps looping", "login"),
    ("loggin loop", "login"),
    ("Login-Schleife", "login"),
    ("Anmeldung dreht sich im Kreis", "login"),
    ("ich kann mich nicht anmelden", "login"),
    ("Anmeldung schlaegt fehl", "login"),
    ("history is empty", "history"),
    ("my histroy is empty", "history"),
    ("Verlauf ist leer", "history"),
    ("alle meine Chats sind weg", "history"),
    ("stuck at the first word", "stuck"),
    ("it's stuck", "stuck"),
    ("bleibt beim ersten Wort hängen", "stuck"),
    ("haengt", "stuck"),
    ("keine Antwort", "stuck"),
    ("answer stops in the middle", "cut-off"),
    ("Antwort bricht mittendrin ab", "cut-off"),
    ("sooo slow", "slow"),
    ("sehr langsam heute", "slow"),
    ("white page", "blank"),
    ("lädt und lädt", "blank"),
    ("weisse Seite", "blank"),
    ("captcha again and again", "challenge"),
    ("can't connect", "connection"),
    ("keine Verbindung", "connection"),
    ("ERR_CONNECTION_TIMED_OUT", "connection"),
    ("certificate not trusted", "certificate"),
    ("Zertifikat ungueltig", "certificate"),
    ("connection refused 127.0.0.1:17502", "gateway-here"),
    ("file upload fails", "uploads"),
    ("Hochladen geht nicht", "uploads"),
    ("images are not generated", "images"),
    ("Bildgenerierung geht nicht", "images"),
    ("voice mode is broken", "voice"),
    ("kein Ton", "voice"),
    ("context length exceeded", "too-long"),
    ("answers got dumber", "worse"),
    ("400 bad request", "bad-request"),
    ("content policy violation", "policy"),
]


@pytest.mark.parametrize(("typed", "meant"), TYPED)
def test_what_is_typed_is_understood(typed: str, meant: str) -> None:
    assert [one.id for one in known().find(typed)][:1] == [meant]


@pytest.mark.parametrize(
    "typed", ["", "   ", "?", "hello", "it does not work", "geht nicht", "Fehler", "200", "42", "xyzzy", "🔥"]
)
def test_what_says_nothing_is_not_guessed_at(typed: str) -> None:
    assert known().find(typed) == ()


@pytest.mark.parametrize("typed", ["305", "12345", "5020", "50 2"])
def test_a_number_is_exact(typed: str) -> None:
    assert known().find(typed) == ()


@given(st.text(max_size=100))
def test_nothing_that_is_typed_is_too_odd(typed: str) -> None:
    assert len(known().find(typed)) <= SHOWN


@given(st.sampled_from(TYPED), st.data())
def test_a_slip_of_the_finger_in_a_long_word_is_forgiven(one: tuple[str, str], data: st.DataObject) -> None:
    typed, meant = "the conversation history is completely empty today", "history"
    at = data.draw(st.integers(typed.index("history") + 1, typed.index("history") + 6))
    letter = data.draw(st.sampled_from(string.ascii_lowercase))
    slipped = typed[:at] + letter + typed[at + 1 :]
    assert meant in [each.id for each in known().find(slipped)]


def test_every_phrase_leads_to_its_own_symptom() -> None:
    lost = {
        phrase: [one.id for one in found]
        for symptom in known().all
        for phrase in (*symptom.said.en, *symptom.said.de)
        if symptom not in (found := known().find(phrase))
    }
    assert lost == {}


def test_every_symptom_says_something_of_its_own() -> None:
    said = [words for one in known().all for words in (one.means.en, one.means.de, one.then.en, one.then.de)]
    assert len(set(said)) == len(said)
    assert all(words[-1] in ".!" for words in said)
    assert len({one.id for one in known().all}) == len(known().all)
