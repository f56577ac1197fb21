"""Readers of streams that take nothing on trust, as the strictest of the tools do: every event has its place, no part
is written to before it was added, what is done is what was written, and nothing follows the end.
"""

import json
from typing import Any

_ITEM_PREFIXES = {"message": "msg_", "reasoning": "rs_", "function_call": "fc_", "custom_tool_call": "ctc_"}
_TERMINAL = ("response.completed", "response.incomplete", "response.failed")


def events_of(stream: bytes) -> list[dict[str, Any]]:
    """The events, each of which is named after its type."""
    assert stream.endswith(b"\n\n")
    events = []
    for event in stream.removesuffix(b"\n\n").split(b"\n\n"):
        # Some readers break lines wherever Python's text would.
        name, data = event.decode().splitlines()
        fields = json.loads(data.removeprefix("data: "))
        assert name == f"event: {fields['type']}"
        events.append(fields)
    return events


def messages_answer(stream: bytes) -> dict[str, Any]:
    """The message that a stream in Messages tells, its tools' input parsed; the error, if it ends in one."""
    first, *events = events_of(stream)
    if first["type"] == "error":
        assert not events
        return first
    assert first["type"] == "message_start"
    message: dict[str, Any] = first["message"]
    assert message["content"] == []
    assert message["usage"]["input_tokens"] >= 0
    opened = False
    for at, event in enumerate(events):
        last = at == len(events) - 1
        match event["type"]:
            case "error":
                assert last
                return event
            case "content_block_start":
                assert not opened
                assert event["index"] == len(message["content"])
                message["content"].append(dict(event["content_block"]))
                opened, arguments = True, ""
            case "content_block_delta":
                assert opened
                assert event["index"] == len(message["content"]) - 1
                arguments += _written(message["content"][-1], event["delta"])
            case "content_block_stop":
                assert opened
                assert event["index"] == len(message["content"]) - 1
                opened = False
                if arguments:
                    message["content"][-1]["input"] = json.loads(arguments)
            case "message_delta":
                assert not opened
                message |= event["delta"]
                assert all(isinstance(event["usage"][name], int) for name in ("input_tokens", "output_tokens"))
                message["usage"] = event["usage"]
            case kind:
                assert kind == "message_stop"
                assert last
                assert message["stop_reason"]
                return message
    raise AssertionError("no end")


def _written(block: dict[str, Any], delta: dict[str, Any]) -> str:
    match block["type"], delta["type"]:
        case "text", "text_delta":
            block["text"] += delta["text"]
        case "thinking", "thinking_delta":
            block["thinking"] += delta["thinking"]
        case "thinking", "signature_delta":
            block["signature"] = delta["signature"]
        case "tool_use", "input_json_delta":
            return str(delta["partial_json"])
        case kinds:
            raise AssertionError(kinds)
    return ""


def responses_answer(stream: bytes) -> dict[str, Any]:
    """The response that a stream in Responses ends with."""
    events = events_of(stream)
    assert [event["sequence_number"] for event in events] == list(range(len(events)))
    assert [event["type"] for event in events[:2]] == ["response.created", "response.in_progress"]
    *events, end = events[2:]
    if end["type"] == "response.failed":
        # Some readers hear only this one of the two.
        *events, error = events
        assert error["type"] == "error"
        assert error["message"] == error["error"]["message"] == end["response"]["error"]["message"]
    items: list[dict[str, Any]] = []
    done: list[dict[str, Any]] = []
    part: dict[str, Any] | None = None
    written = ""
    for event in events:
        noun, verb = event["type"].removeprefix("response.").split(".")
        assert event["output_index"] == len(items) - (verb != "added" or noun != "output_item")
        if noun == "output_item":
            item = event["item"]
            if verb == "added":
                assert len(done) == len(items)
                assert item["id"].startswith(_ITEM_PREFIXES[item["type"]])
                items.append(item)
                written, part = "", None
                continue
            assert {**item, "status": None} == {**items[-1], "status": None, **_filled(item, written)}
            done.append(item)
            continue
        assert event["item_id"] == items[-1]["id"]
        if noun in ("content_part", "reasoning_summary_part"):
            assert event["content_index" if noun == "content_part" else "summary_index"] == 0
            part = event["part"]
            assert part["text"] == ("" if verb == "added" else written)
        elif verb == "delta":
            assert part is not None or "tool" in noun or "arguments" in noun
            written = _joined(written + event["delta"])
        else:
            assert verb == "done"
            assert written in (event.get("text"), event.get("arguments"), event.get("input"))
    assert end["type"] in _TERMINAL
    response: dict[str, Any] = end["response"]
    assert end["type"] == f"response.{response['status']}"
    if response["status"] != "failed":
        assert len(done) == len(items)
        assert response["output"] == done
        usage = response["usage"]
        assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    return response


def _joined(text: str) -> str:
    """Two halves of a letter are one, as they are to whoever reads them in one piece."""
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")


def _filled(item: dict[str, Any], written: str) -> dict[str, Any]:
    match item["type"]:
        case "message":
            assert [part["text"] for part in item["content"]] == [written]
            return {"content": item["content"]}
        case "reasoning":
            assert [part["text"] for part in item["summary"]] == [written]
            return {"summary": item["summary"]}
        case "function_call":
            return {"arguments": written}
        case _:
            return {"input": written}
