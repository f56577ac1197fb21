"""The tone of the banners, word for word in both languages, and their limits whatever is put into them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.support.newsdesk import DEGRADED, GREEN, RECOVERING, RED, START, Desk, because
from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.incident.forecast import Basis, Forecast
from trayapp.core.incident.incident import IncidentStage
from trayapp.core.light.reasons import Code
from trayapp.core.light.severity import Finding
from trayapp.core.notify.banner import Banner, BannerStage, Button
from trayapp.core.switching.route import Until
from trayapp.errors import Param
from trayapp.text.banners import BODY_MAX, TITLE_MAX, words
from trayapp.text.language import language, set_language

BOTH = ("chatgpt", "openai-api")
AT_22_04 = datetime(2026, 2, 3, 21, 4, tzinfo=UTC).timestamp()


def wall(at: float) -> datetime:
    """The playbook's incidents begin a minute before its start, at 22:04."""
    return datetime.fromtimestamp(at - START + 60 + AT_22_04, UTC)


def said(banner: Banner) -> tuple[str, str]:
    found = words(banner, wall=wall)
    return found.title, found.body


def _minutes(hours: int, minutes: int) -> float:
    """Minutes of the playbook at so long after 22:04."""
    return hours * 60 + minutes - 1


@pytest.fixture
def night() -> Desk:
    """OpenAI is down; nobody else is watched, so that nothing but the tone is said."""
    desk = Desk()
    desk.set(RED, "chatgpt", hurt=("chat", "login", "history"), **because(Code.FAILURES, failed=3, tries=3))
    desk.set(RED, "openai-api", **because(Code.FAILURES, failed=3, tries=3))
    desk.set((desk.lights["claude"][0].GREY, Finding.NO_EVIDENCE), "claude", "claude-api")
    desk.incident(*BOTH)
    return desk


TONE: dict[tuple[BannerStage, str], tuple[str, str]] = {
    (BannerStage.DOWN, "en"): (
        "ChatGPT and OpenAI API are down. It is not you.",
        "Errors since 22:04. OpenAI has not commented. No need to reload: I will tell you when it works.",
    ),
    (BannerStage.DOWN, "de"): (
        "ChatGPT und OpenAI-API gestört. Es liegt nicht an dir.",
        "Fehler seit 22:04. OpenAI schweigt noch. Neuladen hilft nicht, ich melde mich, sobald es wieder geht.",
    ),
    (BannerStage.CONFIRMED, "en"): (
        "OpenAI confirms: Elevated Error Rates",
        "Down 18 min, cause not stated. Half of such outages end within 50 min from now.",
    ),
    (BannerStage.CONFIRMED, "de"): (
        "OpenAI bestätigt: „Elevated Error Rates“",
        "Seit 18 Min. gestört, Ursache ungenannt. Die Hälfte solcher Ausfälle ist in 50 Min. vorbei.",
    ),
    (BannerStage.PARTLY_BACK, "en"): (
        "ChatGPT is back, the OpenAI API is not",
        "Website, chats and projects load again. The API has been failing for 1 h 28 min.",
    ),
    (BannerStage.PARTLY_BACK, "de"): (
        "ChatGPT geht wieder, die OpenAI-API noch nicht",
        "Website, Chats und Projekte laden. Die API ist seit 1 Std. 28 Min. gestört.",
    ),
    (BannerStage.OVER, "en"): (
        "All clear: OpenAI is back after 3 h 19 min",
        "Cause not stated. 2 tools still local.",
    ),
    (BannerStage.OVER, "de"): (
        "Entwarnung: OpenAI läuft wieder, nach 3 Std. 19 Min.",
        "Ursache ungenannt. 2 Tools noch lokal.",
    ),
}


def _half_over_in(minutes: int) -> Forecast:
    return Forecast(Basis.PROVIDER, 57, 40, 60.0, 60.0 * minutes, 7200.0)


