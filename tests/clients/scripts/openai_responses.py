"""A tool made of openai-python: one streamed turn in Responses, and another with what its function said."""

import json
import os
import sys
from typing import Any

import openai

url, model, prompt = sys.argv[1:]
client = openai.OpenAI(base_url=f"{url}/v1", api_key=os.environ["AMPEL_KEY"])
parameters = {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer"}}}
tools: Any = [{"type": "function", "name": "add", "description": "Adds.", "parameters": parameters, "strict": False}]
items: list[Any] = [{"role": "user", "content": prompt}]
while True:
    with client.responses.stream(model=model, input=items, tools=tools, store=False) as stream:
        for event in stream:
            if event.type == "response.output_text.delta":
                print(event.delta, end="", flush=True)
        response = stream.get_final_response()
    print()
    calls = [item for item in response.output if item.type == "function_call"]
    if not calls:
        break
    items += [item.model_dump(exclude_none=True, exclude={"parsed_arguments"}) for item in response.output]
    for call in calls:
        given = json.loads(call.arguments)
        print("called", call.name)
        said = str(sum(map(int, given.values())))
        items.append({"type": "function_call_output", "call_id": call.call_id, "output": said})
