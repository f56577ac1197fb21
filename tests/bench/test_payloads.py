"""The bench that reads recordings, with files of our own in their place."""

import json
from pathlib import Path

import pytest

from tests.bench.payloads import INDEX, main
from tests.support.pagefiles import component, incident, incidents_file, summary
from tests.support.vendorpages import files


async def test_each_recording_stands_beside_the_words_of_the_index(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    at = 1_789_430_400.0
    broken = [component("chat", "Chat", "major_outage", at)]
    told = [incident("i1", "Errors", "identified", at, impact="critical", components=broken)]
    shelf = {
        "acme_statuspage_summary_2026-09-15.json": summary(broken, told),
        "acme_statuspage_incidents_2026-09-15.json": incidents_file(told),
        "acme_statuspage_other_2026-09-15.json": {"nonsense": True},
    }

    for name, file in shelf.items():
        (tmp_path / name).write_text(json.dumps(file))
    (tmp_path / "bolt_xai_2026-09-15.xml").write_bytes(files("xai", "healthy", at)["/feed.xml"])
    rows = [f"| {name} | V | what it says: {name[:4]} |" for name in shelf]
    (tmp_path / INDEX).write_text("\n".join(["| File | Class | Says |", *rows]))
    await main(tmp_path)
    out = capsys.readouterr().out
    assert "open: 'Errors' identified, impact critical, touches chat" in out
    assert "not operational: Chat (major)" in out
    assert "other_2026-09-15.json [statuspage]\n    no reader asks for this file" in out
    assert "bolt_xai_2026-09-15.xml [xai]\n    ok\n    states: {'operational': 1}" in out
    assert "index: V | what it says: acme" in out
    assert "index: nothing" in out
