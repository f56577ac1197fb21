"""OnlineOrNot: `/incidents.rss` below the page, with all past incidents."""

from functools import partial

from trayapp.watch.pages.feed_page import FeedPage, Form
from trayapp.watch.pages.vendor import MakeVendor

VENDOR: MakeVendor = partial(FeedPage, form=Form(path="/incidents.rss"))
