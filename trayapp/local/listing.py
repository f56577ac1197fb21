"""The servers we know: how each proves what it is, which models it has, which are loaded, how large their context is.

A port proves nothing: 8080 alone is shared by seven products. So every server is known by an answer that only it
gives. Sources: server/routes.go and docs/api.md of Ollama; tools/server/README.md of llama.cpp; lms `createClient.ts`
and the REST pages of LM Studio; OpenAI's API reference.
"""

from collections.abc import Awaitable, Callable
from enum import StrEnum
from typing import Any

from msgspec import Struct

from trayapp.errors import Problem
from trayapp.local.address import is_cloud_model
from trayapp.local.client import Client, ServerAnswer

MODELS_LIMIT = 2000
NAME_LIMIT_CHARS = 200


class Product(StrEnum):
    OLLAMA = "ollama"
    LLAMA_CPP = "llama.cpp"
    LM_STUDIO = "lm-studio"
    OTHER = "openai-compatible"


class Model(Struct, frozen=True):
    """One model of a server.

    `loaded`: None where the server does not tell. `cloud`: the server would send the request on to somebody else.
    `context`: tokens of the loaded model, when known.
    """

    name: str
    loaded: bool | None = None
    cloud: bool = False
    context: int | None = None
    aliases: tuple[str, ...] = ()


class Signature(Struct, frozen=True):
    """`path` answers with one of `statuses`, and `proves` says yes to the answer."""

    product: Product
    path: str
    statuses: tuple[int, ...]
    proves: Callable[[ServerAnswer], bool]
    models: Callable[[Client], Awaitable[list[Model]]]
    load_path: str | None = None


def _rows(value: Any, key: str) -> list[dict[str, Any]]:
    found = value.get(key) if isinstance(value, dict) else None
    return [row for row in found[:MODELS_LIMIT] if isinstance(row, dict)] if isinstance(found, list) else []


def _name(value: object) -> str:
    return value if isinstance(value, str) and len(value) <= NAME_LIMIT_CHARS and value.isprintable() else ""


def _tokens(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and value > 0 else None


def _deep(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


async def _listing(client: Client, path: str) -> Any:
    answer = await client.get(path)
    if answer.status in (401, 403):
        raise Problem("local_needs_key", url=client.url)
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
            context=_tokens(_deep(running.get(name), "context_length")),
            aliases=(name.removesuffix(":latest"),),
        )
        for row in _rows(await _listing(client, "/api/tags"), "models")
        if (name := _name(row.get("name")))
    ]


async def _llama_models(client: Client) -> list[Model]:
    rows = _rows(await _listing(client, "/v1/models"), "data")
    context = None
    if len(rows) == 1:
        # Refused when the server has its own key for it; the models' list then still has the figure.
        props = await client.get("/props")
        context = _tokens(_deep(props.json(), "default_generation_settings", "n_ctx"))
    return [
        Model(
            name,
            # Only a server with several models tells the state of each; a single one is loaded once it answers at all.
            loaded=_deep(row, "status", "value") in (None, "loaded", "sleeping"),
            context=context or _tokens(_deep(row, "meta", "n_ctx")),
            aliases=tuple(_name(alias) for alias in row.get("aliases") or () if isinstance(alias, str)),
        )
        for row in rows
        if (name := _name(row.get("id")))
    ]


async def _lm_studio_models(client: Client) -> list[Model]:
    answer = await client.get("/api/v1/models")
    if answer.status != 200:  # before LM Studio 0.4
        return await _other_models(client)
    models = []
    for row in _rows(answer.json(), "models"):
        name, instances = _name(row.get("key")), _rows(row, "loaded_instances")
        if name and row.get("type") != "embedding":
            context = _tokens(_deep(instances[0], "config", "context_length")) if instances else None
            models.append(Model(name, loaded=bool(instances), context=context))
    return models


async def _other_models(client: Client) -> list[Model]:
    return [
        Model(name, context=_tokens(row.get("max_model_len")))  # vLLM's name for it
        for row in _rows(await _listing(client, "/v1/models"), "data")
        if (name := _name(row.get("id")))
    ]


SIGNATURES: tuple[Signature, ...] = (
    Signature(
        Product.OLLAMA,
        "/",
        (200,),
        lambda answer: answer.text.strip() == "Ollama is running",
        _ollama_models,
        "/api/generate",
    ),
    Signature(
        Product.LLAMA_CPP,
        "/health",
        (200, 503),
        lambda answer: answer.headers.get("server") == "llama.cpp",
        _llama_models,
    ),
    Signature(
        Product.LM_STUDIO,
        "/lmstudio-greeting",
        (200,),
        lambda answer: _deep(answer.json(), "lmstudio") is True,
        _lm_studio_models,
        "/api/v1/models/load",
    ),
    # Last, because all of the above speak this dialect too.
    Signature(
        Product.OTHER,
        "/v1/models",
        (200,),
        lambda answer: isinstance(_deep(answer.json(), "data"), list),
        _other_models,
    ),
)


async def identify(client: Client, expected: Product | None = None) -> tuple[Signature, ServerAnswer]:
    """The signature that the server at the client's address gives, and the answer that proves it.

    With `expected` only that one is asked for. Raises `Problem`: `local_wrong_server` (url) when it gives none,
    `local_needs_key` when it does not say without a key, and what `Client` raises.
    """
    closed = False
    for signature in SIGNATURES:
        if expected is not None and signature.product is not expected:
            continue
        answer = await client.get(signature.path)
        if answer.status in signature.statuses and signature.proves(answer):
            return signature, answer
        closed = closed or answer.status == 401
    raise Problem("local_needs_key" if closed else "local_wrong_server", url=client.url)
