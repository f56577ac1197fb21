import pytest

from trayapp.errors import Problem
from trayapp.local.address import base_url, is_cloud_model
from trayapp.settings.schema import Local


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8080",
        "http://127.8.9.1",
        "https://[::1]:11434/",
        "http://localhost:1234/v1",
        "http://LOCALHOST.:1234",
        "http://llm.localhost",
    ],
)
def test_loopback_addresses_are_local(url: str) -> None:
    assert base_url(Local(server="openai-compatible", url=url)) == url.rstrip("/").removesuffix("/v1")


@pytest.mark.parametrize(
    "url",
    [
        "http://192.168.1.7:11434",
        "http://0.0.0.0:8080",
        "http://[fe80::1]:80",
        "https://api.openai.com",
        "http://localhost.example.com",
        "http://127.0.0.1.example.com",
        "http://notlocalhost",
    ],
)
def test_every_other_address_needs_the_users_word(url: str) -> None:
    with pytest.raises(Problem) as caught:
        base_url(Local(server="openai-compatible", url=url))
    assert caught.value.code == "local_not_confirmed"
    assert base_url(Local(server="openai-compatible", url=url, confirmed=True)) == url.rstrip("/")


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1@example.com/", "http://localhost@10.0.0.1", "http:///", "http://a..b", "http://[::1"]
)
def test_what_is_no_plain_address_is_refused_whatever_the_user_says(url: str) -> None:
    for confirmed in (False, True):
        with pytest.raises(Problem) as caught:
            base_url(Local(server="openai-compatible", url=url, confirmed=confirmed))
        assert caught.value.code == "local_bad_url"


def test_the_address_is_everything_before_v1() -> None:
    for typed in ("http://127.0.0.1:8080", "http://127.0.0.1:8080/", "http://127.0.0.1:8080/v1/"):
        assert base_url(Local(server="openai-compatible", url=typed)) == "http://127.0.0.1:8080"


@pytest.mark.parametrize(("server", "port"), [("ollama", 11434), ("llama-server", 9931), ("lm-studio", 1234)])
def test_a_product_has_a_usual_address(server: str, port: int) -> None:
    assert base_url(Local(server=server)) == f"http://127.0.0.1:{port}"


def test_a_server_of_any_kind_has_no_usual_address() -> None:
    with pytest.raises(Problem) as caught:
        base_url(Local(server="openai-compatible"))
    assert caught.value.code == "local_no_url"


@pytest.mark.parametrize(
    ("name", "cloud"),
    [
        ("gpt-oss:120b-cloud", True),
        ("deepseek-v3.1:671b-cloud", True),
        ("glm-5:cloud", True),
        ("qwen3:8b", False),
        ("cloudy:7b", False),
        ("cloud", False),
    ],
)
def test_cloud_models_are_told_by_their_tag(name: str, cloud: bool) -> None:
    assert is_cloud_model(name) is cloud


@pytest.mark.parametrize("name", ["glm-5:CLOUD", "glm-5:Cloud", "gpt-oss:120b-CLOUD", "hub.example/kimi:cLoUd"])
def test_their_tag_is_one_in_any_case(name: str) -> None:
    assert is_cloud_model(name)
