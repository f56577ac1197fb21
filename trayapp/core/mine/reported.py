"""What the user has said fails for them: it stands among the reasons for a while, and colours nothing.

Nothing can vouch for it, and nobody knows how often it is the user's own browser. Where two other doubts stand beside
it they make their own yellow; without them it would be no more than a guess about somebody's computer.
"""

from msgspec import structs

from trayapp.core.evidence.observation import Source
from trayapp.core.light.reasons import Code, reason
from trayapp.core.light.verdicts import Judgement, ServiceVerdict

# Whoever still cannot work then says so again.
SAID_LIFE_S = 1800.0


class Reported:
    """Notes it for each service. All times are steady seconds."""

    def __init__(self) -> None:
        self._said: dict[str, float] = {}
        self._marked: dict[str, tuple[ServiceVerdict, float, ServiceVerdict]] = {}

    def says(self, service: str, at: float) -> None:
        """It fails for the user, at this moment."""
        self._said[service] = at

    def apply(self, judgement: Judgement, now: float) -> Judgement:
        """The judgement with what was said among the reasons."""
        self._said = {name: at for name, at in self._said.items() if now - at < SAID_LIFE_S}
        if not self._said:
            return judgement
        return structs.replace(judgement, services=tuple(map(self._with, judgement.services)))

    def _with(self, verdict: ServiceVerdict) -> ServiceVerdict:
        at = self._said.get(verdict.id)
        if at is None:
            return verdict
        before = self._marked.get(verdict.id)
        if before is None or before[0] is not verdict or before[1] != at:
            said = reason(Code.USER_REPORT, Source.USER, at)
            marked = structs.replace(verdict, reasons=(*verdict.reasons, said))
            before = self._marked[verdict.id] = verdict, at, marked
        return before[2]
