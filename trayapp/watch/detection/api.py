"""Where the API of a host is, which dialects it speaks, and what it lists: by answers alone, never by a port."""

import asyncio
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from trayapp.core.catalogue import Auth, Dialect
from trayapp.settings import servers
from trayapp.settings.servers import proves
from trayapp.watch.detection.answers import exists, is_anthropics, is_azures, is_error, models_of, speaks_json
from trayapp.watch.detection.typed import V1
from trayapp.watch.failure import Failure
from trayapp.watch.http import Http, HttpAnswer, Limit

LIMIT = Limit(deadline_s=4.0, body_bytes=2_000_000)
"""Real seconds and bytes for one answer: the longest lists of models have a few thousand entries."""
MODELS, CHAT, MESSAGES = "/models", "/chat/completions", "/messages"
NOWHERE = "/llm-ampel-looks-for-what-is-not-there"
"""What answers here as everywhere else tells nothing by its paths."""
VERSION = {"anthropic-version": "2023-06-01"}
_AZURES = "/openai/v1"
"""Where Azure has it, while it asks for a key everywhere."""
LIKELY = 2
"""How many of the paths to look at are those of what was typed; the others are guesses."""
_JSON = {"accept": "application/json"}


class Api(NamedTuple):
    """`root`: everything before /models. `answer`: to a request for the models without a key. `models`: None where it
    does not list them. `dialects`: empty where they cannot be told from outside."""

    root: str
    answer: HttpAnswer
    models: tuple[str, ...] | None
    dialects: tuple[Dialect, ...] = ()
    auth: Auth = Auth.BEARER
    product: str | None = None
    asked: str = MODELS

    @property
    def base(self) -> str:
        """What tools are given: everything before /v1, or all of it where it has none."""
        return self.root.removesuffix(V1)

    @property
    def wants_key(self) -> bool:
        return self.answer.status in (401, 403)


async def find_api(http: Http, origin: str, base: str, roots: Sequence[str]) -> Api | None:
    """The API below one of these paths of a host that answers; None where nothing there is one's answer."""
    listed, product = await asyncio.gather(
        asyncio.gather(*(_get(http, f"{origin}{root}{MODELS}") for root in roots)), _product(http, origin + base)
    )
    found = _best(zip(roots, listed, strict=True))
    if found is None:
        return await _without_models(http, origin, roots, product)
    root, answer = found
    nowhere = await _get(http, f"{origin}{root}{NOWHERE}")
    same = nowhere is not None and answer.status == nowhere.status and answer.body == nowhere.body
    # Whoever asks for a key looks at no path before, and neither does a server that is still loading.
    itself = answer.status in (401, 403) or (answer.status >= 500 and product is not None)
    if same and not (itself and is_error(answer)):
        return await _without_models(http, origin, roots, product)
    dialects = await _dialects(http, origin + root)
    if not dialects and root != roots[0] and not root.endswith(V1):
        # Many a program has /models of its own.
        return None
    anthropics = is_anthropics(answer) or dialects == (Dialect.ANTHROPIC,)
    auth = Auth.X_API_KEY if anthropics and Dialect.OPENAI not in dialects else Auth.BEARER
    auth = Auth.API_KEY if is_azures(answer) else auth
    return Api(origin + root, answer, models_of(answer), dialects, auth, product)


async def _without_models(http: Http, origin: str, roots: Sequence[str], product: str | None) -> Api | None:
    """An API that lists no models is known by what it says to a request that asks for nothing."""
    for root in roots[:LIKELY]:
        dialects = await _dialects(http, origin + root)
        if dialects:
            return await _by_refusal(http, origin + root, dialects, product)
    return None


async def _by_refusal(http: Http, url: str, dialects: tuple[Dialect, ...], product: str | None) -> Api | None:
    path = CHAT if Dialect.OPENAI in dialects else MESSAGES
    answer = await _post(http, url + path, {} if path == CHAT else VERSION)
    if answer is None:
        return None
    auth = Auth.BEARER if Dialect.OPENAI in dialects else Auth.X_API_KEY
    return Api(url, answer, None, dialects, auth, product, path)


def _best(listed: Iterable[tuple[str, HttpAnswer | None]]) -> tuple[str, HttpAnswer] | None:
    """The first root that lists models, else the first where an API says that it wants a key, or has trouble."""
    answers = [(root, answer) for root, answer in listed if answer is not None]
    ranked = sorted(answers, key=lambda pair: (_rank(pair[1]), is_azures(pair[1]) and not pair[0].endswith(_AZURES)))
    return ranked[0] if ranked and _rank(ranked[0][1]) < _NONE else None


_NONE = 4


def _rank(answer: HttpAnswer) -> int:
    """How sure it is that this is an API's answer, the surest first; `_NONE`: it is none."""
    if models_of(answer) is not None:
        return 0
    if answer.status in (401, 403) and (is_error(answer) or "www-authenticate" in answer.headers):
        return 1
    if answer.status in (400, 402, 408, 422, 429) and is_error(answer):
        return 2
    return 3 if answer.status >= 500 and speaks_json(answer) else _NONE


async def _dialects(http: Http, url: str) -> tuple[Dialect, ...]:
    """Those whose path says something else than one that is not there, to a request that asks for nothing."""
    chat, messages, nowhere = await asyncio.gather(
        _post(http, url + CHAT, {}), _post(http, url + MESSAGES, VERSION), _post(http, url + NOWHERE, {})
    )
    spoken = []
    if chat is not None and exists(chat, nowhere):
        spoken.append(Dialect.OPENAI)
    if messages is not None and exists(messages, nowhere):
        spoken.append(Dialect.ANTHROPIC)
    if not spoken and messages is not None and messages.status in (401, 403) and is_anthropics(messages):
        # It asks for a key before it looks at the path, and says so as only this dialect does.
        return (Dialect.ANTHROPIC,)
    return tuple(spoken)


async def _product(http: Http, url: str) -> str | None:
    """What proves to be here of the servers that we know."""
    known = [one for one in servers.known().values() if not one.embedded and not one.general]
    answers = await asyncio.gather(*(_get(http, url + one.signature.path) for one in known))
    for one, answer in zip(known, answers, strict=True):
        if answer is not None and proves(one.signature, answer.status, answer.headers, answer.body):
            return one.name
    return None


async def _get(http: Http, url: str) -> HttpAnswer | None:
    try:
        return await http.ask(url, LIMIT, headers=_JSON)
    except Failure:
        return None


async def _post(http: Http, url: str, headers: dict[str, str]) -> HttpAnswer | None:
    """An empty request: whoever is there says what is missing, and no model runs."""
    try:
        headers = {**_JSON, "content-type": "application/json", **headers}
        return await http.ask(url, LIMIT, method="POST", headers=headers, body=b"{}")
    except Failure:
        return None
