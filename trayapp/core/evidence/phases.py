"""Where the time of an answer went: name, connection, TLS, and what the other side took for itself."""

from enum import StrEnum

from msgspec import Struct

# What passes within a second needs no explanation.
WORTH_A_WORD_S = 1.0
# One phase explains a slow answer where it takes more than all the others together.
MOST = 0.5


class Phase(StrEnum):
    """In the order in which they come. `answer`: from the request to the first byte; `token`: from there to the first
    token."""

    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    ANSWER = "answer"
    TOKEN = "token"


class Phases(Struct, frozen=True, array_like=True):
    """Seconds that each phase took; None where an answer did not go through it, as over a connection that was kept.

    `connect_s`: TCP, with the way through a proxy; of traffic it holds TLS as well, which aiohttp does not tell apart.
    `token_s`: None where no token was waited for. Of several hops of one answer each phase is the sum.
    """

    dns_s: float | None = None
    connect_s: float | None = None
    tls_s: float | None = None
    answer_s: float | None = None
    token_s: float | None = None

    def spent(self) -> dict[Phase, float]:
        """By phase, in their order, as far as it went through them."""
        taken = (self.dns_s, self.connect_s, self.tls_s, self.answer_s, self.token_s)
        return {phase: seconds for phase, seconds in zip(Phase, taken, strict=True) if seconds is not None}

    @property
    def whole_s(self) -> float:
        return sum(self.spent().values())

    def explains(self, *, own: bool) -> tuple[Phase, float, float] | None:
        """The phase that took most of the time, its seconds and those of all, where that is worth a word.

        `own`: only of the way to the other side; that an answer takes its time says nothing new of whoever gives it.
        """
        spent = self.spent()
        whole_s = self.whole_s
        longest = max(spent, key=spent.__getitem__, default=Phase.ANSWER)
        if whole_s < WORTH_A_WORD_S or spent[longest] <= MOST * whole_s or (own and longest in _THEIRS):
            return None
        return longest, spent[longest], whole_s


_THEIRS = (Phase.ANSWER, Phase.TOKEN)
