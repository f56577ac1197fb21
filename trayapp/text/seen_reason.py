"""A reason in its surroundings: whose it is, how old, and its parameters as the parts of a sentence."""

from collections.abc import Mapping

from trayapp.core.evidence.observation import Source
from trayapp.core.light.reasons import SEPARATOR, Reason
from trayapp.core.light.verdicts import ServiceVerdict
from trayapp.core.snapshot import Snapshot
from trayapp.errors import Param
from trayapp.text import codes
from trayapp.text.language import _
from trayapp.text.names import join_short, name, part
from trayapp.text.times import ago, since
from trayapp.text.trim import clean

_NAMES_MAX = 80
_TITLE_MAX = 120


class SeenReason:
    """A reason in its surroundings."""

    def __init__(self, r: Reason, s: Snapshot, v: ServiceVerdict | None) -> None:
        self.r, self.s, self.v = r, s, v
        self.provider = name(v.provider_name) if v is not None else _("Provider")
        self.params: Mapping[str, Param] = r.params

    @property
    def age(self) -> str:
        return ago(self.s.at - self.r.at)

    def text(self, key: str, limit: int = _TITLE_MAX) -> str:
        value = self.params.get(key)
        return "" if value is None else clean(str(value), limit)

    def number(self, key: str) -> float | None:
        value = self.params.get(key)
        return float(value) if isinstance(value, int | float) else None

    def count(self, key: str) -> int:
        return int(self.number(key) or 0)

    def names(self, key: str) -> str:
        return join_short([part(text) for text in str(self.params.get(key) or "").split(SEPARATOR)], _NAMES_MAX)

    def word(self, key: str, table: Mapping[str, str], otherwise: str) -> str:
        return _(table.get(str(self.params.get(key)), otherwise))

    def since(self, key: str) -> str:
        at = self.number(key)
        return since(at, self.s.at, self.s.wall_offset_s) if at is not None else ""

    @property
    def whose(self) -> str:
        return _("Your tools") if self.r.source is Source.TRAFFIC else _("From here")

    @property
    def what(self) -> str:
        return codes.failure(str(self.params.get("what") or ""))
