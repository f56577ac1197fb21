"""The local LLM servers that there are: `resources/servers/*.toml`, one file each, decoded strictly.

What a file cannot say in data, how an answer proves the server and how its models are listed, it names: the strategies
are functions of `trayapp.local`.
"""

from functools import cache
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from trayapp import paths
from trayapp.core.catalogue import Id, Url

Port = Annotated[int, Meta(ge=1, le=65535)]


class Signature(Struct, frozen=True, forbid_unknown_fields=True):
    """`path` answers with one of `statuses` (503: it is there, and still loading), and the answer passes `proof`.

    That is a name in `local.signature.PROOFS`; `at` (a header, or a dotted path in JSON) and `value` are its arguments.
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


@cache
def _read(folder: Path) -> dict[str, Server]:
    servers = [msgspec.toml.decode(file.read_bytes(), type=Server) for file in folder.glob("*.toml")]
    return {server.id: server for server in sorted(servers, key=lambda server: server.order)}
