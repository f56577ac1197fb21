"""How many tokens a prompt is, against counts of real tokenizers: o200k and Llama 3's."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.gateway.translation.token_estimate import estimated

PROSE = (
    "You are an assistant that helps people with their programs. Before you change a file, read it, and keep to the "
    "conventions that you find there: names, formatting, the libraries that are already in use. Never commit anything "
    "unless you are asked to. When a command would delete something that cannot be brought back, say so first and wait "
    "for an answer. Do not guess what a function does when you can look at it. If the tests fail after your change, "
    "find out whether they failed before. Keep your answers short: one or two sentences are usually enough, and a list "
    "of everything you did is rarely what somebody wants to read."
)
CODE = '''def with_model(asked: ToolRequest, name: str) -> bytes:
    """The body with another `model`; every other value stays the bytes that it was."""
    if asked.request.headers.get("content-encoding", "identity").lower() != "identity":
        message = "A local model takes no compressed request."
        raise Refused(400, "encoding_not_supported", message, retry=False)
    try:
        fields = msgspec.json.decode(asked.body, type=dict[str, msgspec.Raw])
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        return _with_model_in_odd_text(asked.body, name, error)
    return msgspec.json.encode(fields | {"model": name})
'''
GERMAN = (
    "Der Anbieter meldet seit 22:04 Uhr erhöhte Fehlerraten, eine Ursache nennt er nicht. Deine Verbindung ist in "
    "Ordnung: Vier andere Server antworten. Neuladen hilft nicht, du erfährst hier, sobald es wieder geht. Bis dahin "
    "kannst du mit einem lokalen Sprachmodell weiterarbeiten; prüfe seine Antworten, es ist kleiner. Zwei Werkzeuge "
    "wurden umgestellt, die nächtliche Übersetzung der Dokumentation läuft erst weiter, wenn der Anbieter zurück ist."
)
SUMS = "\n".join(
    f"--hash=sha256:{number * 0x9E3779B97F4A7C15F39CC0605CEDC8341082276BF3A27251F86C6A11D0C18E95 % (1 << 256):064x}"
    for number in range(1, 9)
)
TOOL = {
    "name": "search_files",
    "description": "Searches the contents of files for a regular expression and lists where it occurs, by file and "
    "line. Use it instead of running grep in a shell. Large results are cut after the first two hundred.",
    "input_schema": {
        "type": "object",
        "properties": {
            "pattern": {"type": "string", "description": "The regular expression to look for"},
            "path": {"type": "string", "description": "File or directory to search in. Defaults to the current one."},
            "output_mode": {"type": "string", "enum": ["content", "files_with_matches", "count"]},
            "case_insensitive": {"type": "boolean", "description": "Ignore case"},
        },
        "required": ["pattern"],
        "additionalProperties": False,
    },
}
COUNTS = {"prose": (PROSE, 129, 129), "code": (CODE, 156, 158), "sums": (SUMS, 343, 343), "German": (GERMAN, 98, 129)}
TOOL_COUNTS = (177, 176)
"""As a chat template writes it: JSON with spaces."""


def near(count: int, share: float = 0.15) -> Any:
    return pytest.approx(count, rel=share)


@pytest.mark.parametrize("name", COUNTS)
def test_texts(name: str) -> None:
    text, o200k, llama = COUNTS[name]
    for message in ({"content": text}, {"content": [{"type": "text", "text": text, "cache_control": {}}]}):
        got = estimated({"messages": [message]}) - estimated({"messages": [{"content": ""}]})
        assert got == near(o200k)
        assert got == near(llama, 0.22 if name == "German" else 0.15)
    assert estimated({"system": text}) == near(o200k)
    assert estimated({"system": [{"type": "text", "text": text}]}) == near(o200k)


def test_tools() -> None:
    of_chat = {"name": TOOL["name"], "description": TOOL["description"], "parameters": TOOL["input_schema"]}
    for tool in (TOOL, TOOL | {"cache_control": {"type": "ephemeral"}}, {"type": "function", "function": of_chat}):
        assert [estimated({"tools": [tool]})] * 2 == [near(count) for count in TOOL_COUNTS]


def test_all_of_it_together() -> None:
    parts: list[dict[str, Any]] = [{"system": PROSE}, {"messages": [{"content": CODE}]}, {"tools": [TOOL] * 3}]
    whole = parts[0] | parts[1] | parts[2]
    assert estimated(whole) == near(sum(map(estimated, parts)), 0.01)


def test_a_long_text_is_counted_in_samples() -> None:
    mixed = "\n\n".join((PROSE, CODE, SUMS))
    assert estimated({"system": mixed * 100}) == near(100 * estimated({"system": mixed}), 0.03)


def test_what_the_model_does_not_read_is_not_counted() -> None:
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": "A" * 100_000}}
    thought = {"type": "thinking", "thinking": "Hm.", "signature": "A" * 10_000}
    result = {"type": "tool_result", "tool_use_id": "toolu_" + "1" * 50, "content": [picture]}
    call = {"type": "tool_use", "id": "toolu_1", "name": "read", "input": {"path": "a.png"}}
    assert 1000 < estimated({"messages": [{"content": [thought, call]}, {"content": [result]}]}) < 1050


ANYTHING = st.recursive(
    st.none() | st.integers() | st.text(st.characters() | st.characters(categories=["Cs"]), max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["system", "messages", "tools"]), ANYTHING))
def test_whatever_comes(body: dict[str, Any]) -> None:
    assert estimated(body) >= 0
