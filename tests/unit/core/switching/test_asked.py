"""What may move, what may be heard once only, and what shows that a model answers, endpoint by endpoint."""

import pytest

from trayapp.core.switching.asked import Asked
from trayapp.core.switching.route import Endpoint

TABLE = {
    Endpoint.CHAT_COMPLETIONS: "movable written",
    Endpoint.COMPLETIONS: "movable written",
    Endpoint.RESPONSES: "movable written",
    Endpoint.MESSAGES: "movable written",
    Endpoint.COUNT_TOKENS: "movable",
    Endpoint.EMBEDDINGS: "",
    Endpoint.MODELS: "",
    Endpoint.STORED_RESPONSES: "once",
    Endpoint.OTHER: "once",
}


def said_of(asked: Asked) -> str:
    return " ".join(word for word in ("movable", "once", "written") if getattr(asked, word))


@pytest.mark.parametrize("endpoint", Endpoint)
def test_an_endpoint(endpoint: Endpoint) -> None:
    assert said_of(Asked(endpoint, streams=False)) == TABLE[endpoint]
    assert said_of(Asked(endpoint, streams=True)) == TABLE[endpoint]


@pytest.mark.parametrize("endpoint", Endpoint)
def test_what_rests_on_the_provider_stays_and_is_heard_once(endpoint: Endpoint) -> None:
    asked = Asked(endpoint, streams=True, rests=True)
    assert not asked.movable
    assert asked.once
