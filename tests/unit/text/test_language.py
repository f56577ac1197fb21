"""The chosen language, and filling gaps with text that nobody controls."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from trayapp.text.labels import MenuLabels
from trayapp.text.language import _, fill, language, locale_language, ngettext, set_language, speaking

VARIABLES = ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.mark.parametrize(
    ("environment", "code"),
    [
        ({}, "en"),
        ({"LANG": "de_DE.UTF-8"}, "de"),
        ({"LANG": "de_AT@euro"}, "de"),
        ({"LANG": "de"}, "de"),
        ({"LANG": "C"}, "en"),
        ({"LANG": "POSIX"}, "en"),
        ({"LANG": "fr_FR.UTF-8"}, "en"),
        ({"LANG": "en_GB.UTF-8", "LC_MESSAGES": "de_DE.UTF-8"}, "de"),
        ({"LC_MESSAGES": "de_DE.UTF-8", "LC_ALL": "en_US.UTF-8"}, "en"),
        ({"LANG": "en_US.UTF-8", "LANGUAGE": "de:en"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "en:de"}, "en"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": "fr:de:en"}, "de"),
        ({"LANG": "de_DE.UTF-8", "LANGUAGE": ""}, "de"),
        ({"LANG": "C", "LANGUAGE": "de"}, "de"),
        ({"LANG": "desktop"}, "en"),
    ],
)
def test_auto_follows_the_environment(environment: dict[str, str], code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert locale_language() == code
    set_language("auto")
    assert language() == code


@pytest.mark.parametrize("code", ["fr", "", "de_DE", "../de"])
def test_a_language_we_do_not_speak_is_an_error(code: str) -> None:
    with pytest.raises(ValueError, match=repr(code)):
        set_language(code)


def test_changing_the_language_changes_everything_at_once() -> None:
    assert MenuLabels.quit == "Quit"
    assert _("Everything works.") == "Everything works."
    set_language("de")
    assert MenuLabels.quit == "Beenden"
    assert _("Everything works.") == "Alles läuft."
    set_language("en")
    assert MenuLabels.quit == "Quit"


def test_somebody_who_asked_is_spoken_to_in_their_language_and_nobody_else() -> None:
    with speaking("de"):
        assert (language(), MenuLabels.quit, ngettext("{n} tool moved.", "{n} tools moved.", 1)) == (
            "de",
            "Beenden",
            "1 Tool umgestellt.",
        )
        with ThreadPoolExecutor(1) as pool:
            assert pool.submit(language).result() == "en", "another thread goes on as it was"
        with speaking("tlh"):
            assert language() == "de"
        with speaking("en"):
            assert MenuLabels.quit == "Quit"
        assert MenuLabels.quit == "Beenden"
    assert (language(), MenuLabels.quit) == ("en", "Quit")


@pytest.mark.parametrize(
    ("template", "gaps", "filled"),
    [
        ("{a} and {b}", {"a": "{b}", "b": "{a}"}, "{b} and {a}"),
        ("{a}", {"a": "{0} {} {a.__class__} %s %(a)s"}, "{0} {} {a.__class__} %s %(a)s"),
        ("{a} {missing}", {"a": 1}, "1 {missing}"),
        ("100 % of {a}", {"a": 3}, "100 % of 3"),
        ("Since {a}.", {"a": "18 Min."}, "Since 18 Min."),
        ("Since {a}.", {"a": "18 min"}, "Since 18 min."),
        ("{a}. {b}.", {"a": "Really?", "b": "Yes…"}, "Really? Yes…"),
        ("{self} {template}", {"self": 1, "template": 2}, "1 2"),
    ],
)
def test_what_fills_a_gap_is_never_a_template(template: str, gaps: dict[str, object], filled: str) -> None:
    assert fill(template, **gaps) == filled


def test_numbers_choose_the_form() -> None:
    one, many = "{n} tool moved.", "{n} tools moved."
    assert [ngettext(one, many, n) for n in (0, 1, 2)] == ["0 tools moved.", "1 tool moved.", "2 tools moved."]
    set_language("de")
    assert [ngettext(one, many, n) for n in (0, 1, 2)] == [
        "0 Tools umgestellt.",
        "1 Tool umgestellt.",
        "2 Tools umgestellt.",
    ]
