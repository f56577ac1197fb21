"""Beside a running instance that is of another version, broken, or hangs: every command ends and says what is wrong."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager

import pytest

from tests.support.commands import Ended, run
from tests.support.scene import MODELS_PATH, Acme, write_files
from tests.support.told import providers, quiet_log
from trayapp.cli.check import ANSWER_TIMEOUT_S
from trayapp.control.client import SILENCE_S
from trayapp.control.instance import private_folder
from trayapp.paths import Home, home

GREEN, FAILED, CANNOT_TELL = 0, 1, 3
COMMANDS = {
    ("status",): CANNOT_TELL,
    ("status", "--watch", "--json"): CANNOT_TELL,
    ("wait", "acme-api"): CANNOT_TELL,
    ("switch", "local"): FAILED,
    ("switch", "cloud", "acme"): FAILED,
    ("local", "stop"): FAILED,
    ("local", "start"): FAILED,
}
"""What asks a running instance and cannot do without its answer, with the exit code for not getting one."""


def first_version(request: bytes) -> bytes:
    """What an instance of the first version answers: its picture, or a refusal of whatever is not of its version."""
    asked = json.loads(request)
    if asked["v"] == 1:
        return b'{"v": 1, "ok": {"at": 1.0}}\n'
    params = {"theirs": str(asked["v"]), "ours": 1}
    return json.dumps({"v": 1, "problem": {"code": "control_version", "params": params}}).encode() + b"\n"


NO_SENSE = "could not be understood"
STRANGE: dict[str, tuple[Callable[[bytes], bytes], str]] = {
    "of the first version": (first_version, "It speaks version 1, this one 2."),
    "of a later version": (lambda _: b'{"v": 3, "said": [1]}\n', "It speaks version 3, this one 2."),
    "no JSON": (lambda _: b"\xff\x00 nonsense\n", NO_SENSE),
    "no object": (lambda _: b'[{"v": 2}]\n', NO_SENSE),
    "nothing said": (lambda _: b'{"v": 2}\n', NO_SENSE),
    "another shape": (lambda _: b'{"v": 2, "ok": {"light": 1, "state": 1, "to": 1}}\n', NO_SENSE),
    "nested without end": (lambda _: b'{"v": 2, "ok": ' + b"[" * 100_000 + b"\n", NO_SENSE),
    "5 MB": (lambda _: b'{"v": 2, "ok": "' + b"x" * 5_000_000 + b'"}\n', NO_SENSE),
    "half a line": (lambda _: b'{"v": 2, "ok": {"light": "gre', "is not running"),
    "nothing": (lambda _: b"", "is not running"),
    "a problem without words": (lambda _: b'{"v": 2, "problem": {"code": "cancelled"}}\n', "Not finished"),
    "a problem nobody knows": (
        lambda _: b'{"v": 2, "problem": {"code": "x", "params": {"code": 1}, "title": "Too late", "message": "Go."}}\n',
        "Too late\n  Go.",
    ),
}


@asynccontextmanager
async def instance(answer: Callable[[bytes], bytes] | None) -> AsyncIterator[Home]:
    """Something that listens where the instance would, reads a line and writes `answer`; None: it hangs instead."""
    here = home()
    private_folder(here.runtime)
    here.lock.write_text("4711\n")
    over = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readline()
        if answer is None:
            await over.wait()
        else:
            writer.write(answer(request))
        writer.close()

    server = await asyncio.start_unix_server(serve, here.socket)
    try:
        yield here
    finally:
        over.set()
        server.close()
        here.socket.unlink(missing_ok=True)


async def ask_all(acme: Acme) -> dict[tuple[str, ...], Ended]:
    write_files(home(), (acme,))
    return dict(zip(COMMANDS, await asyncio.gather(*(run(*one) for one in COMMANDS)), strict=True))


def check_ends(ended: dict[tuple[str, ...], Ended], words: str) -> None:
    for command, one in ended.items():
        assert (one.code, one.out) == (COMMANDS[command], ""), (command, one)
        assert words in one.err, (command, one)
        assert "A mistake in LLM Ampel" not in one.err


@pytest.mark.slow
@pytest.mark.parametrize("kind", STRANGE)
async def test_what_it_answers_instead_is_told_in_a_sentence(kind: str) -> None:
    answer, words = STRANGE[kind]
    async with AsyncExitStack() as stack:
        acme = Acme(page=False)
        await acme.open(stack)
        here = await stack.enter_async_context(instance(answer))
        check_ends(await ask_all(acme), words)
    quiet_log(here)


@pytest.mark.slow
async def test_one_that_hangs_is_told_with_its_process() -> None:
    acme = Acme(page=False)
    async with providers(acme), instance(None) as here:
        ended, german, timed = await asyncio.gather(
            ask_all(acme), run("switch", "cloud", LANGUAGE="de"), run("wait", "acme-api", "--timeout", "1")
        )
    check_ends(ended, "The running instance does not answer")
    assert all(f"It was given {SILENCE_S:.0f} s." in one.err for one in ended.values())
    assert all("(4711)" in one.err for one in ended.values())
    assert "Das laufende Programm antwortet nicht" in german.err
    assert (timed.code, timed.err) == (CANNOT_TELL, "")
    quiet_log(here)


@pytest.mark.parametrize(
    ("kind", "words"),
    [("of the first version", "of another version"), ("no JSON", NO_SENSE), (None, "does not answer"), ("nothing", "")],
)
async def test_check_makes_a_round_of_its_own_and_says_why(kind: str | None, words: str) -> None:
    acme = Acme(page=False)
    async with providers(acme), instance(None if kind is None else STRANGE[kind][0]) as here:
        write_files(here, (acme,))
        ended = await run("check", "--json")
    assert (ended.code, json.loads(ended.out)["light"]) == (GREEN, "green")
    assert ended.err.startswith("The running instance") if words else ended.err == ""
    assert words in ended.err
    assert (f"It was given {ANSWER_TIMEOUT_S:.0f} s." in ended.err) == (kind is None)
    assert acme.api_server.asked(MODELS_PATH) == 1
    quiet_log(here)