def test_the_tone_of_the_night(night: Desk, spoken: str) -> None:
    told = {BannerStage.DOWN: night.banner(0, BannerStage.DOWN)}
    night.incident(*BOTH, title="Elevated Error Rates")
    night.forecasts = {"chatgpt": _half_over_in(40), "openai-api": _half_over_in(50), "claude": _half_over_in(90)}
    told[BannerStage.CONFIRMED] = night.banner(_minutes(0, 18), BannerStage.CONFIRMED)
    night.set(RECOVERING, "chatgpt")
    night.incident(*BOTH, title="Elevated Error Rates", stage=IncidentStage.PARTLY_BACK)
    told[BannerStage.PARTLY_BACK] = night.banner(_minutes(1, 28), BannerStage.PARTLY_BACK)
    night.set(GREEN, *BOTH)
    night.local("openai")
    night.tools = 2
    ended = START + _minutes(3, 19) * 60
    night.over(ended_from=ended, ended_at=ended)
    told[BannerStage.OVER] = night.banner(_minutes(3, 29), BannerStage.OVER)
    for stage, banner in told.items():
        assert said(banner) == TONE[stage, spoken]
    over = words(told[BannerStage.OVER], wall=wall).buttons
    assert over == (
        (("back_to_cloud", "Back to cloud"), ("stay_local", "Stay local"))
        if spoken == "en"
        else (("back_to_cloud", "Zurück zur Cloud"), ("stay_local", "Lokal bleiben"))
    )


def test_how_long_it_takes_is_not_told_where_one_of_them_is_not_known(night: Desk) -> None:
    night.forecasts = {"chatgpt": _half_over_in(40)}
    night.banner(0, BannerStage.DOWN)
    night.incident(*BOTH, title="Elevated Error Rates")
    assert said(night.banner(_minutes(0, 18), BannerStage.CONFIRMED))[1] == "Down 18 min, cause not stated."


def _switched(**params: Param) -> Banner:
    return Banner("switch", BannerStage.SWITCHED, START, services=("OpenAI",), provider="openai", params=params)


def test_the_tone_of_the_switch() -> None:
    banner = _switched(model="qwen3:8b", tools=2, until=Until.BACK)
    assert said(banner) == (
        "Working locally with qwen3:8b",
        "2 tools moved until OpenAI is back. Smaller model: check its answers.",
    )
    set_language("de")
    assert said(banner) == (
        "Du arbeitest jetzt lokal mit qwen3:8b",
        "2 Tools umgestellt, bis OpenAI wieder läuft. Kleineres Modell: Antworten prüfen.",
    )


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ({"tools": 1, "until": Until.BACK}, "1 tool moved until OpenAI is back."),
        ({"tools": 2, "until": Until.CHANGED}, "2 tools moved until you change it."),
        ({"tools": 0, "until": Until.BACK}, "No tool is set up yet: use the chat window."),
    ],
)
def test_switched(params: dict[str, Param], body: str) -> None:
    assert said(_switched(model="m", **params))[1] == f"{body} Smaller model: check its answers."


def test_switch_failed_says_why_and_that_nothing_changed() -> None:
    params: dict[str, Param] = {"code": "port_in_use", "port": 17502}
    title, body = said(Banner("switch", BannerStage.SWITCH_FAILED, START, services=("OpenAI",), params=params))
    assert title == "Not switched: Port 17502 is taken"
    assert body.startswith("Another program listens on port 17502.")
    assert body.endswith("Nothing was changed.")


@pytest.mark.parametrize(
    ("params", "body"),
    [
        ({"tools": 2, "answered": 14}, "2 tools moved home. 14 requests were answered locally."),
        ({"tools": 1, "answered": 1}, "1 tool moved home. 1 request was answered locally."),
        ({"tools": 0, "answered": 0}, "Nothing was answered locally."),
    ],
)
def test_home(params: dict[str, Param], body: str) -> None:
    banner = Banner("switch", BannerStage.HOME, START, services=("OpenAI", "Anthropic"), params=params)
    assert said(banner) == ("Back in the cloud with OpenAI and Anthropic", body)


