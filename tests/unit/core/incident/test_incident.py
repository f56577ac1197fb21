"""An outage of several services is still one of those that are left."""

import pytest

from trayapp.core.incident.incident import Incident, IncidentStage, without

BOTH = Incident("i", "openai", ("chatgpt", "openai-api"), ("openai-api",), IncidentStage.OPEN, 1.0)


@pytest.mark.parametrize(
    ("services", "left"),
    [
        ({"claude"}, (("chatgpt", "openai-api"), ("openai-api",))),
        (set(), (("chatgpt", "openai-api"), ("openai-api",))),
        ({"chatgpt"}, (("openai-api",), ("openai-api",))),
        ({"openai-api", "claude"}, (("chatgpt",), ())),
        ({"chatgpt", "openai-api"}, None),
    ],
)
def test_of_what_it_is_without_some_services(services: set[str], left: tuple[tuple[str, ...], ...] | None) -> None:
    found = without(BOTH, frozenset(services))
    assert (None if found is None else (found.services, found.down)) == left


def test_what_it_is_not_about_leaves_it_as_it_is() -> None:
    """The very same, so that nobody writes it anew."""
    assert without(BOTH, frozenset({"claude"})) is BOTH
