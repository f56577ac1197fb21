"""The test suites of OpenAI's and Anthropic's own libraries, as their source distributions have them, against a mock
straight and through the cloud route.

They are written for a mock that answers from an OpenAPI description, Steady. The one that goes with a version is not
published with it, so we make it from the library: its lists of methods name the paths, its types the answers.
"""

import asyncio
import contextlib
import os
import signal
import xml.etree.ElementTree as ElementTree
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import NamedTuple

from msgspec import structs

from tests.clients.install import Package, cache, installed, once, venv
from tests.support.messagesbed import MessagesBed
from tests.support.ports import free_port, listens
from tests.support.until import until
from trayapp.core.catalogue import Catalogue

STEADY = Package("npm", "@stdy/cli", "0.22.2")
PASSED = "passed"
_SPEC = Path(__file__).parent / "scripts/sdk_spec.py"
_FORMATS = [
    f"--validator-{where}-{what}-format=brackets" for where in ("query", "form") for what in ("array", "object")
]
_READY_S = 60.0
_TOOLS = ("pytest==9.2.0", "pytest-asyncio==1.5.0", "inline-snapshot==0.36.1", "respx==0.23.1", "rich==15.0.0")


class Suite(NamedTuple):
    """`provider`: whose API of the bed it is; `base`: what follows its address; `needs`: what its tests import;
    `options`: of pytest, as its own settings have them."""

    name: str
    version: str
    provider: str
    base: str
    needs: tuple[str, ...]
    options: tuple[str, ...] = ()

    @property
    def folder(self) -> Path:
        return cache() / f"{self.name}-{self.version}-suite"

    @property
    def source(self) -> Path:
        return self.folder / f"source/{self.name}-{self.version}"

    @property
    def python(self) -> str:
        return str(self.folder / "bin/python")


OPENAI = Suite("openai", "3.57.0", "acme", "/v1", _TOOLS)
ANTHROPIC = Suite(
    "anthropic",
    "2.14.0",
    "brain",
    "",
    (*_TOOLS, "http-snapshot[httpx]==0.1.9", "dirty-equals==0.11", "standardwebhooks==1.1.0"),
    # What is left out asks nobody: answers stand in the library's own process, for a base URL without a path.
    ("-p", "tests._alias_httpx", "--ignore=tests/api_resources/beta/test_output_format_conversion.py"),
)

Outcomes = Mapping[str, str]
"""By test: `PASSED`, or what went wrong in a line."""


class Played(NamedTuple):
    straight: Outcomes
    through: Outcomes

    @property
    def passed(self) -> int:
        """How many tests pass straight."""
        return sum(told == PASSED for told in self.straight.values())

    @property
    def lost(self) -> Mapping[str, str]:
        """What passes straight and not through the gateway, and why."""
        told = {name: self.through.get(name, "not run") for name, found in self.straight.items() if found == PASSED}
        return {name: why for name, why in told.items() if why != PASSED}


async def play(suite: Suite, folder: Path) -> Played:
    """Both ways. `folder`: for what the tests write."""
    await asyncio.to_thread(_install, suite)
    async with _mock(suite, folder) as url, MessagesBed() as bed:
        providers = dict(bed.catalogue.providers)
        provider = providers[suite.provider]
        assert provider.api is not None
        providers[suite.provider] = structs.replace(provider, api=structs.replace(provider.api, url=url))
        bed.catalogue = Catalogue(providers)
        straight = await _outcomes(suite, url + suite.base, folder / "straight")
        # The libraries' own made-up keys pass where the token is in the path.
        address = f"http://127.0.0.1:{bed.port}/t/{bed.token}/{suite.provider}{suite.base}"
        played = Played(straight, await _outcomes(suite, address, folder / "through"))
        if played.lost:
            # On a busy machine some run out of time, which is nobody's fault.
            again = await _outcomes(suite, address, folder / "through", "--last-failed")
            played = Played(straight, {**played.through, **again})
        return played


def _install(suite: Suite) -> None:
    installed(STEADY)
    source = suite.folder / "source"
    download = (
        suite.python,
        "-m",
        "pip",
        "download",
        "--quiet",
        "--no-deps",
        "--no-binary",
        ":all:",
        "-d",
        str(source),
    )
    once(
        suite.folder,
        *venv(suite.folder, f"{suite.name}[aiohttp]=={suite.version}", *suite.needs),
        (*download, f"{suite.name}=={suite.version}"),
        (suite.python, "-m", "tarfile", "-e", f"{suite.source}.tar.gz", str(source)),
    )


@contextlib.asynccontextmanager
async def _mock(suite: Suite, folder: Path) -> AsyncIterator[str]:
    """Steady's address, with a description of all that the library asks."""
    spec = folder / "spec.json"
    with spec.open("wb") as file:
        command = (suite.python, str(_SPEC), suite.name, *map(str, sorted(suite.source.rglob("api.md"))))
        describing = await asyncio.create_subprocess_exec(*command, stdout=file)
    assert await describing.wait() == 0
    port = free_port()
    steady = await asyncio.create_subprocess_exec(
        str(STEADY.programs / "steady"), "--host", "127.0.0.1", "--port", str(port), "--quiet", "--generator-seed=1",
        # A description that is made from the answers says nothing against a question.
        "--reject-on-sdk-error=false", *_FORMATS, str(spec),
        stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
        start_new_session=True,
    )  # fmt: skip
    try:
        await until(lambda: listens(port), "Steady to listen", _READY_S)
        yield f"http://127.0.0.1:{port}"
    finally:
        # npm's command is a parent of the server's.
        os.killpg(steady.pid, signal.SIGKILL)
        await steady.wait()


async def _outcomes(suite: Suite, base: str, folder: Path, *options: str) -> Outcomes:
    """What became of each test at a base URL; each of those that read an answer loosely reads it strictly, too."""
    folder.mkdir(exist_ok=True)
    report = folder / "report.xml"
    process = await asyncio.create_subprocess_exec(
        suite.python, "-m", "pytest", "tests/api_resources", "-q", "--tb=no", "-k", "not loose", "-o", "addopts=", "-o",
        f"cache_dir={folder}/cache", f"--junitxml={report}", *suite.options, *options, cwd=suite.source,
        env={"TEST_API_BASE_URL": base, "DEFER_PYDANTIC_BUILD": "false", "HOME": str(folder), "PATH": "/usr/bin:/bin"},
        stdout=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await process.wait()
    return {f"{case.get('classname')}::{case.get('name')}": _told(case) for case in _cases(report)}


def _cases(report: Path) -> list[ElementTree.Element]:
    return list(ElementTree.parse(report).iter("testcase"))


def _told(case: ElementTree.Element) -> str:
    for kind in ("failure", "error", "skipped"):
        if (found := case.find(kind)) is not None:
            return f"{kind}: {(found.get('message') or '').partition(chr(10))[0]}"
    return PASSED


async def table(folder: Path) -> bool:
    """Play both suites and print how many pass; whether none is lost."""
    good = True
    print("| suite | passes straight | through the gateway | lost |\n|---|---|---|---|", flush=True)
    for suite in (OPENAI, ANTHROPIC):
        (below := folder / suite.name).mkdir()
        played = await play(suite, below)
        good = good and not played.lost
        through = sum(told == PASSED for told in played.through.values())
        lost = "; ".join(f"{name}: {why}" for name, why in played.lost.items())
        print(
            f"| {suite.name} {suite.version} | {played.passed} of {len(played.straight)} | {through} | {lost} |",
            flush=True,
        )
    return good
