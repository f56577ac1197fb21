"""Files that are broken, of another time, or cannot be written: clear words, and nothing of the user's is lost."""

import json
from pathlib import Path

import pytest

from tests.support.commands import PROGRAM, running
from tests.support.desktop import Desktop
from tests.support.scene import MODELS_PATH, Acme, write_files
from tests.support.told import (
    FULL_DISK,
    YELLOW_RGB,
    as_mortal,
    frozen,
    in_both,
    on,
    once,
    providers,
    put,
    quiet_log,
    quit_instance,
    untouched,
)
from tests.support.tray_reader import TrayReader
from tests.support.until import until
from trayapp.control import client
from trayapp.control.messages import AskStatus, Notice
from trayapp.paths import Home, home

GREEN, USAGE = 0, 64

BROKEN: dict[str, tuple[str | bytes, tuple[str, ...], tuple[str, ...]]] = {
    "syntax": (
        "version = 1\n[watch\n",
        ("settings.toml, line 2: not valid TOML", "Correct line 2 of"),
        ("settings.toml, Zeile 2: kein gültiges TOML", "Berichtige Zeile 2 von"),
    ),
    "range": (
        "version = 1\n[watch]\nprobe_interval_s = 5\n",
        ("settings.toml, line 3: watch.probe_interval_s", "Found 5; allowed is 60 to 3600."),
        ("settings.toml, Zeile 3: watch.probe_interval_s", "Da steht 5; erlaubt ist 60 bis 3600."),
    ),
    "typo": (
        "version = 1\n[watch]\nservces = []\n",
        ("settings.toml, line 3: watch.servces", "Did you mean services?"),
        ("settings.toml, Zeile 3: watch.servces", "Meintest du services?"),
    ),
    "kind": (
        'version = 1\n[gateway]\nport = "17502"\n',
        ("settings.toml, line 3: gateway.port", 'Found "17502"; needed is a whole number.'),
        ("settings.toml, Zeile 3: gateway.port", 'Da steht "17502"; nötig ist eine ganze Zahl.'),
    ),
    "a key in it": (
        'version = 1\n\n[provider.openai]\nkey = "sk-proj-abcdefghijkl0123"\n',
        ("settings.toml, line 4: provider.openai.key", 'Allowed are "keyring" and "env:NAME"'),
        ("settings.toml, Zeile 4: provider.openai.key", 'Erlaubt sind "keyring" und "env:NAME"'),
    ),
    "newer": (
        "# mine\nversion = 2\n[future]\nx = 1\n",
        ("The settings were written by a newer version", "line 2: version = 2", "knows 1", "not touched"),
        (
            "Die Einstellungen stammen von einer neueren Version",
            "Zeile 2: version = 2",
            "kennt 1",
            "blieb, wie sie war",
        ),
    ),
    "bytes": (
        b"version = 1\n# \xff\xfe\n",
        ("settings.toml is not UTF-8 text", "Line 2 of"),
        ("settings.toml ist kein UTF-8-Text", "Zeile 2 von"),
    ),
}
BROKEN_SERVICES = {
    "syntax": (
        'provider = "bad"\nname =\n',
        "bad.toml, line 2: not valid TOML",
        "bad.toml, Zeile 2: kein gültiges TOML",
    ),
    "no main": (
        'provider = "bad"\nname = "Bad"\n[[service]]\nid = "bad-api"\nname = "Bad API"\n',
        "bad.toml, line 3: service[0].component",
        "bad.toml, Zeile 3: service[0].component",
    ),
    "taken": ("", '"acme-api" is already taken by acme.toml', '"acme-api"'),
}


@pytest.mark.parametrize("kind", BROKEN)
async def test_broken_settings_are_named_by_line_and_key_and_left_as_they_are(kind: str) -> None:
    text, english, german = BROKEN[kind]
    here = put(text)
    with untouched(here.config):
        told = await in_both("config", "check")
    assert told.codes == {1}
    told.says(english, german)
    assert "sk-proj" not in told.en.err + told.de.err
    quiet_log(here)


