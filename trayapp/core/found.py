"""What was found at an address that somebody wants to have watched."""

from msgspec import Struct

from trayapp.core.catalogue import Provider


class Found(Struct, frozen=True):
    """`provider`: what would be watched, as its service file says it. `address`: everything before /v1 (all of it
    where it has none), or the page's.

    `product`: what runs there, where it says so. `models`: as it lists them. `status`: what it answered when it was
    asked for them without a key, None where there is only a page. `wants_key`: nobody gets an answer without one.
    `in_the_clear`: a key would travel unencrypted, so it is asked without. `page`: the address of its status page,
    `page_kind` who publishes it and `page_parts` how many parts that names. `unknown`: what could not be found out, of
    `models`, `models_unlisted`, `dialects`, `page`, `page_unreadable`, `not_ready`.
    """

    provider: Provider
    address: str
    product: str | None = None
    models: tuple[str, ...] = ()
    status: int | None = None
    wants_key: bool = False
    in_the_clear: bool = False
    page: str | None = None
    page_kind: str | None = None
    page_parts: int = 0
    unknown: tuple[str, ...] = ()
