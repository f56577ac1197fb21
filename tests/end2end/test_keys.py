"""A canary key, set with the real command: in the keyring, on the way to its own host, and nowhere else."""

import asyncio
import json
import sys
import urllib.error
import urllib.request
from collections.abc import Iterable
from contextlib import aclosing

import pytest

from tests.support.commands import Ended, running
from tests.support.desktop import Desktop
from tests.support.httpserver import Request, Server, answer, redirect
from tests.support.leaks import Processes, holders
from tests.support.ports import free_port, listens, read
from tests.support.scene import CHAT_PATH, FINE_MODELS, MODELS_PATH, Acme, completion, write_files
from tests.support.tagged import SPEECH
from tests.support.told import in_both, on, once, providers, put, quiet_log, untouched
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskReload, AskStatus, AskWatch
from trayapp.paths import home
from trayapp.secrets.tokens import Tokens

pytestmark = pytest.mark.desktop

GREEN, FAILED, USAGE = 0, 1, 64
CANARY = "sk-canary-7Qd2vX91mZp4Lk8Ew3Tb"
BEARER = f"Bearer {CANARY}"
LOOK = "import keyring; print(keyring.get_password({entry!r}, 'acme'))"


def carried(requests: Iterable[Request]) -> list[str]:
    """The requests that carry the canary anywhere."""
    return [one.path for one in requests if CANARY in f"{one.path} {one.headers} {one.body!r}"]


async def set_canary(desktop: Desktop) -> Ended:
    ended = await once("--verbose", "key", "set", "acme", stdin=f"{CANARY}\n", base=desktop.env)
    assert ended.code == GREEN, ended
    return ended


def in_keyring(desktop: Desktop) -> str:
    """What another program finds there."""
    entry = f"llm-ampel-{home().namespace}/acme"
    return desktop.run(sys.executable, "-c", LOOK.format(entry=entry))


async def test_the_canary_is_in_the_keyring_and_nowhere_else(gnome_keyring: Desktop) -> None:
    desktop = gnome_keyring
    here = on(desktop)
    acme, bolt = Acme(key=True, completion=True), Acme("bolt")
    acme.api(FINE_MODELS)
    said: list[str] = []
    async with providers(acme, bolt):
        acme.api(FINE_MODELS)
        paid = '[provider.acme]\ncompletion = { enabled = true, model = "acme-1", interval_s = 600 }\n'
        write_files(here, (acme, bolt), paid)
        with Processes(CANARY) as processes:
            ended = await set_canary(desktop)
            assert f"It goes to {acme.api_server.netloc} and nowhere else." in ended.out
            said += [ended.out, ended.err]
            async with running("--verbose", "watch", "--json", **desktop.env) as watch:
                await acme.api_server.wait_asked(MODELS_PATH, 1)
                await acme.api_server.wait_asked(CHAT_PATH, 1)
                await until(lambda: watch.lines and json.loads(watch.lines[-1])["light"] == "green", "green")
                said.append(str(await client.ask(here, AskStatus())))
                async with aclosing(client.stream(here, AskWatch())) as answers:
                    said.append(str(await anext(answers)))
                for command in (("status", "--json"), ("check", "--json"), ("check",), ("doctor",), ("key", "list")):
                    ended = await once("--verbose", *command, base=desktop.env)
                    assert ended.code == GREEN, ended
                    said += [ended.out, ended.err]
                assert "acme" in ended.out.split()
                said += [*watch.lines, *watch.errors]
        assert len(processes.seen) >= 2, "they were looked at while they asked the keyring"
        assert processes.told == []
        assert BEARER in {one.headers.get("authorization") for one in acme.api_server.requests}
        assert len(carried(acme.api_server.requests)) >= 2
        assert carried([*acme.page_server.requests, *bolt.api_server.requests, *bolt.page_server.requests]) == []
    assert CANARY in in_keyring(desktop)
    assert CANARY not in "\n".join(said)
    assert holders(CANARY, here.config.parent, desktop.folder, here.runtime) == []
    quiet_log(here)


