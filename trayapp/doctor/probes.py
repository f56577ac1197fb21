"""Which of our requests have ever been answered here as they should be: what has not is a guess that may be wrong."""

from collections.abc import Iterator
from datetime import UTC, datetime

import msgspec

from trayapp.core.catalogue import Catalogue, ProbeKind
from trayapp.core.evidence.unverified import UnverifiedMemory
from trayapp.paths import Home
from trayapp.settings.schema import Settings
from trayapp.store.database import piece_of


class _Judge(msgspec.Struct):
    """What of the judge's memory matters here."""

    unverified: UnverifiedMemory = msgspec.field(default_factory=UnverifiedMemory)


def probes(home: Home, catalogue: Catalogue, settings: Settings) -> Iterator[str]:
    """A line for each request that the watched services need, with the day of its last good answer."""
    answered = _answered(home)
    for _, service in catalogue.watched(settings.watch.services):
        for probe in service.probes:
            if probe.kind is ProbeKind.COMPLETION:
                continue
            at = answered.get(probe.name)
            when = "never answered here" if at is None else f"answered on {datetime.fromtimestamp(at, UTC):%Y-%m-%d}"
            yield f"{probe.name} for {service.id}: {when}{', unverified' if probe.unverified else ''}"


def _answered(home: Home) -> dict[str, float]:
    try:
        return msgspec.json.decode(piece_of(home.store_file, "judge") or b"{}", type=_Judge).unverified.answered
    except msgspec.MsgspecError:
        return {}
