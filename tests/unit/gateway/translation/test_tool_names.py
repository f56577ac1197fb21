"""What a chat model's functions are called, and which tools they are."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from trayapp.gateway.translation.tool_names import Tool, ToolNames


@pytest.mark.parametrize(
    ("tool", "name"),
    [
        (Tool("Bash"), "Bash"),
        (Tool("spawn_agent", "multi_agent_v1"), "multi_agent_v1__spawn_agent"),
        (Tool("status", "mcp__burp__"), "mcp__burp__status"),
        (Tool("functions.exec"), "functions_exec"),
    ],
)
def test_names(tool: Tool, name: str) -> None:
    names = ToolNames()
    assert names.name(tool) == name
    assert names.tool(name) == tool


def test_a_forgotten_namespace_is_found_where_only_one_tool_can_be_meant() -> None:
    names = ToolNames()
    names.name(Tool("wait", "a"))
    assert names.tool("wait") == Tool("wait", "a")
    names.name(Tool("wait", "b"))
    assert names.tool("wait") == Tool("wait")
    assert names.tool("unheard_of") == Tool("unheard_of")


NAMED = st.text("ab._ü", min_size=1, max_size=70)


@given(st.lists(st.tuples(NAMED, st.none() | NAMED), unique=True, max_size=12))
def test_every_tool_has_a_name_of_its_own_that_servers_take(tools: list[tuple[str, str | None]]) -> None:
    names = ToolNames()
    given_names = [names.name(Tool(*tool)) for tool in tools]
    assert len(set(given_names)) == len(tools)
    assert all(re.fullmatch("[A-Za-z0-9_-]{1,64}", name) for name in given_names)
    assert [names.name(Tool(*tool)) for tool in tools] == given_names
    assert [names.tool(name)[:2] for name in given_names] == tools
