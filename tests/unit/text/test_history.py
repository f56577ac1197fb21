"""The history in words: nothing is rounded to its advantage, and what others wrote stays one line."""

from msgspec import structs

from trayapp.core.incident.incident import Incident, IncidentStage
from trayapp.core.journal.batch import By, Switched
from trayapp.core.journal.history import History, LocalAnswers, Month
from trayapp.core.switching.route import To
from trayapp.text.history import lines

AT = 1_770_156_000.0
NAMES = {"openai": "OpenAI", "openai-api": "OpenAI API"}
MONTH = Month("openai-api", "2026-02", 86_400.0, 0.0, 0.0, 0.0, 0.0, 0.0, 9, 0, None, None, None, None)
INCIDENT = Incident(
    "openai-1", "openai", ("openai-api",), (), IncidentStage.OVER, AT, title="Elevated Error Rates",
    ended_from=AT + 11_940, ended_at=AT + 11_940,
)  # fmt: skip


def said(**parts: object) -> str:
    return "\n".join(lines(structs.replace(History(), **parts), NAMES))


def test_an_outage_is_never_rounded_away() -> None:
    assert "2026-02: up 100.00 % of 1 d\n" in said(months=(MONTH,)) + "\n"
    short = structs.replace(MONTH, up_s=2_000_000.0, down_s=3.0)
    assert "up 99.99 % of 23 d 3 h, down 3 s" in said(months=(short,))


def test_what_does_not_count_is_named() -> None:
    month = structs.replace(MONTH, impaired_s=600.0, unknown_s=120.0, offline_s=3600.0, unwatched_s=59.0)
    told = said(months=(month,))
    assert "impaired 10 min" in told
    assert "not counted: own network away 1 h, could not tell 2 min" in told
    assert "nothing observed" in said(months=(structs.replace(MONTH, up_s=0.0, unwatched_s=9e9),))


def test_delays_are_told_where_there_are_any() -> None:
    month = structs.replace(MONTH, answer_p50_s=0.004, answer_p95_s=0.71, first_token_p50_s=1.2, first_token_p95_s=14.0)
    told = said(months=(month,))
    assert "answers: half at once, 95 % in 0.7 s" in told
    assert "first token: half in 1.2 s, 95 % in 14 s" in told
    few = said(months=(structs.replace(month, first_token_p95_s=None),))
    assert few.endswith("first token: half in 1.2 s")


def test_an_incident_has_length_and_cause() -> None:
    assert "OpenAI API: Elevated Error Rates (3 h 19 min). Cause not stated." in said(incidents=(INCIDENT,))
    caused = structs.replace(INCIDENT, cause="A bad\ndeployment.", title="<b>x</b>\x1b[31m" + "y" * 500)
    told = said(incidents=(caused,))
    assert "Cause: A bad deployment." in told
    assert "\x1b" not in told
    assert max(map(len, told.split("\n"))) < 250


def test_an_end_that_nobody_saw_lies_between_two_times() -> None:
    told = said(incidents=(structs.replace(INCIDENT, ended_from=AT + 3600, ended_at=AT + 7200),))
    assert "(1 h to 2 h)" in told
    unseen = structs.replace(INCIDENT, ended_at=None, ended_from=None)
    assert "(end not seen). Cause not stated." in said(incidents=(unseen,))
    assert "(2 h at least, end not seen)" in said(incidents=(structs.replace(unseen, ended_from=AT + 7200),))
    assert "(" not in said(incidents=(structs.replace(unseen, stage=IncidentStage.OPEN),)).split("\n")[-1]


def test_switches_and_local_answers() -> None:
    told = said(
        switches=(
            Switched(AT, "openai", To.LOCAL, By.ITSELF, "failures"),
            Switched(AT + 60, "openai", To.CLOUD, By.HAND, "back_home", 1),
        ),
        local_answers=(LocalAnswers("2026-02-03", "openai", 12),),
    )
    assert "OpenAI to the local LLM, by itself" in told
    assert "OpenAI to the cloud, by hand, 1 request answered locally" in told
    assert "2026-02-03  OpenAI: 12 requests" in told


def test_gaps_are_said_and_emptiness_too() -> None:
    assert said(lost_days=("2026-02-03",)).startswith("Lost by damage to the file, in part: 2026-02-03.")
    days = tuple(f"2026-02-{day:02}" for day in range(1, 10))
    assert "2026-02-07 and 2 more days." in said(lost_days=days)
    assert said(lost_undated=True).startswith("The file is damaged")
    assert said() == "There is no history yet: it grows while LLM Ampel is running."
    # Of a service or a time of which nothing is known there may be one all the same.
    (narrowed,) = lines(History(), {}, narrowed=True)
    assert narrowed == "Nothing of that was seen. All that there is shows: llm-ampel history"
