"""The doctor's report: all that helps, and nothing that is secret."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import msgspec
import pytest
import trustme

from trayapp.core.catalogue import Catalogue
from trayapp.core.evidence.unverified import UnverifiedMemory
from trayapp.core.light.judge import JudgeMemory
from trayapp.doctor import report as doctor
from trayapp.engine.loading import load_all
from trayapp.paths import Home, home
from trayapp.secrets.key_index import KeyIndex, write_index
from trayapp.secrets.tokens import Tokens
from trayapp.store.store import Store

CANARY = "canary-0f4c1e88d2"

SERVICE = """\
provider = "acme"
name = "Acme AI"
[api]
url = "https://localhost:{port}"
dialects = ["openai"]
key = "acme"
[[service]]
id = "acme-api"
name = "Acme API"
[[service.component]]
id = "chat"
name = "Chat"
main = true
[[service.probe]]
kind = "api"
components = ["chat"]
url = "https://localhost:{port}/v1/models"
auth = "bearer"
key = "acme"
"""
SETTINGS = """\
[watch]
services = ["acme-api", "acme-app"]
[catalogue]
builtin = false
[local]
server = "ollama"
url = "http://127.0.0.1:11434"
start = ["/opt/bin/server", "--api-key", "canary-0f4c1e88d2"]
[provider.acme]
key = "env:ACME_CANARY"
"""


async def report(here: Home) -> list[str]:
    """The report as the command line asks for it."""
    loaded = load_all(here)
    return await doctor.report(here, loaded.settings, loaded.catalogue, loaded.problems)


@pytest.fixture
async def port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    """A TLS server on loopback whose authority, "Reading Company", this machine trusts."""
    authority = trustme.CA(organization_name="Reading Company")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError):
            await reader.read()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, ssl=context)
    yield server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()


@pytest.fixture
def here(port: int, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.delenv("DBUS_SESSION_BUS_ADDRESS", raising=False)
    place = home()
    place.services_dir.mkdir(parents=True)
    place.settings_file.write_text(SETTINGS)
    (place.services_dir / "acme.toml").write_text(SERVICE.format(port=port))
    return place


def section(lines: list[str], title: str) -> list[str]:
    start = lines.index(f"[{title}]") + 1
    end = next((number for number in range(start, len(lines)) if lines[number].startswith("[")), len(lines))
    return [line.strip() for line in lines[start:end]]


async def test_the_report_says_what_is_there(here: Home, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    write_index(here, KeyIndex("keyring.backends.SecretService.Keyring", {"acme": f"localhost:{port}"}))
    Tokens(here).add("editor")
    monkeypatch.setenv("ACME_CANARY", CANARY)
    monkeypatch.setenv("HTTPS_PROXY", f"http://me:{CANARY}@proxy.example:3128")
    monkeypatch.setenv("NO_PROXY", "localhost")
    lines = await report(here)
    assert f"settings {here.settings_file} (there)" in section(lines, "places")
    assert section(lines, "settings that are not the default") == [
        'watch.services = ["acme-api", "acme-app"]',
        'local.server = "ollama"',
        'local.url = "http://127.0.0.1:11434"',
        "local.start server with 2 arguments",
        "provider.acme.key = env:ACME_CANARY",
        "catalogue.builtin = false",
    ]
    assert [line.partition("(")[0] for line in section(lines, "problems")] == ["service_unknown_near"]
    assert section(lines, "watched") == ["acme-api of acme: 1 probes, no page"]
    assert section(lines, "keys") == [
        "keyring absent",
        "backend keyring.backends.SecretService.Keyring",
        f"acme stored for localhost:{port}",
        f"acme for localhost:{port} from ACME_CANARY (set)",
    ]
    assert section(lines, "tools") == ["editor"]
    assert section(lines, "proxies") == ["https proxy.example:3128", "not for localhost"]
    assert section(lines, "certificates") == [
        f"localhost:{port}: issued by Reading Company, whom this system trusts and the public roots do not"
    ]
    assert any(line.startswith("lo ") for line in section(lines, "interfaces"))
    assert any(line.startswith("msgspec ") for line in section(lines, "versions"))
    assert CANARY not in "\n".join(lines)


async def test_a_certificate_that_is_not_trusted(here: Home, port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    (line,) = section(await report(here), "certificates")
    assert line.startswith(f"localhost:{port}: not trusted, ")


async def test_what_goes_through_a_proxy_is_not_looked_at(
    here: Home, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    text = (here.services_dir / "acme.toml").read_text()
    (here.services_dir / "acme.toml").write_text(text.replace("localhost", "acme.invalid"))
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    assert section(await report(here), "certificates") == [f"acme.invalid:{port}: through a proxy, not looked at"]


async def test_a_server_that_is_not_there(here: Home, port: int) -> None:
    text = (here.services_dir / "acme.toml").read_text()
    (here.services_dir / "acme.toml").write_text(text.replace(f":{port}", ":9"))
    assert section(await report(here), "certificates") == ["localhost:9: no connection, ConnectionRefusedError"]


async def test_broken_files_are_told_and_stop_nothing(here: Home) -> None:
    here.settings_file.write_text("version = \n")
    here.data.mkdir(parents=True)
    (here.data / "keys.json").write_text("{")
    lines = await report(here)
    assert section(lines, "problems")[0].startswith("toml_syntax(")
    assert section(lines, "keys")[-1].startswith("key_index_broken(")
    assert section(lines, "tools") == []


async def test_which_requests_have_never_worked_here(here: Home, port: int) -> None:
    """From the memory of whatever ran here before, even while it runs."""
    name = f"localhost:{port}/v1/models"
    text = (here.services_dir / "acme.toml").read_text()
    (here.services_dir / "acme.toml").write_text(f"{text}unverified = true\n")
    assert section(await report(here), "probes") == [f"{name} for acme-api: never answered here, unverified"]
    noon = datetime(2026, 11, 26, 12, tzinfo=UTC).timestamp()
    memory = JudgeMemory(unverified=UnverifiedMemory({name: noon, "other.example/v1/models": noon}))
    store = Store(here.store_file)
    await store.open()
    await store.save_many({"judge": msgspec.json.encode(memory)})
    assert section(await report(here), "probes") == [f"{name} for acme-api: answered on 2026-11-26, unverified"]
    await store.close()
    assert section(await report(here), "probes") == [f"{name} for acme-api: answered on 2026-11-26, unverified"]
    here.store_file.write_bytes(b"no database" * 500)
    assert section(await report(here), "probes") == [f"{name} for acme-api: never answered here, unverified"]


async def test_which_catalogue_is_in_use_and_how_old_it_is() -> None:
    here = home()
    loaded = load_all(here)
    lines = await doctor.report(here, loaded.settings, Catalogue({}), (), loaded.edition)
    told = lines[lines.index("[catalogue]") + 1 :][:2]
    assert loaded.edition is not None
    assert told[0].startswith(f"  version {loaded.edition.version} of {loaded.edition.date}, ")
    assert told[0].endswith(" days old, shipped")
    assert told[1] == "  updates are switched off"
