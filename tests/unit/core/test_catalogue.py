"""Where a tool's path leads at an address of a provider's."""

import pytest

from trayapp.core.catalogue import Dialect, Login

LOGIN = Login("chatgpt", "https://chatgpt.example/codex", (Dialect.OPENAI,), ("/responses", "/models"))


@pytest.mark.parametrize(
    ("path", "below"),
    [
        ("/v1/responses", "/responses"),
        ("/v1/responses/compact", "/responses/compact"),
        ("/v1/models", "/models"),
        ("/v1/models/gpt-9", "/models/gpt-9"),
        ("/v1/files", None),
        ("/v1/responsesx", None),
        ("/v1/v1/responses", None),
        ("/v1", None),
    ],
)
def test_the_paths_of_a_login(path: str, below: str | None) -> None:
    assert LOGIN.path(path) == below
