"""What a chat server writes, as blocks one after the other: Messages and Responses know no other way.

A chat stream may write on several things at once: two calls, a word behind a call that is not over. What begins while
a call is open waits until the call is whole.
"""

from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any, NamedTuple

from trayapp.core.json_text import read_json
from trayapp.gateway.translation.encoding import encode

_BLOCK_CHARS = 1000
"""What a block costs that has nothing in it, here and in what is told of it at the end."""
_SPACE_CHARS = 100_000
"""Before a word, which may never come: small models write empty lines until they are stopped."""


class Kind(StrEnum):
    TEXT = "text"
    REASONING = "reasoning"
    CALL = "call"


class Block:
    """`number`: its place in the answer. `name`: of the function that is called."""

    def __init__(self, kind: Kind, name: str = "") -> None:
        self.kind = kind
        self.name = name
        self.number = -1
        self.call_id = ""
        self._pieces: list[str] = []

    @property
    def text(self) -> str:
        return "".join(self._pieces)

    def write(self, text: str) -> None:
        self._pieces.append(text)

    @property
    def is_whole(self) -> bool:
        """Can nothing more belong to it? Nothing can be behind an object of arguments."""
        if self.kind is not Kind.CALL:
            return True
        try:
            return isinstance(read_json(self.text.encode(errors="surrogatepass")), dict)
        except ValueError:
            return False


class Did(StrEnum):
    OPEN = "open"
    WRITE = "write"
    CLOSE = "close"


class Step(NamedTuple):
    did: Did
    block: Block
    text: str = ""


class AnswerBlocks:
    """Fed with the messages of an answer, whole or in pieces; raises ValueError for what no answer can hold.

    `written`: characters that the model wrote. `kept`: what all of it takes, in characters.
    """

    def __init__(self) -> None:
        self.opened: list[Block] = []
        self.written = 0
        self.kept = 0
        self._open: Block | None = None
        self._last: Block | None = None
        self._waiting: list[Block] = []
        self._calls: dict[object, Block] = {}
        self._unnamed: list[Block] = []
        self._space = Kind.TEXT, ""

    def take(self, message: Mapping[str, Any]) -> Iterator[Step]:
        """The next piece: a chunk's `delta`, or a plain answer's `message`."""
        thought = message.get("reasoning_content") or message.get("reasoning")
        if isinstance(thought, str):
            yield from self._write(Kind.REASONING, thought)
        content = message.get("content")
        for part in content if isinstance(content, list) else [{"text": content}]:
            if isinstance(part, dict) and isinstance(part.get("text"), str):
                yield from self._write(Kind.TEXT, part["text"])
        if isinstance(refusal := message.get("refusal"), str):
            yield from self._write(Kind.TEXT, refusal)
        calls = message.get("tool_calls")
        if not calls and isinstance(old := message.get("function_call"), dict):
            calls = [{"index": 0, "function": old}]
        for call in calls if isinstance(calls, list) else ():
            if isinstance(call, dict):
                yield from self._call(call)

    def end(self) -> Iterator[Step]:
        """Nothing more comes."""
        yield from self._close()
        if any(block.text and not block.name for block in self._unnamed):
            raise ValueError("a call without a name")
        for block in self._waiting:
            yield self._opening(block)
            yield Step(Did.WRITE, block, block.text)
            yield from self._close()
        self._waiting.clear()

    def _write(self, kind: Kind, text: str) -> Iterator[Step]:
        if not text:
            return
        last = self._last
        if last is None or last.kind is not kind:
            # The cloud takes no block of nothing but space.
            of, space = self._space
            text = space + text if of is kind else text
            if not text.strip():
                if len(text) > _SPACE_CHARS:
                    raise ValueError("nothing but space")
                self._space = kind, text
                return
            last = self._last = self._made(Block(kind))
            yield from self._begin(last)
        self._space = kind, ""
        yield from self._more(last, text)

    def _call(self, call: Mapping[str, Any]) -> Iterator[Step]:
        function = call.get("function")
        fields = function if isinstance(function, dict) else {}
        name, arguments = _text(fields.get("name")), fields.get("arguments")
        if isinstance(arguments, dict):
            arguments = encode(arguments).decode()
        block = self._called(call.get("index"), _text(call.get("id")), name)
        self._last, self._space = block, (Kind.TEXT, "")
        if name and not block.name:
            block.name = name
            self.kept += len(name)
            self._unnamed.remove(block)
            yield from self._begin(block)
        if isinstance(arguments, str) and arguments:
            yield from self._more(block, arguments)

    def _called(self, index: object, call_id: str, name: str) -> Block:
        """Which call goes on. Some servers leave the index out, some say 0 for all, some repeat id and name."""
        key = ("index", index) if isinstance(index, int) else ("id", call_id) if call_id else None
        known = self._calls.get(key) if key else (self._last if self._last and self._last.kind is Kind.CALL else None)
        another = bool(call_id and name and known and known.call_id not in ("", call_id))
        if known is None or another or (key is None and name):
            known = self._made(Block(Kind.CALL))
            self._calls[key] = known
            self._unnamed.append(known)
            self.kept += len(call_id)
        known.call_id = known.call_id or call_id
        return known

    def _made(self, block: Block) -> Block:
        self.kept += _BLOCK_CHARS
        return block

    def _begin(self, block: Block) -> Iterator[Step]:
        if self._open and (self._waiting or not self._open.is_whole):
            self._waiting.append(block)
            return
        yield from self._close()
        yield self._opening(block)
        if block.text:
            yield Step(Did.WRITE, block, block.text)

    def _more(self, block: Block, text: str) -> Iterator[Step]:
        self.written += len(text)
        self.kept += len(text)
        if block.number >= 0 and block is not self._open:
            if text.strip():
                raise ValueError("more of a call that was whole")
            return
        block.write(text)
        if block is self._open:
            yield Step(Did.WRITE, block, text)

    def _opening(self, block: Block) -> Step:
        block.number = len(self.opened)
        self.opened.append(block)
        self._open = block
        return Step(Did.OPEN, block)

    def _close(self) -> Iterator[Step]:
        if self._open:
            block, self._open = self._open, None
            yield Step(Did.CLOSE, block)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
