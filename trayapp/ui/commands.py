"""What the user can ask for. The UI sends and never waits: answers come back on the UI thread, as a
`CommandResult`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Generic, NamedTuple, Protocol, TypeVar

from trayapp.core.found import Found
from trayapp.core.journal.days import Stretch
from trayapp.core.journal.history import History
from trayapp.core.snapshot import Snapshot
from trayapp.core.switching.route import Mode
from trayapp.core.switching.target import TargetStatus
from trayapp.errors import Problem
from trayapp.settings.bundle import Edition
from trayapp.settings.schema import Key, Local, Settings

if TYPE_CHECKING:
    from trayapp.core.mine.fails import Fails

T = TypeVar("T")


@dataclass(frozen=True)
class CommandResult(Generic[T]):
    """How a command ended: a value, or everything that was wrong."""

    value: T | None = None
    problems: tuple[Problem, ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems


Done = Callable[[CommandResult[T]], None]


class ServiceChoice(NamedTuple):
    """A service that the catalogue offers. `own`: it stands in a file of the user's."""

    id: str
    name: str
    provider_name: str
    own: bool = False


class KeySlot(NamedTuple):
    """A key that a provider can use. `host`: the only one that will ever be given it. `completes`: the catalogue can
    ask its models for a word with it."""

    name: str
    provider: str
    provider_name: str
    host: str
    completes: bool = True


class SettingsView(NamedTuple):
    """What the settings dialog starts from. `tools`: the names of those that have a token. `edition`: of the catalogue
    in use, `edition_days` its age, and `updated` whether it came after the program."""

    settings: Settings
    services: tuple[ServiceChoice, ...]
    keys: tuple[KeySlot, ...]
    tools: tuple[str, ...] = ()
    edition: Edition | None = None
    edition_days: int = 0
    updated: bool = False


class HistoryView(NamedTuple):
    """What the history's window shows. `names`: of services and providers, by id."""

    history: History
    names: Mapping[str, str]


class FoundServer(NamedTuple):
    """A local LLM server that answered with its signature. `server` is its id."""

    server: str
    url: str
    models: tuple[str, ...]


class ToolAccess(NamedTuple):
    """What a tool has to be told: its address, which holds its token."""

    name: str
    url: str
    token: str


class ChatTurn(NamedTuple):
    """One turn of the local chat; `role` is `user` or `assistant`."""

    role: str
    text: str


class Stream(Protocol):
    """Something under way that may be broken off: a chat answer, a test of a target."""

    def stop(self) -> None:
        """End it; `done` is still called, with the problem `cancelled`."""


class FailsView(NamedTuple):
    """What it amounts to that a service fails for the user, and the picture that this rests on."""

    answer: "Fails"
    picture: Snapshot


class Keep(StrEnum):
    """For how long something is set aside."""

    CHANGED = "changed"
    HOUR = "hour"
    TOMORROW = "tomorrow"
    UNDONE = "undone"


class Leave(StrEnum):
    """What becomes of the tools' gateway when the tray quits."""

    NOTHING_TO_KEEP = "nothing_to_keep"
    KEEP_GATEWAY = "keep_gateway"
    SET_TOOLS_BACK = "set_tools_back"


class Commands(Protocol):
    """Every method returns at once. `done` is called on the UI thread, exactly once."""

    def switch_local(self, providers: tuple[str, ...] | None, done: Done[tuple[str, ...]]) -> None:
        """Move these providers to the target; None: those that are down. The value names those that moved."""

    def switch_cloud(self, providers: tuple[str, ...] | None, done: Done[tuple[str, ...]]) -> None:
        """Bring these providers home; None: all of them."""

    def stay_local(self, providers: tuple[str, ...], done: Done[tuple[str, ...]]) -> None:
        """Keep the local route until the user changes it, and stop offering the way home."""

    def switch_mode(self, mode: Mode, done: Done[bool]) -> None:
        """Who switches from now on: only the user, or the gateway by itself. The value: nothing is missing for that."""

    def check_now(self) -> None:
        """Ask everything again, within the same budget as ever."""

    def only_when_back(self, incident_id: str, *, on: bool = True) -> None:
        """Say nothing more about this incident until it is over, or tell what is news of it again."""

    def set_aside(self, target: str, keep: Keep, done: Done[None]) -> None:
        """Leave this incident or service out of the light for so long."""

    def fails(self, service: str, words: str, done: Done[FailsView]) -> None:
        """This service fails for the user, who sees `words`: look afresh, and say on whose side it is."""

    def undo_aside(self, target: str, done: Done[None]) -> None:
        """Let it count again."""

    def open_demo(self) -> None:
        """Start the replayed night beside this program."""

    def quit(self, leave: Leave) -> None:
        """End the program."""

    def view_history(self, done: Done[HistoryView]) -> None:
        """Read the history of the last 90 days, with what the program has not written yet."""

    def latest_hours(self, done: Done[Mapping[str, tuple[Stretch, ...]]]) -> None:
        """What each of the last 24 hours was like, by service."""

    def export_history(self, service: str | None, file: Path, done: Done[None]) -> None:
        """Write all that there is of this service, or of all, to a file: CSV where its name ends so, else JSON."""

    def forget_history(self, service: str | None, done: Done[None]) -> None:
        """Delete all that there is of this service, or of all, for good."""

    def view_settings(self, done: Done[SettingsView]) -> None:
        """Read settings and catalogue."""

    def save_settings(self, changes: Mapping[Key, object], done: Done[Settings]) -> None:
        """Write these keys, all or none. None removes a key, so that its default holds again.

        When `done` is called they hold, and the language is the one that they name. A port for the gateway on which
        somebody else listens is refused.
        """

    def stored_keys(self, done: Done[Mapping[str, str]]) -> None:
        """The keys that the keyring holds: for which `host[:port]`, by name."""

    def set_key(self, name: str, value: str, done: Done[None]) -> None:
        """Put a key into the keyring, for its provider's host."""

    def set_local_key(self, local: Local, value: str, done: Done[None]) -> None:
        """Put the local server's key into the keyring, for the address that these settings of a target name."""

    def forget_key(self, name: str, done: Done[None]) -> None:
        """Take a key out of the keyring."""

    def look_at(self, address: str, name: str | None, done: Done[Found]) -> Stream:
        """Look at an address that was typed, once; `name`: what its user calls it. Writes nothing."""

    def add_service(self, found: Found, replace: bool, done: Done[str]) -> None:
        """Write the service file of what was found and watch it; the value is its path.

        One that is there stays, with the problem `service_file_exists`, unless `replace`.
        """

    def detect(self, done: Done[tuple[FoundServer, ...]]) -> None:
        """Look for local LLM servers on this machine."""

    def test_target(self, local: Local, key: str, done: Done[TargetStatus]) -> Stream:
        """Check these settings of a target as far as one token, without saving them.

        `key`: what its server gets in place of a stored one, unless it is empty.
        """

    def create_tool(self, name: str, done: Done[ToolAccess]) -> None:
        """What the tool of this name has to be told; a new one gets its token now."""

    def forget_tool(self, name: str, done: Done[None]) -> None:
        """Make a tool's token worthless."""

    def chat(self, messages: tuple[ChatTurn, ...], on_text: Callable[[str], None], done: Done[None]) -> Stream:
        """Ask the local target. `on_text` gets each piece as it comes, on the UI thread."""
