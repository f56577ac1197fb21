"""A vendor of status pages is one module: put into the folder of vendors, it is read, offered and checked for."""

import sys
from pathlib import Path

import pytest

from tests.support.httpserver import Server, answer
from trayapp.clock import SystemClock
from trayapp.core.evidence.page_report import PageHealth, PageLight
from trayapp.engine.loading import load_all
from trayapp.paths import home
from trayapp.text.problems import words
from trayapp.watch.http import Http
from trayapp.watch.pages import vendors
from trayapp.watch.pages.reader import PageReader
from trayapp.watch.pages.registry import page_kinds
from trayapp.watch.schedule.budget import Budget

MODULE = '''
from msgspec import Struct

from trayapp.clock import Clock
from trayapp.core.catalogue import Page
from trayapp.core.evidence.page_report import PageComponent, PageLight
from trayapp.watch.pages.fetch import Fetcher
from trayapp.watch.pages.vendor import MakeVendor, Reading


class Parts(Struct):
    parts: dict[str, bool]


class Weatherboard:
    def __init__(self, fetcher: Fetcher, page: Page, clock: Clock) -> None:
        self._fetcher = fetcher

    async def read(self, base: str) -> Reading:
        """Raises `Unfit`."""
        file = await self._fetcher.json(f"{base}/parts", Parts)
        states = {True: PageLight.OPERATIONAL, False: PageLight.MAJOR}
        return Reading([PageComponent(name, name, states[works]) for name, works in file.parts.items()], [])


VENDOR: MakeVendor = Weatherboard
'''
SERVICE = """\
provider = "acme"
name = "Acme AI"

[page]
kind = "weatherboard"
url = "{url}"

[[service]]
id = "acme-api"
name = "Acme API"

[[service.component]]
id = "chat"
name = "Chat"
main = true
page_components = ["chat"]
"""


@pytest.fixture
def weatherboard(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A kind of page that the program was not shipped with."""
    (tmp_path / "weatherboard.py").write_text(MODULE)
    monkeypatch.setattr(vendors, "__path__", [*vendors.__path__, str(tmp_path)])
    return f"{vendors.__name__}.weatherboard"


def _write(url: str, text: str = SERVICE) -> None:
    home().services_dir.mkdir(parents=True)
    (home().services_dir / "acme.toml").write_text(text.replace("{url}", url))


async def test_a_new_module_makes_its_kind_readable(weatherboard: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = SystemClock()
    http = Http()
    async with Server() as server:
        server.on("/parts", answer(200, {"parts": {"chat": False, "login": True}}))
        _write(server.url)
        loaded = load_all(home())
        assert loaded.problems == ()
        page = loaded.catalogue.providers["acme"].page
        assert page is not None
        reader = PageReader("acme", page, 120, http, Budget(clock), clock)
        assert weatherboard not in sys.modules, "neither listed nor made does a vendor cost its import"
        report = await reader.read()
        monkeypatch.delitem(sys.modules, weatherboard)
    await http.close()
    assert report is not None
    assert report.health is PageHealth.OK
    assert [(one.id, one.state) for one in report.components] == [
        ("chat", PageLight.MAJOR),
        ("login", PageLight.OPERATIONAL),
    ]


@pytest.mark.parametrize(
    ("kind", "message"),
    [
        ("wetherboard", "wetherboard is no kind of status page. Did you mean weatherboard?"),
        ("klingon", "klingon is no kind of status page. Known are: {kinds}."),
    ],
)
def test_a_kind_that_no_module_reads_is_told(weatherboard: str, kind: str, message: str) -> None:
    _write("https://status.acme.example", SERVICE.replace("weatherboard", kind))
    loaded = load_all(home())
    assert "acme" not in loaded.catalogue.providers
    expected = message.replace("{kinds}", ", ".join(page_kinds()))
    assert [words(one) for one in loaded.problems] == [("acme.toml, line 5: page.kind", expected)]
    assert {"statuspage", "incidentio", "weatherboard"} <= set(page_kinds())
