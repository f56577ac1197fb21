"""The cause of an outage is what the provider states, word by word."""

import pytest

from trayapp.core.evidence.page_report import PageStage, PageUpdate
from trayapp.core.incident.cause import stated_cause


def update(text: str) -> PageUpdate:
    return PageUpdate(1.0, PageStage.RESOLVED, text)


@pytest.mark.parametrize(
    ("text", "cause"),
    [
        ("The errors were caused by a bad configuration push. It was rolled back.",
         "The errors were caused by a bad configuration push"),
        ("Resolved. The root cause was a failed disk.", "The root cause was a failed disk"),
        ("This was due to an expired certificate!", "This was due to an expired certificate"),
        ("We are investigating elevated error rates.", None),
        ("The root cause is not yet known.", None),
        ("We have identified the root cause and are working on a fix.", None),
        ("We are investigating whether this is caused by a network partner.", None),
        ("We apologise for the disruption caused by this incident.", None),
        ("## Summary\nAll failed.\n\n## Root Cause\n\nA migration locked the table of sessions. We are sorry.",
         "A migration locked the table of sessions"),
        ("**Root cause:** a full disk on the primary of the login.", "a full disk on the primary of the login"),
        ("We found the root cause. We are working on a fix with our upstream provider.", None),
        ("Root cause: still under investigation by our engineers.", None),
        ("Root cause: TBD", None),
        ("", None),
    ],
)  # fmt: skip
def test_a_cause_is_only_what_is_stated(text: str, cause: str | None) -> None:
    assert stated_cause([update(text)]) == cause


def test_the_newest_update_that_names_one_has_the_word() -> None:
    updates = [
        update("All is well again."),
        update("This was caused by a failed disk."),
        update("This was caused by a bad cable."),
    ]
    assert stated_cause(updates) == "This was caused by a failed disk"


def test_within_an_update_the_first_sentence_that_states_one() -> None:
    text = "We are investigating whether it is caused by us.\nErrors were triggered by a deploy. It was due to haste."
    assert stated_cause([update(text)]) == "Errors were triggered by a deploy"


def test_a_long_sentence_is_cut() -> None:
    cause = stated_cause([update("This was caused by " + "very " * 200 + "much.")])
    assert cause is not None
    assert len(cause) == 300


def test_nothing_said_is_not_stated() -> None:
    assert stated_cause([]) is None
