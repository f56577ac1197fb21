"""What the tests of OpenAI's and Anthropic's libraries find straight at a mock they find through the gateway."""

from pathlib import Path

import pytest

from tests.clients.sdk_suites import ANTHROPIC, OPENAI, Suite, play

pytestmark = [pytest.mark.clients, pytest.mark.timeout(3000)]


@pytest.mark.parametrize("suite", [OPENAI, ANTHROPIC], ids=lambda suite: suite.name)
async def test_a_suite_passes_through_the_gateway_what_it_passes_straight(suite: Suite, tmp_path: Path) -> None:
    played = await play(suite, tmp_path)
    assert played.passed > 0.9 * len(played.straight) > 1000
    assert played.lost == {}
