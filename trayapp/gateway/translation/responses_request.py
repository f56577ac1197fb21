"""A request in OpenAI's Responses as one in Chat Completions: https://platform.openai.com/docs/api-reference/responses"""

from collections.abc import Mapping
from typing import Any

from trayapp.gateway.translation.asked import Asked
from trayapp.gateway.translation.conversation import Conversation, Part, text_part
from trayapp.gateway.translation.encoding import encode
from trayapp.gateway.translation.fields import blocks, copied, obj, objects, text
from trayapp.gateway.translation.refusals import malformed, not_taken, rests_on_provider
from trayapp.gateway.translation.token_estimate import estimated
from trayapp.gateway.translation.tool_names import Tool, ToolNames

_COPIED = {"max_output_tokens": "max_tokens", "temperature": "temperature", "top_p": "top_p"}
_STATE = ("previous_response_id", "conversation", "background", "prompt")
_TEXTS = ("input_text", "output_text", "text", "summary_text", "reasoning_text")
_CALLS = ("function_call", "custom_tool_call")
_RESULTS = ("function_call_output", "custom_tool_call_output")


def request(body: Mapping[str, Any], *, model: str, images: bool | None = None) -> Asked:
    """`body` for a chat server. `model`: who answers. `images`: can it see? None: unknown.

    Raises Refused (400) for what cannot be translated or rests on what only OpenAI has.
    """
    for name in _STATE:
        if body.get(name):
            raise rests_on_provider(f"`{name}`")
    names, left_out = ToolNames(), set[str]()
    chat: dict[str, Any] = {"model": model} | copied(body, _COPIED)
    chat |= _tools(body, names, left_out)
    conversation = Conversation(images)
    conversation.system(text(body, "instructions"))
    for item in blocks(body, "input", "input_text"):
        _item(item, conversation, names, left_out)
    chat["messages"] = conversation.messages()
    if not chat["messages"]:
        raise malformed("input")
    if obj(body, "reasoning").get("effort") not in (None, "none"):
        # Servers refuse it for models that do not think, and those that do think anyway.
        left_out.add("reasoning")
    chat |= _format(obj(obj(body, "text"), "format"))
    if body.get("stream"):
        chat |= {"stream": True, "stream_options": {"include_usage": True}}
    return Asked(chat, tuple(sorted(left_out)), names, body, estimated(chat))


def _format(form: Mapping[str, Any]) -> dict[str, Any]:
    match form.get("type"):
        case "json_schema":
            wanted = {name: form[name] for name in ("name", "schema", "strict", "description") if name in form}
            return {"response_format": {"type": "json_schema", "json_schema": wanted}}
        case "json_object":
            return {"response_format": {"type": "json_object"}}
        case _:
            return {}


def _tools(body: Mapping[str, Any], names: ToolNames, left_out: set[str]) -> dict[str, Any]:
    offered = objects(body, "tools")
    functions: dict[str, dict[str, Any]] = {}
    for tool in offered:
        if tool.get("type") == "namespace":
            for inner in objects(tool, "tools"):
                _offer(inner, text(tool, "name"), names, functions, left_out)
        elif tool.get("type") == "mcp":
            raise rests_on_provider("an MCP server that OpenAI asks")
        else:
            _offer(tool, None, names, functions, left_out)
    if not functions:
        if left_out:
            raise rests_on_provider(", ".join(sorted(left_out)))
        return {}
    choice, allowed = _choice(body.get("tool_choice"), names, left_out)
    tools = [tool for name, tool in functions.items() if allowed is None or name in allowed]
    if not tools:
        raise malformed("tool_choice")
    parallel = body.get("parallel_tool_calls")
    return {
        "tools": tools,
        **({} if choice is None else {"tool_choice": choice}),
        **({} if parallel is None else {"parallel_tool_calls": parallel}),
    }


