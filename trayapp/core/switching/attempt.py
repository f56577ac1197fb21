"""One attempt at a provider: what has come of it, and until when it may be silent."""

from trayapp.core.switching.limits import Patience
from trayapp.core.switching.steps import Connected, Content, Error, Event, Head, Life, Sending


class Attempt:
    """`since`: when it began, or, once the connection stands, when the last of the request went out. `running`: more
    may come of it. `connections`: over which it went out; from the first on the provider may have heard of it.

    `head`, `content`: whether these have come. `first_life`, `last`: when anything came first and last behind the head,
    and with it. `held`: bytes of that.
    """

    def __init__(self, number: int, now: float) -> None:
        self.number = number
        self.since = self.last = now
        self.running = True
        self.connections = 0
        self.head: Head | None = None
        self.first_life: float | None = None
        self.content = False
        self.held = 0

    def note(self, event: Event, now: float) -> None:
        """Take in what came."""
        match event:
            case Connected():
                self.connections += 1
                self.since = now
            case Sending():
                self.since = now
            case Head():
                self.head = event
                self.last = now
            case Life() | Content() | Error():
                self.last = now
                if self.first_life is None:
                    self.first_life = now
                if not isinstance(event, Error):
                    self.held += event.size
                    self.content |= isinstance(event, Content)
            case _:
                self.running = False

    @property
    def sent(self) -> bool:
        return self.connections > 0 or self.head is not None

    @property
    def is_good(self) -> bool:
        return self.head is not None and self.head.status < 300

    @property
    def is_stream(self) -> bool:
        return self.head is not None and self.head.streams

    def silent_until(self, patience: Patience) -> float:
        """When it has said nothing for too long."""
        if not self.sent:
            return self.since + patience.connect_s
        if self.head is None:
            return self.since + patience.first_s
        return self.last + (patience.life_s if self.is_stream and not self.content else patience.silence_s)
