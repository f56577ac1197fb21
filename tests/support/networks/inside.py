"""The machine on the small internet: what the program says on it, running and cold, beside a provider in each state.

Started by `outside` in a namespace of its own, which it speaks to by lines: `wire` asks for the wire, `break` for the
fault; a row of the table, as JSON, is what was seen.
"""

import asyncio
import contextlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import certifi

from tests.support.networks import hosts
from tests.support.networks.hosts import MORE_STATES, PROVIDER_STATES, AcmeAI, BoltAI
from tests.support.networks.proxy import PORT
from tests.support.networks.wire import THERE, ip
from tests.support.scene import Scene, write_files
from trayapp.cli.check import look
from trayapp.control import client
from trayapp.control.messages import AskStatus, StatusAnswer
from trayapp.core.light.severity import Finding, Light
from trayapp.core.snapshot import Snapshot
from trayapp.engine.loading import load_all
from trayapp.paths import home

# Time-outs are real and waits are not: a try that times out may not become longer than the pause between two.
RATE = 4.0
# Three failures that nothing vouches for, and the five minutes that they may be yellow.
SETTLED_S = 480.0
# A red is asked twice a minute and ends by good answers over one minute, or three where it failed in part before. A
# page is read every two.
HEALED_S = 300.0
# What `check` takes at most.
ROUND_S = 60.0
# Several programs share this process; each of them would have as many of its own.
LOOKUPS_AT_ONCE = 100


async def main(fault: str, folder: Path) -> None:
    asyncio.get_running_loop().set_default_executor(ThreadPoolExecutor(LOOKUPS_AT_ONCE))
    outside("wire")
    plug_in()
    trust_and_resolve(folder)
    if fault.startswith("proxy"):
        os.environ["http_proxy"] = os.environ["https_proxy"] = f"http://{hosts.PROXY}:{PORT}"
    states = (*PROVIDER_STATES, *MORE_STATES) if fault == "none" else PROVIDER_STATES
    async with AsyncExitStack() as stack:
        scenes = {state: await stack.enter_async_context(_scene(fault, state, folder)) for state in states}
        for scene in scenes.values():
            await stack.enter_async_context(scene.listening())
        await asyncio.gather(
            *(s.until(lambda s: s.judgement.light is Light.GREEN, "green", 60) for s in scenes.values())
        )
        outside("break")
        async with asyncio.TaskGroup() as seeing:
            for state, scene in scenes.items():
                seeing.create_task(_running(fault, state, scene))
                seeing.create_task(_cold(fault, state, folder))
        lights = {state: {one.id: one.light for one in s.engine.judgement.services} for state, s in scenes.items()}
        outside("heal")
        async with asyncio.TaskGroup() as seeing:
            for state, scene in scenes.items():
                seeing.create_task(_after(fault, state, scene, lights[state]))


def tell(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def outside(what: str) -> None:
    tell(what)
    answer = sys.stdin.readline()
    assert answer == "done\n", answer


def plug_in() -> None:
    ip("link set lo up")
    ip(f"link set {THERE} up")
    ip(f"address add {hosts.v4(hosts.MACHINE)}/32 dev {THERE}")
    ip(f"address add {hosts.v6(hosts.MACHINE)}/128 dev {THERE} nodad")
    ip(f"route add default dev {THERE}")
    ip(f"-6 route add default dev {THERE}")


def trust_and_resolve(folder: Path) -> None:
    """This namespace has a resolver, roots of its own that are public, and others that only its system trusts."""
    (folder / "resolv.conf").write_text(f"nameserver {hosts.v4(hosts.RESOLVER)}\n")
    (folder / "nsswitch.conf").write_text("hosts: dns\n")
    for ours, theirs in {
        "resolv.conf": "/etc/resolv.conf",
        "nsswitch.conf": "/etc/nsswitch.conf",
        "public.pem": certifi.where(),
    }.items():
        subprocess.run(["mount", "--bind", folder / ours, theirs], check=True)
    os.environ["SSL_CERT_FILE"] = str(folder / "system.pem")
    os.environ["SSL_CERT_DIR"] = str(folder)


def _watched(fault: str, state: str) -> tuple[AcmeAI | BoltAI, ...]:
    return (BoltAI(state),) if fault == "alone" else (AcmeAI(), BoltAI(state))


def _settings(fault: str) -> str:
    return f"[network]\ncontrols = {json.dumps([] if fault == 'alone' else hosts.CONTROL_URLS)}\n"


@contextmanager
def _home(folder: Path, name: str) -> Iterator[None]:
    with mock.patch.dict(os.environ, LLM_AMPEL_HOME=str(folder / name)):
        yield


def _scene(fault: str, state: str, folder: Path) -> Scene:
    with _home(folder, f"running-{state}"):
        return Scene(*_watched(fault, state), settings=_settings(fault), rate=RATE)


async def _running(fault: str, state: str, scene: Scene) -> None:
    """Eight minutes after it broke, and everything that was seen until then."""
    broken_at = scene.clock.now()
    await scene.until(lambda s: s.at > broken_at + SETTLED_S, "it to settle", 2 * SETTLED_S / RATE)
    status = await client.ask(scene.home, AskStatus())
    assert status is not None
    _saw(fault, state, "running", status, _since(scene, broken_at))


def _since(scene: Scene, begin: float) -> list[Any]:
    """What changed after that moment, and how many seconds after it."""
    return [(one.service, one.light, one.finding, round(one.at - begin)) for one in scene.transitions if one.at > begin]


async def _after(fault: str, state: str, scene: Scene, before: dict[str, Light]) -> None:
    """Until all is well again, or it should be."""
    healed_at = scene.clock.now()

    def well(s: Snapshot) -> bool:
        return all(
            one.finding is (Finding.RECOVERING if before[one.id] is Light.RED else Finding.OK)
            for one in s.judgement.services
        )

    with contextlib.suppress(AssertionError):
        await scene.until(well, "it to be well again", HEALED_S / RATE)
    status = await client.ask(scene.home, AskStatus())
    assert status is not None
    seen = _since(scene, healed_at)
    _saw(fault, state, "after", status, seen, well=well(scene.engine.snapshot()))


async def _cold(fault: str, state: str, folder: Path) -> None:
    """What a first `check` says: the command's own round, in this process only because sixty more would take turns."""
    with _home(folder, f"cold-{state}"):
        here = home()
    watched = _watched(fault, state)
    write_files(here, watched, _settings(fault))
    answer = await look(here, load_all(here), tuple(name for one in watched for name in one.services), ROUND_S)
    _saw(fault, state, "cold", answer, [])


def _saw(fault: str, state: str, when: str, answer: StatusAnswer, meanwhile: list[Any], **more: Any) -> None:
    row = {"fault": fault, "provider": state, "when": when, "meanwhile": meanwhile, **more}
    tell(json.dumps(row | {"report": answer.report, "lines": answer.lines}))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
