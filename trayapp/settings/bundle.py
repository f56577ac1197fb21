"""A published catalogue: all service files in one JSON file, with a version that only grows and a date."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from trayapp import paths
from trayapp.errors import Problem
from trayapp.settings.document import MAX_FILE_BYTES as MAX_ONE_BYTES

FORMAT = 1
"""Of the bundle, and of the service files in it: it grows with what older programs would refuse."""
MAX_BYTES = 4_000_000
"""Some fifty times the shipped catalogue."""
_PLACE = re.compile(r"at `\$?\.?([\w.\[\]]+)")
_FILE = r"^[a-z0-9][a-z0-9-]{0,40}\.toml\Z"


Version = Annotated[int, Meta(ge=1, le=1_000_000)]
"""One a day for thousands of years. A slip of the publisher's far beyond that would keep every later one out for good.
"""


class Edition(Struct, frozen=True):
    """Which catalogue: its version and its day."""

    version: Version
    date: date


class Bundle(Struct, frozen=True):
    """`services`: the text of each service file by its name."""

    format: int
    version: Version
    date: date
    services: dict[Annotated[str, Meta(pattern=_FILE)], Annotated[str, Meta(max_length=MAX_ONE_BYTES)]]

    @property
    def edition(self) -> Edition:
        return Edition(self.version, self.date)


class _Format(Struct):
    format: int = 0


def read_bundle(raw: bytes) -> Bundle:
    """The catalogue in a file. Raises Problem `catalogue_too_new` (format, known) or `catalogue_damaged` (reason)."""
    try:
        told = msgspec.json.decode(raw, type=_Format).format
        if told > FORMAT:
            raise Problem("catalogue_too_new", format=told, known=FORMAT)
        bundle = msgspec.json.decode(raw, type=Bundle)
    except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError) as error:
        place = _PLACE.search(str(error))
        raise Problem("catalogue_damaged", reason=place[1] if place else "JSON") from error
    if not bundle.services:
        raise Problem("catalogue_damaged", reason="no services")
    return bundle


def bundle_bytes(edition: Edition, services: Mapping[str, str]) -> bytes:
    """The file to be signed."""
    return msgspec.json.encode(Bundle(FORMAT, edition.version, edition.date, dict(sorted(services.items()))))


def trusted_comment(edition: Edition) -> str:
    """What the signature says beside the file, and signs with it: no signature of anything else fits."""
    return f"llm-ampel catalogue {edition.version} of {edition.date.isoformat()}"


def shipped_edition() -> Edition:
    """Of the catalogue that came with the program."""
    return msgspec.json.decode((paths.resources() / "services" / "edition.json").read_bytes(), type=Edition)
