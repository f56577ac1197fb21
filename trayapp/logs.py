"""The log: a rotating file that never holds a secret, never blocks whoever logs, and never brings anybody down.

Whoever logs only formats a line and puts it into a queue; one listener thread writes. Secrets are taken out on the
way into the queue, so that nothing behind it, the file or the screen, ever sees one.
"""

import atexit
import contextlib
import logging
import logging.handlers
import os
import queue
import re
import sys
import threading
import traceback
from pathlib import Path
from types import TracebackType
from typing import Any, Protocol, TextIO

log = logging.getLogger(__name__)

MAX_FILE_BYTES = 1_000_000
KEPT_FILES = 3
# A shorter one would blank out ordinary words.
MIN_SECRET_CHARACTERS = 8
# These tell every request with its full address on level INFO.
TALKATIVE = ("httpx", "httpcore", "aiohttp", "asyncio", "keyring")

HIDDEN = "•••"
_FORMAT = "%(asctime)s %(levelname)-7s %(threadName)s %(name)s: %(message)s"
_SECRET_SHAPES = re.compile(
    r"""
    (?P<before>
        ["']? (?:proxy-)? authorization ["']? \s* [:=,]+ \s* (?:b?["'])? (?:bearer\s+ | basic\s+)?
      | ["']? (?:x-api-key | x-goog-api-key | api-key) ["']? \s* [:=,]+ \s* (?:b?["'])?
      | \b bearer \s+
      | [?&] (?:key | api_key | apikey | access_token | token) =
      | /t/
      | ://  (?= [^/\s@]+ @ )
    )
    [^\s"'&/@,;)\]}]+
    """,
    re.IGNORECASE | re.VERBOSE,
)

_secrets: set[str] = set()


class HasLogFile(Protocol):
    """What of `trayapp.paths.Home` is needed here."""

    @property
    def log_file(self) -> Path: ...


def register_secret(value: str) -> None:
    """From now on `value` is hidden wherever something is logged."""
    if len(value) >= MIN_SECRET_CHARACTERS:
        _secrets.add(value)


def redact(text: str) -> str:
    """`text` without registered secrets and without what stands where secrets stand."""
    # A copy, because another thread may register one meanwhile; the longest first, in case one holds another.
    for secret in sorted(_secrets.copy(), key=len, reverse=True):
        text = text.replace(secret, HIDDEN)
    return _SECRET_SHAPES.sub(lambda match: match["before"] + HIDDEN, text)


class _Redacting(logging.handlers.QueueHandler):
    def prepare(self, record: logging.LogRecord) -> Any:
        record = super().prepare(record)
        record.message = record.msg = redact(record.msg)
        return record


class _Patient:
    """A full or vanished disk loses lines, counts them, and says so once there is room again."""

    lost = 0

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        self.lost += 1


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


class _LogFile(_Patient, logging.handlers.RotatingFileHandler):
    def __init__(self, file: Path) -> None:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        super().__init__(file, maxBytes=MAX_FILE_BYTES, backupCount=KEPT_FILES, encoding="utf-8", errors="replace")

    def _open(self) -> Any:
        stream = open(self.baseFilename, "a", encoding=self.encoding, errors=self.errors, opener=_private)  # noqa: SIM115 - the handler closes it
        with contextlib.suppress(OSError):
            Path(self.baseFilename).chmod(0o600)
        return stream

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name that logging calls
        super().handleError(record)
        # What stands in its buffer would come out later, after lines that were written since.
        stream, self.stream = self.stream, None
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()

    def emit(self, record: logging.LogRecord) -> None:
        before = self.lost
        super().emit(record)
        if before and self.lost == before:
            self.lost = 0
            note = f"{before} earlier lines are missing, because they could not be written"
            super().emit(logging.LogRecord(__name__, logging.WARNING, __file__, 0, note, None, None))


class _Screen(_Patient, logging.StreamHandler[TextIO]):
    pass


class Logs:
    """The running log. `error`: why there is no file, if there is none."""

    def __init__(self, file: Path, verbose: bool) -> None:
        self.error: OSError | None = None
        handlers: list[logging.Handler] = []
        try:
            handlers.append(_LogFile(file))
        except OSError as error:
            self.error = error
        if verbose:
            handlers.append(_Screen(sys.stderr))
        for handler in handlers:
            handler.setFormatter(logging.Formatter(_FORMAT))
        self._listener = logging.handlers.QueueListener(queue.SimpleQueue(), *handlers)
        self._entrance = _Redacting(self._listener.queue)
        self._handlers = handlers
        self._closed = False
        self._before = (logging.getLogger().level, sys.excepthook, threading.excepthook)

    def start(self, verbose: bool) -> None:
        root = logging.getLogger()
        root.addHandler(self._entrance)
        root.setLevel(logging.DEBUG if verbose else logging.INFO)
        for name in TALKATIVE:
            logging.getLogger(name).setLevel(logging.WARNING)
        sys.excepthook = _uncaught
        threading.excepthook = _uncaught_in_thread
        self._listener.start()
        # A command that simply ends must not take its last lines along.
        atexit.register(self.close)

    def close(self) -> None:
        """Write what is queued and give everything back as it was."""
        if self._closed:
            return
        self._closed = True
        atexit.unregister(self.close)
        root = logging.getLogger()
        root.removeHandler(self._entrance)
        level, sys.excepthook, threading.excepthook = self._before
        root.setLevel(level)
        self._listener.stop()
        for handler in self._handlers:
            with contextlib.suppress(OSError):
                handler.close()


def setup(home: HasLogFile, verbose: bool = False) -> Logs:
    """Log into the home's file (for the user alone), and on stderr too when `verbose`. Never fails: where the file
    cannot be written there is none, and `Logs.error` says why."""
    logs = Logs(home.log_file, verbose)
    logs.start(verbose)
    if logs.error is not None:
        log.warning("nothing is logged to %s: %s", home.log_file, logs.error.strerror)
    return logs


def _uncaught(kind: type[BaseException], value: BaseException, trace: TracebackType | None) -> None:
    if issubclass(kind, KeyboardInterrupt):
        sys.__excepthook__(kind, value, trace)
        return
    log.critical("the program ends with a failure", exc_info=(kind, value, trace))
    # The terminal gets the same text, and it must not tell a secret either.
    with contextlib.suppress(OSError, ValueError):
        sys.stderr.write(redact("".join(traceback.format_exception(kind, value, trace))))


def _uncaught_in_thread(failure: threading.ExceptHookArgs) -> None:
    if failure.exc_type is SystemExit or failure.exc_value is None:
        return
    name = failure.thread.name if failure.thread else "a thread"
    log.critical("%s ended with a failure", name, exc_info=(failure.exc_type, failure.exc_value, failure.exc_traceback))
