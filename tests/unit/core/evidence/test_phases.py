"""Which phase explains a slow answer."""

import pytest

from trayapp.core.evidence.phases import Phase, Phases


@pytest.mark.parametrize(
    ("phases", "own", "explained"),
    [
        (Phases(0.1, 0.1, 2.1, 0.1), False, (Phase.TLS, 2.1, 2.4)),
        (Phases(0.1, 0.1, 2.1, 0.1), True, (Phase.TLS, 2.1, 2.4)),
        (Phases(3.0, None, None, 0.5), True, (Phase.DNS, 3.0, 3.5)),
        (Phases(None, None, None, 4.0), False, (Phase.ANSWER, 4.0, 4.0)),
        (Phases(None, None, None, 4.0), True, None),  # whoever gives it took its time: that is no way
        (Phases(None, None, None, 0.5, 4.0), False, (Phase.TOKEN, 4.0, 4.5)),
        (Phases(0.5, 0.5, 0.5, 0.5), False, None),  # none of them more than the others together
        (Phases(0.1, 0.1, 0.7, 0.05), False, None),  # 0.95 s needs no explanation
        (Phases(0.0, 0.0, 1.0, 0.0), False, (Phase.TLS, 1.0, 1.0)),
        (Phases(0.0, 1.0, 1.0, 0.0), False, None),
        (Phases(), False, None),
        (Phases(0.0, 0.0, 0.0, 0.0), False, None),
    ],
)
def test_what_explains(phases: Phases, own: bool, explained: tuple[Phase, float, float] | None) -> None:
    phase, *seconds = phases.explains(own=own) or (None,)
    expected_phase, *expected = explained or (None,)
    assert phase is expected_phase
    assert seconds == pytest.approx(expected)


def test_only_what_was_gone_through_is_told() -> None:
    assert Phases(None, 0.1, None, 0.2).spent() == {Phase.CONNECT: 0.1, Phase.ANSWER: 0.2}
