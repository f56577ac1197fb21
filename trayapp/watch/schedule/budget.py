"""What our requests may cost others and the user: requests per host, tokens and bytes per day.

One budget outlives the watchers that spend it, so that neither *check now* nor a change of the settings gets more.
"""

from collections import deque
from collections.abc import Callable
from datetime import date, timedelta

from msgspec import Struct, field

from trayapp.clock import Clock
from trayapp.core.evidence.pace import REQUESTS_A_MINUTE, Pace
from trayapp.settings.schema import Completion

WINDOW_S = 60.0
ONE_ANSWER_TOKENS = 20
"""A greeting, the chat template around it and one token of answer, for the longest template in use."""
_MILLION = 1_000_000
_DAYS_KEPT = 4
"""A clock that jumps ahead and back finds again what it had spent."""


class Spent(Struct):
    """What survives a restart: tokens of completions by provider, by day of the user's calendar ("2026-02-03"), the one
    that was spent on last at the end."""

    days: dict[str, dict[str, int]] = field(default_factory=dict)


class Budget:
    """Counts what was spent. Days are the user's own.

    `spent`: of earlier runs of today. `on_spent`: hears that it changed, to have it remembered. `pays`: False where
    nobody remembers; then nothing is spent at the user's cost.
    """

    def __init__(
        self,
        clock: Clock,
        spent: Spent | None = None,
        on_spent: Callable[[], None] = lambda: None,
        *,
        pays: bool = True,
    ) -> None:
        self._clock = clock
        self._sent: dict[str, deque[float]] = {}
        self.spent = spent or Spent()
        self._on_spent = on_spent
        self._pays = pays
        self._day: date | None = None
        self._bytes = 0

    def sent(self, host: str) -> None:
        """A request to `host` begins."""
        # No limit looks further back than its own number of requests.
        self._sent.setdefault(host, deque(maxlen=max(REQUESTS_A_MINUTE.values()))).append(self._clock.now())

    def free_at(self, host: str, pace: Pace) -> float:
        """The steady moment from which `host` may be asked again at this pace; in the past when it may be now."""
        sent = self._sent.get(host, ())
        limit = REQUESTS_A_MINUTE[pace]
        return sent[-limit] + WINDOW_S if len(sent) >= limit else float("-inf")

    def last_sent(self, host: str) -> float:
        sent = self._sent.get(host)
        return sent[-1] if sent else float("-inf")

    def affords(self, provider: str, limits: Completion) -> bool:
        """Whether one more completion stays within both caps."""
        tokens = self.tokens_today(provider) + ONE_ANSWER_TOKENS
        return self._pays and tokens <= limits.daily_tokens and cost(tokens, limits) <= limits.daily_cost

    def spend(self, provider: str) -> None:
        """A completion is about to be asked for. It is counted before, for whoever is killed meanwhile."""
        self._add(provider, ONE_ANSWER_TOKENS)

    def refund(self, provider: str) -> None:
        """Nothing was generated: the request was refused."""
        self._add(provider, -ONE_ANSWER_TOKENS)

    def tokens_today(self, provider: str) -> int:
        """What completions of this provider have taken since midnight."""
        today = self._today()
        # Tomorrow's too: a clock that is set back, or a journey west, makes no second day's worth.
        days = (self.spent.days.get(day.isoformat(), {}) for day in (today, today + timedelta(1)))
        return sum(tokens.get(provider, 0) for tokens in days)

    def _add(self, provider: str, tokens: int) -> None:
        day = self._today().isoformat()
        of_day = self.spent.days.pop(day, {})
        of_day[provider] = max(0, of_day.get(provider, 0) + tokens)
        self.spent.days = dict([*self.spent.days.items(), (day, of_day)][-_DAYS_KEPT:])
        self._on_spent()

    def carried(self, count: int) -> None:
        """So many bytes went over the wire, both ways."""
        self._turn_day()
        self._bytes += count

    @property
    def bytes_today(self) -> int:
        self._turn_day()
        return self._bytes

    def _turn_day(self) -> None:
        today = self._today()
        if today != self._day:
            self._day, self._bytes = today, 0

    def _today(self) -> date:
        return self._clock.wall(self._clock.now()).astimezone().date()


def cost(tokens: int, limits: Completion) -> float:
    """What so many tokens cost at the user's price, at most."""
    return tokens * limits.price / _MILLION