async def test_the_canary_stays_with_its_host(gnome_keyring: Desktop) -> None:
    """Neither a redirect nor another service file takes it elsewhere."""
    desktop = gnome_keyring
    here = on(desktop)
    acme = Acme(page=False, key=True)
    async with providers(acme), Server() as thief:
        thief.always(FINE_MODELS)
        write_files(here, (acme,))
        await set_canary(desktop)
        acme.api(redirect(f"{thief.url}{MODELS_PATH}"))
        await once("check", "--timeout", "3", base=desktop.env)
        assert carried(acme.api_server.requests) == [MODELS_PATH]
        assert thief.requests == []

        evil = acme.toml().replace(acme.api_server.url, thief.url).replace('"acme-api"', '"evil-api"')
        put(evil.replace('provider = "acme"', 'provider = "evil"'), "services/evil.toml")
        with untouched(here.config):
            refused = await in_both("config", "check", base=desktop.env)
            assert refused.codes == {FAILED}
            host, other = acme.api_server.netloc, thief.netloc
            refused.says(
                (f"The key acme belongs to {host}", f"It is not sent to {other}"),
                (f"Der Schlüssel acme gehört zu {host}", other),
            )
            unknown = await once("check", "evil-api", base=desktop.env)
            assert unknown.code == USAGE
        # Alone, without the file that the key was stored for, it gets nothing either.
        (here.services_dir / "acme.toml").unlink()
        again = await once("check", "--timeout", "3", base=desktop.env)
        assert f"The key acme belongs to {host}" in again.err
        assert thief.requests == []
    assert holders(CANARY, here.config.parent, desktop.folder) == []


async def test_the_gateway_puts_the_key_in_for_tools_without_one(gnome_keyring: Desktop) -> None:
    desktop = gnome_keyring
    here = on(desktop)
    acme = Acme(page=False, dialects=("openai", "anthropic"))
    async with providers(acme):
        port = free_port()
        write_files(here, (acme,), f"[gateway]\nport = {port}\n")
        await set_canary(desktop)
        token = Tokens(here).add("night-job")
        paths = [speech.path for speech in SPEECH.values()]
        for path in paths:
            acme.api_server.on(path, answer(200, completion("acme-1")), answer(500, {"error": {"message": "oh"}}))
        async with running("--verbose", "watch", "--json", **desktop.env) as watch:
            await watch.printed(1)
            await until(lambda: listens(port), "the gateway")
            for path in paths:
                own = urllib.request.Request(
                    f"http://127.0.0.1:{port}/t/{token}/acme{path}",
                    b'{"model": "acme-1", "messages": []}',
                    {"content-type": "application/json"},
                )
                assert (await asyncio.to_thread(read, own))["model"] == "acme-1"
                own.add_header("authorization", "Bearer sk-of-the-tool")
                with pytest.raises(urllib.error.HTTPError) as failed:
                    await asyncio.to_thread(read, own)
                with failed.value as told:
                    assert told.code == 500
            doctor = await once("--verbose", "doctor", base=desktop.env)
            told_status = str(await client.ask(here, AskStatus()))
            said = "\n".join([*watch.lines, *watch.errors, doctor.out, doctor.err, told_status])
        asked = [one.headers for one in acme.api_server.requests if one.path in paths]
        keys = [one.get("authorization", one.get("x-api-key")) for one in asked]
        assert keys == [BEARER, "Bearer sk-of-the-tool"] * 2 + [CANARY, "Bearer sk-of-the-tool"]
    assert "night-job" in said
    assert CANARY not in said
    assert token not in said
    assert "sk-of-the-tool" not in said
    for secret in (CANARY, "sk-of-the-tool"):
        assert holders(secret, here.config.parent, desktop.folder) == []
    quiet_log(here)


async def test_keys_are_listed_and_forgotten(gnome_keyring: Desktop) -> None:
    desktop = gnome_keyring
    acme = Acme(page=False, key=True)
    async with providers(acme):
        write_files(on(desktop), (acme,))
        await set_canary(desktop)
        assert (await once("key", "list", base=desktop.env)).out == "acme\n"
        forgotten = await once("key", "forget", "acme", base=desktop.env)
        assert (forgotten.code, forgotten.out) == (GREEN, "Key “acme” is forgotten.\n")
        assert (await once("key", "list", base=desktop.env)).out == ""
        assert in_keyring(desktop).strip() == "None"
        await once("check", base=desktop.env)
        assert "authorization" not in acme.api_server.requests[-1].headers
        again = await once("key", "forget", "acme", base=desktop.env)
        assert again.code == GREEN
        odd = await in_both("key", "forget", "gibtsnicht", base=desktop.env)
        assert odd.codes == {USAGE}


async def test_what_is_no_key_is_refused_without_being_repeated(gnome_keyring: Desktop) -> None:
    desktop = gnome_keyring
    acme = Acme(page=False, key=True)
    async with providers(acme):
        write_files(on(desktop), (acme,))
        for value in (f"{CANARY} {CANARY}", "", f"{CANARY}ü"):
            refused = await in_both("--verbose", "key", "set", "acme", stdin=f"{value}\n", base=desktop.env)
            assert refused.codes == {FAILED}
            refused.says(("The key acme is not a key", "Copy it again"), ("Der Schlüssel acme ist kein Schlüssel",))
            assert CANARY not in "".join(refused.en[1:3]) + "".join(refused.de[1:3])
    assert holders(CANARY, home().config.parent, desktop.folder) == []


