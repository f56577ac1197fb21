"""Keeps the shipped catalogue up to date where the user has asked for that: once a day, signed, never backwards.

What does not verify, does not fit or is older changes nothing but what is said. The light goes on with what is there.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable

from msgspec import structs

from trayapp.clock import Clock
from trayapp.engine.loading import Loaded
from trayapp.errors import Problem
from trayapp.paths import Home
from trayapp.secrets.signature import verified_comment
from trayapp.settings import publisher
from trayapp.settings.bundle import Bundle, read_bundle, shipped_edition, trusted_comment
from trayapp.settings.catalogue_store import Record, digest, keep, read_record, tidy, write_record
from trayapp.settings.schema import CatalogueSettings
from trayapp.settings.services import bundle_mistakes, place_of
from trayapp.tasks import Rounds
from trayapp.watch.catalogue_fetch import Fetched, fetch
from trayapp.watch.http import Http
from trayapp.watch.pages.registry import page_kinds

DAY_S = 86_400.0
RETRY_S = 3_600.0
"""Wall seconds after a try that brought nothing."""
LOOK_S = 900.0
"""Steady seconds between two looks at the clock, which may have stood still while the machine slept."""
JITTER = 0.1
"""So that installations that were started together do not ask together."""
SILENT_DAYS = 3
"""Being offline for a day or two is no news."""


class CatalogueUpdates:
    """`reload`: go on with what the files say now. `carried`: is told the bytes that it cost."""

    def __init__(
        self,
        home: Home,
        clock: Clock,
        loaded: Callable[[], Loaded],
        reload: Callable[[], Awaitable[None]],
        carried: Callable[[int], None],
    ) -> None:
        self._home = home
        self._clock = clock
        self._loaded = loaded
        self._reload = reload
        self._carried = carried
        self._one_at_a_time = asyncio.Lock()
        self._day_s = DAY_S * (1 + JITTER * random.random())
        self.problems: tuple[Problem, ...] = ()

    async def run(self) -> None:
        """Look again and again whether it is time; never ends by itself."""
        rounds = Rounds("updating the catalogue")
        while True:
            with rounds.round():
                await self.look()
            await self._clock.sleep(LOOK_S)

    async def look(self) -> None:
        """Ask for an update if it is time to, and follow it."""
        async with self._one_at_a_time:
            settings = self._loaded().settings.catalogue
            if not (settings.builtin and settings.updates):
                self.problems = ()
                return
            source = _source(settings)
            if isinstance(source, Problem):
                self.problems = (source,)
                return
            # Only its loss is told by whoever loads the catalogue; a new record is begun.
            record = await asyncio.to_thread(_record, self._home)
            if not self._is_due(record, source):
                self.problems = self._told(record)
                return
            after = await self._asked(record, *source)
            self.problems = self._told(after)
            try:
                await asyncio.to_thread(self._write, after)
            except Problem as problem:
                # What cannot be kept is not used either: after a restart it would be gone.
                self.problems = (problem,)
                return
        edition = self._loaded().edition
        if after.kept and (edition is None or edition.version < after.kept[0].version):
            await self._reload()

    def _now(self) -> float:
        return self._clock.wall(self._clock.now()).timestamp()

    def _is_due(self, record: Record, source: tuple[str, str]) -> bool:
        if record.source != " ".join(source):
            return True
        waited_s = self._now() - record.asked_at
        return not 0 <= waited_s < (self._day_s if record.problem is None else RETRY_S)

    async def _asked(self, record: Record, url: str, key: str) -> Record:
        source = f"{url} {key}"
        known = {"if-none-match": record.etag, "if-modified-since": record.modified}
        # What is kept and what is in use differ where something is damaged: then it is asked for anew.
        edition = self._loaded().edition
        whole = not record.kept or (edition is not None and edition.version >= record.kept[0].version)
        same = whole and record.source == source
        validators = {name: value for name, value in known.items() if value and same}
        http = Http(on_bytes=self._carried)
        try:
            fetched = await fetch(http, url, validators)
            taken = record if fetched is None else await asyncio.to_thread(self._taken, record, fetched, key)
            after = structs.replace(taken, answered_at=self._now(), problem=None)
        except Problem as problem:
            after = structs.replace(record, problem=(problem.code, dict(problem.params)), etag=None, modified=None)
        finally:
            await http.close()
        return structs.replace(after, asked_at=self._now(), source=source)

    def _taken(self, record: Record, fetched: Fetched, key: str) -> Record:
        """What is kept once this has come. Raises Problem for what is not to be taken."""
        comment = verified_comment(fetched.raw, fetched.signature, key)
        bundle = read_bundle(fetched.raw)
        if comment != trusted_comment(bundle.edition):
            raise Problem("catalogue_unsigned", reason="comment")
        _refuse_older(record, bundle, fetched.raw)
        etag, modified = (fetched.validators.get(name) for name in ("if-none-match", "if-modified-since"))
        record = structs.replace(record, etag=etag, modified=modified)
        if bundle.version <= shipped_edition().version:
            return record
        if mistakes := bundle_mistakes(bundle, page_kinds()):
            raise Problem("catalogue_damaged", reason=place_of(mistakes[0]))
        return keep(self._home, record, fetched.raw, bundle)

    def _write(self, record: Record) -> None:
        write_record(self._home, record)
        tidy(self._home, record)

    def _told(self, record: Record) -> tuple[Problem, ...]:
        if record.problem is None:
            return ()
        code, params = record.problem
        silent_s = self._now() - record.answered_at
        if code == "catalogue_unreachable" and record.answered_at and silent_s < SILENT_DAYS * DAY_S:
            return ()
        return (Problem(code, **params),)


def _source(settings: CatalogueSettings) -> tuple[str, str] | Problem:
    url, key = settings.url or publisher.URL, settings.key or publisher.PUBLIC_KEY
    if url is None:
        return Problem("catalogue_no_address")
    return (url, key) if key is not None else Problem("catalogue_no_key")


def _record(home: Home) -> Record:
    try:
        return read_record(home)
    except Problem:
        return Record()


def _refuse_older(record: Record, bundle: Bundle, raw: bytes) -> None:
    """Whoever repeats what was true once, signed as it is, must not turn anything back."""
    have = max(record.highest, shipped_edition().version)
    if bundle.version < have:
        raise Problem("catalogue_older", version=bundle.version, have=have)
    known = next((one.digest for one in record.kept if one.version == bundle.version), None)
    if known is not None and known != digest(raw):
        raise Problem("catalogue_older", version=bundle.version, have=have)
