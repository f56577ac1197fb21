"""Rule 10, as a table: parts in, a service out."""

import pytest
from msgspec import structs

from trayapp.core.evidence.observation import Source
from trayapp.core.light.component import ComponentView
from trayapp.core.light.reasons import SEPARATOR, Code, Reason
from trayapp.core.light.service import Whole, whole
from trayapp.core.light.severity import Confidence, Finding, Light
from trayapp.core.light.verdicts import ComponentVerdict

LIGHTS = {
    "ok": Light.GREEN, "down": Light.RED, "no_evidence": Light.GREY, "starting": Light.GREY, "own_network": Light.GREY,
    "blocked": Light.GREY,
}  # fmt: skip


def part(said: str, number: int = 0, *, confidence: Confidence | None = None, code: str | None = None) -> ComponentView:
    """`finding`, in capitals when it is a main part, with `!` when the page calls it partly out or worse, with `?` when
    nobody says anything of it."""
    name = said.strip("!?").lower()
    finding = Finding(name)
    light = LIGHTS.get(name, Light.YELLOW)
    reason = Reason(code or f"code_{name}", Source.PAGE, 0.0)
    verdict = ComponentVerdict(
        f"p{number}", f"P{number}", said[:2].isupper(), light, finding, 10.0 * number, True, (reason,)
    )
    return ComponentView(verdict, confidence, frozenset({f"id-{number}"} if "!" in said else ()), untold="?" in said)


def made(parts: str) -> Whole:
    return whole([part(said, number) for number, said in enumerate(parts.split())], 100.0)


MANY_OK = " ok" * 20

TABLE = [
    ("OK ok ok", "green ok", "all well"),
    ("DOWN! ok ok", "red down", "the worst main part"),
    ("OK DEGRADED CHECKING", "yellow degraded", "the finding that tells most"),
    ("OK down! ok ok", "yellow degraded", "a minor part gives yellow at most"),
    ("OK checking ok ok", "yellow checking", "and its own finding while it is yellow"),
    ("OK maintenance ok ok", "yellow maintenance", "of whatever kind"),
    ("OK down!" + MANY_OK, "green ok", "one of twenty-one minor parts is listed only"),
    ("OK down!" + " ok" * 9, "yellow degraded", "one of ten is not: it takes less than a tenth"),
    ("OK down! down! down!" + MANY_OK, "yellow degraded", "three of twenty-three are not"),
    ("OK DEGRADED! DEGRADED! OK", "red down", "half of the main parts, two at least"),
    ("OK DEGRADED! REPORTED_ONLY OK", "yellow degraded", "what real answers contradict does not count"),
    ("OK DEGRADED DEGRADED OK", "yellow degraded", "nor does degraded performance, nor what own eyes see"),
    ("OK down! down! ok", "yellow degraded", "nor do minor parts"),
    ("OK DEGRADED!", "yellow degraded", "half, but one alone"),
    ("OK DEGRADED! DEGRADED! OK OK", "yellow degraded", "less than half"),
    ("DOWN! DOWN! ok", "red down", "already red"),
    ("OK NO_EVIDENCE ok", "grey no_evidence", "a main part that fails, and nobody can tell why"),
    ("OK NO_EVIDENCE? ok", "green ok", "one that nobody says anything of, beside one that can be told"),
    ("NO_EVIDENCE? NO_EVIDENCE? ok", "grey no_evidence", "unless it is all of them"),
    ("OK STARTING", "grey starting", "what is being found out is waited for"),
    ("OK BLOCKED", "grey blocked", "and what somebody keeps away is not hidden"),
    ("OK no_evidence no_evidence", "green ok", "minor parts that nobody can see"),
    ("NO_EVIDENCE DEGRADED", "yellow degraded", "grey never hides yellow"),
    ("NO_EVIDENCE down! ok ok", "yellow degraded", "nor what a minor part shows"),
    ("OWN_NETWORK NO_EVIDENCE", "grey own_network", "the grey that tells most"),
    ("STARTING NO_EVIDENCE", "grey starting", "not done yet"),
    ("ok down! ok ok", "red down", "without a main part all are"),
    ("RECOVERING CHECKING OK", "yellow recovering", "what was down is told before what may be"),
    ("MAINTENANCE SLOW", "yellow slow", "trouble that is going on before what is declared"),
    ("MAINTENANCE FLAPPING", "yellow flapping", "whichever it is"),
    ("REPORTED_ONLY SLOW", "yellow slow", "what own requests see before what only the page says"),
    ("SLOW degraded degraded ok ok", "yellow degraded", "a minor part that says more than the main one"),
    ("DEGRADED slow slow ok ok", "yellow degraded", "or less"),
    ("OK reported_only ok", "yellow reported_only", "not counted among the partly out"),
]


@pytest.mark.parametrize(("parts", "light", "why"), TABLE, ids=[row[0].replace(MANY_OK, " ...") for row in TABLE])
def test_from_parts_to_the_service(parts: str, light: str, why: str) -> None:
    service = made(parts)
    assert f"{service.light.value} {service.finding.value}" == light, why


