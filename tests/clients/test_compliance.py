"""Whatever llm-comply says for a local server it says for the gateway before it, and of a translated one nothing."""

from pathlib import Path

import pytest

from tests.clients.compliance import Format, Served, bench

pytestmark = [pytest.mark.clients, pytest.mark.timeout(600)]


@pytest.mark.parametrize("served", Served)
@pytest.mark.parametrize("spoken", Format)
async def test_the_gateway_adds_no_complaint(served: Served, spoken: Format, tmp_path: Path) -> None:
    async with bench(served, tmp_path) as stands:
        checks = await stands.checks(spoken)
    assert checks
    assert {check.name: sorted(check.ours) for check in checks if check.ours} == {}
