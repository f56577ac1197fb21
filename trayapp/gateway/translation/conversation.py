"""The messages of a chat, in the form that every chat template takes.

Many templates want one system message at the start, user and assistant in turns and a tool's result right behind its
call, and raise otherwise: https://github.com/ggml-org/llama.cpp/issues/27367
"""

import hashlib
from typing import Any

from trayapp.gateway.translation.refusals import not_taken

Part = dict[str, Any]


def text_part(text: str) -> Part:
    return {"type": "text", "text": text}


def chat_id(call_id: str) -> str:
    """A call's id in the chat: Mistral's templates take nine letters or digits and nothing else."""
    return hashlib.sha256(call_id.encode(errors="surrogatepass")).hexdigest()[:9]


class Conversation:
    """Told in the tool's order; `messages` is what became of it. `images`: can the model see? None: unknown, try it."""

    def __init__(self, images: bool | None) -> None:
        self._images = images
        self._system: list[str] = []
        self._messages: list[dict[str, Any]] = []
        self._thoughts: list[str] = []

    def image(self, url: str) -> Part:
        """A picture by its address or as `data:`. Raises Refused (400) where the model cannot see."""
        if self._images is False:
            raise not_taken("images")
        return {"type": "image_url", "image_url": {"url": url}}

    def system(self, text: str) -> None:
        """What the developer says. It stays where it was said once the model has spoken, marked for what it is."""
        if not text:
            return
        if any(message["role"] == "assistant" for message in self._messages):
            self.user([text_part(f"<system>\n{text}\n</system>")])
        else:
            self._system.append(text)

    def user(self, parts: list[Part]) -> None:
        if not parts:
            return
        if self._messages and self._messages[-1]["role"] == "user":
            self._messages[-1]["content"] += parts
        else:
            self._messages.append({"role": "user", "content": list(parts)})

    def thought(self, text: str) -> None:
        """Reasoning in front of what the model says next; without anything behind it, it is of no use."""
        if text:
            self._thoughts.append(text)

    def assistant(self, text: str) -> None:
        if text:
            message = self._assistant()
            message["content"] += f"\n\n{text}" if message["content"] else text

    def call(self, call_id: str, name: str, arguments: str) -> None:
        function = {"name": name, "arguments": arguments or "{}"}
        calls = self._assistant().setdefault("tool_calls", [])
        calls.append({"id": chat_id(call_id), "type": "function", "function": function})

    def result(self, call_id: str, parts: list[Part]) -> None:
        """What a tool gave. A result takes text alone; pictures follow it as the user's."""
        words = _joined(parts)
        pictures = [part for part in parts if part["type"] != "text"]
        known = chat_id(call_id)
        place, name = self._behind(known)
        if place is None:
            # Its call was summed up or cut away, and no template takes a result without one.
            self.user([text_part(f"An earlier tool call returned:\n{words}"), *pictures])
            return
        self._messages.insert(place, {"role": "tool", "tool_call_id": known, "content": words})
        if pictures:
            self.user([text_part(f"What {name} returned:"), *pictures])

    def messages(self) -> list[dict[str, Any]]:
        """Contents of text alone are texts: some servers take no lists."""
        for message in self._messages:
            content = message["content"]
            if isinstance(content, list) and all(part["type"] == "text" for part in content):
                message["content"] = _joined(content)
        system = [{"role": "system", "content": "\n\n".join(self._system)}] if self._system else []
        return system + self._messages

    def _assistant(self) -> dict[str, Any]:
        if not self._messages or self._messages[-1]["role"] != "assistant":
            self._messages.append({"role": "assistant", "content": ""})
        message = self._messages[-1]
        if self._thoughts:
            before = [message["reasoning_content"]] if "reasoning_content" in message else []
            message["reasoning_content"] = "\n\n".join([*before, *self._thoughts])
            self._thoughts.clear()
        return message

    def _behind(self, known: str) -> tuple[int | None, str]:
        """Where the result of a call belongs, behind the call and the results that are there already; and whose it
        is."""
        for at in range(len(self._messages) - 1, -1, -1):
            for call in self._messages[at].get("tool_calls", ()):
                if call["id"] == known:
                    at += 1
                    while at < len(self._messages) and self._messages[at]["role"] == "tool":
                        at += 1
                    return at, call["function"]["name"]
        return None, ""


def _joined(parts: list[Part]) -> str:
    return "\n\n".join(part["text"] for part in parts if part["type"] == "text")
