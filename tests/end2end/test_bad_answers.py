"""Whatever comes over the wire: a clear light, words for a person, and no more memory than usual."""

import asyncio
import json
from contextlib import AsyncExitStack
from typing import Any, NamedTuple

import pytest

from tests.support import pagefiles
from tests.support.commands import running
from tests.support.httpserver import (
    Authority,
    Behaviour,
    Server,
    answer,
    bomb,
    drip,
    drip_body,
    endless,
    garbage,
    huge,
    redirect,
)
from tests.support.scene import MODELS_PATH, NO_KEY, Acme, write_files
from tests.support.told import Both, in_both, peak_rss_mb, providers, quiet_log, untouched
from tests.support.until import until
from trayapp.paths import home

GREEN, CANNOT_TELL = 0, 3
SPARE_MB = 40
HTML = answer(200, "<html>We have a <b>new</b> page!</html>")
SOMEBODY_ELSE = answer(200, pagefiles.summary([pagefiles.component("x", "X")], page_id="somebodyelse"))
PAGE_FILES = ("summary", "components", "incidents", "incidents/unresolved", "scheduled-maintenances")


class Page(NamedTuple):
    """What a status page does, and how that is told. None: it redirects to itself."""

    does: Behaviour | None
    health: str
    reason: str
    en: str
    de: str


PAGES = {
    "html": Page(HTML, "unreadable", "html", "a web page instead of data", "eine Webseite statt Daten"),
    "huge": Page(huge(), "unreadable", "too_large", "too much to read", "zu viel zu lesen"),
    "endless": Page(endless, "unreadable", "too_large", "too much to read", "zu viel zu lesen"),
    "bomb": Page(bomb(), "unreadable", "too_large", "too much to read", "zu viel zu lesen"),
    "loris": Page(drip, "unreadable", "timeout", "no answer in time", "keine rechtzeitige Antwort"),
    "slow-body": Page(drip_body, "unreadable", "timeout", "no answer in time", "keine rechtzeitige Antwort"),
    "garbage": Page(
        garbage, "unreadable", "malformed", "an answer that makes no sense", "eine unverständliche Antwort"
    ),
    "loop": Page(None, "unreadable", "redirect_loop", "it sends us round in circles", "wir werden im Kreis geschickt"),
    "untrusted": Page(HTML, "unreadable", "untrusted", "a certificate that is not theirs", "ein fremdes Zertifikat"),
    "stranger": Page(SOMEBODY_ELSE, "wrong_page", "page_id", "another page answers", "eine andere Seite antwortet"),
}


class Api(NamedTuple):
    """What an API does, and the light, finding and reason that follow."""

    does: Behaviour | None
    light: str
    finding: str
    en: str
    de: str


SENSELESS = (
    "requests failed: an answer that makes no sense",
    "Anfragen scheiterten: eine unverständliche",
)
LATE = ("requests failed: no answer in time", "Anfragen scheiterten: keine rechtzeitige Antwort")
FOREIGN = ("a page that is not theirs", "eine fremde Seite")
# What is silent or makes no sense proves nothing shared; each keeps its own reason.
APIS = {
    "html-api": Api(HTML, "grey", "blocked", *FOREIGN),
    "loop-api": Api(None, "grey", "blocked", *FOREIGN),
    "huge-api": Api(huge(), "red", "down", *SENSELESS),
    "bomb-api": Api(bomb(), "red", "down", *SENSELESS),
    "garbage-api": Api(garbage, "red", "down", *SENSELESS),
    "loris-api": Api(drip, "red", "down", *LATE),
    "slow-body-api": Api(drip_body, "red", "down", *LATE),
    "untrusted-api": Api(NO_KEY, "grey", "blocked", "a certificate that is not theirs", "ein fremdes Zertifikat"),
    # The start of a long list of models is a good answer, and the rest is not read.
    "endless-api": Api(endless, "green", "ok", "Endless API: fine", "Endless-API: in Ordnung"),
}


async def page_of(name: str, page: Page, stack: AsyncExitStack, authority: Authority) -> Acme:
    one = Acme(f"{name}-page", api=False)
    await one.open(stack)
    if name == "untrusted":
        one.page_server = await stack.enter_async_context(Server(tls=authority.server()))
    for file in PAGE_FILES:
        path = f"/api/v2/{file}.json"
        one.page_server.on(path, page.does or redirect(one.page_server.url + path))
    return one


async def api_of(name: str, api: Api, stack: AsyncExitStack, authority: Authority) -> Acme:
    one = Acme(name.removesuffix("-api"), page=False)
    await one.open(stack)
    if name == "untrusted-api":
        one.api_server = await stack.enter_async_context(Server(tls=authority.server()))
    one.api(api.does or redirect(one.api_server.url + MODELS_PATH))
    return one


