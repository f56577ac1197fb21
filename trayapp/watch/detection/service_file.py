"""The service file for what was found: as careful as what was seen, and no more certain."""

from trayapp.core.catalogue import (
    Api as CatalogueApi,
)
from trayapp.core.catalogue import (
    Auth,
    Catalogue,
    Component,
    Dialect,
    Probe,
    ProbeKind,
    Provider,
    Service,
)
from trayapp.core.found import Found
from trayapp.core.hosts import may_carry_key
from trayapp.core.remote_text import plain
from trayapp.errors import Problem
from trayapp.watch.detection.answers import counts_as_up, is_ready
from trayapp.watch.detection.api import CHAT, MESSAGES, MODELS, VERSION, Api
from trayapp.watch.detection.status_page import FoundPage
from trayapp.watch.detection.typed import V1, Typed, short_name, slug

ANSWERS = "answers"
"""The one component of what has no parts of its own: does it answer?"""
ALL = "all"
"""The one component of what is known by its page alone, all of which it stands for."""
MAX_NAME = 60
_WHOLE_PAGE = ("*",)


def found(there: Typed, name: str | None, api: Api | None, page: FoundPage | None, catalogue: Catalogue) -> Found:
    """What is told and written. Raises Problem `endpoint_name` for a name without a letter or digit."""
    product = api.product if api is not None else None
    shown, ident = _called(there, name, product, catalogue)
    unfit = page.unfit if page is not None else None
    readable = page.page if page is not None and unfit is None else None
    clear = api is not None and api.wants_key and not may_carry_key(api.base)
    key = ident if api is not None and api.wants_key and not clear else None
    whole = _WHOLE_PAGE if readable else ()
    part = (ANSWERS, "Answers") if api is not None else (ALL, "All parts")
    component = Component(*part, main=True, page_components=whole)
    service = Service(ident, shown, website=None, components=(component,), probes=_probes(api, key))
    provider = Provider(ident, shown, services=(service,), page=readable, api=_api(api, key))
    return Found(
        provider,
        api.base if api is not None else page.page.url if page is not None else "",
        product,
        (api.models or ()) if api is not None else (),
        api.answer.status if api is not None else None,
        wants_key=api is not None and api.wants_key,
        in_the_clear=clear,
        page=page.page.url if page is not None else None,
        page_kind=page.vendor if page is not None else None,
        page_parts=page.parts if page is not None else 0,
        unknown=_unknown(api, page),
    )


def _called(there: Typed, name: str | None, product: str | None, catalogue: Catalogue) -> tuple[str, str]:
    """Name and id: the user's own, else the product's and the host's."""
    place = short_name(there.host)
    port = there.origins[0].rpartition(":")[2]
    by_place = slug(place if not port.isdigit() else f"{place} {port}") or "own"
    if name is not None:
        shown = plain(name, MAX_NAME)
        if not any(map(str.isalnum, shown)):
            raise Problem("endpoint_name", name=shown)
        # In most of the world's scripts nothing of a name can stand in an id.
        ident = slug(shown) or by_place
    elif product is not None:
        here = there.host in ("localhost", "127.0.0.1", "::1")
        shown = product if here else f"{product} ({there.host})"
        ident = slug(product if here else f"{product} {place}")
    else:
        shown = there.host if not port.isdigit() else f"{there.host}:{port}"
        ident = by_place
    taken = {*catalogue.names, *(service.id for _, service in catalogue.services())}
    number = 2
    free = ident
    while free in taken:
        free, number = f"{ident[:37]}-{number}", number + 1
    return shown, free


def _probes(api: Api | None, key: str | None) -> tuple[Probe, ...]:
    if api is None:
        return ()
    auth = api.auth if key is not None else Auth.NONE
    headers = VERSION if auth is Auth.X_API_KEY else {}
    posts = api.asked != MODELS
    probe = Probe(
        ProbeKind.API,
        (ANSWERS,),
        api.root + api.asked,
        method="POST" if posts else "GET",
        headers={**headers, **({"content-type": "application/json"} if posts else {})},
        body="{}" if posts else None,
        auth=auth,
        key=key,
        up=counts_as_up(api.answer),
    )
    model = next(iter(api.models or ()), None)
    if model is None:
        return (probe,)
    messages = Dialect.OPENAI not in api.dialects and Dialect.ANTHROPIC in api.dialects
    completion = Probe(
        ProbeKind.COMPLETION,
        (ANSWERS,),
        api.root + (MESSAGES if messages else CHAT),
        method="POST",
        headers=VERSION if messages else {},
        model=model,
        timeout_s=30.0,
        auth=auth,
        key=key,
    )
    return probe, completion


def _api(api: Api | None, key: str | None) -> CatalogueApi | None:
    if api is None:
        return None
    return CatalogueApi(api.base, api.dialects or (Dialect.OPENAI,), key, v1=V1 if api.root.endswith(V1) else "")


def _unknown(api: Api | None, page: FoundPage | None) -> tuple[str, ...]:
    if api is None:
        return () if page is None or page.unfit is None else ("page_unreadable",)
    known = {
        "models": api.models is not None or not api.wants_key,
        "models_unlisted": api.models is not None or api.wants_key,
        "dialects": bool(api.dialects),
        "not_ready": is_ready(api.answer),
        "page": page is not None,
        "page_unreadable": page is None or page.unfit is None,
    }
    return tuple(name for name, is_known in known.items() if not is_known)
