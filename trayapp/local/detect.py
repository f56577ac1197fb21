"""Which local servers are up on this machine: the known ports, asked all at once, believed by signature only."""

import asyncio
import json
import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from msgspec import Struct

from trayapp.errors import Problem
from trayapp.local.client import Client
from trayapp.local.listing import Product, identify
from trayapp.settings.schema import ServerKind

# Where these listen unless told otherwise: Ollama; llama-server since October 2026, and before it, with many others;
# LM Studio; vLLM; SGLang; Lemonade; KoboldCpp; text-generation-webui; GPT4All.
PORTS = (11434, 9931, 8080, 1234, 8000, 30000, 13305, 5001, 5000, 4891)
# A dead port of this machine refuses at once; what accepts and then says nothing is not waited for.
LIMIT_S = 2.0
# LM Studio writes the port it listens on here (src/lmstudioPaths.ts of lms).
_LM_STUDIO_FILE = Path("~/.lmstudio/.internal/http-server-config.json")


class Found(Struct, frozen=True):
    """A server that is up. `server` is the kind to configure, `product` what it proved to be."""

    server: ServerKind
    product: Product
    url: str
    models: tuple[str, ...]


def candidates() -> tuple[str, ...]:
    """The addresses to ask: the known ports, and those that Ollama's and LM Studio's own settings name."""
    urls = [f"http://127.0.0.1:{port}" for port in PORTS]
    ports = (_ollama_port(), _lm_studio_port())
    return tuple(dict.fromkeys([*(f"http://127.0.0.1:{port}" for port in ports if port), *urls]))


def _ollama_port() -> int | None:
    told = os.environ.get("OLLAMA_HOST", "")
    try:
        return urlsplit(told if "://" in told else f"//{told}").port
    except ValueError:
        return None


def _lm_studio_port() -> int | None:
    try:
        port = json.loads(_LM_STUDIO_FILE.expanduser().read_text())["port"]
    except (OSError, ValueError, LookupError, TypeError):
        return None
    return port if isinstance(port, int) and 0 < port < 65536 else None


async def detect(urls: Sequence[str] | None = None) -> list[Found]:
    """The servers that answer, Ollama first. Takes at most `LIMIT_S` real seconds, loads and starts nothing."""
    asked = candidates() if urls is None else urls
    found = await asyncio.gather(*(_ask(url) for url in asked))
    order = list(Product)
    return sorted((one for one in found if one is not None), key=lambda one: order.index(one.product))


async def _ask(url: str) -> Found | None:
    try:
        async with asyncio.timeout(LIMIT_S), Client(url) as client:
            signature, answer = await identify(client)
            models = [] if answer.status == 503 else await signature.models(client)
    except (Problem, TimeoutError):
        return None
    kind = ServerKind.OLLAMA if signature.product is Product.OLLAMA else ServerKind.OPENAI_COMPATIBLE
    return Found(kind, signature.product, url, tuple(model.name for model in models if not model.cloud))
