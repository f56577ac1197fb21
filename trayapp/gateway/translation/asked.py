"""A request that was translated: what the chat server is asked, and what its answer is told with."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from trayapp.gateway.translation.tool_names import ToolNames


class Asked(NamedTuple):
    """`chat`: the body for the chat server. `left_out`: what the model does not get to see or does not obey, by the
    names that the tool has for it, sorted. `original`: the tool's body. `prompt_tokens`: an estimate."""

    chat: dict[str, Any]
    left_out: tuple[str, ...]
    names: ToolNames
    original: Mapping[str, Any]
    prompt_tokens: int

    @property
    def model(self) -> str:
        """Who answers, whatever was asked for."""
        return str(self.chat["model"])


class Minted(NamedTuple):
    """What an answer is known by. `stem`: 24 to 32 hexadecimal digits that no other answer has; ids made from it are
    short enough and unique enough for the cloud to take them back. `at`: seconds since 1970."""

    stem: str
    at: float

    def id(self, kind: str, number: int) -> str:
        return f"{kind}_{self.stem}{number:02}"