async def test_a_crash_of_the_keyring_does_not_quote_the_key(gnome_keyring: Desktop) -> None:
    """A real interpreter whose keyring library breaks with the key in its hands, and in its message."""
    desktop = gnome_keyring
    here = on(desktop)
    broken = desktop.folder / "broken"
    broken.mkdir()
    (broken / "secretstorage.py").write_text(
        "import sys\n"
        "def __getattr__(name):\n"
        "    frame = sys._getframe()\n"
        "    while frame is not None and 'request' not in frame.f_locals:\n"
        "        frame = frame.f_back\n"
        "    raise LookupError(f'while holding {frame.f_locals if frame else None}')\n"
    )
    acme = Acme(page=False, key=True)
    async with providers(acme):
        write_files(here, (acme,))
        crashed = await in_both(
            "--verbose", "key", "set", "acme", stdin=f"{CANARY}\n", base={**desktop.env, "PYTHONPATH": str(broken)}
        )
    assert crashed.codes == {FAILED}
    crashed.says(("Your keyring failed", "LookupError"), ("Dein Schlüsselbund", "LookupError"))
    assert CANARY not in "".join(crashed.en[1:3]) + "".join(crashed.de[1:3])
    assert holders(CANARY, here.config.parent, desktop.folder) == []


async def test_a_key_of_the_environment_goes_to_its_host_alone_and_is_written_nowhere(desktop: Desktop) -> None:
    here = on(desktop)
    acme, bolt = Acme(page=False, key=True), Acme("bolt", page=False, key=True)
    async with providers(acme, bolt):
        write_files(here, (acme, bolt), '[provider.acme]\nkey = "env:ACME_SECRET"\n')
        env = {**desktop.env, "ACME_SECRET": CANARY}
        said = [await once("--verbose", *one, base=env) for one in (("check", "--json"), ("doctor",), ("key", "list"))]
        assert [one.code for one in said] == [GREEN] * 3
        assert "acme for" in said[1].out
        assert "from ACME_SECRET (set)" in said[1].out
        assert {one.headers["authorization"] for one in acme.api_server.requests} == {BEARER}
        assert carried([*bolt.api_server.requests, *bolt.page_server.requests]) == []
    assert CANARY not in "".join(one.out + one.err for one in said)
    assert holders(CANARY, here.config.parent, desktop.folder) == []
    quiet_log(here)


async def test_a_local_server_gets_its_own_key_and_the_tools_nothing_of_it(gnome_keyring: Desktop) -> None:
    desktop = gnome_keyring
    here = on(desktop)
    acme = Acme(page=False)
    async with providers(acme), Server() as jan, Server() as other:

        async def keyed(writer: asyncio.StreamWriter, request: Request) -> None:
            listed = {"object": "list", "data": [{"id": "small:1b"}]}
            right = request.headers.get("authorization") == BEARER
            good = answer(200, listed if request.path == MODELS_PATH else completion("small:1b"))
            await (good if right else answer(401, {"error": {"message": "Invalid API Key"}}))(writer, request)

        for server in (jan, other):
            server.always(keyed)
        port = free_port()
        local = f'[local]\nserver = "openai-compatible"\nurl = "{jan.url}"\n'
        write_files(here, (acme,), f"{local}[gateway]\nport = {port}\n")
        told = await in_both("local", "check", base=desktop.env)
        told.says(("asks for a key",), ("verlangt einen Schlüssel",))
        assert told.codes == {FAILED}
        assert (await once("key", "set", "local", stdin=f"{CANARY}\n", base=desktop.env)).code == GREEN
        assert (await once("local", "check", base=desktop.env)).code == GREEN
        token = Tokens(here).add("night-job")
        async with running("--verbose", "watch", "--json", **desktop.env) as watch:
            await watch.printed(1)
            await until(lambda: listens(port), "the gateway")
            moved = await once("switch", "local", "acme", base=desktop.env)
            assert moved.code == GREEN, moved
            url = f"http://127.0.0.1:{port}/t/{token}/acme{CHAT_PATH}"
            own = urllib.request.Request(
                url, b'{"model": "acme-1", "messages": []}', {"content-type": "application/json"}
            )
            own.add_header("authorization", "Bearer sk-of-the-tool")
            assert (await asyncio.to_thread(read, own))["model"] == "small:1b"
            # Another server is another place.
            put(here.settings_file.read_text().replace(jan.url, other.url))
            await client.ask(here, AskReload())
            assert (await once("local", "check", base=desktop.env)).code == FAILED
            said = "\n".join([*watch.lines, *watch.errors])
    assert {one.headers["authorization"] for one in jan.requests if "authorization" in one.headers} == {BEARER}
    assert carried(other.requests) == carried(acme.api_server.requests) == []
    assert CANARY not in said
    assert holders(CANARY, here.config.parent, desktop.folder) == []
    quiet_log(here)
