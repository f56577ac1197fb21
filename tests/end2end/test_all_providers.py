"""All providers of the catalogue at once, well, in trouble one at a time, and with the own network away, as a table.

`all_providers.txt` is the table, `tests.support.standins` plays it; `python -m tests.bench.all_providers` plays all of
its rows and prints them.
"""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.namespace import play
from tests.support.standins import stories
from tests.support.standins.hosts import Hosts
from tests.support.standins.table import mistakes, rows
from trayapp.core.catalogue import ProbeKind
from trayapp.engine.loading import load_all
from trayapp.paths import home

ROWS = rows()
README = Path(__file__).parents[2] / "README.md"
PLAYED = (
    "well",
    "openai by probe",
    "openai by page",
    "github-copilot by probe",
    "google by page",
    "deepseek by page",
    "mistral by page",
    "openrouter by page",
    "xai by page",
    "aws-bedrock by page",
    "azure-openai by page",
    "microsoft-copilot by page",
    "own network away",
)
"""A page of each form and a probe of each depth."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.fixture(scope="module")
def seen() -> dict[str, dict[str, Any]]:
    """What was seen of the rows that are played here, by situation."""
    played = asyncio.run(play("standins.stage", *PLAYED, mounts=True))
    assert played.code == 0, played.err
    return {one["situation"]: one for one in map(json.loads, played.out.splitlines())}


@pytest.mark.parametrize("situation", PLAYED)
def test_row(situation: str, seen: dict[str, dict[str, Any]]) -> None:
    assert not mistakes(ROWS[situation], seen[situation]), seen[situation]


def test_the_table_has_every_provider_down_and_reported() -> None:
    expected = {"well", "own network away"}
    for provider in load_all(home()).catalogue.providers.values():
        probes = any(
            probe.kind is not ProbeKind.COMPLETION for service in provider.services for probe in service.probes
        )
        expected |= {f"{provider.provider} by probe"} if probes else set()
        expected |= {f"{provider.provider} by page"} if provider.page is not None else set()
    assert expected == set(ROWS)


def test_every_story_has_its_rows_and_every_row_its_story() -> None:
    assert stories.rows().keys() == stories.STORIES.keys()


def test_what_nobody_has_recorded_is_counted_and_makes_nothing_green() -> None:
    catalogue = load_all(home()).catalogue
    cited = list(Hosts(catalogue, began_at=0.0).cited())
    unverified = {one.url for one in cited if one.source is None}
    assert f"{len(unverified)} of their {len(cited)} answers are `unverified`" in README.read_text()
    for provider, service in catalogue.services():
        paged = provider.page is not None and provider.page.url not in unverified
        page = paged and any(component.page_components for component in service.components)
        probed = any(one.kind is ProbeKind.API and one.url not in unverified for one in service.probes)
        assert page or probed, service.id
