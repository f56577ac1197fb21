"""The shipped files of local servers: whole, with strategies that there are, and none in another's place."""

import pytest

from trayapp import paths
from trayapp.local.listing import LISTINGS
from trayapp.settings.servers import PROOFS, known, names


def test_every_file_is_a_server_named_after_it() -> None:
    assert set(known()) == {file.stem for file in (paths.resources() / "servers").iterdir()}
    assert list(known()) == list(names())


@pytest.mark.parametrize("server", list(known()))
def test_every_strategy_is_one_that_there_is(server: str) -> None:
    assert known()[server].models in LISTINGS
    assert known()[server].signature.proof in PROOFS


def test_ollama_is_asked_first_and_what_all_speak_last() -> None:
    assert list(known()) == ["ollama", "llama-server", "lm-studio", "openai-compatible", "embedded"]


def test_the_embedded_server_is_a_llama_server() -> None:
    embedded, own = known()["embedded"], known()["llama-server"]
    assert (embedded.signature, embedded.models) == (own.signature, own.models)
