"""Publishes catalogues as `packaging/catalogue.py` does, and as somebody would who wants to get a wrong one in."""

from datetime import date

import minisign

from tests.support.httpserver import Server, answer, conditional
from trayapp.settings.bundle import Edition, bundle_bytes, trusted_comment

PATH = "/catalogue.json"
DAY = date(2026, 12, 1)


def service_text(name: str) -> str:
    """A provider with one service, `<name>-api`, that asks an address where nobody is."""
    return f"""provider = "{name}"
name = "{name.title()}"
[[service]]
id = "{name}-api"
name = "{name.title()} API"
[[service.component]]
id = "api"
name = "API"
main = true
[[service.probe]]
kind = "api"
components = ["api"]
url = "http://127.0.0.1:9/v1/models"
"""


class Publisher:
    """One key pair, and what it has signed. `key`: the public half, as settings have it."""

    def __init__(self) -> None:
        self._pair = minisign.KeyPair.generate()
        self.key: str = self._pair.public_key.to_base64().decode()

    def sign(self, raw: bytes, comment: str) -> bytes:
        return bytes(self._pair.secret_key.sign(raw, trusted_comment=comment))

    def edition(self, version: int, *names: str) -> tuple[bytes, bytes]:
        """The catalogue of this version, with these providers, and its signature."""
        edition = Edition(version, DAY)
        raw = bundle_bytes(edition, {f"{name}.toml": service_text(name) for name in names or ("acme",)})
        return raw, self.sign(raw, trusted_comment(edition))

    def put(self, server: Server, version: int, *names: str) -> None:
        """Publish it there."""
        raw, signature = self.edition(version, *names)
        put(server, raw, signature, etag=f'"{version}"')


def put(server: Server, raw: bytes, signature: bytes, etag: str | None = None) -> None:
    server.on(PATH, answer(200, raw) if etag is None else conditional(raw, etag))
    server.on(f"{PATH}.minisig", answer(200, signature))
