"""Other gateways, in pinned versions, each in a folder of its own outside the repository; measured where installed."""

import json
import secrets
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

from tests.bench.gateway_load import Asks
from tests.bench.gateway_programs import LOCAL_MODEL
from tests.clients.install import Package

_CHAT = "/v1/chat/completions"
_KEY = f"sk-{secrets.token_hex(32)}"
"""LiteLLM asks for one, and for one that nobody guesses."""


class Places(NamedTuple):
    """The base URLs of a provider that answers, of one that fails, and of a local server."""

    cloud: str
    fails: str
    local: str


class Rival(NamedTuple):
    """`command`: what starts it, at a port, with a file of its settings. `asks`: a request to the provider that
    answers, and one to the provider that fails, with the local server as its fallback."""

    name: str
    package: Package
    command: Callable[[Package, int, Path], list[str]]
    settings: Callable[[Places], Any]
    asks: Callable[[int, dict[str, Any], Places], tuple[Asks, Asks]]


# LiteLLM: its proxy, as its documentation starts it, with the fallback of its router.


def _litellm(package: Package, port: int, settings: Path) -> list[str]:
    # Its list of models and prices would come from the network otherwise.
    quiet = ("env", "LITELLM_LOCAL_MODEL_COST_MAP=True", "LITELLM_LOG=ERROR")
    program = str(package.programs / "litellm")
    return [*quiet, program, "--config", str(settings), "--host", "127.0.0.1", f"--port={port}"]


def _litellm_settings(places: Places) -> Any:
    def model(name: str, asked: str, url: str) -> Any:
        how = {"model": f"openai/{asked}", "api_base": f"{url}/v1", "api_key": "sk-bench"}
        return {"model_name": name, "litellm_params": how}

    models = [model("big-1", "big-1", places.cloud), model("fails", "big-1", places.fails)]
    return {
        "model_list": [*models, model("local", LOCAL_MODEL, places.local)],
        "router_settings": {"fallbacks": [{"fails": ["local"]}]},
        "general_settings": {"master_key": _KEY},
        "litellm_settings": {"telemetry": False},
    }


def _of_litellm(port: int, body: dict[str, Any], places: Places) -> tuple[Asks, Asks]:
    headers = {"Authorization": f"Bearer {_KEY}"}
    return Asks(port, headers, _CHAT, body), Asks(port, headers, _CHAT, body | {"model": "fails"})


# Portkey: everything is said with the request.


def _portkey(package: Package, port: int, settings: Path) -> list[str]:
    program = package.folder / "node_modules/@portkey-ai/gateway/build/start-server.js"
    return ["node", str(program), f"--port={port}", "--headless"]


def _of_portkey(port: int, body: dict[str, Any], places: Places) -> tuple[Asks, Asks]:
    def target(url: str, model: str) -> Any:
        return {
            "provider": "openai",
            "api_key": "sk-bench",
            "custom_host": f"{url}/v1",
            "override_params": {"model": model},
        }

    fallback = [target(places.fails, "big-1"), target(places.local, LOCAL_MODEL)]
    config = json.dumps({"strategy": {"mode": "fallback"}, "targets": fallback})
    headers = {"Authorization": "Bearer sk-bench", "x-portkey-provider": "openai"}
    plain = Asks(port, headers | {"x-portkey-custom-host": f"{places.cloud}/v1"}, _CHAT, body)
    return plain, Asks(port, {"x-portkey-config": config}, _CHAT, body)


RIVALS = (
    Rival("Portkey", Package("npm", "@portkey-ai/gateway", "1.15.2"), _portkey, lambda _: None, _of_portkey),
    Rival("LiteLLM", Package("pypi", "litellm[proxy]", "1.106.12"), _litellm, _litellm_settings, _of_litellm),
)
