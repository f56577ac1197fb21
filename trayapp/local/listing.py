"""How a server's models are listed: which it has, which are loaded, how large their context is.

Sources: server/routes.go and docs/api.md of Ollama; tools/server/README.md of llama.cpp; the REST pages of LM Studio;
OpenAI's API reference.
"""

import re
from collections.abc import Awaitable, Callable
from typing import Any

from msgspec import Struct

from trayapp.errors import Problem
from trayapp.local.address import is_cloud_model
from trayapp.local.client import Client, deep

MODELS_LIMIT = 2000
NAME_LIMIT_CHARS = 200


class Model(Struct, frozen=True):
    """One model of a server.

    `loaded`: None where the server does not tell. `cloud`: the server would send the request on to somebody else.
    `context`: tokens of the loaded model, when known. `embeds`: it computes vectors and says nothing.
    """

    name: str
    loaded: bool | None = None
    cloud: bool = False
    context: int | None = None
    aliases: tuple[str, ...] = ()
    embeds: bool = False

    @property
    def talks(self) -> bool:
        """Whether it can be a target: on this machine, and with words."""
        return not self.cloud and not self.embeds


# Few servers tell what a model is for; those that embed are called so, or by the families that do nothing else.
_EMBEDS = re.compile(r"embed|(?:^|/)(?:bge|gte|e5|all-minilm|paraphrase)[-:]", re.IGNORECASE)


def _embeds(name: str) -> bool:
    return _EMBEDS.search(name) is not None


def _rows(value: Any, key: str) -> list[dict[str, Any]]:
    rows = value.get(key) if isinstance(value, dict) else None
    return [row for row in rows[:MODELS_LIMIT] if isinstance(row, dict)] if isinstance(rows, list) else []


def _name(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= NAME_LIMIT_CHARS and value.isprintable() else ""


def _names(value: object) -> tuple[str, ...]:
    return tuple(name for entry in value if (name := _name(entry))) if isinstance(value, list) else ()


def _tokens(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


async def _listing(client: Client, path: str) -> Any:
    answer = await client.get(path)
    if (closed := client.shut_out(answer)) is not None:
        raise closed
    if answer.status != 200:
        raise Problem("local_refused", url=client.url, reason=answer.reason())
    return answer.json()


async def _ollama_models(client: Client) -> list[Model]:
    running = {_name(row.get("name")): row for row in _rows(await _listing(client, "/api/ps"), "models")}
    return [
        Model(
            name,
            loaded=name in running,
            # A copy of a cloud model can have any name; the address it is sent to stays with it.
            cloud=is_cloud_model(name) or bool(row.get("remote_host")),
            context=_tokens(deep(running.get(name), "context_length")),
            aliases=(name.removesuffix(":latest"),),
            embeds=_embeds(name) or "bert" in str(deep(row, "details", "family")),
        )
        for row in _rows(await _listing(client, "/api/tags"), "models")
        if (name := _name(row.get("name")))
    ]


async def _llama_server_models(client: Client) -> list[Model]:
    rows = _rows(await _listing(client, "/v1/models"), "data")
    context = None
    if len(rows) == 1:
        # Refused when the server has its own key for it; the models' list then still has the figure.
        props = await client.get("/props")
        context = _tokens(deep(props.json(), "default_generation_settings", "n_ctx"))
    return [
        Model(
            name,
            # Only a server with several models tells the state of each; a single one is loaded once it answers at all.
            loaded=deep(row, "status", "value") in (None, "loaded", "sleeping"),
            context=context or _tokens(deep(row, "meta", "n_ctx")),
            aliases=_names(row.get("aliases")),
            embeds=_embeds(name),
        )
        for row in rows
        if (name := _name(row.get("id")))
    ]


async def _lm_studio_models(client: Client) -> list[Model]:
    answer = await client.get("/api/v1/models")
    if answer.status != 200:  # before LM Studio 0.4
        return await _openai_models(client)
    models = []
    for row in _rows(answer.json(), "models"):
        name, instances = _name(row.get("key")), _rows(row, "loaded_instances")
        if name and row.get("type") != "embedding":
            context = _tokens(deep(instances[0], "config", "context_length")) if instances else None
            models.append(Model(name, loaded=bool(instances), context=context))
    return models


async def _openai_models(client: Client) -> list[Model]:
    return [
        # Behind any server there may be Ollama; vLLM names the context.
        Model(name, cloud=is_cloud_model(name), context=_tokens(row.get("max_model_len")), embeds=_embeds(name))
        for row in _rows(await _listing(client, "/v1/models"), "data")
        if (name := _name(row.get("id")))
    ]


LISTINGS: dict[str, Callable[[Client], Awaitable[list[Model]]]] = {
    "ollama": _ollama_models,
    "llama-server": _llama_server_models,
    "lm-studio": _lm_studio_models,
    "openai": _openai_models,
}
"""The strategies that a server's file may name as `models`."""