@pytest.mark.parametrize(
    ("given", "body"),
    [
        ({"title": "Login fails."}, "Errors since 22:04. OpenAI confirms: “Login fails”. No need"),
        ({"page": False}, "Errors since 22:04. No need to reload"),
        ({"shown": True}, "Errors since 22:04. OpenAI's page shows it, without a comment."),
        ({"shown": True, "title": "Login fails"}, "Errors since 22:04. OpenAI confirms: “Login fails”."),
        ({"seen": False, "title": "T"}, "Reported since 22:04. OpenAI confirms: “T”."),
    ],
)
def test_down(given: dict[str, Param], body: str) -> None:
    params: dict[str, Param] = {"since": START - 60, "seen": True, "page": True, "claim": "not_you", **given}
    banner = Banner("i1", BannerStage.DOWN, START, services=("ChatGPT",), providers=("OpenAI",), params=params)
    assert said(banner)[0] == "ChatGPT is down. It is not you."
    assert said(banner)[1].startswith(body)


def test_down_again() -> None:
    banner = Banner("i1", BannerStage.DOWN, START, services=("ChatGPT",), params={"again": True, "claim": "not_you"})
    assert said(banner)[0] == "ChatGPT is down again. It is not you."


@pytest.mark.parametrize(
    ("given", "title"),
    [
        ({}, "ChatGPT is down."),
        ({"claim": "none", "again": True}, "ChatGPT is down again."),
        ({"claim": "edge", "status": 502}, "ChatGPT's edge answers 502 here."),
        ({"claim": "silent"}, "ChatGPT does not answer from here; your connection reaches other hosts."),
        ({"claim": "refused", "again": True}, "ChatGPT refuses what it accepted."),
    ],
)
def test_no_more_is_claimed_than_is_shown(given: dict[str, Param], title: str) -> None:
    assert said(Banner("i1", BannerStage.DOWN, START, services=("ChatGPT",), params=given))[0] == title


def test_beside_what_is_down_stands_what_works(night: Desk) -> None:
    night.set(GREEN, "claude", "claude-api")
    assert said(night.banner(0, BannerStage.DOWN))[1].endswith(
        " Works: Claude and Claude API. No need to reload: I will tell you when it works."
    )


def test_several_providers_at_once_are_all_named() -> None:
    banner = Banner("s", BannerStage.DOWN, START, services=("ChatGPT", "Claude", "Gemini"),
                    providers=("OpenAI", "Anthropic", "Google"),
                    params={"since": START, "claim": "not_you"})  # fmt: skip
    title, body = said(banner)
    assert title == "OpenAI, Anthropic and Google are down at the same time. It is not you."
    assert "Your connection is fine." in body


def test_a_cause_is_told_as_it_was_stated() -> None:
    banner = Banner("i", BannerStage.CONFIRMED, START, providers=("OpenAI",),
                    params={"since": START - 60, "title": "T", "cause": "A broken cable."})  # fmt: skip
    assert said(banner) == ("OpenAI confirms: T", "Down 1 min. Cause: A broken cable.")


def test_a_confirmation_without_a_title() -> None:
    banner = Banner("i", BannerStage.CONFIRMED, START, providers=("OpenAI",), params={"since": START - 60})
    assert said(banner)[0] == "OpenAI confirms an outage"


@pytest.mark.parametrize(
    ("back", "still", "english", "german"),
    [
        (("A",), ("B", "C"), "A is back, B and C are not", "A geht wieder, B und C noch nicht"),
        (("A", "B"), ("C",), "A and B are back, C is not", "A und B gehen wieder, C noch nicht"),
        (("A", "B"), ("C", "D"), "A and B are back, C and D are not", "A und B gehen wieder, C und D noch nicht"),
    ],
)
def test_partly_back(back: tuple[str, ...], still: tuple[str, ...], english: str, german: str) -> None:
    banner = Banner("i", BannerStage.PARTLY_BACK, START, services=still, back=back, params={"since": START - 60})
    assert said(banner)[0] == english
    set_language("de")
    assert said(banner)[0] == german


def test_partly_back_while_the_rest_is_in_lesser_trouble() -> None:
    banner = Banner("i", BannerStage.PARTLY_BACK, START, services=("OpenAI API",), back=("ChatGPT",),
                    parts=("chat",), params={"since": START - 600, "finding": "degraded"})  # fmt: skip
    title, body = said(banner)
    assert title == "ChatGPT is back; OpenAI API has trouble"
    assert body.startswith("Chats load again. Since ")
    set_language("de")
    assert said(banner)[0] == "ChatGPT geht wieder; OpenAI-API hat Probleme"


