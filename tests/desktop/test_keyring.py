"""Keys in a real GNOME Keyring on a private bus: unlocked, locked, asking for its password, and not there at all."""

import asyncio
import contextlib
import logging
import os
import subprocess
import traceback
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.leaks import Processes
from tests.support.processes import end, running, wait_for
from tests.support.screen import Screen, own_screen
from tests.support.sessionbus import private_bus
from tests.support.until import until
from trayapp import logs
from trayapp.doctor.report import report
from trayapp.engine.loading import load_all
from trayapp.errors import Problem
from trayapp.paths import home
from trayapp.secrets import keyring_child
from trayapp.secrets.key_index import KeyIndex, read_index, write_index
from trayapp.secrets.keys import KeyringState, Keys

pytestmark = pytest.mark.desktop

PASSWORD = "correct horse"
VALUE = "sk-test-0123456789abcdef"
CANARY = "canary-2d1f60c4a9e84b3b"
HOST = "api.acme.example"
BACKEND = "keyring.backends.SecretService.Keyring"
PATIENCE_S = 30.0
"""Real seconds: beside other work the keyring's process alone takes more than a request of the program waits."""


@dataclass
class Ring:
    """A keyring of a test's own. `folder` holds its encrypted files."""

    bus: str
    folder: Path
    logs: Path

    @contextlib.contextmanager
    def unlocked(self) -> Iterator[None]:
        """The keyring's service, as it is after a login."""
        with self._serving("--unlock"):
            yield

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """The same keyring, as it is when nobody gave its password."""
        with self._serving():
            yield

    @contextlib.contextmanager
    def _serving(self, *options: str) -> Iterator[None]:
        command = ["gnome-keyring-daemon", "--foreground", "--components=secrets", *options]
        env = {**os.environ, "XDG_DATA_HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}
        with (self.logs / "keyring.log").open("ab") as log:
            process = subprocess.Popen(command, env=env, stdin=subprocess.PIPE, stdout=log, stderr=log)
        try:
            assert process.stdin is not None
            with process.stdin as password:
                password.write(PASSWORD.encode())
            wait_for(lambda: self.has("org.freedesktop.secrets"), "the keyring's service")
            yield
        finally:
            end(process)
            wait_for(lambda: not self.has("org.freedesktop.secrets"), "the keyring's end")

    def has(self, name: str) -> bool:
        """Whether somebody owns `name` on the bus."""
        ask = ["dbus-send", f"--bus={self.bus}", "--print-reply=literal", "--dest=org.freedesktop.DBus", "/"]
        ask += ["org.freedesktop.DBus.NameHasOwner", f"string:{name}"]
        return "true" in subprocess.run(ask, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def ring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Ring]:
    with private_bus(tmp_path) as bus:
        monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus.address)
        monkeypatch.delenv("DISPLAY", raising=False)
        (tmp_path / "ring").mkdir()
        yield Ring(bus.address, tmp_path / "ring", tmp_path)


@pytest.fixture
async def keys() -> AsyncIterator[Keys]:
    made = Keys(home(), patience_s=PATIENCE_S)
    yield made
    await made.close()


async def refusal(keys: Keys, name: str = "acme", host: str = HOST) -> str:
    with pytest.raises(Problem) as caught:
        await keys.get(name, host)
    return caught.value.code


async def test_a_key_is_kept_across_restarts_and_for_its_host_alone(ring: Ring, keys: Keys) -> None:
    with ring.unlocked():
        assert await keys.state() is KeyringState.AVAILABLE
        assert await keys.get("acme", HOST) is None
        await keys.set("acme", HOST, f"  {VALUE}\n")
        assert await keys.get("acme", HOST) == VALUE
        assert await Keys(home(), patience_s=PATIENCE_S).get("acme", f"{HOST}:443") == VALUE
        assert keys.names() == ["acme"]
        assert keys.hosts() == {"acme": HOST}
        for other in ("evil.example", f"{HOST}:8443", f"{HOST}.evil.example", "acme.example"):
            assert await refusal(keys, host=other) == "key_other_host"
        assert read_index(home()).backend == BACKEND


