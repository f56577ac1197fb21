"""Services of the user's own files, with the real command: watched without being listed, and said when nothing is."""

from pathlib import Path

import msgspec

from tests.support.commands import run
from tests.support.scene import Acme
from tests.support.schema1 import Report
from tests.support.told import in_both, providers, put

GREEN, CANNOT_TELL = 0, 3
ONLY_OWN = "version = 1\n[catalogue]\nbuiltin = false\n[network]\ncontrols = []\n"


async def test_a_service_file_is_watched_without_being_listed(own_home: Path) -> None:
    acme, other = Acme(), Acme("other")
    async with providers(acme, other):
        put(acme.toml(), "services/acme.toml")
        put(other.toml(), "services/other.toml")
        put(ONLY_OWN)
        ended = await run("check", "--json")
    report = msgspec.json.decode(ended.out, type=Report)
    assert [(service.id, service.light) for service in report.services] == [
        ("acme-api", "green"),
        ("other-api", "green"),
    ]
    assert (ended.code, ended.err) == (GREEN, "")


async def test_a_list_says_otherwise(own_home: Path) -> None:
    acme, other = Acme(), Acme("other")
    async with providers(acme, other):
        put(acme.toml(), "services/acme.toml")
        put(other.toml(), "services/other.toml")
        put(f'{ONLY_OWN}[watch]\nservices = ["other-api"]\n')
        ended = await run("check", "--json")
    assert [service.id for service in msgspec.json.decode(ended.out, type=Report).services] == ["other-api"]


async def test_no_catalogue_at_all_is_one_plain_sentence(own_home: Path) -> None:
    put(ONLY_OWN)
    both = await in_both("check")
    assert both.codes == {CANNOT_TELL}
    both.says(
        ["Nothing is watched yet.", "There is no service to choose from", str(own_home)],
        ["Noch wird nichts beobachtet.", "Es gibt keinen Dienst zur Auswahl"],
    )
    assert both.en.err.count("\n") == 2, both.en.err
