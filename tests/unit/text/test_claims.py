"""What may be said of what is red, in both languages."""

import pytest

from trayapp.core.light.claim import Claim, ClaimKind
from trayapp.text import claims
from trayapp.text.language import LANGUAGES, set_language

DOWN = [
    (Claim(ClaimKind.NOT_YOU), "X is down. It is not you.", "X gestört. Es liegt nicht an dir."),
    (Claim(ClaimKind.EDGE, 502), "X's edge answers 502 here.", "Der vorgelagerte Server von X antwortet hier mit 502."),
    (Claim(ClaimKind.ERRORS, 502), "X answers 502 here.", "X antwortet hier mit 502."),
    (Claim(ClaimKind.ERRORS), "X answers with errors here.", "X antwortet hier mit Fehlern."),
    (Claim(ClaimKind.REFUSED), "X refuses what it accepted.", "X lehnt Angenommenes ab."),
    (
        Claim(ClaimKind.SILENT),
        "X does not answer from here; your connection reaches other hosts.",
        "X antwortet von hier aus nicht; deine Verbindung erreicht andere.",
    ),
    (Claim(ClaimKind.NONE), "X is down.", "X gestört."),
]


@pytest.mark.parametrize(("claim", "english", "german"), DOWN, ids=[row[0].kind for row in DOWN])
def test_one_service(claim: Claim, english: str, german: str) -> None:
    said = []
    for code in LANGUAGES:
        set_language(code)
        said.append(claims.down("X", 1, claim))
        assert ("not you" in claims.in_short(claim)) is (code == "en" and claim.kind is ClaimKind.NOT_YOU)
    assert said == [english, german]


def test_several_and_again() -> None:
    assert claims.down("X and Y", 2, Claim(ClaimKind.EDGE, 500)) == "The edges of X and Y answer 500 here."
    assert claims.down("X", 1, Claim(ClaimKind.NOT_YOU), again=True) == "X is down again. It is not you."
    assert claims.down("X", 1, Claim(ClaimKind.NONE), again=True) == "X is down again."


def test_together() -> None:
    assert claims.down_together("X and Y", Claim(ClaimKind.NOT_YOU)).endswith("It is not you.")
    assert claims.down_together("X and Y", Claim(ClaimKind.EDGE, 500)) == "X and Y are down at the same time."
