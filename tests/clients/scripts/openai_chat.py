"""A tool made of openai-python: one streamed turn in Chat Completions, and another with what its function said."""

import json
import os
import sys
from typing import Any

import openai

url, model, prompt = sys.argv[1:]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=os.environ["AMPEL_KEY"])
parameters = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
tools: Any = [{"type": "function", "function": {"name": "add", "description": "Adds.", "parameters": parameters}}]
messages: list[Any] = [{"role": "user", "content": prompt}]
while True:
    with client.chat.completions.stream(model=model, messages=messages, tools=tools) as stream:
        for event in stream:
            if event.type == "content.delta":
                print(event.delta, end="", flush=True)
        message = stream.get_final_completion().choices[0].message
    print()
    if not message.tool_calls:
        break
    messages.append(message)
    for call in message.tool_calls:
        given = json.loads(call.function.arguments)
        print("called", call.function.name)
        messages.append({"role": "tool", "tool_call_id": call.id, "content": str(sum(map(int, given.values())))})