async def usual_rss_mb() -> float:
    """The peak of an instance that watches as many services, all of them well."""
    several = tuple(Acme(f"well-{number}") for number in range(len(PAGES) + len(APIS)))
    async with providers(*several):
        write_files(home(), several)
        async with running("watch", "--json") as watch:
            await until(lambda: watch.lines and json.loads(watch.lines[-1])["light"] == "green", "green")
            return peak_rss_mb(watch.process.pid)


@pytest.mark.slow
async def test_what_comes_over_the_wire_is_bounded_named_and_never_a_wrong_light() -> None:
    usual_mb = await usual_rss_mb()
    authority = Authority()
    async with AsyncExitStack() as stack:
        pages = [await page_of(name, page, stack, authority) for name, page in PAGES.items()]
        apis = [await api_of(name, api, stack, authority) for name, api in APIS.items()]
        here = home()
        for file in here.services_dir.iterdir():
            file.unlink()
        write_files(here, (*pages, *apis))
        with untouched(here.config):
            async with running("watch", "--json") as watch:
                report = await judged(watch.lines)
                told = await in_both("check")
                assert peak_rss_mb(watch.process.pid) < usual_mb + SPARE_MB
                assert watch.errors == []
    assert report["light"] == "red"
    assert {one["provider"]: (one["health"], one["reason"]) for one in report["pages"]} == {
        f"{name}-page": (page.health, page.reason) for name, page in PAGES.items()
    }
    services = {one["id"]: (one["light"], one["finding"]) for one in report["services"]}
    assert services == {f"{name}-page-api": ("grey", "no_evidence") for name in PAGES} | {
        name: (api.light, api.finding) for name, api in APIS.items()
    }
    assert told.codes == {2}
    english = [page.en for page in PAGES.values()] + [api.en for api in APIS.values()]
    german = [page.de for page in PAGES.values()] + [api.de for api in APIS.values()]
    told.says(english, german)
    assert "<b>" not in told.en.out
    quiet_log(here)


async def judged(lines: list[str]) -> dict[str, Any]:
    """The first report in which every page was tried and every API has its final light."""
    expected = {name: (api.light, api.finding) for name, api in APIS.items()}

    def settled() -> dict[str, Any] | None:
        report: dict[str, Any] = json.loads(lines[-1]) if lines else {"pages": [], "services": []}
        found = {one["id"]: (one["light"], one["finding"]) for one in report["services"]}
        tried = bool(report["pages"]) and all(one["health"] != "never" for one in report["pages"])
        return report if tried and all(found[name] == light for name, light in expected.items()) else None

    return await until(settled, "every light", deadline_s=75.0)


ALL_PROXY, NO_PROXY = "socks5://127.0.0.1:9", "[::1]"
"""httpx cannot be built with the first (no socksio is installed), and fails to read the second."""


async def test_proxy_variables_that_httpx_refuses_are_no_matter_to_loopback() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        told = await in_both("check", ALL_PROXY=ALL_PROXY, NO_PROXY=NO_PROXY)
    assert told.codes == {GREEN}
    told.says(("Acme API: fine",), ("Acme-API: in Ordnung",))
    quiet_log(home())


async def test_proxy_variables_that_httpx_refuses_are_named_as_the_step_that_fails() -> None:
    """No address outside can be asked, so nothing is said about the provider; nothing crashes, nothing is sent."""
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,), '[network]\ncontrols = ["http://192.0.2.2", "https://192.0.2.3"]\n')
        file = home().services_dir / "acme.toml"
        # A documentation address (RFC 5737): not even a name is looked up.
        text = (
            file.read_text()
            .replace(acme.api_server.url, "https://192.0.2.1")
            .replace(acme.page_server.url, "https://192.0.2.4")
        )
        file.write_text(text)
        with untouched(home().config):
            told: Both
            report: Any
            told, report = await asyncio.gather(
                in_both("check", "--timeout", "30", ALL_PROXY=ALL_PROXY, NO_PROXY=NO_PROXY),
                in_both("check", "--json", "--timeout", "30", ALL_PROXY=ALL_PROXY, NO_PROXY=NO_PROXY),
            )
    assert told.codes == report.codes == {CANNOT_TELL}
    seen = json.loads(report.en.out)
    assert (seen["light"], seen["services"][0]["finding"]) == ("grey", "own_network")
    assert (seen["network"]["state"], seen["network"]["step"]) == ("offline", "proxy")
    assert (seen["pages"][0]["health"], seen["pages"][0]["reason"]) == ("unreadable", "proxy_settings")
    told.says(("proxy",), ("Proxy",))
    assert acme.api_server.requests == acme.page_server.requests == []
    quiet_log(home())
