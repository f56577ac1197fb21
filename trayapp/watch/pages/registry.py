"""Which kinds of status page can be read: the modules of `vendors`, each named after its kind.

A new module there is a new kind, and nothing else has to know of it. None is imported before a page of its kind is
read, so that listing the kinds costs no HTTP library.
"""

import importlib
import pkgutil
from typing import TYPE_CHECKING

from trayapp.watch.pages import vendors

if TYPE_CHECKING:
    from trayapp.clock import Clock
    from trayapp.core.catalogue import Page
    from trayapp.watch.pages.fetch import Fetcher
    from trayapp.watch.pages.vendor import MakeVendor, Vendor


def page_kinds() -> tuple[str, ...]:
    """What `kind` of a `[page]` may say, in the alphabet's order."""
    return tuple(sorted(module.name for module in pkgutil.iter_modules(vendors.__path__)))


def make_vendor(fetcher: "Fetcher", page: "Page", clock: "Clock") -> "Vendor":
    """The reader of `page` that its kind asks for. Raises ImportError for a kind that is none of `page_kinds`."""
    make: MakeVendor = importlib.import_module(f"{vendors.__name__}.{page.kind}").VENDOR
    return make(fetcher, page, clock)
