"""The local LLM servers that there are: `resources/servers/*.toml`, one file each, decoded strictly.

What a file cannot say in data, how an answer proves the server and how its models are listed, it names: the strategies
are functions, those for models in `trayapp.local`.
"""

from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any

import msgspec
from msgspec import Meta, Struct

from trayapp import paths
from trayapp.core.catalogue import Id, Url
from trayapp.core.json_text import read_json

Port = Annotated[int, Meta(ge=1, le=65535)]


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """`path` answers with one of `statuses` (503: it is there, and still loading), and the answer passes `proof`.

    That is a name in `PROOFS`; `at` (a header, or a dotted path in JSON) and `value` are its arguments.
    """

    path: str
    statuses: tuple[int, ...]
    proof: str
    at: str = ""
    value: str | bool = ""


class Load(Struct, frozen=True, forbid_unknown_fields=True):
    """Where the server is asked to load a model. `optional`: older ones answer 404 there and load when first used."""

    path: str
    optional: bool = False


class Server(Struct, frozen=True, forbid_unknown_fields=True):
    """One file.

    `name` is a product's, or words to be translated when `general` or `embedded`.
    `general`: whoever sets it up means any of the servers. `embedded`: we run it ourselves, on the GGUF file of the
    settings, so it has no address to look at.
    `order`: asked and offered by it, smallest first. `models`: a name in `local.listing.LISTINGS`.
    `ports`: where to look for it on this machine; `port_variable` is the server's own variable of the environment and
    `port_file` its JSON file with a `port`, which may name another.
    `url`: where it is when the settings do not say. `pull`: what to type, before the model's name, to get a model.
    `environment`: what it is started with; `{host}` stands for the address's host and port.
    """

    id: Id
    name: str
    order: int
    signature: Signature
    models: str
    general: bool = False
    embedded: bool = False
    ports: tuple[Port, ...] = ()
    port_variable: str | None = None
    port_file: str | None = None
    url: Url | None = None
    load: Load | None = None
    pull: str | None = None
    environment: dict[str, str] = {}


def known() -> dict[str, Server]:
    """Every server by its id, in order. Raises msgspec.DecodeError for a file that is wrong: all are shipped."""
    return _read(paths.resources() / "servers")


def names() -> dict[str, str]:
    """The ids that `local.server` may have, with the servers' English names, in order."""
    return {server.id: server.name for server in known().values()}


def proves(signature: Signature, status: int, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this answer at the signature's path is one that only its server gives. `headers`: lower-case names."""
    return status in signature.statuses and PROOFS[signature.proof](headers, body, signature)


PROOFS: dict[str, Callable[[Mapping[str, str], bytes, Signature], bool]] = {
    "text": lambda _headers, body, wanted: body.decode("utf-8", "replace").strip() == wanted.value,
    "header": lambda headers, _body, wanted: headers.get(wanted.at) == wanted.value,
    "json": lambda _headers, body, wanted: _in_json(body, wanted.at) == wanted.value,
    "json-list": lambda _headers, body, wanted: isinstance(_in_json(body, wanted.at), list),
}
"""The strategies that a signature may name: the whole body is `value`; the header `at` is; what stands in the body's
JSON at the dotted path `at` is, or is a list."""


def _in_json(body: bytes, dotted: str) -> Any:
    try:
        value = read_json(body)
    except ValueError:
        return None
    for name in dotted.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


@cache
def _read(folder: Path) -> dict[str, Server]:
    servers = [msgspec.toml.decode(file.read_bytes(), type=Server) for file in folder.glob("*.toml")]
    return {server.id: server for server in sorted(servers, key=lambda server: server.order)}