def shipped() -> tuple[Acme, Acme]:
    """Settings that cannot be used count as none, and then the shipped services are watched: here, on loopback."""
    return Acme("openai"), Acme("anthropic", page=False)


async def standing(here: Home) -> tuple[Notice, ...]:
    """What the running instance says is wrong with itself."""
    status = await client.ask(here, AskStatus())
    assert status is not None
    return status.problems


def instead_of_shipped(*several: Acme) -> None:
    for one in several:
        put(one.toml(), f"services/{one.name}.toml")


async def test_commands_go_on_with_settings_of_a_newer_version() -> None:
    """The light is of the shipped services, stdout stays JSON, and the mistake is on stderr."""
    several = shipped()
    async with providers(*several):
        instead_of_shipped(*several)
        here = put(BROKEN["newer"][0])
        with untouched(here.config):
            ended = await once("check", "--json")
            assert (ended.code, ended.out[:1]) == (GREEN, "{"), ended
            assert "newer version" in ended.err
            async with running("watch", LANGUAGE="de") as watch:
                await watch.printed(1)
                assert any("neueren Version" in line for line in watch.errors)
                assert (await standing(here))[0].code == "settings_newer"
    quiet_log(here)


@pytest.mark.desktop
@pytest.mark.parametrize(("kind", "code", "line"), [("range", "setting_range", 3), ("newer", "settings_newer", 2)])
async def test_the_tray_starts_all_the_same_and_shows_what_is_wrong(
    lxqt_panel: Desktop, kind: str, code: str, line: int
) -> None:
    several = shipped()
    async with providers(*several):
        instead_of_shipped(*several)
        put(BROKEN[kind][0])
        here = on(lxqt_panel)
        with untouched(here.config):
            tray = lxqt_panel.llm_ampel()
            async with await TrayReader.first(lxqt_panel.address) as icon:
                await icon.wait_for_colour("green")
                problem = (await standing(here))[0]
                assert (problem.code, problem.params["line"]) == (code, line)
                await icon.click("Open")
                window = await until(lambda: lxqt_panel.screen.windows("^LLM Ampel$"), "the panel")
                box = lxqt_panel.screen.box(window[0])
                await until(lambda: lxqt_panel.screen.find(YELLOW_RGB, box), "the yellow mark of the notice")
                lxqt_panel.screen.screenshot(f"bad-input-{kind}")
            await quit_instance(here, tray)
    assert "Traceback" not in lxqt_panel.log("llm-ampel").read_text()
    quiet_log(here)


@pytest.mark.parametrize("kind", BROKEN_SERVICES)
async def test_a_broken_service_file_is_named_and_the_others_still_count(kind: str) -> None:
    text, english, german = BROKEN_SERVICES[kind]
    acme = Acme(page=False)
    async with providers(acme):
        write_files(home(), (acme,))
        here = put(text or acme.toml().replace('provider = "acme"', 'provider = "bad"'), "services/bad.toml")
        with untouched(here.config):
            told = await in_both("check")
            assert told.codes == {GREEN}
            told.says((english, "Acme API"), (german, "Acme-API"))
            assert (await once("config", "check")).code == 1
    assert acme.api_server.asked(MODELS_PATH) == 2
    quiet_log(here)


UNKNOWN = {
    ("check", "gibtsnicht"): (
        "There is no service called gibtsnicht",
        "acme-api",
        "Es gibt keinen Dienst namens gibtsnicht",
    ),
    ("wait", "gibtsnicht"): (
        "There is no service called gibtsnicht",
        "acme-api",
        "Es gibt keinen Dienst namens gibtsnicht",
    ),
    ("key", "set", "gibtsnicht"): (
        "No service asks for a key called “gibtsnicht”",
        "Known are: acme.",
        "Kein Dienst verlangt einen Schlüssel namens „gibtsnicht“",
    ),
    ("switch", "local", "gibtsnicht"): ("gibtsnicht cannot be switched", "These can: acme.", "gibtsnicht"),
}


