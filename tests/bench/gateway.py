"""The gateway beside nginx as a plain reverse proxy and beside no proxy at all, in one run on one machine.

    python -m tests.bench.gateway [--rounds 5] [--requests 2000] [--seconds 3] [--clicks 50]

Provider, proxies, gateway and load each run in a process of their own, on loopback; the rounds alternate, and the
medians of all rounds are told. The provider of plain answers is nginx itself, so that it costs as little as can be.
What the engine does with each request's evidence is not in it: the gateway hands it over after the answer.
"""

import argparse
import asyncio
import contextlib
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

from tests.bench.gateway_programs import LOCAL_MODEL, STREAMS
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

ADDED_BUDGET_S = 0.00025
PER_S_BUDGET = 5500.0
CLICK_BUDGET_S = 0.050
START_DEADLINE_S = 20.0

_PORTS = (
    *("plain", "local", "proxy", "streams", "stream_proxy"),
    *("gateway", "control", "stream_gateway", "stream_control"),
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
  server {{ listen 127.0.0.1:{proxy}; location / {{
    proxy_pass http://plain; proxy_http_version 1.1; proxy_set_header Connection ""; proxy_buffering off; }} }}
  server {{ listen 127.0.0.1:{stream_proxy}; location / {{
    proxy_pass http://127.0.0.1:{streams}; proxy_http_version 1.1; proxy_buffering off; }} }}
}}
"""


def _answer(model: str) -> str:
    message = {"role": "assistant", "content": "Hello! How can I help you today? " * 8}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return json.dumps({"id": "chatcmpl-1", "object": "chat.completion", "model": model, "choices": [choice]})


def _free_ports(count: int) -> list[int]:
    with contextlib.ExitStack() as stack:
        taken = [stack.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [one.getsockname()[1] for one in taken]


@contextlib.asynccontextmanager
async def _program(*command: str, port: int) -> AsyncIterator[None]:
    """A process that serves on `port` until the block ends."""
    process = await asyncio.create_subprocess_exec(*command)
    try:
        async with asyncio.timeout(START_DEADLINE_S):
            while True:
                with contextlib.suppress(OSError):
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                await asyncio.sleep(0.02)
        yield
    finally:
        process.terminate()
        await process.wait()


def _own(module: str, name: str, *arguments: Any) -> list[str]:
    return [sys.executable, "-m", f"tests.bench.{module}", name, *map(json.dumps, arguments)]


async def _load(name: str, *arguments: Any) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        *_own("gateway_load", name, *arguments), stdout=asyncio.subprocess.PIPE
    )
    out, _ = await process.communicate()
    if process.returncode:
        raise SystemExit(f"{name} failed")
    found: dict[str, Any] = json.loads(out)
    return found


async def measure(rounds: int, requests: int, seconds: float, clicks: int, folder: Path) -> dict[str, Any]:
    """Everything, as medians over the rounds."""
    nginx = shutil.which("nginx")
    if nginx is None:
        raise SystemExit("nginx is the yardstick; install it (Debian: nginx-light)")
    token = Tokens(home()).add("bench")
    port = dict(zip(_PORTS, _free_ports(len(_PORTS)), strict=True))
    config = folder / "nginx.conf"
    config.write_text(
        _NGINX.format(folder=folder, cloud_answer=_answer("big-1"), local_answer=_answer(LOCAL_MODEL), **port)
    )
    async with contextlib.AsyncExitStack() as stack:
        for command, at in (
            ([nginx, "-c", str(config)], port["proxy"]),
            (_own("gateway_programs", "provide_streams", port["streams"]), port["streams"]),
            (
                _own("gateway_programs", "gateway", port["gateway"], port["plain"], port["local"], port["control"]),
                port["control"],
            ),
            (
                _own(
                    "gateway_programs",
                    "gateway",
                    port["stream_gateway"],
                    port["streams"],
                    port["local"],
                    port["stream_control"],
                ),
                port["stream_control"],
            ),
        ):
            await stack.enter_async_context(_program(*command, port=at))
        plain = {"direct": port["plain"], "nginx": port["proxy"], "gateway": port["gateway"]}
        streamed = {"direct": port["streams"], "nginx": port["stream_proxy"], "gateway": port["stream_gateway"]}
        found: dict[str, list[Any]] = {}
        for _ in range(rounds):
            for name, at in plain.items():
                found.setdefault(f"latency {name}", []).append(await _load("latency", at, token, requests))
                found.setdefault(f"throughput {name}", []).append(await _load("throughput", at, token, 16, seconds))
        for name, at in streamed.items():
            found.setdefault(f"streams {name}", []).append(await _load("streams", at, token))
        found["clicks"] = [await _load("clicks", port["gateway"], token, port["control"], clicks)]
    return {
        name: {key: statistics.median(one[key] for one in results) for key in results[0]}
        for name, results in found.items()
    }


def _line(what: str, values: list[float], form: str, budget: str = "") -> None:
    cells = "".join(f"{'':>10}" if value != value else f"{value:>10{form}}" for value in values)
    *_, nginx, ours = values
    ratio = f"{ours / nginx:>9.2f} x" if nginx == nginx and nginx else f"{'':>11}"
    print(f"{what:<44}{cells}{ratio}   {budget}")


def report(found: dict[str, Any]) -> None:
    """One line a figure; `x` is the gateway's to nginx's."""
    nothing = float("nan")
    sides = ("direct", "nginx", "gateway")
    print(f"\n{'':<44}{'direct':>10}{'nginx':>10}{'gateway':>10}{'x nginx':>11}   budget")
    median = [found[f"latency {side}"]["median_s"] for side in sides]
    _line("1 connection, median, ms", [one * 1e3 for one in median], ".3f")
    added = [nothing, *(one - median[0] for one in median[1:])]
    used = f"{ADDED_BUDGET_S * 1e3:g} ms, {added[-1] / ADDED_BUDGET_S:.2f} of it used"
    _line("  added, ms", [one * 1e3 for one in added], ".3f", used)
    per_s = [found[f"throughput {side}"]["per_s"] for side in sides]
    _line(
        "16 connections, requests a second", per_s, ".0f", f"{PER_S_BUDGET:g}, reached {per_s[-1] / PER_S_BUDGET:.2f} x"
    )
    for key, what, scale, form, budget in (
        ("whole", f"{STREAMS} streams at once, whole and in order", 1, ".0f", f"{STREAMS}"),
        ("delay_median_s", "  an event's delay, median, ms", 1e3, ".2f", ""),
        ("delay_p99_s", "  an event's delay, 99th percentile, ms", 1e3, ".2f", ""),
    ):
        _line(what, [found[f"streams {side}"][key] * scale for side in sides], form, budget)
    click = found["clicks"]
    used = f"{CLICK_BUDGET_S * 1e3:g} ms, {click['median_s'] / CLICK_BUDGET_S:.2f} of it used"
    _line("click to next local answer, median, ms", [nothing, nothing, click["median_s"] * 1e3], ".2f", used)
    _line("  the worst, ms", [nothing, nothing, click["worst_s"] * 1e3], ".2f")
    _line("  failed while flipping", [nothing, nothing, click["failed"]], ".0f", f"0 (of {click['answered']:.0f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--requests", type=int, default=2000)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--clicks", type=int, default=50)
    args = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        os.environ["LLM_AMPEL_HOME"] = f"{name}/home"
        report(asyncio.run(measure(args.rounds, args.requests, args.seconds, args.clicks, Path(name))))


if __name__ == "__main__":
    main()