def _offer(
    tool: Mapping[str, Any],
    namespace: str | None,
    names: ToolNames,
    functions: dict[str, dict[str, Any]],
    left_out: set[str],
) -> None:
    kind = text(tool, "type")
    if kind not in ("function", "custom"):
        # OpenAI runs it, or only its models know what it takes.
        left_out.add(kind)
        return
    custom = kind == "custom"
    name = names.name(Tool(text(tool, "name"), namespace, custom))
    description = text(tool, "description")
    if custom:
        form = obj(tool, "format")
        if form.get("definition"):
            syntax = text(form, "syntax")
            description += f"\n\n`input` has to follow this grammar ({syntax}):\n{text(form, 'definition')}"
        fields = {"input": {"type": "string", "description": "What the tool takes, as plain text."}}
        parameters: dict[str, Any] = {"type": "object", "properties": fields, "required": ["input"]}
    else:
        parameters = obj(tool, "parameters") or {"type": "object", "properties": {}}
    function: dict[str, Any] = {"name": name, "description": description, "parameters": parameters}
    if tool.get("strict"):
        function["strict"] = True
    functions[name] = {"type": "function", "function": function}


def _choice(choice: object, names: ToolNames, left_out: set[str]) -> tuple[Any, set[str] | None]:
    """The same for a chat, and the only functions that the model may choose from, if they are limited."""
    if choice is None or isinstance(choice, str):
        return choice, None
    if not isinstance(choice, dict):
        raise malformed("tool_choice")
    kind = text(choice, "type")
    if kind == "allowed_tools":
        wanted = objects(choice, "tools")
        known = [one for one in wanted if text(one, "type") not in left_out] or wanted
        return choice.get("mode", "auto"), {_chosen(one, names, left_out) for one in known}
    # Few local servers take a function's name here; to have no other to choose from is the same.
    return "required", {_chosen(choice, names, left_out)}


def _chosen(choice: Mapping[str, Any], names: ToolNames, left_out: set[str]) -> str:
    kind = text(choice, "type")
    if kind in left_out:
        raise rests_on_provider(kind)
    return names.name(_tool_of(choice))


def _tool_of(fields: Mapping[str, Any]) -> Tool:
    return Tool(text(fields, "name"), text(fields, "namespace") or None, text(fields, "type").startswith("custom"))


def _item(item: Mapping[str, Any], conversation: Conversation, names: ToolNames, left_out: set[str]) -> None:
    kind = text(item, "type") or "message"
    if kind in _TEXTS:
        conversation.user([text_part(text(item, "text"))])
    elif kind == "message":
        _message(item, conversation)
    elif kind == "agent_message":
        content = blocks(item, "content", "input_text")
        read = [part for part in content if part.get("type") != "encrypted_content"]
        if len(read) < len(content):
            left_out.add(kind)
        conversation.user(_parts({"content": read}, "content", conversation))
    elif kind == "reasoning":
        for part in objects(item, "content") or objects(item, "summary"):
            conversation.thought(text(part, "text"))
    elif kind in _CALLS:
        arguments = (
            text(item, "arguments") if kind == "function_call" else encode({"input": item.get("input")}).decode()
        )
        conversation.call(text(item, "call_id"), names.name(_tool_of(item)), arguments)
    elif kind in _RESULTS:
        conversation.result(text(item, "call_id"), _parts(item, "output", conversation))
    elif kind == "item_reference":
        raise rests_on_provider("earlier answers that are kept there")
    elif kind == "compaction":
        raise rests_on_provider("a summary of this conversation that only OpenAI can read")
    else:
        left_out.add(kind.removesuffix("_output").removesuffix("_call"))


def _message(item: Mapping[str, Any], conversation: Conversation) -> None:
    parts = _parts(item, "content", conversation)
    match item.get("role"):
        case "user":
            conversation.user(parts)
        case "assistant":
            conversation.assistant("".join(part["text"] for part in parts if part["type"] == "text"))
        case "system" | "developer":
            for part in parts:
                conversation.system(part.get("text", ""))
        case _:
            raise malformed("input")


def _parts(item: Mapping[str, Any], name: str, conversation: Conversation) -> list[Part]:
    parts = []
    for part in blocks(item, name, "input_text"):
        kind = text(part, "type")
        if part.get("file_id"):
            raise rests_on_provider("a file that is kept there")
        if kind in _TEXTS or kind == "refusal":
            words = text(part, "refusal" if kind == "refusal" else "text")
            parts += [text_part(words)] if words else []
        elif kind == "input_image":
            parts.append(conversation.image(text(part, "image_url")))
        else:
            raise not_taken({"input_file": "files", "input_audio": "sound"}.get(kind, f"content of the type {kind}"))
    return parts
