"""xAI's own page: `/feed.xml`, an item for each part that an incident touches, with its state and severity in words.

The page itself turns programs away. A part's id is the one in an item's link, for instance `grok-com` or `api-global`.
The items of one incident share a guid, or have one each.
"""

from functools import partial

from trayapp.watch.pages.feed_page import FeedPage, Form
from trayapp.watch.pages.vendor import MakeVendor

VENDOR: MakeVendor = partial(FeedPage, form=Form(path="/feed.xml", keeps_history=True, marks_parts=True))
