"""What a sentence of an incident says besides the models that it names: nothing more, or nobody here knows what."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.unit.core.evidence.test_named_families import BRAIN
from trayapp.core.evidence.incident_words import is_about, names_place, says_no_more
from trayapp.core.evidence.named_families import concerned

# What else is wrong has no end of names, and is never about the model that was named before.
ELSE = [
    "Batch jobs are delayed as well.",
    "Message Batches API requests are delayed.",
    "Requests with tool use are failing.",
    "Some requests to the API may fail with 500s regardless of model.",
    "Web search and code execution tools are failing.",
    "Streaming requests are failing with overloaded_error.",
    "Users on Free plan cannot start new chats.",
    "Users may be unable to start conversations.",
    "Claude Code users may be unable to log in.",
    "We are now observing this on Claude Code too.",
    "We are seeing the same errors on requests that use extended thinking.",
    "Previous generation models are experiencing elevated errors too.",
    "We're seeing this for Claude in Slack, Excel and Chrome.",
    "We are seeing elevated latency platform-wide.",
    "We are shedding load; free users may see errors.",
    "The issue is not isolated to Opus 4.5.",
    "No longer limited to Opus.",
    "No other models are working either.",
    "Traffic rerouted to Sonnet is failing.",
    "API timeouts.",
    "Elevated API latency.",
    "Latency elevated for API requests.",
    "500 errors on /v1/messages.",
    "iOS app crashes.",
    "Chats do not load.",
    "Claude is not responding.",
    "Our service is experiencing errors.",
    "We are experiencing a full outage.",
    "The API is no longer responding.",
    "The API is down, the console is operational.",
    "The API is down, we recommend waiting.",
    "The API is restored for some users.",
    "Claude.ai has recovered. API has not.",
    "Errors on Claude 4.1.",
    "Die Anmeldung geht auch nicht.",
]
# What all incidents say.
BOILERPLATE = [
    "We will provide an update as soon as possible.",
    "We are continuing to monitor for any further issues.",
    "We have rolled back a recent change and are seeing recovery.",
    "A fix has been deployed for Claude Opus 4.5 and we are monitoring to ensure it has resolved the issue.",
    "We are investigating the issue for the listed services.",
    "We have identified that users are experiencing elevated errors for the impacted services.",
    "We'll share another update within the next 30 minutes.",
    "We have seen success rates return to normal across affected models, and are monitoring closely.",
    "From 9:22 AM to 10:03 AM PT, requests to Opus experienced elevated error rates.",
    "This is due to an issue with an upstream model provider.",
    "Thank you for your patience and understanding as we addressed this issue.",
    "A detailed root cause analysis will be shared as soon as it is available.",
    "We apologize for any inconvenience. Some users may see 529s.",
    "We recommend choosing another model or selecting 'Auto' to continue.",
    "The API is fully operational. Vertex AI and Bedrock are not affected.",
]


@pytest.mark.parametrize("update", ELSE)
def test_what_else_is_wrong_is_about_everybody(update: str) -> None:
    assert concerned(BRAIN, ("Elevated errors on Claude Opus 4.5", update)) == ()
    assert concerned(BRAIN, (f"Elevated errors on Claude Opus 4.5. {update}",)) == ()


@pytest.mark.parametrize("update", BOILERPLATE)
def test_what_all_say_takes_nothing_away(update: str) -> None:
    assert concerned(BRAIN, ("Elevated errors on Claude Opus 4.5", update)) == ("Opus",)


@given(st.text("abcdefghijklmnopqrstuvwxyz", min_size=3, max_size=12).map(lambda word: f"zq{word}"), st.data())
def test_a_word_that_nobody_knows_is_about_everybody(word: str, data: st.DataObject) -> None:
    said = data.draw(
        st.sampled_from(("{} is down", "{} errors", "errors on {}", "{} fails, too", "requests to {} fail"))
    )
    joined = data.draw(st.sampled_from((" and {}", ", {}", " plus {}", " along with {}", " ({})", "/{}", " - {}")))
    assert concerned(BRAIN, ("Elevated errors on Opus", said.format(word))) == ()
    assert concerned(BRAIN, ("Elevated errors on Opus" + joined.format(word),)) == ()


@pytest.mark.parametrize(
    ("clause", "more"),
    [
        ("Vertex Gemini API", False),
        ("Vertex Gemini API is down", True),
        ("Errors on the API", True),
        ("The API has not", True),
        ("Incident with Copilot", False),
        ("Incident with Actions", True),
        ("12% of requests failed between 10:00 and 10:30 UTC", False),
        ("Elevated 5xx", False),
        ("4.1 as well", True),
        ("\u6240\u6709\u6a21\u578b", True),
        ("", False),
    ],
)
def test_without_a_name(clause: str, more: bool) -> None:
    assert says_no_more(clause) is not more


@pytest.mark.parametrize(
    ("rest", "about"),
    [
        ("Elevated errors on  in Claude Code and VS Code", True),
        ("Elevated errors for fine-tuned  models", True),
        ("Errors for  users on paid plans", True),
        ("Errors for  users in Europe", False),
        ("Elevated errors on  and fine-tuning", False),
        ("most impacted: ", False),
    ],
)
def test_beside_a_name(rest: str, about: bool) -> None:
    assert is_about(rest) is about


def test_a_place() -> None:
    assert names_place("Opus is well on api.anthropic.com")
    assert not names_place("claude-code-opus is well")