def test_parts_without_everyday_words_are_not_listed() -> None:
    banner = Banner("i", BannerStage.PARTLY_BACK, START, services=("My tool",), back=("OpenAI API",),
                    parts=("responses",), params={"since": START - 60})  # fmt: skip
    assert said(banner)[1] == "My tool has been failing for 1 min."


def test_over_of_one_service_of_several(night: Desk) -> None:
    night.incident("chatgpt")
    night.news(0)
    night.set(GREEN, *BOTH)
    night.over(ended_from=START, ended_at=START + 540, cause="A broken cable")
    assert said(night.banner(20, BannerStage.OVER)) == (
        "All clear: ChatGPT is back",
        "It ended between 22:05 and 22:14. Cause: A broken cable.",
    )


def test_over_tells_what_was_answered_locally() -> None:
    params: dict[str, Param] = {"local": True, "tools": 0, "answered": 14}
    banner = Banner("i", BannerStage.OVER, START, providers=("OpenAI",), params=params)
    assert said(banner) == (
        "All clear: OpenAI is back",
        "Cause not stated. You still work locally. 14 requests were answered locally.",
    )


MOVED: dict[str, Param] = {"code": "http_503", "model": "qwen3:8b", "every": True}


@pytest.mark.parametrize(
    ("stage", "params", "english", "german"),
    [
        (
            BannerStage.MOVED,
            MOVED,
            (
                "OpenAI fails, your tools go on locally",
                "It failed: 503, they are overloaded or switched off. Their requests are answered by qwen3:8b until"
                " OpenAI is back. Smaller model: check its answers.",
            ),
            (
                "OpenAI fällt aus, deine Tools arbeiten lokal weiter",
                "Fehler: 503, sie sind überlastet oder abgeschaltet. Ihre Anfragen gehen zu qwen3:8b, bis OpenAI"
                " wieder da ist. Kleineres Modell: Antworten prüfen.",
            ),
        ),
        (
            BannerStage.MOVED,
            MOVED | {"every": False, "code": "timeout", "model": None},
            (
                "OpenAI failed, a request was answered locally",
                "It failed: no answer in time. The answer came from your local model; the next request tries OpenAI"
                " again. Smaller model: check its answers.",
            ),
            (
                "OpenAI ist gescheitert, eine Anfrage wurde lokal beantwortet",
                "Fehler: keine rechtzeitige Antwort. Die Antwort kam von deinem lokalen Modell; die nächste"
                " Anfrage geht wieder an OpenAI. Kleineres Modell: Antworten prüfen.",
            ),
        ),
        (
            BannerStage.RETURNED,
            {"code": "back", "answered": 14},
            ("OpenAI answers again, tools are back in the cloud", "14 requests were answered locally."),
            ("OpenAI antwortet wieder, Tools zurück in der Cloud", "14 Anfragen wurden lokal beantwortet."),
        ),
        (
            BannerStage.RETURNED,
            {"code": "disturbed", "answered": 0},
            (
                "OpenAI is tried again",
                "This computer woke up or changed networks, so what failed before says nothing. Nothing was answered"
                " locally.",
            ),
            (
                "OpenAI wird wieder versucht",
                "Der Rechner ist aufgewacht oder hat das Netz gewechselt; was vorher fehlschlug, sagt nichts mehr."
                " Lokal wurde nichts beantwortet.",
            ),
        ),
        (
            BannerStage.HOME,
            {"tools": 1, "answered": 3, "held": True},
            (
                "Back in the cloud with OpenAI",
                "1 tool moved home. 3 requests were answered locally. It stays there until it is well, whatever fails.",
            ),
            (
                "Zurück in der Cloud: OpenAI",
                "1 Tool zurückgestellt. 3 Anfragen wurden lokal beantwortet. Dabei bleibt es, was auch fehlschlägt,"
                " bis alles wieder läuft.",
            ),
        ),
    ],
)
def test_what_moved_by_itself(
    stage: BannerStage, params: dict[str, Param], english: tuple[str, str], german: tuple[str, str]
) -> None:
    banner = Banner("auto:openai", stage, START, services=("OpenAI",), provider="openai", params=params)
    assert said(banner) == english
    set_language("de")
    assert said(banner) == german


