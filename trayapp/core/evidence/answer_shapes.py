"""What an answer looks like that came with a good status, by what was asked: anything may say 200.

As the dialects document it: OpenAI's Chat Completions, Responses, Embeddings and Models
(https://platform.openai.com/docs/api-reference), Anthropic's Messages (https://docs.claude.com/en/api/messages).
"""

from enum import Enum
from typing import Any, NamedTuple


class Holds(Enum):
    """`EMPTY`: it is the right answer with nothing in it, as where a filter took all of it. `NOTHING`: it is no answer
    to what was asked. `ANYTHING`: nobody knows what an answer to that looks like. `WORDS`: nor that, but an answer says
    something, and more than what is wrong."""

    ANSWER = "answer"
    EMPTY = "empty"
    NOTHING = "nothing"
    ANYTHING = "anything"
    WORDS = "words"


class Shape(NamedTuple):
    """`member`: what has to be there, and be a `kind`. `filled`: an empty one says nothing."""

    member: str
    kind: type[Any]
    filled: bool = False


_CHOICES = Shape("choices", list, filled=True)
# By how the path ends; the first that fits counts.
_SHAPES: dict[str, Shape] = {
    "/chat/completions": _CHOICES,
    "/completions": _CHOICES,
    # Nothing in it yet: it runs in the background.
    "/responses": Shape("output", list),
    # The model may have nothing to say.
    "/messages": Shape("content", list),
    "/count_tokens": Shape("input_tokens", int),
    "/embeddings": Shape("data", list, filled=True),
}
_MODELS = "/models"
# Lists of what went wrong; lists of models come as `data`, `models`, `results`, or bare.
_NO_MODELS = frozenset({"errors", "detail", "details"})
# Ollama has null there while it has no model (`ToListCompletion` in openai.go of https://github.com/ollama/ollama).
_NONE_YET = ("data", "models")
# What tells people what is wrong, and what stands beside that.
_WORDS = frozenset({"message", "msg", "detail", "details", "error", "errors"})
_BESIDE_WORDS = frozenset({"code", "type", "status", "statusCode", "status_code", "title", "success", "request_id"})


def holds(path: str, json: Any) -> Holds:
    """What the body of an answer to `path` holds."""
    if path.endswith(_MODELS):
        fields = json if isinstance(json, dict) else {_MODELS: json}
        listed = any(
            name in _NONE_YET if value is None else isinstance(value, list) and name not in _NO_MODELS
            for name, value in fields.items()
        )
        return Holds.ANSWER if listed else Holds.NOTHING
    shape = next((shape for end, shape in _SHAPES.items() if path.endswith(end)), None)
    if shape is None:
        return Holds.WORDS if not json or is_words(json) else Holds.ANYTHING
    if not isinstance(json, dict) or shape.member not in json:
        return Holds.NOTHING
    value: Any = json[shape.member]
    if value is None or (shape.filled and value == []):
        return Holds.EMPTY
    if not isinstance(value, shape.kind) or isinstance(value, bool):
        return Holds.NOTHING
    failed = json.get("status") == "failed"
    says = not shape.filled or any(_says(item) for item in value)
    return Holds.ANSWER if says and not failed else Holds.NOTHING


def is_words(json: Any) -> bool:
    """Is it nothing but what tells people what is wrong?"""
    if not isinstance(json, dict) or not json.keys() <= _WORDS | _BESIDE_WORDS:
        return False
    # An event of Anthropic's has a message of another kind.
    return any(isinstance(json.get(name), str | list) for name in _WORDS)


def _says(item: Any) -> bool:
    """Does an item of the list say more than that it failed?"""
    return isinstance(item, dict) and item.get("finish_reason") != "error"