async def test_two_homes_know_nothing_of_each_other(
    ring: Ring, keys: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
        monkeypatch.setenv("LLM_AMPEL_HOME", str(tmp_path / "trial"))
        trial = Keys(home(), patience_s=PATIENCE_S)
        assert await trial.get("acme", HOST) is None
        await trial.set("acme", HOST, VALUE + "-trial")
        await trial.forget("acme")
        keys.reconsider()
        assert await keys.get("acme", HOST) == VALUE


async def test_a_key_is_replaced_and_forgotten(ring: Ring, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
        await keys.set("acme", "api.other.example", VALUE + "-new")
        assert await refusal(keys) == "key_other_host"
        assert await keys.get("acme", "api.other.example") == VALUE + "-new"
        await keys.forget("acme")
        await keys.forget("acme")
        assert keys.names() == []
        assert await keys.get("acme", "api.other.example") is None
        keys.reconsider()
        assert await keys.get("acme", "api.other.example") is None
        assert stored(ring) == []


async def test_a_long_key_is_kept_whole(ring: Ring, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, "x" * 20_000)
        keys.reconsider()
        assert await keys.get("acme", HOST) == "x" * 20_000


async def test_what_another_process_changes_is_noticed(ring: Ring, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
        assert await keys.get("acme", HOST) == VALUE
        await Keys(home(), patience_s=PATIENCE_S).set("acme", HOST, VALUE + "-new")
        assert await keys.get("acme", HOST) == VALUE + "-new"


async def test_a_forged_index_does_not_lend_a_key_to_another_host(ring: Ring, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
        write_index(home(), KeyIndex(BACKEND, {"acme": "evil.example"}))
        assert await refusal(keys, host="evil.example") == "key_other_host"


async def test_an_entry_that_vanished_or_is_no_key(ring: Ring, keys: Keys) -> None:
    with ring.unlocked():
        write_index(home(), KeyIndex(BACKEND, {"acme": HOST, "odd": HOST}))
        assert await keys.get("acme", HOST) is None
        # Stored by hand, in another form than ours.
        entry = f"llm-ampel-{home().namespace}/odd"
        request = {"do": "set", "entry": entry, "user": "odd", "backend": None, "ask": True, "value": VALUE}
        assert keyring_child.answer(request) == {"backend": BACKEND}
        assert await refusal(keys, "odd") == "key_malformed"


# Locked, and not there


async def test_locked_without_a_screen_is_told_at_once(ring: Ring, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
    with ring.locked():
        later = Keys(home(), patience_s=PATIENCE_S)
        assert await later.state() is KeyringState.LOCKED
        assert await refusal(later) == "keyring_locked"
        with pytest.raises(Problem) as caught:
            await later.set("new", HOST, VALUE)
        assert caught.value.code == "keyring_locked"
        assert later.names() == ["acme"], "what could not be stored is not listed"
    with ring.unlocked():
        later.reconsider()
        assert await later.get("acme", HOST) == VALUE


async def test_a_keyring_that_was_never_set_up(ring: Ring, keys: Keys) -> None:
    write_index(home(), KeyIndex(BACKEND, {"acme": HOST}))
    with ring.locked():
        assert await keys.state() is KeyringState.LOCKED
        assert await refusal(keys) == "keyring_locked"


@pytest.mark.parametrize("bus", ["", "unix:path=/nowhere/bus"])
async def test_no_keyring_at_all(keys: Keys, monkeypatch: pytest.MonkeyPatch, bus: str) -> None:
    monkeypatch.setenv("DBUS_SESSION_BUS_ADDRESS", bus)
    assert await keys.state() is KeyringState.ABSENT
    with pytest.raises(Problem) as caught:
        await keys.set("acme", HOST, VALUE)
    assert caught.value.code == "keyring_absent"
    assert keys.names() == []
    assert await keys.get("acme", HOST) is None
    write_index(home(), KeyIndex(BACKEND, {"acme": HOST}))
    assert await refusal(keys) == "keyring_absent"


async def test_a_bus_without_a_keyring(ring: Ring, keys: Keys) -> None:
    assert await keys.state() is KeyringState.ABSENT


@pytest.mark.parametrize("backend", ["keyring.backends.null.Keyring", "keyrings.alt.file.PlaintextKeyring"])
async def test_a_keyring_that_keeps_nothing_or_keeps_it_plain_is_never_used(
    ring: Ring, keys: Keys, monkeypatch: pytest.MonkeyPatch, backend: str
) -> None:
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", backend)
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
        assert read_index(home()).backend == BACKEND
    write_index(home(), KeyIndex(backend, {"acme": HOST}))
    assert await refusal(keys) == "keyring_absent"


async def test_the_first_keyring_stays_until_it_is_gone_and_a_key_is_stored_anew(ring: Ring, keys: Keys) -> None:
    write_index(home(), KeyIndex("keyring.backends.kwallet.DBusKeyring", {"acme": HOST}))
    with ring.unlocked():
        assert await refusal(keys) == "keyring_absent"
        await keys.set("acme", HOST, VALUE)
        assert read_index(home()).backend == BACKEND
        assert await keys.get("acme", HOST) == VALUE


async def test_a_keyring_that_breaks_is_told_by_name_alone(ring: Ring, keys: Keys, tmp_path: Path) -> None:
    # A real interpreter with a real keyring package, whose secretstorage is broken.
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "secretstorage.py").write_text(f"raise LookupError('while holding {CANARY}')")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(broken))
        with pytest.raises(Problem) as caught:
            await keys.set("acme", HOST, CANARY)
    assert caught.value.code == "keyring_failed"
    assert caught.value.params["reason"] == "LookupError"


# The prompt


@pytest.fixture
def prompt(ring: Ring, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    """A screen on which a locked keyring asks for its password."""
    with own_screen(tmp_path / "screen.log") as screen:
        monkeypatch.setenv("DISPLAY", screen.display)
        env = {**os.environ, "LC_ALL": "C.UTF-8"}
        with running(["/usr/libexec/gcr-prompter"], env, tmp_path / "prompter.log"):
            wait_for(lambda: ring.has("org.gnome.keyring.SystemPrompter"), "the prompter")
            yield screen


def asks(screen: Screen) -> bool:
    return bool(screen.windows("Unlock"))


def children() -> list[int]:
    """The keyring processes of this test."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            status = dict(
                line.split(":\t", 1) for line in (folder / "status").read_text().splitlines() if ":\t" in line
            )
            command = (folder / "cmdline").read_bytes()
            if int(status["PPid"]) == os.getpid() and keyring_child.__file__.encode() in command:
                found.append(int(folder.name))
    return found


async def test_a_prompt_blocks_nobody_and_its_password_is_taken(ring: Ring, prompt: Screen, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
    with ring.locked():
        later = Keys(home(), patience_s=0.2)
        ticks = 0

        async def tick() -> None:
            nonlocal ticks
            while True:
                ticks += 1
                await asyncio.sleep(0.01)

        async with asyncio.TaskGroup() as group:
            ticking = group.create_task(tick())
            assert await refusal(later) == "keyring_locked"
            ticking.cancel()
        assert ticks > 1, "the loop ran on meanwhile"
        await until(lambda: asks(prompt), "the prompt")
        assert await refusal(later) == "keyring_locked"
        assert len(children()) == 1, "one prompt at a time"
        prompt.xdotool("type", PASSWORD)
        prompt.key("Return")
        await until(lambda: not children(), "the keyring's answer")
        assert await later.get("acme", HOST) == VALUE
        await later.close()


async def test_a_prompt_that_nobody_answers_is_killed_and_not_shown_again(
    ring: Ring, prompt: Screen, keys: Keys
) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
    with ring.locked():
        later = Keys(home(), timeout_s=3.0, patience_s=PATIENCE_S)
        asking = asyncio.get_running_loop().create_task(refusal(later))
        await until(lambda: asks(prompt), "the prompt")
        assert await asking == "keyring_timeout"
        assert not children()
        asked: list[int] = []

        async def look() -> None:
            # One that is asked would have a child for as long as nobody answers, which is three seconds each.
            while True:
                asked.extend(children())
                await asyncio.sleep(0.01)

        async with asyncio.TaskGroup() as group:
            looking = group.create_task(look())
            for _ in range(20):
                assert await refusal(later) == "keyring_timeout"
                await asyncio.sleep(0)
            looking.cancel()
        assert not asked, "it is not asked again"
        # GNOME Keyring leaves its window open. Whoever answers it late has not done so in vain.
        prompt.xdotool("type", PASSWORD)
        prompt.key("Return")
        await until(lambda: not asks(prompt), "the prompt's end")
        later.reconsider()
        assert await later.get("acme", HOST) == VALUE


async def test_a_refused_prompt_is_looked_at_again_without_asking(
    ring: Ring, prompt: Screen, keys: Keys, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("trayapp.secrets.keys.LOOK_AGAIN_S", 0.0)
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
    later = Keys(home(), patience_s=PATIENCE_S)
    with ring.locked():
        asking = asyncio.get_running_loop().create_task(later.get("acme", HOST))
        await until(lambda: asks(prompt), "the prompt")
        prompt.key("Escape")
        with pytest.raises(Problem) as caught:
            await asking
        assert caught.value.code == "keyring_locked"
        assert await refusal(later) == "keyring_locked"
        assert not asks(prompt)
    with ring.unlocked():
        assert await later.get("acme", HOST) == VALUE


async def test_quitting_does_not_wait_for_a_prompt(ring: Ring, prompt: Screen, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
    with ring.locked():
        later = Keys(home(), patience_s=0.1)
        assert await refusal(later) == "keyring_locked"
        await until(lambda: asks(prompt), "the prompt")
        # Else it would take as long as the prompt is given, which is longer than a test may take.
        await later.close()
        assert not children()


async def test_giving_up_while_storing_kills_the_prompt(ring: Ring, prompt: Screen, keys: Keys) -> None:
    with ring.unlocked():
        await keys.set("acme", HOST, VALUE)
    with ring.locked():
        storing = asyncio.get_running_loop().create_task(keys.set("new", HOST, VALUE))
        await until(lambda: asks(prompt), "the prompt")
        storing.cancel()
        with pytest.raises(asyncio.CancelledError):
            await storing
        assert not children()


# Nowhere else


def stored(ring: Ring) -> list[bytes]:
    """Every secret of the unlocked keyring, as another program sees it."""
    import secretstorage

    with contextlib.closing(secretstorage.dbus_init()) as bus:
        collection = secretstorage.get_default_collection(bus)
        return [bytes(item.get_secret()) for item in collection.get_all_items()]


async def test_a_canary_key_is_in_the_keyring_and_nowhere_else(
    ring: Ring, keys: Keys, tmp_path: Path, own_home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    log = logging.getLogger("trayapp.canary")
    running_log = logs.setup(home(), verbose=False)
    told = ""
    with ring.unlocked():
        with Processes(CANARY) as processes:
            await keys.set("acme", HOST, CANARY)
            for _ in range(3):
                keys.reconsider()
                assert await keys.get("acme", HOST) == CANARY
            assert await Keys(home(), patience_s=PATIENCE_S).get("acme", HOST) == CANARY
        assert len(processes.seen) >= 3, "the processes were looked at while they ran"
        assert processes.told == []
        (entry,) = stored(ring)
        assert CANARY.encode() in entry
        told += f"{keys!r} {vars(keys)!r} {await keys.state()!r}"
        mine = load_all(home())
        told += "\n".join(await report(home(), mine.settings, mine.catalogue, mine.problems))
        for host in (HOST, "evil.example"):
            try:
                value = await keys.get("acme", host)
                raise RuntimeError(f"holding {len(value or '')} characters")
            except (Problem, RuntimeError) as error:
                told += "".join(traceback.format_exception(error)) + str(error) + repr(error)
        log.info("sent with Authorization: Bearer %s", CANARY)
        log.info("%r", {"held": CANARY})
        try:
            raise ValueError(f"refused {CANARY}")
        except ValueError:
            log.info("failed", exc_info=True)
    running_log.close()
    caplog.clear()
    assert CANARY not in told
    files = [one for base in (own_home, tmp_path, home().runtime) for one in base.rglob("*") if one.is_file()]
    assert len(files) >= 4
    assert [str(one) for one in files if CANARY.encode() in one.read_bytes()] == []
