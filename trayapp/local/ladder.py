"""The ladder of readiness: reachable, right server, model there, loaded, one token generated and timed.

`look` climbs as far as one can without making the server work; `load` and `one_token` are the rungs that cost.
"""

import asyncio
import time
from enum import IntEnum
from typing import Any

from msgspec import Struct

from trayapp.core.switching.forwarding import cloud_behind
from trayapp.errors import Problem
from trayapp.local.address import is_cloud_model
from trayapp.local.client import CHECK_LIMIT_S, Client
from trayapp.local.listing import LISTINGS, Model
from trayapp.local.signature import identify
from trayapp.settings.servers import Server

# Below this not even a short question with its answer fits; it is also the least that can be set for the embedded one.
MIN_CONTEXT_TOKENS = 512
POLL_S = 0.2


class Rung(IntEnum):
    START = 0
    REACHABLE = 1
    SERVER = 2
    MODEL = 3
    LOADED = 4
    TOKEN = 5


class Standing(Struct, frozen=True):
    """How far a look got: `rung` is the highest one that holds, `problem` what keeps it from the next.

    `server`: what it proved to be. `busy`: it says itself that it is loading; ask again. `through`: a product that
    answers in its place and may ask a cloud.
    """

    rung: Rung
    problem: Problem | None = None
    server: Server | None = None
    model: Model | None = None
    busy: bool = False
    through: str | None = None


async def look(client: Client, expected: Server, wanted: str | None) -> Standing:
    """Ask what costs nothing: three small GETs, no generation, no load. Raises nothing that a server can cause."""
    rung, server = Rung.START, None
    try:
        server, answer = await identify(client, expected)
        rung = Rung.SERVER
        if answer.status == 503:
            return Standing(rung, server=server, busy=True)
        model = choose(await LISTINGS[server.models](client), wanted, server, client.url)
        if model.context is not None and model.context < MIN_CONTEXT_TOKENS:
            raise Problem("local_small_context", model=model.name, context=model.context, least=MIN_CONTEXT_TOKENS)
    except Problem as problem:
        if rung is Rung.START and problem.code not in ("local_unreachable", "local_cut"):
            rung = Rung.REACHABLE
        return Standing(rung, problem, server)
    rung = Rung.MODEL if model.loaded is False else Rung.LOADED
    return Standing(rung, None, server, model, through=client.through)


def choose(models: list[Model], wanted: str | None, server: Server, url: str) -> Model:
    """The wanted model, or without a wish the first that is loaded, else the first at all.

    Raises `Problem`: `local_cloud_model` (model), `local_model_not_pulled` (model, server, command: what gets it),
    `local_model_missing` (model, url, available), `local_no_model` (url), `local_embedding_model` (model).
    """
    if wanted is not None and is_cloud_model(wanted):
        raise Problem("local_cloud_model", model=wanted)
    local = [model for model in models if model.talks]
    model = next((model for model in models if wanted == model.name or wanted in model.aliases), None)
    if not local and (wanted is None or (server.pull is None and model is None)):
        raise Problem("local_no_model", url=url)
    if wanted is None:
        return next((model for model in local if model.loaded), local[0])
    if model is None and server.pull is not None:
        raise Problem("local_model_not_pulled", model=wanted, server=server.name, command=f"{server.pull} {wanted}")
    if model is None:
        raise Problem(
            "local_model_missing",
            model=wanted,
            url=url,
            available=", ".join(list(dict.fromkeys(model.name for model in local))[:5]),
        )
    if model.cloud:
        raise Problem("local_cloud_model", model=wanted)
    if model.embeds:
        raise Problem("local_embedding_model", model=wanted)
    return model


async def load(client: Client, server: Server, model: str, limit_s: float) -> None:
    """Have the server load `model` where it can be asked to; others load with the first question.

    Raises `Problem`: `local_load_failed` (model, reason), and what `Client` raises.
    """
    if server.load is None:
        return
    answer = await client.post(server.load.path, {"model": model}, limit_s=limit_s)
    if answer.status != 200 and not (server.load.optional and answer.status == 404):
        raise Problem("local_load_failed", model=model, reason=answer.reason())


async def until_loaded(client: Client, server: Server, limit_s: float) -> None:
    """Wait while `server` says that it is loading. Raises `Problem("local_timeout")`."""
    try:
        async with asyncio.timeout(limit_s):
            while True:
                if (await client.get(server.signature.path, limit_s=min(limit_s, CHECK_LIMIT_S))).status != 503:
                    return
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        raise Problem("local_timeout", url=client.url, limit_s=round(limit_s)) from error


async def one_token(client: Client, model: str, limit_s: float) -> float:
    """Have one token generated; the real seconds from the question to it.

    Raises `Problem`: `local_no_token` (model, reason), `local_forwards` (model, url, product, host: who was asked for
    it instead), and what `Client` raises.
    """
    begun = time.monotonic()
    question: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": "Hi"}],
        "max_tokens": 1,
        "stream": False,
    }
    answer = await client.post("/v1/chat/completions", question, limit_s=limit_s)
    took_s = time.monotonic() - begun
    if (cloud := cloud_behind(answer)) is not None:
        raise Problem("local_forwards", model=model, url=client.url, product=client.through, host=cloud)
    if (closed := client.shut_out(answer)) is not None:
        raise closed
    body = answer.json()
    if answer.status != 200 or not isinstance(body, dict):
        raise Problem("local_no_token", model=model, reason=answer.reason())
    choices, usage = body.get("choices"), body.get("usage")
    generated = usage.get("completion_tokens", 1) if isinstance(usage, dict) else 1
    if not isinstance(choices, list) or not choices or not generated:
        raise Problem("local_no_token", model=model, reason=answer.reason())
    return took_s