@pytest.mark.parametrize(("code", "why"), [("failures", "Three requests in a row failed."), ("red", "It is down, and")])
def test_what_moved_because_of_others(code: str, why: str) -> None:
    assert said(Banner("auto:openai", BannerStage.MOVED, START, params=MOVED | {"code": code}))[1].startswith(why)


def test_recovering(night: Desk) -> None:
    night.news(0)
    night.set(RECOVERING, *BOTH)
    night.incident(*BOTH, stage=IncidentStage.RECOVERING, back_at=START + _minutes(3, 19) * 60)
    assert said(night.banner(_minutes(3, 21), BannerStage.RECOVERING)) == (
        "ChatGPT and OpenAI API work again, still watching",
        "It took 3 h 19 min. The all-clear comes after ten quiet minutes.",
    )


@pytest.mark.parametrize(
    ("waits", "all_clear"),
    [({}, ""), ({"waits": True}, " The all-clear follows once it is certain.")],
)
def test_no_all_clear_is_promised_that_does_not_come_then(waits: dict[str, Param], all_clear: str) -> None:
    params: dict[str, Param] = {"since": START, "ended_at": START + 600, **waits}
    banner = Banner("i", BannerStage.RECOVERING, START, services=("ChatGPT",), providers=("OpenAI",), params=params)
    assert said(banner) == ("ChatGPT works again, still watching", f"It took 10 min.{all_clear}")


@pytest.mark.parametrize(
    ("ended_from", "body"),
    [
        (START + 600, "It took 10 min. Cause not stated."),
        (START, "It ended between 22:05 and 22:15. Cause not stated."),
    ],
)
def test_what_was_never_away_is_not_back(ended_from: float, body: str) -> None:
    params: dict[str, Param] = {"since": START, "ended_from": ended_from, "ended_at": START + 600, "steady": True}
    banner = Banner("i", BannerStage.OVER, START, services=("ChatGPT",), params=params)
    assert said(banner) == ("ChatGPT works steadily again", body)


@pytest.mark.parametrize(
    ("finding", "title"),
    [
        (Finding.DEGRADED, "ChatGPT has trouble"),
        (Finding.SLOW, "ChatGPT is slow"),
        (Finding.MAINTENANCE, "ChatGPT is under maintenance"),
        (Finding.REPORTED_ONLY, "OpenAI reports trouble: ChatGPT"),
    ],
)
def test_yellow(finding: Finding, title: str) -> None:
    desk = Desk()
    desk.set((DEGRADED[0], finding), "chatgpt")
    desk.incident("chatgpt", title="T")
    desk.news(0)
    found = said(desk.banner(5, BannerStage.YELLOW))
    assert found[0] == title
    assert found[1].startswith("Since 22:04, 6 min. OpenAI says: “T”.")


def test_flapping_says_that_it_is_said_once() -> None:
    banner = Banner("i", BannerStage.FLAPPING, START, services=("ChatGPT",))
    assert said(banner) == ("ChatGPT comes and goes", "I say this once and tell you how it ends.")


def test_every_button_has_words(spoken: str) -> None:
    banner = Banner("i", BannerStage.FLAPPING, START, buttons=tuple(Button))
    found = dict(words(banner, wall=wall).buttons)
    assert list(found) == [str(one) for one in Button]
    assert len(set(found.values())) == len(Button)


NAMES = st.lists(st.text(min_size=1, max_size=80), max_size=8).map(tuple)
REMOTE = st.text(max_size=300) | st.sampled_from(["{title}" * 30, "\u202e" * 99, "W" * 5000, "<b>x</b> & {0} %s"])


