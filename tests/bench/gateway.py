"""The gateway beside nginx as a plain reverse proxy, other gateways and no proxy at all, in one run on one machine.

    python -m tests.bench.gateway [--rounds 5] [--requests 2000] [--seconds 3] [--clicks 50] [--install]

It prints the README's table. Provider, proxies, gateway and load each run in a process of their own, on loopback; the
rounds alternate, and the medians of all rounds are told. The provider of plain answers is nginx itself, so that it
costs as little as can be. What the engine does with each request's evidence is not in it: the gateway hands it over
after the answer.

Portkey and LiteLLM are measured where they are installed: `--install` does that from npm and PyPI, into a folder of
the cache or the one that LLM_AMPEL_CLIENTS names. Both run with the settings that they come with.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import os
import shutil
import socket
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

from tests.bench.gateway_load import Asks, Control
from tests.bench.gateway_programs import LOCAL_MODEL
from tests.bench.gateway_rivals import RIVALS, Places, Rival
from tests.bench.gateway_table import BESIDE, DIALECTS, Sizes, table
from tests.bench.tray import pss_mb
from tests.clients.install import installed
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

START_DEADLINE_S = 60.0
_TICKS_PER_S = os.sysconf("SC_CLK_TCK")

_PORTS = (
    *("plain", "local", "proxy", "streams", "stream_proxy", "fails", "silent"),
    *("gateway", "control", "fresh_gateway", "fresh_control"),
)
_NGINX = """
daemon off; worker_processes 1; pid {folder}/pid; error_log stderr crit;
events {{ worker_connections 2048; }}
http {{
  access_log off; keepalive_requests 100000000; default_type application/json;
  client_body_temp_path {folder}/1; proxy_temp_path {folder}/2; fastcgi_temp_path {folder}/3;
  uwsgi_temp_path {folder}/4; scgi_temp_path {folder}/5;
  upstream plain {{ server 127.0.0.1:{plain}; keepalive 64; keepalive_requests 100000000; }}
  server {{ listen 127.0.0.1:{plain}; location / {{ return 200 '{cloud_answer}'; }} }}
  server {{ listen 127.0.0.1:{local}; location / {{ return 200 '{local_answer}'; }} }}
  server {{ listen 127.0.0.1:{fails}; location / {{ return 503 '{{"error": {{"type": "server_error"}}}}'; }} }}
  server {{ listen 127.0.0.1:{proxy}; location / {{
    proxy_pass http://plain; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
  server {{ listen 127.0.0.1:{stream_proxy}; location / {{
    proxy_pass http://127.0.0.1:{streams}; proxy_http_version 1.1; proxy_buffering off; }} }}
}}
"""
_SAID = "hello " * 40
_CHAT = ("/v1/chat/completions", {"model": "big-1", "messages": [{"role": "user", "content": _SAID}]})
_SPOKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "Chat": _CHAT,
    "Messages": ("/v1/messages", _CHAT[1] | {"max_tokens": 1000}),
    "Responses": ("/v1/responses", {"model": "big-1", "input": _SAID}),
}
"""By the names of `gateway_table.DIALECTS`."""


def _answer(model: str) -> str:
    message = {"role": "assistant", "content": "Hello! How can I help you today? " * 8}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "model": model, "choices": [choice]})


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in taken]


@contextlib.asynccontextmanager
async def _program(*command: str, port: int, log: Path | None = None) -> AsyncIterator[int]:
    """A process that serves on `port` until the block ends; its id. `log`: where its words go."""
    with contextlib.ExitStack() as stack:
        out = stack.enter_context(log.open("w")) if log is not None else None
        process = await asyncio.create_subprocess_exec(*command, stdout=out, stderr=out)
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            while True:
                if process.returncode is not None:
                    told = log.read_text()[-2000:] if log is not None else ""
                    raise SystemExit(f"{' '.join(command)} ended with {process.returncode}\n{told}")
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.02)
        yield process.pid
    finally:
        if process.returncode is None:
            process.terminate()
        await process.wait()


def _own(module: str, name: str, *arguments: Any) -> list[str]:
    return [sys.executable, "-m", f"tests.bench.{module}", name, *map(json.dumps, arguments)]


def _gateway(port: dict[str, int], name: str, **others: int) -> list[str]:
    at, control = port[name], port[name.replace("gateway", "control")]
    return _own("gateway_programs", "gateway", at, port["plain"], port["local"], control, others)


async def _load(name: str, asks: Asks, *arguments: Any) -> dict[str, Any]:
    command = _own("gateway_load", name, asks, *arguments)
    process = await asyncio.create_subprocess_exec(*command, stdout=asyncio.subprocess.PIPE)
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"{name} failed")
    found: dict[str, Any] = json.loads(out)
    return found


def _cpu_s(pid: int) -> float:
    user, system = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / _TICKS_PER_S


class Bench:
    """One run. `found`: every figure, by what was measured and at whom, once for every round."""

    def __init__(self, folder: Path, sizes: Sizes) -> None:
        self.found: dict[tuple[str, str], list[dict[str, float]]] = {}
        self._folder = folder
        self._sizes = sizes
        self._port = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
        self._headers = {"Authorization": f"Bearer {Tokens(home()).add('bench')}"}

    @property
    def medians(self) -> dict[tuple[str, str], dict[str, float]]:
        return {
            at: {key: statistics.median(one[key] for one in results) for key in results[0]}
            for at, results in self.found.items()
        }

    async def run(self, rivals: list[Rival]) -> None:
        sizes = self._sizes
        port = self._port
        async with contextlib.AsyncExitStack() as stack:

            async def start(command: list[str], at: int, log: Path | None = None) -> int:
                return await stack.enter_async_context(_program(*command, port=at, log=log))

            await start(self._nginx(), port["proxy"])
            await start(_own("gateway_programs", "provide_streams", port["streams"], sizes.words), port["streams"])
            await start(_own("gateway_programs", "provide_silence", port["silent"]), port["silent"])
            others = {name: port[name] for name in ("streams", "fails", "silent")}
            gateway = await start(_gateway(port, "gateway", **others), port["control"])
            control = await Control.open(port["control"])
            plain = {"direct": self._asks("plain"), "nginx": self._asks("proxy"), "gateway": self._asks("gateway")}
            failing = {}
            places = Places(*(f"http://127.0.0.1:{port[name]}" for name in ("plain", "fails", "local")))
            for rival, at in zip(rivals, _free_ports(len(rivals)), strict=True):
                settings = self._folder / f"{rival.name}.json"
                settings.write_text(json.dumps(rival.settings(places)))
                command = rival.command(rival.package, at, settings)
                await start(command, at, self._folder / f"{rival.name}.log")
                plain[rival.name], failing[rival.name] = rival.asks(at, _CHAT[1], places)

            for _ in range(sizes.rounds):
                for side, asks in plain.items():
                    # The others take up to a hundred times as long.
                    count = sizes.requests if side in BESIDE else sizes.requests // 10
                    before = _cpu_s(gateway)
                    self._note("latency", side, await _load("latency", asks, count))
                    if side == "gateway":
                        self._note("cpu", side, {"each_s": (_cpu_s(gateway) - before) / count})
                    self._note("throughput", side, await _load("throughput", asks, sizes.connections, sizes.seconds))
            streamed = {
                "direct": self._asks("streams"),
                "nginx": self._asks("stream_proxy"),
                "gateway": self._asks("gateway", name="streams"),
            }
            for side, asks in streamed.items():
                self._note("many streams", side, await _load("streams", asks, sizes.many_streams, sizes.words))
            for _ in range(sizes.rounds):
                for side, asks in streamed.items():
                    self._note("some streams", side, await _load("streams", asks, sizes.some_streams, sizes.words))
            self._note("clicks", "gateway", await _load("clicks", plain["gateway"], port["control"], sizes.clicks))
            await self._translated(control)
            await self._failing(control, failing)
            await control.close()
        await self._memory()

    def _nginx(self) -> list[str]:
        program = shutil.which("nginx", path=f"{os.environ['PATH']}:/usr/sbin:/sbin")
        if program is None:
            raise SystemExit("nginx is the yardstick; install it (Debian: nginx-light)")
        config = self._folder / "nginx.conf"
        answers = {"cloud_answer": _answer("big-1"), "local_answer": _answer(LOCAL_MODEL)}
        config.write_text(_NGINX.format(folder=self._folder, **answers, **self._port))
        return [program, "-c", str(config)]

    def _asks(self, at: str, dialect: str = "Chat", name: str = "") -> Asks:
        path, body = _SPOKEN[dialect]
        return Asks(self._port[at], self._headers, f"/{name}{path}" if name else path, body)

    def _note(self, what: str, side: str, figures: dict[str, float]) -> None:
        self.found.setdefault((what, side), []).append(figures)

    async def _translated(self, control: Control) -> None:
        """Every dialect from a local server that speaks chat alone, beside the same server asked by itself."""
        sizes = self._sizes
        await control.tell("route local")
        for _ in range(sizes.rounds):
            self._note("plain Chat", "direct", await _load("latency", self._asks("local"), sizes.requests))
            for dialect in DIALECTS:
                asks = self._asks("gateway", dialect)
                self._note(f"plain {dialect}", "gateway", await _load("latency", asks, sizes.requests))
        await control.tell(f"target {self._port['streams']}")
        for _, dialect in itertools.product(range(sizes.rounds), DIALECTS):
            asks = self._asks("gateway", dialect)
            self._note(f"streamed {dialect}", "gateway", await _load("streams", asks, sizes.some_streams, sizes.words))
        await control.tell(f"target {self._port['local']}")
        await control.tell("route cloud")

    async def _failing(self, control: Control, rivals: dict[str, Asks]) -> None:
        """Auto mode, and what the others have for it."""
        sizes, port = self._sizes, self._port["control"]
        await control.tell("mode auto")
        fails = self._asks("gateway", name="fails")
        self._note("fails", "gateway", await _load("failover", fails, sizes.failures, port))
        # The first of them open the breaker.
        await _load("failover", fails, sizes.failures)
        self._note("open", "gateway", await _load("failover", fails, sizes.failures))
        silent = self._asks("gateway", name="silent")
        silent = silent._replace(body=silent.body | {"stream": True})
        await control.tell(f"target {self._port['streams']}")
        await control.tell("mode auto")
        self._note("silent", "gateway", await _load("failover", silent, sizes.silences, port))
        await control.tell("mode manual")
        for name, asks in rivals.items():
            self._note("fails", name, await _load("failover", asks, max(1, sizes.failures // 5)))

    async def _memory(self) -> None:
        """Of a gateway that has done nothing yet. nginx and the others are gone by now: what they share with it would
        make it smaller."""
        port = self._port
        async with contextlib.AsyncExitStack() as stack:
            await stack.enter_async_context(_program(*self._nginx(), port=port["proxy"]))
            command = _gateway(port, "fresh_gateway")
            pid = await stack.enter_async_context(_program(*command, port=port["fresh_control"]))
            asks = self._asks("fresh_gateway")
            asked, figures = 0, {}
            for after in self._sizes.memory_after:
                await _load("many", asks, after - asked)
                asked, figures[f"after_{after}_mb"] = after, pss_mb(pid)
            self._note("memory", "gateway", figures)


def measured(sizes: Sizes, rivals: list[Rival]) -> str:
    """The README's table, with `rivals` in it."""
    with tempfile.TemporaryDirectory() as name:
        os.environ["LLM_AMPEL_HOME"] = f"{name}/home"
        bench = Bench(Path(name), sizes)
        asyncio.run(bench.run(rivals))
    return table(bench.medians, sizes, [rival.name for rival in rivals])


def main() -> None:
    sizes = Sizes()
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=sizes.rounds)
    parser.add_argument("--requests", type=int, default=sizes.requests)
    parser.add_argument("--seconds", type=float, default=sizes.seconds)
    parser.add_argument("--clicks", type=int, default=sizes.clicks)
    parser.add_argument("--install", action="store_true", help="the other gateways, where they are not installed yet")
    given = vars(parser.parse_args())
    install = given.pop("install")
    rivals = []
    for rival in RIVALS:
        if install:
            installed(rival.package)
        if rival.package.done.exists():
            rivals.append(rival)
        else:
            folder = rival.package.folder
            print(f"{rival.name} is left out: it is not installed in {folder} (--install does that)", file=sys.stderr)
    print(measured(Sizes(**given), rivals))


if __name__ == "__main__":
    main()