def test_half_of_the_parts_are_named() -> None:
    said = made("OK DEGRADED! DEGRADED! OK ok ok").reasons[0]
    assert said.code == "parts"
    assert said.params == {"components": f"P1{SEPARATOR}P2", "failing": 2, "total": 4}


@pytest.mark.parametrize(("first", "second", "light"), [("a", "b", Light.RED), ("a", "a", Light.YELLOW)])
def test_parts_that_rest_on_the_same_page_component_count_once(first: str, second: str, light: Light) -> None:
    views = [
        structs.replace(part("DEGRADED!", number), out=frozenset({ident}), rests_on=(ident,))
        for number, ident in enumerate((first, second))
    ]
    assert whole(views, 0.0).light is light


def test_minor_parts_that_rest_on_the_same_count_once() -> None:
    """Twenty models behind one page component are one part in trouble, or one that is well."""
    models = [structs.replace(part("ok", number), rests_on=("models",)) for number in range(20)]
    assert whole([part("OK"), *models, part("degraded", 21), part("ok", 22)], 0.0).light is Light.YELLOW
    bad = [structs.replace(part("degraded", number), rests_on=("models",)) for number in range(20)]
    well = [part("ok", number) for number in range(20, 40)]
    assert whole([part("OK"), *bad, *well], 0.0).light is Light.GREEN


def test_what_cannot_be_told_is_named() -> None:
    said = made("OK NO_EVIDENCE?").reasons[-1]
    assert (said.code, said.params) == ("parts_unknown", {"components": "P1"})


def test_what_is_listed_only_is_said() -> None:
    assert made("OK down!" + MANY_OK).reasons[-1].code == "listed_only"


def test_since_is_that_of_what_decides() -> None:
    assert made("OK ok DEGRADED").since == 20.0
    assert made("OK DEGRADED! DEGRADED! OK").since == 10.0


def test_where_none_is_main_none_is_minor_either() -> None:
    assert [reason.code for reason in made("ok down!" + MANY_OK).reasons] == ["code_down"]


def test_two_page_components_are_two_however_many_parts_rest_on_them() -> None:
    outs = ("a", "b", "a", None, None, None)
    views = [part("DEGRADED!" if ident else "OK", number) for number, ident in enumerate(outs)]
    views = [
        structs.replace(view, out=frozenset({ident} if ident else ())) for view, ident in zip(views, outs, strict=True)
    ]
    assert whole(views, 0.0).light is Light.YELLOW


def test_bad_since_its_first_part_is() -> None:
    assert made("DEGRADED OK DEGRADED").since == 0.0


def test_back_since_its_last_part_is() -> None:
    assert made("RECOVERING OK RECOVERING").since == 20.0


def test_well_since_its_last_part_is() -> None:
    assert made("OK OK ok ok").since == 10.0
    assert made("NO_EVIDENCE NO_EVIDENCE").since == 10.0


def test_that_the_page_is_calm_about_several_parts_is_said_once() -> None:
    views = [part("OK", number, code=Code.PAGE_OPERATIONAL) for number in range(2)]
    named = [
        structs.replace(
            view,
            verdict=structs.replace(
                view.verdict, reasons=(structs.replace(view.verdict.reasons[0], params={"components": name}),)
            ),
        )
        for view, name in zip(views, ("Chat", "Login"), strict=True)
    ]
    (said,) = whole(named, 0.0).reasons
    assert said.params == {"components": f"Chat{SEPARATOR}Login"}
    nameless = [
        structs.replace(
            view,
            verdict=structs.replace(
                view.verdict, reasons=(structs.replace(view.verdict.reasons[0], params={"components": ""}),)
            ),
        )
        for view in views
    ]
    (said,) = whole(nameless, 0.0).reasons
    assert said.params == {"components": ""}
    (said,) = whole(views, 0.0).reasons
    assert said.params == {}


def test_equal_reasons_are_said_once() -> None:
    assert [reason.code for reason in made("DOWN! DOWN! DOWN!").reasons] == ["code_down"]


def test_the_strongest_confidence_of_the_main_parts() -> None:
    views = [
        part("OK", 0, confidence=Confidence.REPORTED),
        part("OK", 1, confidence=Confidence.ANSWERING),
        part("ok", 2, confidence=Confidence.REACHABLE),
    ]
    assert whole(views, 0.0).confidence is Confidence.ANSWERING
    assert whole(views[:1], 0.0).confidence is Confidence.REPORTED
    assert whole([*views, part("DOWN!")], 0.0).confidence is None


def test_what_the_page_says_of_one_part_outweighs_its_silence_about_another() -> None:
    codes = [Code.PAGE_SILENT, Code.PAGE_COMPONENT, Code.PAGE_OPERATIONAL, Code.FAILURES]
    views = [part("DOWN!", number, code=code) for number, code in enumerate(codes)]
    assert [reason.code for reason in whole(views, 0.0).reasons] == [Code.PAGE_COMPONENT, Code.FAILURES]
    assert [reason.code for reason in whole(views[:1], 0.0).reasons] == [Code.PAGE_SILENT]


def test_a_service_without_components_has_no_evidence() -> None:
    assert whole([], 5.0).finding is Finding.NO_EVIDENCE
