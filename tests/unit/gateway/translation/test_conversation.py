"""The messages of a chat, in the form that every chat template takes."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from trayapp.gateway.translation.conversation import Conversation, chat_id, text_part


def test_one_system_message_in_front() -> None:
    told = Conversation(None)
    for text in ("a", "", "b"):
        told.system(text)
    told.user([text_part("Hi.")])
    told.system("c")
    assert told.messages() == [{"role": "system", "content": "a\n\nb\n\nc"}, {"role": "user", "content": "Hi."}]


def test_a_result_goes_behind_its_call_whatever_came_between() -> None:
    told = Conversation(None)
    told.call("1", "f", "")
    told.user([text_part("Stop.")])
    told.result("1", [text_part("gone")])
    assert [message["role"] for message in told.messages()] == ["assistant", "tool", "user"]


def test_thoughts_belong_to_what_follows_them() -> None:
    told = Conversation(None)
    told.thought("a")
    told.thought("b")
    told.call("1", "f", "")
    told.thought("c")
    told.assistant("So.")
    told.thought("lost")
    (message,) = told.messages()
    assert message["reasoning_content"] == "a\n\nb\n\nc"
    assert message["content"] == "So."


def test_of_two_calls_with_one_id_the_later_is_meant() -> None:
    told = Conversation(None)
    for words in ("first", "second"):
        told.call("1", "f", "")
        told.result("1", [text_part(words)])
    assert [message["content"] for message in told.messages()] == ["", "first", "", "second"]


WORDS = st.sampled_from(["a", "b", ""])
TOLD = st.lists(
    st.one_of(
        st.tuples(st.sampled_from(["system", "thought", "assistant"]), WORDS),
        st.tuples(st.just("user"), WORDS.map(lambda word: [text_part(word)] if word else [])),
        st.tuples(st.just("call"), st.sampled_from("123")),
        st.tuples(st.just("result"), st.sampled_from("123")),
    ),
    max_size=20,
)


@given(TOLD)
def test_whatever_is_told_users_and_assistant_speak_in_turns(told: list[tuple[str, Any]]) -> None:
    conversation = Conversation(None)
    for name, what in told:
        match name:
            case "call":
                conversation.call(what, "f", "{}")
            case "result":
                conversation.result(what, [text_part("gave")])
            case _:
                getattr(conversation, name)(what)
    before: str | None = None
    calls: list[str] = []
    for at, message in enumerate(conversation.messages()):
        role = message["role"]
        assert role != "system" or at == 0
        assert role != before or role == "tool"
        if role == "tool":
            assert message["tool_call_id"] in calls
        else:
            calls = [call["id"] for call in message.get("tool_calls", [])]
        before = role


def test_a_calls_id_is_one_that_every_template_takes() -> None:
    ids = {chat_id(call_id) for call_id in ("toolu_01AbC", "call_1", "x" * 90, "\ud800", "")}
    assert len(ids) == 5
    assert all(len(one) == 9 and one.isalnum() for one in ids)
