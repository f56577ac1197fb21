"""The updates of the catalogue that are kept beside the data: the newest and the one before it, each with its digest.

They were verified when they came; whoever could change them here since could write service files as well, so only
damage is looked for. `record.json` is what counts: it is written last, and a file that it does not name is nobody's.
"""

import contextlib
import hashlib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import msgspec
from msgspec import Struct, structs

from trayapp.errors import Param, Problem
from trayapp.paths import Home
from trayapp.settings.atomic import write_atomic
from trayapp.settings.bundle import MAX_BYTES, Bundle, read_bundle
from trayapp.settings.reading import read_whole

KEPT = 2
"""The newest, and one to go back to."""


class Kept(Struct, frozen=True):
    version: int
    date: date
    digest: str


class Record(Struct, frozen=True):
    """`kept`: the newest first. `highest`: the newest version that ever came; an older one is never taken again.

    `asked_at`, `answered_at`: Unix times of the latest try, and of the latest that was well. `source`: the address and
    key that the validators `etag` and `modified` belong to. `problem`: why the latest try brought nothing.
    """

    kept: tuple[Kept, ...] = ()
    highest: int = 0
    asked_at: float = 0.0
    answered_at: float = 0.0
    source: str = ""
    etag: str | None = None
    modified: str | None = None
    problem: tuple[str, dict[str, Param]] | None = None


def read_record(home: Home) -> Record:
    """What is kept; nothing where that cannot be read. Raises Problem `catalogue_record_damaged` (path)."""
    file = _folder(home) / "record.json"
    try:
        return msgspec.json.decode(read_whole(file), type=Record)
    except FileNotFoundError:
        return Record()
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        raise Problem("catalogue_record_damaged", path=str(file)) from error


def write_record(home: Home, record: Record) -> None:
    """Raises Problem `disk_full` or `not_writable`."""
    write_atomic(_folder(home) / "record.json", msgspec.json.encode(record))


def bundles(home: Home, record: Record) -> Iterator[Bundle | Problem]:
    """Each that is kept, the newest first, or what is wrong with it."""
    for kept in record.kept:
        file = _file(home, kept.version)
        try:
            raw = read_whole(file, MAX_BYTES)
            if digest(raw) != kept.digest:
                raise Problem("catalogue_damaged", reason="digest")
            yield read_bundle(raw)
        except OSError as error:
            yield Problem("catalogue_kept_damaged", version=kept.version, reason=error.strerror)
        except Problem as problem:
            yield Problem("catalogue_kept_damaged", version=kept.version, reason=str(problem))


def keep(home: Home, record: Record, raw: bytes, bundle: Bundle) -> Record:
    """Keep a verified one as the newest; returns the record, which the caller writes. Raises as `write_record`."""
    write_atomic(_file(home, bundle.version), raw)
    newest = Kept(bundle.version, bundle.date, digest(raw))
    kept = (newest, *(one for one in record.kept if one.version != bundle.version))[:KEPT]
    return structs.replace(record, kept=kept, highest=max(record.highest, bundle.version))


def tidy(home: Home, record: Record) -> None:
    """Take away what the record does not name."""
    named = {_file(home, one.version) for one in record.kept}
    with contextlib.suppress(OSError):
        for file in _folder(home).glob("*.bundle.json"):
            if file not in named:
                file.unlink()


def digest(raw: bytes) -> str:
    return hashlib.sha256(raw).hexdigest()


def _folder(home: Home) -> Path:
    return home.data / "catalogue"


def _file(home: Home, version: int) -> Path:
    return _folder(home) / f"{version}.bundle.json"
