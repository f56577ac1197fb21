"""RSS or Atom at the page's own address: for pages that nothing else here can read."""

from functools import partial

from trayapp.watch.pages.feed_page import FeedPage, Form
from trayapp.watch.pages.vendor import MakeVendor

VENDOR: MakeVendor = partial(FeedPage, form=Form())
