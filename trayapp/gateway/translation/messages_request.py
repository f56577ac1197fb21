"""A request in Anthropic's Messages as one in Chat Completions: https://docs.anthropic.com/en/api/messages

Left out without a word is what only steers Anthropic's servers: cache marks, `context_management`, metadata.
"""

from collections.abc import Mapping
from typing import Any

from trayapp.gateway.translation.asked import Asked
from trayapp.gateway.translation.conversation import Conversation, Part, text_part
from trayapp.gateway.translation.encoding import encode
from trayapp.gateway.translation.fields import blocks, copied, obj, objects, text
from trayapp.gateway.translation.refusals import malformed, not_taken, rests_on_provider
from trayapp.gateway.translation.token_estimate import estimated
from trayapp.gateway.translation.tool_names import Tool, ToolNames

_COPIED = {
    "max_tokens": "max_tokens",
    "temperature": "temperature",
    "top_p": "top_p",
    "top_k": "top_k",
    "stop_sequences": "stop",
}
# It differs in every request, and a server would have to read the whole prompt again for it.
_BILLING = "x-anthropic-billing-header:"
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_THINKING = ("thinking", "redacted_thinking")


def request(body: Mapping[str, Any], *, model: str, images: bool | None = None) -> Asked:
    """`body` for a chat server. `model`: who answers. `images`: can it see? None: unknown.

    Raises Refused (400) for what cannot be translated or rests on what only Anthropic has.
    """
    for name in ("container", "mcp_servers"):
        if body.get(name):
            raise rests_on_provider(f"`{name}`")
    names, left_out = ToolNames(), set[str]()
    chat: dict[str, Any] = {"model": model} | copied(body, _COPIED)
    tools = _tools(body, names, left_out)
    if tools:
        chat |= _chosen(obj(body, "tool_choice"), tools, names)
    conversation = Conversation(images)
    for block in blocks(body, "system", "text"):
        if not text(block, "text").startswith(_BILLING):
            conversation.system(text(block, "text"))
    for message in objects(body, "messages"):
        _message(message, conversation, names, left_out)
    chat["messages"] = conversation.messages()
    if not chat["messages"]:
        raise malformed("messages")
    if obj(body, "thinking").get("type", "disabled") != "disabled" or obj(body, "output_config").get("effort"):
        # Servers refuse it for models that do not think, and those that do think anyway.
        left_out.add("thinking")
    form = obj(body, "output_config").get("format") or body.get("output_format")
    if isinstance(form, dict) and form.get("type") == "json_schema":
        wanted = {"name": "answer", "schema": form.get("schema"), "strict": True}
        chat["response_format"] = {"type": "json_schema", "json_schema": wanted}
    if body.get("stream"):
        chat |= {"stream": True, "stream_options": {"include_usage": True}}
    return Asked(chat, tuple(sorted(left_out)), names, body, estimated(chat))


def _tools(body: Mapping[str, Any], names: ToolNames, left_out: set[str]) -> list[dict[str, Any]]:
    offered = objects(body, "tools")
    tools = []
    for tool in offered:
        name = text(tool, "name")
        if tool.get("type") not in (None, "custom"):
            # Anthropic runs it, or only its models know what it takes.
            left_out.add(name or text(tool, "type"))
            continue
        function = {
            "name": names.name(Tool(name)),
            "description": text(tool, "description"),
            "parameters": obj(tool, "input_schema") or {"type": "object", "properties": {}},
        }
        tools.append({"type": "function", "function": function})
    if offered and not tools:
        raise rests_on_provider(", ".join(sorted(left_out)))
    if (wanted := text(obj(body, "tool_choice"), "name")) in left_out:
        raise rests_on_provider(wanted)
    return tools


def _chosen(choice: Mapping[str, Any], tools: list[dict[str, Any]], names: ToolNames) -> dict[str, Any]:
    if not choice:
        return {"tools": tools}
    kind = text(choice, "type")
    if kind == "tool":
        # Few local servers take a function's name here; to have no other to choose from is the same.
        wanted = names.name(Tool(text(choice, "name")))
        tools = [tool for tool in tools if tool["function"]["name"] == wanted]
        kind = "any"
    if kind not in _CHOICES or not tools:
        raise malformed("tool_choice")
    chosen = {"tools": tools, "tool_choice": _CHOICES[kind]}
    return chosen | ({"parallel_tool_calls": False} if choice.get("disable_parallel_tool_use") else {})


def _message(message: Mapping[str, Any], conversation: Conversation, names: ToolNames, left_out: set[str]) -> None:
    role = message.get("role")
    content = blocks(message, "content", "text")
    if role == "system":
        for block in content:
            conversation.system(text(block, "text"))
    elif role == "assistant":
        _assistant(content, conversation, names, left_out)
    elif role == "user":
        said: list[Part] = []
        for block in content:
            if block.get("type") == "tool_result":
                conversation.result(text(block, "tool_use_id"), _result(block, conversation))
            else:
                said += _parts(block, conversation)
        conversation.user(said)
    else:
        raise malformed("messages")


def _assistant(content: list[dict[str, Any]], conversation: Conversation, names: ToolNames, left_out: set[str]) -> None:
    said = ""
    for block in content:
        kind = text(block, "type")
        if kind == "text":
            # Quotations cut a sentence into several blocks.
            said += text(block, "text")
            continue
        conversation.assistant(said)
        said = ""
        if kind in _THINKING:
            conversation.thought(text(block, "thinking"))
        elif kind == "tool_use":
            name = names.name(Tool(text(block, "name")))
            conversation.call(text(block, "id"), name, encode(block.get("input") or {}).decode())
        elif kind == "compaction":
            conversation.assistant(text(block, "content"))
        else:
            left_out.add(text(block, "name") or kind)
    conversation.assistant(said)


def _result(block: Mapping[str, Any], conversation: Conversation) -> list[Part]:
    parts = [part for one in blocks(block, "content", "text") for part in _parts(one, conversation)]
    # Chat Completions has no other place for it.
    return [text_part("This tool call failed:"), *parts] if block.get("is_error") else parts


def _parts(block: Mapping[str, Any], conversation: Conversation) -> list[Part]:
    kind = text(block, "type")
    if kind == "text":
        return [text_part(words)] if (words := text(block, "text")) else []
    if kind == "tool_reference":
        return [text_part(text(block, "tool_name"))]
    if kind == "search_result":
        found = "\n".join(text(one, "text") for one in objects(block, "content"))
        return [text_part(f"{text(block, 'title')}\n{text(block, 'source')}\n{found}")]
    if kind not in ("image", "document"):
        raise not_taken(kind or "content without a type")
    source = obj(block, "source")
    match text(source, "type"):
        case "file":
            raise rests_on_provider("a file that is kept there")
        case "url" if kind == "image":
            return [conversation.image(text(source, "url"))]
        case "base64" if kind == "image":
            return [conversation.image(f"data:{text(source, 'media_type')};base64,{text(source, 'data')}")]
        case "text":
            return [text_part(f"{text(block, 'title')}\n{text(source, 'data')}".strip())]
        case "content":
            inner = blocks(source, "content", "text")
            if any(one.get("type") not in ("text", "image") for one in inner):
                raise malformed("messages")
            return [part for one in inner for part in _parts(one, conversation)]
        case _:
            raise not_taken("PDF documents" if kind == "document" else "images of this kind")
