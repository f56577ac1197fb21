"""What our requests may cost others and the user: requests per host, tokens and bytes per day.

One budget outlives the watchers that spend it, so that neither *check now* nor a change of the settings gets more.
"""

from collections import deque
from datetime import date

from trayapp.clock import Clock
from trayapp.core.evidence.pace import REQUESTS_A_MINUTE, Pace

WINDOW_S = 60.0
ONE_ANSWER_TOKENS = 20
"""A greeting, the chat template around it and one token of answer, for the longest template in use."""


class Budget:
    """Counts what was spent. Days are the user's own."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._sent: dict[str, deque[float]] = {}
        self._day: date | None = None
        self._tokens: dict[str, int] = {}
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

    def answered(self, provider: str) -> None:
        """A completion was generated at the user's cost."""
        self._turn_day()
        self._tokens[provider] = self._tokens.get(provider, 0) + ONE_ANSWER_TOKENS

    def affords_answer(self, provider: str, daily_tokens: int) -> bool:
        self._turn_day()
        return self._tokens.get(provider, 0) + ONE_ANSWER_TOKENS <= daily_tokens

    def carried(self, count: int) -> None:
        """So many bytes went over the wire, both ways."""
        self._turn_day()
        self._bytes += count

    @property
    def bytes_today(self) -> int:
        self._turn_day()
        return self._bytes

    def _turn_day(self) -> None:
        today = self._clock.wall(self._clock.now()).astimezone().date()
        if today != self._day:
            self._day = today
            self._tokens.clear()
            self._bytes = 0
