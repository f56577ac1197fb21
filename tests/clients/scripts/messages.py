"""A tool made of anthropic-python: one streamed turn in Messages, and another with what its function said."""

import os
import sys
from typing import Any

import anthropic

url, model, prompt = sys.argv[1:]
client = anthropic.Anthropic(base_url=url, api_key=os.environ["AMPEL_KEY"])
schema = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
tools: Any = [{"name": "add", "description": "Adds.", "input_schema": schema}]
messages: list[Any] = [{"role": "user", "content": prompt}]
while True:
    with client.messages.stream(model=model, max_tokens=4096, messages=messages, tools=tools) as stream:
        for text in stream.text_stream:
            print(text, end="", flush=True)
        message = stream.get_final_message()
    print()
    calls = [block for block in message.content if block.type == "tool_use"]
    if not calls:
        break
    messages.append({"role": "assistant", "content": message.content})
    results = []
    for call in calls:
        print("called", call.name)
        said = str(sum(map(int, call.input.values())))
        results.append({"type": "tool_result", "tool_use_id": call.id, "content": said})
    messages.append({"role": "user", "content": results})
