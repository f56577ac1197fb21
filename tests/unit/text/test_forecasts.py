"""How long it may still take, in both languages."""

import msgspec
import pytest

from tests.support.snapshots import snapshot
from tests.support.states import down
from trayapp.core.incident.forecast import Basis, Forecast
from trayapp.text import forecasts, sentences
from trayapp.text.language import set_language

OWN = Forecast(Basis.PROVIDER, 57, 57, 40 * 60.0, 60 * 60.0, 90 * 60.0)
LONGER = msgspec.structs.replace(OWN, median_s=7200.0)
IDS = ("chatgpt", "openai-api")
HALF = "Half of such outages end 40 min to 1 h 30 min from now, a quarter sooner, a quarter later"
HAELFTE = "Die Hälfte solcher Ausfälle endet in 40 Min. bis 1 Std. 30 Min., ein Viertel früher, ein Viertel später"


@pytest.mark.parametrize(
    ("changes", "english", "german"),
    [
        (
            {},
            [f"{HALF} (from 57 past outages)."],
            [f"{HAELFTE} (aus 57 früheren Ausfällen)."],
        ),
        ({"alike": 52}, [f"{HALF} (from 57 past outages)."], [f"{HAELFTE} (aus 57 früheren Ausfällen)."]),
        (
            {"alike": 40},
            [f"{HALF} (from 57 past outages, 40 of which took this long)."],
            [f"{HAELFTE} (aus 57 früheren Ausfällen, von denen 40 so lange dauerten)."],
        ),
        (
            {"basis": Basis.COMPONENT, "again": 0.0},
            [
                f"{HALF} (from 57 past outages of the same part).",
                "Hardly ever does another follow within a day.",
            ],
            [
                f"{HAELFTE} (aus 57 früheren Ausfällen desselben Teils).",
                "Kaum je folgt binnen eines Tages ein weiterer.",
            ],
        ),
        (
            {"basis": Basis.PUBLISHED, "outages": 417, "alike": 417, "again": 0.4},
            [
                f"{HALF} (from 417 published outages of AI services, until 2024).",
                "In 4 of 10 cases another follows within a day.",
            ],
            [
                f"{HAELFTE} (aus 417 veröffentlichten Ausfällen von KI-Diensten, bis 2024).",
                "In 4 von 10 Fällen folgt binnen eines Tages ein weiterer.",
            ],
        ),
    ],
)
def test_what_a_row_says(changes: dict[str, object], english: list[str], german: list[str]) -> None:
    s = down(forecasts={"chatgpt": msgspec.structs.replace(OWN, **changes)})
    chat, api = s.judgement.services[:2]
    assert list(forecasts.lines(chat, s)) == english
    assert forecasts.lines(api, s) == ()
    set_language("de")
    assert list(forecasts.lines(chat, s)) == german


def test_all_of_it_by_the_one_that_takes_longest() -> None:
    s = down(forecasts=dict(zip(IDS, (OWN, LONGER), strict=True)))
    assert sentences.subline(s).endswith("Half of such outages end within 2 h from now.")
    set_language("de")
    assert sentences.subline(s).endswith("Die Hälfte solcher Ausfälle ist in 2 Std. vorbei.")


@pytest.mark.parametrize("known", [{}, {"chatgpt": OWN}])
def test_nothing_is_said_of_all_where_one_is_not_known(known: dict[str, Forecast]) -> None:
    s = down(forecasts=known)
    assert "Half of" not in sentences.subline(s)
    assert sentences.subline(snapshot(forecasts=known)) == sentences.subline(snapshot())
