"""A page of some vendor on loopback, read through the program's own reader and judged by rule 4."""

from tests.support.fakeclock import FakeClock
from tests.support.httpserver import Behaviour, Server, conditional
from tests.support.vendorpages import PAGE_IDS, Files, files
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageHistory, PageReport
from trayapp.core.light.page_opinion import Opinions, PageOpinion, unknown
from trayapp.watch.http import Http
from trayapp.watch.pages.reader import PageReader
from trayapp.watch.schedule.budget import Budget


class VendorScene:
    """`show` or `serve`, then `read`: a report. `opinion` is what rule 4 makes of the latest."""

    def __init__(self, kind: str, http: Http, clock: FakeClock) -> None:
        self.kind = kind
        self.server = Server()
        self.clock = clock
        self.http = http
        self._reader: PageReader | None = None
        self.page_id = PAGE_IDS.get(kind)

    async def read(self) -> PageReport:
        """What the page says now."""
        if self._reader is None:
            page = Page(self.kind, self.server.url, page_id=self.page_id)
            self._reader = PageReader("acme", page, 120.0, self.http, Budget(self.clock), self.clock)
        report = await self._reader.read()
        assert report is not None
        self.report = report
        return report

    async def show(self, state: str) -> PageReport:
        """The page in that state, read."""
        return await self.serve(files(self.kind, state, self.clock.now()))

    async def serve(self, shelf: Files) -> PageReport:
        """These files, read; each has a validator, as with most vendors."""
        await self._begin()
        for path, body in shelf.items():
            self.server.on(path or "/", conditional(body, f'"{hash(body)}"'))
        return await self.read()

    async def serve_anywhere(self, behaviour: Behaviour) -> PageReport:
        """This for every path, read."""
        await self._begin()
        self.server.always(behaviour)
        return await self.read()

    async def past(self) -> PageHistory:
        """What the page tells of its past, days after it was served."""
        assert self._reader is not None
        self.clock.move(3 * 86400.0)
        return await self._reader.read_past()

    def opinion(self, part: str) -> PageOpinion:
        """What rule 4 makes of a part."""
        if not self.report.speaks:
            return unknown(self.report, None)
        return Opinions(self.report).of((part,), self.clock.now())

    async def close(self) -> None:
        if hasattr(self.server, "url"):
            await self.server.__aexit__()

    async def _begin(self) -> None:
        if not hasattr(self.server, "url"):
            await self.server.__aenter__()
