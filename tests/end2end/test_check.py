"""`llm-ampel check`, the real command, against services on loopback: JSON, exit codes, words, and whose samples."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from unittest import mock

import msgspec
import pytest
from msgspec.structs import replace

from tests.support import pagefiles
from tests.support.commands import Ended, run, running
from tests.support.httpserver import silent
from tests.support.scene import MODELS_PATH, OVERLOADED, Acme, Scene, write_files
from tests.support.schema1 import Report, Service
from trayapp.cli.check import ANSWER_TIMEOUT_S
from trayapp.control.instance import private_folder
from trayapp.core.light.severity import Finding, Light
from trayapp.paths import Home, home

GREEN, YELLOW, RED, CANNOT_TELL, USAGE = 0, 1, 2, 3, 64
ROUND_S = 60.0


@asynccontextmanager
async def acme(base: Path, *, settings: str = "", **options: bool) -> AsyncIterator[tuple[Acme, Home]]:
    """A provider in a home of its own."""
    with mock.patch.dict(os.environ, LLM_AMPEL_HOME=str(base)):
        here = home()
    one = Acme(**options)  # type: ignore[arg-type]  # every option of Acme's is a flag here
    async with AsyncExitStack() as stack:
        await one.open(stack)
        write_files(here, (one,), settings)
        yield one, here


def strictly(ended: Ended) -> Report:
    """The report, if it is exactly what schema 1 promises."""
    return msgspec.json.decode(ended.out, type=Report)


def without_words(report: Report) -> list[Service]:
    """What it says of the services. Words tell ages, which go on between two commands."""
    return [replace(one, reasons=[replace(reason, text="") for reason in one.reasons]) for one in report.services]


async def test_green_in_the_exact_schema(tmp_path: Path) -> None:
    async with acme(tmp_path) as (one, _):
        ended = await run("check", "--json", LLM_AMPEL_HOME=str(tmp_path))
    report = strictly(ended)
    assert (ended.code, ended.err) == (GREEN, "")
    assert report.light == "green"
    (service,) = report.services
    assert (service.id, service.provider, service.name) == ("acme-api", "acme", "Acme API")
    assert (service.finding, service.confidence, service.incident) == ("ok", "reported", None)
    assert [part.id for part in service.components] == ["chat-completions"]
    assert [(page.provider, page.health, page.reason) for page in report.pages] == [("acme", "ok", None)]
    assert set(report.routes) == {"acme"}
    assert report.routes["acme"].to == "cloud"
    assert (report.target.state, report.target.server, report.target.model) == ("none", None, None)
    assert abs(datetime.now(UTC) - datetime.fromisoformat(report.generated_at)).total_seconds() < ROUND_S
    assert one.api_server.asked(MODELS_PATH) == 1


async def test_every_light_has_its_exit_code_and_fits_the_schema(tmp_path: Path) -> None:
    """Four homes at once: yellow and red by the page, grey for want of evidence, red by our own tries in a minute."""
    bases = {name: tmp_path / name for name in ("yellow", "red", "grey", "tries")}
    async with AsyncExitStack() as stack:
        yellow, _ = await stack.enter_async_context(acme(bases["yellow"], api=False))
        red, _ = await stack.enter_async_context(acme(bases["red"], api=False))
        await stack.enter_async_context(acme(bases["grey"], page=False, api=False, edge=True))
        tries, _ = await stack.enter_async_context(acme(bases["tries"], page=False))
        yellow.page(chat_completions="degraded_performance")
        red.incidents = [pagefiles.incident("inc1", "Elevated errors", "investigating", datetime.now(UTC).timestamp())]
        red.page(chat_completions="major_outage")
        tries.api(OVERLOADED)
        ended = dict(
            zip(
                bases,
                await asyncio.gather(*(run("check", "--json", LLM_AMPEL_HOME=str(base)) for base in bases.values())),
                strict=True,
            )
        )
    reports = {name: strictly(one) for name, one in ended.items()}
    assert {name: (one.code, reports[name].light) for name, one in ended.items()} == {
        "yellow": (YELLOW, "yellow"),
        "red": (RED, "red"),
        "grey": (CANNOT_TELL, "grey"),
        "tries": (RED, "red"),
    }
    assert {name: one.services[0].finding for name, one in reports.items()} == {
        "yellow": "degraded",
        "red": "down",
        "grey": "no_evidence",
        "tries": "down",
    }
    told = reports["red"].services[0].incident
    assert told is not None
    assert (told.title, told.page_stage, told.cause) == ("Elevated errors", "investigating", None)
    (failures,) = (one for one in reports["tries"].services[0].reasons if one.code == "failures")
    assert failures.params["status"] == 503
    assert failures.params["failed"] == failures.params["tries"] == tries.api_server.asked(MODELS_PATH)
    assert 3 <= tries.api_server.asked(MODELS_PATH) <= 4
    assert ended["yellow"].took_s < ended["tries"].took_s, "what needs no tries waits for none"


async def test_usage_is_told_apart_from_every_light(tmp_path: Path) -> None:
    async with acme(tmp_path) as (one, _):
        wrong = (
            ("check", "gibtsnicht"),
            ("check", "--frobnicate"),
            ("check", "--timeout", "soon"),
            ("check", "--timeout", "-1"),
            ("check", "--timeout", "nan"),
            ("wait", "gibtsnicht"),
            ("wait",),
            ("gibtsnicht",),
        )
        ended = await asyncio.gather(*(run(*arguments, LLM_AMPEL_HOME=str(tmp_path)) for arguments in wrong))
        assert one.api_server.requests == []
    assert [one.code for one in ended] == [USAGE] * len(wrong)
    assert all(one.err and not one.out for one in ended)
    assert "gibtsnicht" in ended[0].err
    assert "acme-api" in ended[0].err


async def test_a_round_ends_at_its_time_limit(tmp_path: Path) -> None:
    """Before the first try is given up, after which it would be `checking`."""
    async with acme(tmp_path, page=False) as (one, _):
        one.api(silent)
        ended = await run("check", "--json", "--timeout", "2", LLM_AMPEL_HOME=str(tmp_path))
    assert ended.code == CANNOT_TELL
    assert strictly(ended).services[0].finding == "starting"


async def test_text_in_both_languages(tmp_path: Path) -> None:
    async with acme(tmp_path) as (one, _):
        one.page(chat_completions="major_outage")
        english, german, by_locale = await asyncio.gather(
            run("check", LLM_AMPEL_HOME=str(tmp_path)),
            run("check", LLM_AMPEL_HOME=str(tmp_path), LANGUAGE="de"),
            run("check", "acme-api", LLM_AMPEL_HOME=str(tmp_path), LANGUAGE="", LC_ALL="de_DE.UTF-8"),
        )
    assert [one.code for one in (english, german, by_locale)] == [RED] * 3
    first, second, *_ = english.out.splitlines()
    assert first == "Acme API is down. It is not you."
    assert second.startswith("  Acme API: down")
    assert german.out.splitlines()[0] == "Acme-API gestört. Es liegt nicht an dir."
    assert german.out.splitlines()[0] == by_locale.out.splitlines()[0]


async def test_one_service_of_several(tmp_path: Path) -> None:
    async with AsyncExitStack() as stack:
        both = Acme("acme"), Acme("bolt")
        for one in both:
            await one.open(stack)
        with mock.patch.dict(os.environ, LLM_AMPEL_HOME=str(tmp_path)):
            write_files(home(), both)
        both[1].page(chat_completions="major_outage")
        ended = await run("check", "--json", "acme-api", LLM_AMPEL_HOME=str(tmp_path))
        assert both[1].api_server.requests == both[1].page_server.requests == []
    report = strictly(ended)
    assert ended.code == GREEN
    assert [one.id for one in report.services] == ["acme-api"]
    assert [one.provider for one in report.pages] == ["acme"]


async def test_a_running_instance_is_asked_instead_of_the_provider(tmp_path: Path) -> None:
    """`watch` as a process; `wait`, `check` and `status` ask it and send nothing of their own."""
    env = {"LLM_AMPEL_HOME": str(tmp_path)}
    async with acme(tmp_path, page=False) as (one, here), running("watch", "--json", **env) as watch:
        await watch.printed(1)
        assert (await run("wait", "acme-api", "--timeout", "30", **env)).code == GREEN
        checked, status, words, second = await asyncio.gather(
            run("check", "--json", **env), run("status", "--json", **env), run("check", **env), run("watch", **env)
        )
        assert one.api_server.asked(MODELS_PATH) == 1
        assert (checked.code, status.code, words.code) == (GREEN, GREEN, GREEN)
        assert without_words(strictly(checked)) == without_words(strictly(status))
        assert second.code == 1
        assert "running already" in second.err
        lines = len(watch.lines)
        last = msgspec.json.decode(watch.lines[-1], type=Report)
        assert last.light == "green"
        one.api(OVERLOADED)
        assert await watch.end(signal.SIGTERM) == 0
        assert len(watch.lines) == lines
        assert not here.socket.exists()
        # Nobody is there to ask any more: what the provider answers now is what counts.
        gone = await run("status", "--json", **env)
        assert (gone.code, gone.out) == (CANNOT_TELL, "")
        assert "not running" in gone.err
        # Less than the five seconds after which it would ask again, and time enough to ask at all.
        assert (await run("check", "--timeout", "3", **env)).code == CANNOT_TELL
        assert one.api_server.asked(MODELS_PATH) == 2


async def test_old_samples_are_renewed_by_the_instance_itself() -> None:
    """Its clock runs fast and it asks once an hour, so a sample is soon older than a minute."""
    async with Scene(Acme(page=False), settings="probe_interval_s = 3600\n") as scene:
        sampled = await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        await scene.until(lambda s: s.at > sampled.at + ROUND_S, "a minute")
        server = scene.socket()
        await server.start()
        try:
            scene["acme"].api(OVERLOADED)
            ended = await run("check", "--json")
            assert ended.code == RED
            assert scene.verdict().finding is Finding.DOWN
            asked = scene["acme"].api_server.asked(MODELS_PATH)
            report = strictly(ended)
            assert report.services[0].finding == "down"
            (failures,) = (one for one in report.services[0].reasons if one.code == "failures")
            assert isinstance(failures.params["tries"], int)
            assert asked >= failures.params["tries"]
        finally:
            await server.close()


async def test_what_the_instance_does_not_watch_gets_a_round_of_its_own() -> None:
    async with AsyncExitStack() as stack:
        bolt = Acme("bolt")
        scene = await stack.enter_async_context(Scene(Acme("acme")))
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        await bolt.open(stack)
        (scene.home.services_dir / "bolt.toml").write_text(bolt.toml())
        server = scene.socket()
        await server.start()
        stack.push_async_callback(server.close)
        ended = await run("check", "--json", "bolt-api")
        assert ended.code == GREEN
        assert [one.id for one in strictly(ended).services] == ["bolt-api"]
        assert bolt.api_server.asked(MODELS_PATH) == 1


@pytest.mark.parametrize("dead", ["hangs", "left_over"])
async def test_an_instance_that_cannot_answer_blocks_nobody(dead: str, tmp_path: Path) -> None:
    async with acme(tmp_path, page=False) as (one, here):
        private_folder(here.runtime)
        never = asyncio.Event()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            await reader.readline()
            await never.wait()
            writer.close()

        server = await asyncio.start_unix_server(hang, here.socket)
        if dead == "left_over":
            server.close()
        try:
            ended = await run("check", "--json", LLM_AMPEL_HOME=str(tmp_path))
        finally:
            never.set()
            server.close()
            here.socket.unlink(missing_ok=True)
        assert ended.code == GREEN
        assert strictly(ended).light == "green"
        assert (f"It was given {ANSWER_TIMEOUT_S:.0f} s." in ended.err) == (dead == "hangs")
        assert one.api_server.asked(MODELS_PATH) == 1


async def test_status_follows_with_a_line_a_change_and_nothing_else() -> None:
    async with Scene(Acme()) as scene:
        await scene.until(lambda s: s.judgement.light is Light.GREEN, "green")
        server = scene.socket()
        await server.start()
        try:
            async with running("status", "--watch", "--json") as json_lines, running("status", "--watch") as words:
                await json_lines.printed(1)
                await words.printed(2)
                asked = scene["acme"].page_server.asked("/api/v2/summary.json")
                # Several readings of the page, and the minutes between them: nothing new.
                await scene["acme"].page_server.wait_asked("/api/v2/summary.json", asked + 3)
                assert len(json_lines.lines) == 1, json_lines.lines
                before = len(words.lines)
                scene["acme"].page(chat_completions="degraded_performance")
                _, after = (msgspec.json.decode(one, type=Report) for one in await json_lines.printed(2))
                assert (after.light, after.services[0].finding) == ("yellow", "degraded")
                await words.printed(before + 2)
                assert any("degraded" in one for one in words.lines[before:]), words.lines
        finally:
            await server.close()


async def test_wait_returns_when_the_service_is_back_and_not_before() -> None:
    async with Scene(Acme(api=False), rate=400.0) as scene:
        scene["acme"].page(chat_completions="major_outage")
        await scene.until(lambda s: s.judgement.light is Light.RED, "red")
        server = scene.socket()
        await server.start()
        try:
            assert (await run("wait", "acme-api", "--timeout", "1")).code == RED
            async with running("wait", "acme-api") as waiting:
                await asyncio.sleep(1)
                assert waiting.process.returncode is None
                scene["acme"].page(chat_completions="operational")
                assert await asyncio.wait_for(waiting.process.wait(), 30) == GREEN
            other = await run("wait", "acme-api", LLM_AMPEL_HOME=str(scene.home.config))
            assert other.code == USAGE
        finally:
            await server.close()


async def test_config_and_doctor(tmp_path: Path) -> None:
    env = {"LLM_AMPEL_HOME": str(tmp_path)}
    async with acme(tmp_path) as (_, here):
        path, fine, doctor = await asyncio.gather(
            run("config", "path", **env), run("config", "check", **env), run("doctor", **env)
        )
        here.settings_file.write_text("version = 1\n[watch]\nprobe_interval_s = 5\n")
        (here.services_dir / "broken.toml").write_text('provider = "broken"\nname = ')
        broken = await run("config", "check", **env)
    assert (path.code, path.out) == (0, f"{here.settings_file}\n")
    assert fine.code == 0
    assert "Catalogue: " in fine.out
    assert doctor.code == 0
    assert "[watched]" in doctor.out
    assert "/v1/models for acme-api: never answered here" in doctor.out
    assert "acme-api of acme" in doctor.out
    assert broken.code == 1
    for part in ("probe_interval_s", "60", "broken.toml"):
        assert part in broken.err


async def test_broken_settings_are_told_and_the_round_still_counts(tmp_path: Path) -> None:
    """The light is of what can be watched; stdout stays JSON."""
    async with acme(tmp_path) as (one, here):
        (here.services_dir / "broken.toml").write_text("nonsense")
        ended = await run("check", "--json", LLM_AMPEL_HOME=str(tmp_path))
        assert one.api_server.asked(MODELS_PATH) == 1
    assert ended.code == GREEN
    assert strictly(ended).light == "green"
    assert "broken.toml" in ended.err


def test_the_schema_refuses_what_differs() -> None:
    with pytest.raises(msgspec.ValidationError):
        msgspec.json.decode(b'{"schema": 2}', type=Report)