async def test_an_unknown_id_is_told_with_the_known_ones() -> None:
    acme = Acme(page=False)
    async with providers(acme):
        write_files(home(), (acme,), 'probe_interval_s = 60\n[gateway]\nopenai = "acme"\n')
        with untouched(home().config):
            async with running("watch") as watch:
                await watch.printed(1)
                for arguments, (english, known, german) in UNKNOWN.items():
                    told = await in_both(*arguments)
                    assert told.codes == {USAGE}, told
                    told.says((english, known), (german,))
    quiet_log(home())


async def test_an_unknown_id_in_the_settings_names_its_line_and_the_nearest() -> None:
    acme = Acme(page=False)
    async with providers(acme):
        write_files(home(), (acme,))
        text = home().settings_file.read_text()
        put(text.replace('services = ["acme-api"]', 'services = ["acme-api", "acme-apo"]'))
        with untouched(home().config):
            told = await in_both("check")
    assert told.codes == {GREEN}
    told.says(("settings.toml, line 3", "Did you mean acme-api?"), ("settings.toml, Zeile 3", "Meintest du acme-api?"))


async def test_a_provider_that_nobody_has_costs_nobody_the_others() -> None:
    """Version 0.1.0 declared `[gateway] anthropic` as well, and nothing read it: there may be anything."""
    acme = Acme(page=False)
    async with providers(acme):
        write_files(home(), (acme,), '[gateway]\nopenai = "acme"\nanthropic = "gone"\n')
        with untouched(home().config):
            told = await in_both("config", "check")
            async with running("watch", "--json") as watch:
                await watch.printed(1)
                assert [one["id"] for one in json.loads(watch.lines[0])["services"]] == ["acme-api"]
                assert watch.errors[0] == "settings.toml, line 6: gateway.anthropic"
    assert told.codes == {1}
    told.says(
        ("settings.toml, line 6: gateway.anthropic", "acme"), ("settings.toml, Zeile 6: gateway.anthropic", "acme")
    )


async def test_a_full_disk_stops_nothing_and_is_told() -> None:
    """Not even the lock's line, the log or the memory can be written."""
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        here = home()
        with untouched(here.config):
            told = await in_both("check", prefix=FULL_DISK)
            assert told.codes == {GREEN}
            told.says(("Acme API: fine",), ("Acme-API: in Ordnung",))
            async with running(*FULL_DISK[1:], PROGRAM, "watch", program=FULL_DISK[0], LANGUAGE="de") as watch:
                await watch.printed(1)
                assert [one.code for one in await standing(here)] == ["store_unwritable"]
                assert any("Nichts kann gemerkt werden" in line for line in watch.errors), watch.errors
                assert not any("Traceback" in line for line in watch.errors)
                assert (await once("wait", "acme-api", "--timeout", "30")).code == GREEN
                assert (await once("status")).code == GREEN
            refused = await in_both("setup", "openai-env", prefix=FULL_DISK, HOME=str(here.data))
    assert refused.codes == {1}
    refused.says(("The disk is full", "Make room, then try again."), ("Die Festplatte ist voll",))
    assert not (here.data / ".profile").exists()
    quiet_log(here)


async def test_a_read_only_home_stops_nothing_and_is_told() -> None:
    acme = Acme()
    async with providers(acme):
        write_files(home(), (acme,))
        here = home()
        base = here.config.parent
        mortal = as_mortal()
        with untouched(base), frozen(base):
            told = await in_both("check", prefix=mortal)
            assert told.codes == {GREEN}
            told.says(("Acme API: fine",), ("Acme-API: in Ordnung",))
            watched: tuple[str | Path, ...] = (*mortal, PROGRAM, "watch", "--json")
            async with running(*watched[1:], program=watched[0]) as watch:
                await watch.printed(1)
                assert [one.code for one in await standing(here)] == ["store_unwritable"]
                assert any("Nothing can be remembered" in line for line in watch.errors), watch.errors
            refused = await in_both("setup", "openai-env", prefix=mortal, HOME=str(base))
            assert refused.codes == {1}
            refused.says(("A file cannot be written", "Permission denied"), ("Eine Datei lässt sich nicht schreiben",))
