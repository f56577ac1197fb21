"""What the user says fails for them stands among the reasons for half an hour, and colours nothing."""

import pytest

from tests.unit.core.playbook import START, Play
from trayapp.core.light.severity import Light
from trayapp.core.mine.reported import Reported


@pytest.mark.parametrize(("after_s", "said"), [(0.0, True), (1799.0, True), (1800.0, False)])
def test_it_is_said_for_half_an_hour(after_s: float, said: bool) -> None:
    play = Play(("beta", "gamma"))
    play.feed(0.0, "beta 200")
    reported = Reported()
    reported.says("beta", START)
    beta, gamma = reported.apply(play.last, START + after_s).services
    assert beta.light is Light.GREEN
    assert ("user_report" in [each.code for each in beta.reasons]) is said
    assert "user_report" not in [each.code for each in gamma.reasons]