@given(
    stage=st.sampled_from(BannerStage),
    services=NAMES,
    providers=NAMES,
    working=NAMES,
    back=NAMES,
    title=REMOTE,
    cause=REMOTE,
    since=st.floats(-1e8, 0),
    more=st.fixed_dictionaries({}, optional={"tools": st.integers(0, 99), "local": st.just(True),
                                             "again": st.just(True), "ended_at": st.floats(0, 1e8),
                                             "ended_from": st.floats(-1e8, 0), "answered": st.integers(0, 10**9),
                                             "every": st.booleans(),
                                             "code": REMOTE | st.sampled_from(["http_503", "red"]),
                                             "model": REMOTE, "finding": st.sampled_from(Finding)}),
    code=st.sampled_from(["en", "de"]),
)  # fmt: skip
def test_limits_hold_whatever_is_put_in(
    stage: BannerStage,
    services: tuple[str, ...],
    providers: tuple[str, ...],
    working: tuple[str, ...],
    back: tuple[str, ...],
    title: str,
    cause: str,
    since: float,
    more: dict[str, Any],
    code: str,
) -> None:
    before = language()
    set_language(code)
    params = {"since": START + since, "title": title, "cause": cause, "model": title, **more}
    banner = Banner("k", stage, START, services=services, providers=providers, working=working, back=back,
                    params=params)  # fmt: skip
    found = words(banner, wall=lambda at: datetime.fromtimestamp(at, UTC))
    set_language(before)
    assert 0 < len(found.title) <= TITLE_MAX
    assert len(found.body) <= BODY_MAX
    assert not any(ch in found.title + found.body for ch in "\n\t\x1b\u202e\u200b")


SILENCE = {
    "en": (
        "Errors since 22:04. OpenAI has said nothing about it for 1 h 10 min. "
        "No need to reload: I will tell you when it works.",
        "Down 3 h, cause not stated. No update from OpenAI for 1 h 15 min.",
        "Down 3 h 5 min, cause not stated. OpenAI now says: “We have found the cause and are rolling it back”.",
        ("OpenAI has named the cause", "Cause: A bad deploy. The outage of OpenAI from 22:04 on lasted 3 h 19 min."),
    ),
    "de": (
        "Fehler seit 22:04. OpenAI schweigt dazu seit 1 Std. 10 Min. "
        "Neuladen hilft nicht, ich melde mich, sobald es wieder geht.",
        "Seit 3 Std. gestört, Ursache ungenannt. Seit 1 Std. 15 Min. nichts Neues von OpenAI.",
        "Seit 3 Std. 5 Min. gestört, Ursache ungenannt. "
        "OpenAI sagt jetzt: „We have found the cause and are rolling it back“.",
        (
            "OpenAI hat die Ursache genannt",
            "Ursache: A bad deploy. Die Störung von OpenAI ab 22:04 dauerte 3 Std. 19 Min.",
        ),
    ),
}


def test_the_tone_of_silence(night: Desk, spoken: str) -> None:
    silent, still, word, cause = SILENCE[spoken]
    night.banner(0, BannerStage.DOWN)
    night.incident(*BOTH, silent_since=START - 60)
    assert said(night.banner(_minutes(1, 10), BannerStage.DOWN))[1] == silent
    heard_at = START + 60 * _minutes(1, 45)
    night.incident(*BOTH, title="Elevated Error Rates", word_at=heard_at)
    night.banner(_minutes(1, 45), BannerStage.CONFIRMED)
    night.incident(*BOTH, title="Elevated Error Rates", word_at=heard_at, silent_since=heard_at)
    assert said(night.banner(_minutes(3, 0), BannerStage.CONFIRMED))[1] == still
    update = PageUpdate(heard_at + 4700, PageStage.IDENTIFIED, "We have found the cause and are rolling it back.")
    night.incident(*BOTH, title="Elevated Error Rates", word_at=update.at, updates=(update,))
    assert said(night.banner(_minutes(3, 5), BannerStage.CONFIRMED))[1] == word
    night.set(GREEN, *BOTH)
    ended = START + _minutes(3, 19) * 60
    night.over(ended_from=ended, ended_at=ended)
    night.banner(_minutes(3, 29), BannerStage.OVER)
    night.over(cause="A bad deploy.")
    assert said(night.banner(_minutes(3, 30), BannerStage.CAUSE)) == cause
