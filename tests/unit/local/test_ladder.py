import pytest

from trayapp.errors import Problem
from trayapp.local.ladder import choose
from trayapp.local.listing import Model
from trayapp.settings.servers import Server, known

URL = "http://127.0.0.1:1"


def _code(models: list[Model], wanted: str | None, server: Server) -> str:
    with pytest.raises(Problem) as caught:
        choose(models, wanted, server, URL)
    return caught.value.code


def test_the_wanted_model_is_found_by_name_or_alias() -> None:
    models = [Model("llama3:latest", aliases=("llama3",)), Model("qwen3:8b")]
    assert choose(models, "qwen3:8b", known()["ollama"], URL).name == "qwen3:8b"
    assert choose(models, "llama3", known()["ollama"], URL).name == "llama3:latest"


def test_without_a_wish_a_loaded_model_goes_first_and_a_cloud_model_never() -> None:
    cloud = Model("a:cloud", loaded=True, cloud=True)
    assert choose([cloud, Model("b"), Model("c", loaded=True)], None, known()["ollama"], URL).name == "c"
    assert choose([cloud, Model("b", loaded=False)], None, known()["ollama"], URL).name == "b"
    assert _code([cloud], None, known()["ollama"]) == "local_no_model"


def test_a_missing_model_is_told_in_the_words_of_its_server() -> None:
    assert _code([Model("b")], "a", known()["ollama"]) == "local_model_not_pulled"
    assert _code([], "a", known()["ollama"]) == "local_model_not_pulled"
    assert _code([], "a", known()["lm-studio"]) == "local_no_model"
    with pytest.raises(Problem) as caught:
        choose([Model(name) for name in "bcdefgh"], "a", known()["llama-server"], URL)
    assert dict(caught.value.params) == {"model": "a", "url": URL, "available": "b, c, d, e, f"}


def test_a_cloud_model_is_refused_by_whatever_name() -> None:
    copy = Model("copy:latest", cloud=True, aliases=("copy",))
    assert _code([copy], "copy", known()["ollama"]) == "local_cloud_model"
