"""Who there is on the small internet: names, addresses, and the two providers that the program watches.

The addresses are those of RFC 7526 and of 6to4's relays, which nobody has any more; nothing leaves the namespaces.
"""

from contextlib import AsyncExitStack
from types import SimpleNamespace
from typing import Any, cast

from tests.support.httpserver import Server
from tests.support.scene import Acme

PREFIX, PREFIX6 = "192.88.99", "2620:4f:8000::"
MACHINE, RESOLVER = 2, 53
PROXY = f"{PREFIX}.8"
PORTAL, NOBODY = "10.99.0.1", "10.99.0.2"
API, EDGE = ACME = ("api.acme.test", "chat.acme.test")
ACME_PAGE, BOLT_PAGE = "status.acme.test", "status.bolt.test"
PROVIDER_STATES = ("well", "502", "silent", "gone")
MORE_STATES = ("servfail", "nameless", "refuses", "expired", "stuck", "edge", "unknown", "sinkhole", "private")
"""Of Bolt AI, which has a host for each of them, so that all can be watched at once."""
BOLT = {state: f"api-{state}.bolt.test" for state in (*PROVIDER_STATES, *MORE_STATES)}
PLAIN, SECURE = "plain.test", ("secure.test", "other.test")
CONTROLS = (PLAIN, *SECURE)
NAMES = {name: number for number, name in enumerate((*ACME, ACME_PAGE, *BOLT.values(), BOLT_PAGE, *CONTROLS), 101)}
CONTROL_URLS = (f"http://{PLAIN}/", *(f"https://{name}/" for name in SECURE))


def v4(number: int) -> str:
    return f"{PREFIX}.{number}"


def v6(number: int) -> str:
    return f"{PREFIX6}{number}"


def address(name: str) -> str:
    return v4(NAMES[name])


def known_as(name: str) -> Server:
    return cast("Server", SimpleNamespace(url=f"https://{name}"))


class Watched(Acme):
    """A provider as the program is told of it: its servers stand elsewhere."""

    async def open(self, stack: AsyncExitStack) -> None:
        pass


class AcmeAI(Watched):
    """Acme API is probed at depth api; Acme Chat by its edge, for the rest its page has to speak."""

    def __init__(self, **servers: Any) -> None:
        ours = {"api_server": known_as(API), "page_server": known_as(ACME_PAGE)}
        super().__init__("acme", components=("chat-completions", "website"), **(ours | servers))
        self.services = ("acme-api", "acme-chat")

    def toml(self) -> str:
        api = super().toml().replace('[[service.component]]\nid = "website"\nname = "website"\nmain = false\n', "")
        api = api.replace('page_components = ["page-website"]\n', "")
        api = api.replace('components = ["chat-completions", "website"]', 'components = ["chat-completions"]')
        return api + (
            '[[service]]\nid = "acme-chat"\nname = "Acme Chat"\n'
            '[[service.component]]\nid = "website"\nname = "website"\nmain = true\npage_components = ["page-website"]\n'
            '[[service.probe]]\nkind = "edge"\ncomponents = ["website"]\n'
            f'url = "https://{EDGE}/cdn-cgi/trace"\n'
        )


class BoltAI(Watched):
    """Bolt API at the host of one state."""

    def __init__(self, state: str, **servers: Any) -> None:
        ours = {"api_server": known_as(BOLT[state]), "page_server": known_as(BOLT_PAGE)}
        super().__init__("bolt", **(ours | servers))
